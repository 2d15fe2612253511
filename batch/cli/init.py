"""The command `init`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session


@command("init")
@argument("folder", "The folder to make.", metavar="DIR")
@click.option(
    "--policy",
    required=True,
    metavar="P",
    help="The policy that the county's own layer extends; payengine policy list names them.",
)
@click.option(
    "--template",
    is_flag=True,
    help="Also write a workbook of the input tables into input/, to be filled in.",
)
def init(session: Session, folder: str, policy: str, template: bool) -> None:
    """Make a workspace.

    Writes payengine.toml, and the county's own policy layer with the values that no document prints and the county
    must fill in. With --template also a workbook with a sheet for each input table: headings, notes, lists of what may
    be written, an example row, and the values that are still missing.
    """
    from batch.cli.policy.periods import periods_asked
    from batch.cli.views.workspace import workspace_parts
    from batch.needs.needs import needs_of
    from batch.settings import policy_folders
    from batch.template.workbook import write_template
    from batch.workspace import Workspace
    from payengine.policy import load_policy, to_supply

    extended = load_policy(policy, policy_folders(Path(folder).absolute()))
    lacking, pays = to_supply(extended), any(extended.outputs.values())
    needs = needs_of(extended, periods_asked(extended, None)) if template else None  # before anything is made
    workspace = Workspace.create(folder, policy)
    layer = workspace.folder / "policy" / f"{workspace.settings.policy}.toml"
    file = None
    if needs is not None:
        file = write_template(needs, workspace.folder / "input", workspace.settings.privacy.files)
    missing = [{"parameter": each.parameter, "text": each.text} for each in lacking]
    session.answer(
        {
            "workspace": str(workspace.folder),
            "policy": workspace.settings.policy,
            "layer": str(layer),
            "template": None if file is None else str(file),
            "to_supply": missing,
        },
        *workspace_parts(workspace.folder, layer, missing, pays, policy, file),
    )

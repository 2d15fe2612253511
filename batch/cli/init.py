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
def init(session: Session, folder: str, policy: str) -> None:
    """Make a workspace.

    Writes payengine.toml, and the county's own policy layer with the values that no document prints and the county
    must fill in.
    """
    from batch.cli.views.workspace import workspace_parts
    from batch.settings import policy_folders
    from batch.workspace import Workspace
    from payengine.policy import load_policy, to_supply

    extended = load_policy(policy, policy_folders(Path(folder).absolute()))
    lacking, pays = to_supply(extended), any(extended.outputs.values())
    workspace = Workspace.create(folder, policy)
    layer = workspace.folder / "policy" / f"{workspace.settings.policy}.toml"
    missing = [{"parameter": each.parameter, "text": each.text} for each in lacking]
    session.answer(
        {
            "workspace": str(workspace.folder),
            "policy": workspace.settings.policy,
            "layer": str(layer),
            "to_supply": missing,
        },
        *workspace_parts(workspace.folder, layer, missing, pays),
    )

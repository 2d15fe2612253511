"""The command `init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session

if TYPE_CHECKING:
    from batch.needs.needs import Needs
    from payengine.policy import Policy


@command("init")
@argument("folder", "The folder to make; with --template alone, a workspace that is there.", metavar="DIR")
@click.option(
    "--policy",
    default=None,
    metavar="P",
    help="The policy that the county's own layer extends; payengine policy list names them.",
)
@click.option(
    "--template",
    is_flag=True,
    help="Also write a workbook of the input tables into input/, to be filled in.",
)
def init(session: Session, folder: str, policy: str | None, template: bool) -> None:
    """Make a workspace.

    Writes payengine.toml, and the county's own policy layer with the values that no document prints and the county
    must fill in. With --template also a workbook with a sheet for each input table: headings, notes, lists of what may
    be written, an example row, and the values that are still missing. With --template and no --policy the workbook is
    written into a workspace that is there, by its policy; nothing that is there is changed.
    """
    from batch.settings import FILE, policy_folders
    from payengine.policy import load_policy

    place = Path(folder).absolute()
    if policy is not None:
        _make(session, place, policy, load_policy(policy, policy_folders(place)), template)
    elif template and (place / FILE).exists():
        _write_template(session, place)
    else:
        ctx = click.get_current_context()
        raise click.MissingParameter(ctx=ctx, param=next(each for each in ctx.command.params if each.name == "policy"))


def _make(session: Session, folder: Path, policy: str, extended: Policy, template: bool) -> None:
    """Make the workspace, after everything that may be refused."""
    from batch.cli.views.workspace import workspace_parts
    from batch.settings import FILE
    from batch.template.workbook import new_file, write_template
    from batch.workspace import Workspace
    from payengine.policy import to_supply

    lacking, pays = to_supply(extended), any(extended.outputs.values())
    needs = _needs(extended) if template else None
    if needs is not None and not (folder / FILE).exists():  # a workspace that is there is told first, as such
        new_file(folder / "input")
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


def _write_template(session: Session, folder: Path) -> None:
    """Write the workbook into the input of a workspace that is there."""
    from batch.cli.session import quoted
    from batch.template.workbook import write_template
    from batch.workspace import Workspace
    from payengine.errors import UsageError
    from payengine.policy import to_supply
    from payengine.texts import say

    workspace = Workspace(folder)
    settings = workspace.settings
    if not settings.source.folder:
        raise UsageError(
            say("the input of {folder} is no folder: a workbook beside it would not be read", folder=folder),
            remedy=say('Write folder = "input" under [source] in payengine.toml, or make it in a new folder.'),
        )
    policy = workspace.policy()
    needs = _needs(policy)
    file = write_template(needs, folder / settings.source.folder, settings.privacy.files)
    here = f"payengine --workspace {quoted(str(folder))}"
    session.answer(
        {
            "workspace": str(folder),
            "policy": settings.policy,
            "layer": None,
            "template": str(file),
            "to_supply": [{"parameter": each.parameter, "text": each.text} for each in to_supply(policy)],
        },
        say("Wrote the workbook {file}; nothing else was changed.", file=file),
        say("Fill it in: its first sheet says how. Then: {command}", command=f"{here} month PERIOD"),
    )


def _needs(policy: Policy) -> Needs:
    """Gather the needs of a policy for the periods around today."""
    from batch.cli.policy.periods import periods_asked
    from batch.needs.needs import needs_of

    return needs_of(policy, periods_asked(policy, None))

"""init and warmup: the beginnings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session, quoted
from payengine.texts import say


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
    from batch.workspace import Workspace, policy_folders
    from payengine.policy import load_policy, to_supply

    lacking = to_supply(load_policy(policy, policy_folders(Path(folder).absolute())))
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
        *_init_parts(workspace.folder, layer, missing),
    )


def _init_parts(folder: Path, layer: Path, missing: list[dict[str, Any]]) -> list[str]:
    """What was made, and the steps to a first month, numbered."""
    values = [f"     {value['parameter']}  {value['text']}" for value in missing]
    steps = [
        [
            say(
                "put the input tables into {folder}, or name a database in payengine.toml (docs/input.md)",
                folder=folder / "input",
            )
        ],
        [say("fill in {n} value(s) in {file}:", n=len(missing), file=layer), *values] if values else [],
        [say("give a patient key (variable PAYENGINE_PATIENT_KEY), or say that patients are pseudonyms already")],
        [f"payengine --workspace {quoted(str(folder))} freeze PERIOD"],
    ]
    parts = [say("Made the workspace {folder}", folder=folder), "", say("What to do next:")]
    for number, step in enumerate((step for step in steps if step), 1):
        parts += [f"  {number}. {step[0]}", *step[1:]]
    return parts


@command("warmup")
def warmup(session: Session) -> None:
    """Compile the kernels now, so that the first run need not.

    Once for each installation and user; a new version compiles again.
    """
    from payengine.kernels import cache, warm_up

    begun = time.monotonic()
    with Progress() as progress:
        progress(say("compiling"))
        warm_up("payengine", "batch")
    took = time.monotonic() - begun
    place = cache.cache_folder()
    session.answer(
        {"cache": place and str(place), "milliseconds": round(1000 * took)},
        say("The kernels are ready after {seconds} s.", seconds=f"{took:.1f}"),
        say("They are kept in {folder}", folder=place)
        if place
        else say("No folder to keep them in is writable: each start compiles again."),
    )

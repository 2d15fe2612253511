"""The command `policy new`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli.bilingual_click import argument
from batch.cli.policy.lookup import find_policy
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say


@command("new")
@argument("name", "The name of the new policy.", metavar="NAME")
@click.option("--from", "parent", required=True, metavar="P", help="The policy that it extends.")
@click.option("--title", default=None, metavar="TEXT", help="Its title; the name unless said.")
def new(session: Session, name: str, parent: str, title: str | None) -> None:
    """Make a policy layer that extends another, with the values that no document prints left to fill in."""
    file = _new_file(session.path().absolute(), name)
    from batch.new_workspace import write_new
    from payengine.policy import new_policy

    text = new_policy(name, find_policy(session, parent), title or name)
    write_new(file, text)
    session.answer(
        {"policy": name, "extends": parent, "file": str(file)},
        say("Wrote {file}", file=file),
        session.next(f"policy check {name}"),
    )


def _new_file(workspace: Path, name: str) -> Path:
    """Give the file of a new policy; `UsageError` for a wrong name or outside a workspace."""
    from batch.settings import FILE, is_policy_name

    if not is_policy_name(name):
        raise UsageError(say("{value} is not a policy's name", value=repr(name)), remedy=say("letters, digits, . _ -"))
    if not (workspace / FILE).exists():
        raise UsageError(
            say("{folder} is not a workspace: it has no {file}", folder=workspace, file=FILE),
            remedy=say(
                "Name one with --workspace DIR or PAYENGINE_WORKSPACE, or make one with: payengine init DIR --policy P"
            ),
        )
    return workspace / "policy" / f"{name}.toml"

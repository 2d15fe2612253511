"""The command `policy new`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.option_faults import OptionFaults
from batch.cli.policy.lookup import find_policy
from batch.cli.root import command
from batch.cli.session import INTERRUPTED, Session
from payengine.errors import UsageError
from payengine.texts import in_quotes, joined, say

if TYPE_CHECKING:
    from batch.cli.policy.ask import Asked


@command("new")
@argument("name", "The name of the new policy.", metavar="NAME")
@click.option("--from", "parent", default=None, metavar="P", help="The policy that it extends.")
@click.option("--title", default=None, metavar="TEXT", help="Its title; the name unless said.")
@click.option("--ask", is_flag=True, help="Ask the missing values one by one; also of a policy that is there already.")
def new(session: Session, name: str, parent: str | None, title: str | None, ask: bool) -> None:
    """Make a policy layer that extends another, with the values that no document prints left to fill in.

    With --ask they are asked one by one, each with its meaning, unit and who must agree to it. An answer is checked and
    written at once; an empty one leaves the value for later, and the command asks it again when it is called again.
    """
    file = _file(session.path().absolute(), name)
    data: dict[str, Any] = {"policy": name, "extends": parent, "file": str(file)}
    told = []
    is_new = not (ask and file.exists())
    if is_new:
        _make(session, file, name, parent, title)
        told.append(say("Wrote {file}", file=file))
    if ask:
        asked = _ask(session, file, name)
        data |= {"answered": asked.answered, "left": asked.left, "stopped": asked.stopped}
        if asked.interrupted and is_new and not asked.answered:  # nothing half done: as if it was never begun
            file.unlink()
            told = []
        told += _outcome(session, file, name, parent, asked)
        if asked.interrupted:
            session.answer(data, *told)
            raise click.exceptions.Exit(INTERRUPTED)
    session.answer(data, *told, session.next(f"policy check {name}"))


def _make(session: Session, file: Path, name: str, parent: str | None, title: str | None) -> None:
    from batch.new_workspace import write_new
    from payengine.policy import new_policy

    if parent is None:
        raise UsageError(
            say("it is not said which policy {name} extends", name=name),
            remedy=say("Name it with --from P; payengine policy list names them."),
        )
    write_new(file, new_policy(name, find_policy(session, parent), title or name))


def _ask(session: Session, file: Path, name: str) -> Asked:
    """Ask the blanks of a policy file; each answer is in the file before the next is asked."""
    from batch.cli.policy.ask import Dialog
    from batch.new_workspace import rewrite
    from batch.settings import policy_folders
    from payengine.policy.toml_text import toml_tables, toml_text

    text = toml_text(file.read_bytes())
    extended = toml_tables(text).get("policy", {}).get("extends", [])
    if not extended:
        raise UsageError(
            say("{file} extends no policy, so nothing is known of its values", file=file),
            remedy=say('Write under [policy]: extends = ["..."].'),
        )

    folders = policy_folders(session.path().absolute())
    dialog = Dialog(name, find_policy(session, extended[-1]), folders, text, partial(rewrite, file))
    return dialog.ask_all()


def _outcome(session: Session, file: Path, name: str, parent: str | None, asked: Asked) -> list[str]:
    told = [""]
    if asked.stopped:
        told.append(
            say("Stopped. What was answered so far is kept in {file}.", file=file) if asked.answered
            else say("Stopped. Nothing was written: a value is written when all its questions are answered.")
        )  # fmt: skip
    if asked.answered:
        told.append(say("Written to {file}: {names}", file=file, names=joined(asked.answered)))
    if asked.left:
        told.append(say("Still to be answered ({n}): {names}", n=len(asked.left), names=joined(asked.left)))
        words = f"policy new {name} --ask" if file.exists() else f"policy new {name} --from {parent} --ask"
        told.append(say("To go on: {command}", command=session.line(words)))
    elif not asked.stopped:
        told.append(say("Nothing is left to be answered in {file}.", file=file))
    return told


def _file(workspace: Path, name: str) -> Path:
    """Give the file of a new policy; `UsageError` for a wrong name or outside a workspace."""
    from batch.settings import FILE, is_policy_name

    faults = OptionFaults()
    if not is_policy_name(name):
        faults.add(say("{value} is not a policy's name", value=in_quotes(name)), say("letters, digits, . _ -"))
    if not (workspace / FILE).exists():
        faults.add(
            say("{folder} is not a workspace: it has no {file}", folder=workspace, file=FILE),
            say(
                "Name one with --workspace DIR or PAYENGINE_WORKSPACE, or make one with: payengine init DIR --policy P"
            ),
        )
    faults.refuse()
    return workspace / "policy" / f"{name}.toml"

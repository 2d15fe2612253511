"""The command `object`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import WholeNumber, argument
from batch.cli.root import command
from batch.cli.session import Session


@command("object")
@argument("run", "The run, the beginning of its id, or a period: its one unpublished run.", metavar="RUN|PERIOD")
@click.option("--reason", required=True, metavar="TEXT", help="What is objected, or what is answered.")
@click.option(
    "--answer", type=WholeNumber(1), default=None, metavar="N", help="Answer the objection of this number instead."
)
@click.option("--document", default="", metavar="D", help="The document of the objection or the answer.")
def object_to(session: Session, run: str, reason: str, answer: int | None, document: str) -> None:
    """Enter an objection to a run, or the answer to one.

    An objection that nobody has answered stops the run's approval and its publication. Where it is right, correct the
    input and run the period again: the new run begins without steps.
    """
    from batch.cli.views.steps import entered_json, entered_parts

    workspace = session.workspace()
    if answer is None:
        made = workspace.object_to(run, reason, document=document)
    else:
        made = workspace.answer_objection(run, answer, reason, document=document)
    standing = workspace.steps(made.run)
    session.answer(entered_json(made, standing), *entered_parts(made, standing, session.line))

"""The command `step`."""

from __future__ import annotations

import click

from batch.cli.bilingual_click import Choice, WholeNumber, argument
from batch.cli.root import command
from batch.cli.session import Session

STEPS = ("reviewed", "announced", "approved")


@command("step")
@argument("run", "The run, the beginning of its id, or a period: its one unpublished run.", metavar="RUN|PERIOD")
@argument("step", "The step that was done.", type=Choice(*STEPS), metavar="|".join(STEPS))
@click.option("--document", default="", metavar="D", help="The document of the step, such as its number.")
@click.option(
    "--days",
    type=WholeNumber(1),
    default=0,
    metavar="N",
    help="Of an announcement; else those the policy demands.",
)
@click.option("--reason", default="", metavar="TEXT", help="A remark on the step.")
def step(session: Session, run: str, step: str, document: str, days: int, reason: str) -> None:
    """Enter that a run is reviewed, announced or approved.

    It is entered with user, time and document in the audit chain, and signs the run with its results: another run of
    the period has none of its steps. The policy says which steps are demanded, and who may not do two of them. On a
    published run no step is entered.
    """
    from batch.cli.views.steps import entered_json, entered_parts

    workspace = session.workspace()
    made = workspace.enter_step(run, step, days=days, document=document, reason=reason)
    standing = workspace.steps(made.run)
    session.answer(entered_json(made, standing), *entered_parts(made, standing, session.line))

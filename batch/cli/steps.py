"""The command `steps`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session


@command("steps")
@argument(
    "run",
    "The run, the beginning of its id, or a period: its one unpublished run, else its current revision.",
    metavar="RUN|PERIOD",
)
def steps(session: Session, run: str) -> None:
    """List the steps of a run before its publication.

    Who did what, when and by which document; which steps the policy demands and are still to be done; objections and
    their answers. A step of what the run is no more, or against the policy's rules, is marked: it does not count.
    """
    from batch.cli.views.steps import standing_json, standing_parts

    standing = session.workspace().steps(run)
    session.answer(standing_json(standing), *standing_parts(standing, session.line))

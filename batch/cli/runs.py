"""The command `runs`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session
from payengine.texts import say


@command("runs")
@argument("period", "Only the runs of this period.", required=False, metavar="[PERIOD]")
def runs(session: Session, period: str | None) -> None:
    """List the runs and what is published."""
    from batch.cli.views.runs import run_json, runs_parts

    records = session.workspace().runs(period)
    nothing = [say("There is no run yet."), session.next("run PERIOD")]
    session.answer({"runs": [run_json(record) for record in records]}, *(runs_parts(records) if records else nothing))

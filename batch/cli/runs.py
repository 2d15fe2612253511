"""The command `runs`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session
from payengine.texts import say


@command("runs")
@argument("period", "Only the runs of this period.", required=False, metavar="[PERIOD]")
def runs(session: Session, period: str | None) -> None:
    """List the runs and what is published.

    A run whose header is not what the audit chain says is marked as damaged. Beneath stand the published periods that
    the source (as the last freeze saw it) or the policy have changed since.
    """
    from batch.cli.errors import problem_json
    from batch.cli.views.head import head_parts
    from batch.cli.views.published import published_parts
    from batch.cli.views.runs import doubts_parts, run_json, runs_parts

    found = session.workspace().run_list(period)
    nothing = [say("There is no run yet."), session.next("run PERIOD")]
    session.answer(
        {
            "runs": [run_json(record, found.doubts) for record in found.records],
            "damage": [problem_json(problem) for problem in found.doubts],
            "published_changes": [finding.as_json() for finding in found.changes],
            "head": found.head,
        },
        *(runs_parts(found.records, found.doubts) if found.records else nothing),
        *(["", *head_parts(found.head)] if found.records else []),
        *doubts_parts(found.doubts),
        *published_parts(found.changes),
    )

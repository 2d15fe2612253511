"""Checks of a stored run that its policy lets stop the publication, where they fail."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from batch.ledger.schema import report_line, run_report
from batch.report_names import BLOCKS, FAILS, PREFIX, RESULT
from payengine.errors import Problem
from payengine.texts import say


def failed_blocking(connection: Connection, run_id: str) -> Iterator[Problem]:
    """Yield each place that fails such a check: an institution, or all together."""
    ending = f".{BLOCKS}"
    query = select(run_report.c.name, run_report.c.label).where(run_report.c.run == run_id)
    marked = [row for row in connection.execute(query) if row.name.startswith(PREFIX) and row.name.endswith(ending)]
    same_name = (run_report.c.run == report_line.c.run) & (run_report.c.position == report_line.c.position)
    for name, label in sorted(marked):
        stem = name.removesuffix(ending)
        failed = (
            select(report_line.c.institution)
            .join(run_report, same_name)
            .where(
                report_line.c.run == run_id, run_report.c.name == f"{stem}.{RESULT}", report_line.c.value == FAILS
            )
        )  # fmt: skip
        places = sorted({row.institution for row in connection.execute(failed)})
        own = [place for place in places if place] or ([say("all institutions together")] if places else [])
        for place in own:
            yield Problem(say("the check fails: {label}", label=label), place, column=stem.removeprefix(PREFIX))

"""The command `explain`."""

from __future__ import annotations

from typing import Any

import click

from batch.cli import named
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say


@command("explain")
@RUN
@click.option("--staff", default=None, metavar="S", help="This person's pay.")
@click.option("--institution", default=None, metavar="I", help="There; alone: the institution's own figures.")
@click.option("--component", default="", metavar="C", help="Only this line, or figure, and what it is made of.")
@click.option("--records", is_flag=True, help="Also every service record that was paid.")
@click.option("--record", default=None, metavar="R", help="What became of this service record, and what it gave whom.")
def explain(
    session: Session, run: str, staff: str | None, institution: str | None, component: str, records: bool,
    record: str | None,
) -> None:  # fmt: skip
    """Explain a figure: what it was computed from, down to the records.

    Computes the run again from its snapshot and its policy, with everything recorded that is read, and fails if a
    figure is not the one that is stored.

    Who looked at records is logged.
    """
    workspace = session.workspace()
    named.run_meant(session, run)
    if record is not None:
        if staff or institution or component or records:
            raise UsageError(say("--record is of one record; leave out the other options"))
        from batch.cli.views.explanation import record_parts
        from batch.explain.as_json import row_json
        from batch.ledger import Accessed

        found, rows = workspace.explain_record(run, record)
        people = dict.fromkeys((row.institution, row.staff) for row in rows)
        seen = [Accessed(str(found.period), found.id, place, who, f"record {record}") for place, who in people]
        data = {
            "run": found.id, "period": str(found.period), "record": record, "rows": [row_json(row) for row in rows],
            **session.log_access("explain", *seen),
        }  # fmt: skip
        session.answer(data, *([] if session.json else record_parts(record, rows, found.id)))
        return
    if staff is None and institution is None:
        raise UsageError(
            say("what is to be explained is not said"),
            remedy=say("Write --staff S for a person, --institution I for an institution, --record R for a record."),
        )
    from batch.cli.views.explanation import explanation_parts
    from batch.cli.views.heading import held_lines
    from batch.explain.as_json import explanation_json

    institution, staff = named.in_run(session, run, institution, staff)
    explanations = workspace.explain(run, staff=staff or "", institution=institution, component=component)
    names = workspace.names(explanations[0].meta.period, explanations[0].meta.snapshot_digest)
    told: dict[str, Any] = {"explanations": [explanation_json(one, component, records) for one in explanations]}
    if records:
        from batch.ledger import Accessed

        seen = [
            Accessed(str(one.meta.period), one.meta.run_id, one.institution, one.staff, "records")
            for one in explanations
        ]
        told |= session.log_access("explain", *seen)
    held = workspace.held_places(explanations[0].meta, staff) if staff and institution is None else []
    told["held"] = [one.as_json() for one in held]
    parts = []
    if not session.json:
        for number, one in enumerate(explanations):
            parts += [*([""] if number else []), *explanation_parts(one, names, component, records)]
        parts += held_lines(held)
    session.answer(told, *parts)

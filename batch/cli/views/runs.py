"""The list of runs as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.tables import Sheet, figure, word
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import RunRecord
    from payengine.errors import Problem


def run_json(record: RunRecord, doubts: Sequence[Problem] = ()) -> dict[str, Any]:
    """Describe a run in the ledger as JSON."""
    return {
        "run": record.id, "period": str(record.period), "state": _state(record), "revision": record.revision,
        "damaged": record.id in {problem.column for problem in doubts},
        "current": record.current, "snapshot": record.snapshot, "policy": record.policy, "holds": dict(record.holds),
        "reason": record.reason, "revises": record.revises, "staged_at": record.staged_at,
        "staged_by": record.staged_by,
    }  # fmt: skip


def runs_parts(records: list[RunRecord], doubts: Sequence[Problem] = ()) -> list[RenderableType]:
    """Print runs as a table, in the order given."""
    states = {"current": say("current"), "staged": say("staged"), "replaced": say("replaced")}
    damaged = {problem.column for problem in doubts}
    rows = [
        [
            str(record.period), "" if record.revision is None else str(record.revision), record.id[:SHORT],
            say("{state}, damaged", state=states[_state(record)]) if record.id in damaged else states[_state(record)],
            record.staged_at, record.staged_by, record.snapshot[:SHORT],
            joined(record.holds), record.reason,
        ]
        for record in records
    ]  # fmt: skip
    heads = [
        word(say("Period"), key=True), figure(say("Revision")), word(say("Run")), word(say("State")),
        word(say("Staged (UTC)")), word(say("By")), word(say("Snapshot")), word(say("Held")), word(say("Reason")),
    ]  # fmt: skip
    return [Sheet(heads, rows).without_empty()]


def doubts_parts(doubts: Sequence[Problem]) -> list[str]:
    """Print what of the list the audit chain says otherwise."""
    if not doubts:
        return []
    places = [
        (" ".join((problem.where, problem.column[:SHORT] if problem.column else "")), problem) for problem in doubts
    ]
    return [
        "",
        say("The ledger is not as it was written; do not rely on this list:"),
        *(f"  {place.strip()}  {problem.what}" for place, problem in places),
        say("Keep it as it is for examination, and restore a copy from before the change."),
    ]


def _state(record: RunRecord) -> str:
    if record.current:
        return "current"
    return "staged" if record.revision is None or record.again else "replaced"

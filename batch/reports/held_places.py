"""Held institutions of persons: somebody is engaged there, and the run pays nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payengine.periods import Period, day_number

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class HeldPlace:
    """Institution at which a person is engaged and which the run holds, with the reason."""

    period: Period
    institution: str
    staff: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Describe it as JSON."""
        return {**vars(self), "period": str(self.period)}


def held_places(period: Period, holds: Mapping[str, str], engagement: pa.Table) -> list[HeldPlace]:
    """List who is engaged at a held institution in a period, by institution and person.

    `engagement` is the table of the run's snapshot; its days are day numbers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pc.is_in(engagement["institution"], value_set=pa.array(sorted(holds), pa.string()))
    there = _in_force(period, engagement.filter(at)).select(["institution", "staff"]).to_pylist()
    found = {(row["institution"], row["staff"]) for row in there}
    in_order = sorted(found, key=lambda place: (place[0].encode(), place[1].encode()))
    return [HeldPlace(period, institution, staff, holds[institution]) for institution, staff in in_order]


def engaged_at(period: Period, staff: str, engagement: pa.Table) -> set[str]:
    """Collect the institutions at which a person is engaged on some day of a period."""
    import pyarrow.compute as pc

    return set(_in_force(period, engagement.filter(pc.equal(engagement["staff"], staff)))["institution"].to_pylist())


def engagements_of(period: Period, staff: Collection[str], engagement: pa.Table) -> dict[str, list[tuple[str, str]]]:
    """Collect where persons are engaged in a period: (institution, department) by person."""
    import pyarrow as pa
    import pyarrow.compute as pc

    of = engagement.filter(pc.is_in(engagement["staff"], value_set=pa.array(sorted(staff), pa.string())))
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _in_force(period, of).select(["staff", "institution", "department"]).to_pylist():
        found.setdefault(row["staff"], []).append((row["institution"], row["department"] or ""))
    return found


def _in_force(period: Period, engagement: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    begun = pc.less(engagement["from"], day_number(period.next_first_day))
    return engagement.filter(pc.and_(begun, pc.greater(engagement["until"], day_number(period.first_day))))

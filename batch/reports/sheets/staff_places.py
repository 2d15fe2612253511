"""Places of persons: department, post, title, employment at each institution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payengine.periods import Period, day_number

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.reports.sheets.material import SheetMaterial


@dataclass(frozen=True, slots=True)
class StaffPlace:
    """Place of a person at an institution, by the latest engagement in the period.

    `is_there_last`: it is in force on the period's last day.
    """

    department: str
    role: str
    title: str
    employment: str
    is_there_last: bool


Places = dict[tuple[str, str], StaffPlace]  # by institution and staff


def staff_places(material: SheetMaterial) -> Places | None:
    """Find who is engaged where in the period, but for held institutions.

    None without the snapshot.
    """
    table = material.table("engagement")
    if table is None:
        return None
    period: Period = material.meta.period
    first, after = day_number(period.first_day), day_number(period.next_first_day)
    names = ("institution", "staff", "from", "until", "department", "role", "title", "employment")
    found: Places = {}
    latest: dict[tuple[str, str], int] = {}
    for row in zip(*(_values(table[name]) for name in names), strict=True):
        institution, staff, begins, until, department, role, title, employment = row
        place = (institution, staff)
        if begins >= after or until <= first or institution in material.meta.holds:
            continue
        if place not in latest or begins > latest[place]:
            latest[place] = begins
            found[place] = StaffPlace(department, role, title, employment, until >= after)
    return found


def _values(column: pa.ChunkedArray) -> list[Any]:
    """List the values of a column; the same text of many rows is one object."""
    encoded = column.combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    return [values[place] for place in encoded.indices.to_pylist()]

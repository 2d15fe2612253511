"""Public notice (公示表): points and amount due of each person, names masked.

It shows what a colleague needs to find a mistake and nothing more: no patient, no staff code, no component of pay.
Names are masked (`masked_names.py`) unless the policy's rule for announcements says `names = "full"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from batch.reports.sheets.masked_names import masked, told_apart
from batch.reports.sheets.material import NoSheet, SheetMaterial, yuan_unit
from batch.reports.sheets.reported import sums_by
from batch.reports.sheets.sheet import FEN, MICRO, Row, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.staff_places import staff_places
from payengine.periods import MONTH
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.ledger import Standing

_CHINA = timezone(timedelta(hours=8))  # there is one time zone and no summer time
_ANNOUNCED, _FULL = "announced", "full"  # a step, and how it may name people
Place = tuple[str, str]  # institution, person


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the notice; there is none where nobody has points or pay."""
    if not any(_has_persons(table) for table in (material.results.workload, material.results.pay_lines)):
        return NoSheet(say("nobody has points or pay in this run"))
    standing = material.readers.standing()
    in_full = _names_in_full(material, standing)
    has_points = material.meta.period.kind == MONTH  # a settlement counts no work of its own
    columns = (
        SheetColumn(say("No."), width=8),
        SheetColumn(say("Department"), width=34),
        SheetColumn(say("Name"), width=30),
        *([SheetColumn(say("Points"), MICRO, has_total=True, width=22)] if has_points else []),
        SheetColumn(say("Amount due"), FEN, has_total=True, width=22),
    )

    def groups() -> Iterator[SheetGroup]:
        points = _of_persons(material.results.workload, "points_micro")
        due = _of_persons(material.results.pay_lines, "amount_fen")
        places = sorted({*points, *due}, key=lambda place: (place[0].encode(), place[1].encode()))
        departments = {place: found.department for place, found in (staff_places(material) or {}).items()}
        for institution, staff in _by(places, lambda place: place[0]).items():
            rows: list[Row] = []
            of_departments = _by(staff, lambda place: departments.get(place, ""))
            for department, people in sorted(of_departments.items(), key=lambda each: each[0].encode()):
                called = [material.names.staff.get(who, "") for _, who in people]
                shown = told_apart([name if in_full else masked(name) for name in called])
                for place, name in zip(people, shown, strict=True):
                    work = [points.get(place, 0)] if has_points else []
                    rows.append((str(len(rows) + 1), department or None, name or None, *work, due.get(place, 0)))
            yield SheetGroup(
                material.names.institutions.get(institution) or institution, rows, has_subtotal=True, starts_page=True,
                has_signature=not material.institution,
            )  # fmt: skip

    return Sheet(
        name="announcement",
        tab=say("Announcement"),
        title=say("Announcement of points and pay"),
        columns=columns,
        groups=groups,
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=tuple(_notes(material, standing, in_full)),
        signatures=(say("Announced by (seal)"), say("Date")),
        has_grand_total=False,  # each page hangs at its own institution
        page_head=_page_head(standing),
    )


def _has_persons(table: pa.Table) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.not_equal(table["staff"], "")).as_py())


def _of_persons(table: pa.Table, column: str) -> dict[Place, int]:
    """Add up a column by institution and person; an institution's own work is nobody's."""
    added = sums_by(table, ("institution", "staff"), column)
    return {(institution, staff): amount for (institution, staff), amount in added.items() if staff}


def _by(places: Iterable[Place], key: Callable[[Place], str]) -> dict[str, list[Place]]:
    """Group places, in each group in their order."""
    found: dict[str, list[Place]] = {}
    for place in places:
        found.setdefault(key(place), []).append(place)
    return found


def _names_in_full(material: SheetMaterial, standing: Standing | None) -> bool:
    """Tell if the rules of the run's steps (without any, of its policy) say so."""
    rules = standing.rules if standing is not None else material.policy.steps if material.policy is not None else {}
    return _ANNOUNCED in rules and rules[_ANNOUNCED].names == _FULL


def _page_head(standing: Standing | None) -> str:
    """Say on each page until when to object: pages hang apart from the notes below the last."""
    if standing is not None and _ANNOUNCED in standing.counted:
        return say("Objections until {end} (Beijing time)", end=_minute(standing.until))
    if _not_announced(standing):
        return say("Not announced yet")
    return ""


def _not_announced(standing: Standing | None) -> bool:
    return standing is not None and standing.publication is None and _ANNOUNCED in standing.rules


def _notes(material: SheetMaterial, standing: Standing | None, in_full: bool) -> Iterator[str]:
    """Say until when and where to object, how names are masked, and who is held."""
    row = None if standing is None else standing.counted.get(_ANNOUNCED)
    if standing is not None and row is not None:
        yield say(
            "Announced on {start} for {n} day(s): objections until {end} (Beijing time).",
            start=_minute(row.made_at), n=row.days, end=_minute(standing.until),
        )  # fmt: skip
        if row.document:
            yield say("Document: {document}.", document=row.document)
        yield say("Objections go to the office that announced this, with the reason and the record that is meant.")
        if standing.open:
            yield say("{n} objection(s) are not answered yet.", n=len(standing.open))
    elif _not_announced(standing):
        yield say("Not announced yet: the days for objections begin with that step.")
    if not in_full:
        yield say("Names are masked but for the surname; 甲, 乙 ... tell people of one department apart.")
    if material.meta.holds:
        yield say("Institutions that are held are not in it.")


def _minute(moment: str) -> str:
    """Write a moment in UTC (2026-10-05T08:15:30Z) by the clock of China, to the minute."""
    told = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return told.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")

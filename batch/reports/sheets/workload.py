"""Confirmation of each person's work (个人工作当量确认单): items, rejections, signature.

An item's points are stated at six decimals here. What the run stated is the sum of exact points by engagement and
category, so that the items may miss it by some millionths: a row of its own tells them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from batch.input_tables import REASONS
from batch.reports.register import counted, summed
from batch.reports.sheets.material import ItemLine, NoSheet, SheetMaterial, without_records
from batch.reports.sheets.sheet import COUNT, MICRO, TEN_THOUSANDTHS, Cell, Sheet, SheetColumn, SheetGroup
from batch.reports.sheets.staff_places import staff_places
from batch.reports.sheets.words import category_words, reason_words
from payengine.texts import say

_Place = tuple[str, str]  # institution and staff; '' for the institution's own work
_POINT = 10**8  # units of 10**-14 in a millionth of a point


@dataclass
class _Work:
    """Work of a person at an institution: by item, and as the run stated it."""

    items: list[list[Cell]] = field(default_factory=list)
    items_micro: int = 0
    categories: dict[str, tuple[int, int]] = field(default_factory=dict)  # services, points as stated
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def stated_micro(self) -> int:
        return sum(points for _, points in self.categories.values())


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet: a block for each person, the institutions one after another."""
    if absent := without_records(material):
        return absent
    notes = [say("Own work of an institution bears no person.")]
    if material.items() is None:
        notes.append(say("Items are not given: the run's snapshot is not in this workspace."))
    return Sheet(
        name="workload",
        tab=say("Workload"),
        title=say("Confirmation of work in equivalents"),
        subtitle=material.subtitle,
        unit=say("Unit: points"),
        columns=(
            SheetColumn(say("Item code"), width=22),
            SheetColumn(say("Item"), width=30),
            SheetColumn(say("Category"), width=18),
            SheetColumn(say("Equivalents"), TEN_THOUSANDTHS),
            SheetColumn(say("Difficulty"), TEN_THOUSANDTHS),
            SheetColumn(say("Services paid"), COUNT, True),
            SheetColumn(say("Refunds"), COUNT, True),
            SheetColumn(say("Quantity x share"), MICRO),
            SheetColumn(say("Points paid"), MICRO, True, width=15),
            SheetColumn(say("Rows rejected"), COUNT, True),
        ),
        groups=lambda: _groups(material),
        notes=tuple(notes),
        signatures=(say("Signature"), say("Head of department"), say("Date")),
        has_filter=False,
    )


def _groups(material: SheetMaterial) -> Iterator[SheetGroup]:
    places = staff_places(material) or {}
    labels = {} if material.policy is None else material.policy.names.get("category", {})
    before = ""
    for (institution, staff), work in _blocks(material, labels):
        place = places.get((institution, staff))
        who = f"{material.names.staff.get(staff, '')} ({staff})" if staff else say("The institution's own work")
        told = [who, *([place.department, place.role] if place else []), material.named(institution)]
        yield SheetGroup(
            "    ".join(text.strip() for text in told if text.strip()), _rows(work, labels), has_subtotal=True,
            starts_page=institution != before, has_signature=True,
        )  # fmt: skip
        before = institution


def _rows(work: _Work, labels: Mapping[str, str]) -> Iterator[list[Cell]]:
    nothing: list[Cell] = [None] * 4
    yield from work.items
    if work.items:
        missing = work.stated_micro - work.items_micro
        if missing:
            yield ["", say("rounding of the items"), "", *nothing, None, missing, None]
    else:
        for category, (services, points) in sorted(work.categories.items()):
            yield ["", "", category_words(category, labels), None, None, services, None, None, points, None]
    for reason in REASONS:
        if work.rejected[reason]:
            yield ["", say("not paid: {reason}", reason=reason_words(reason)), "", *nothing, None, None,
                   work.rejected[reason]]  # fmt: skip


def _blocks(material: SheetMaterial, labels: Mapping[str, str]) -> Iterator[tuple[_Place, _Work]]:
    """Give who has work or rejected rows, by institution and staff."""
    results = material.results
    stated: dict[_Place, _Work] = {}
    for row in summed(results.workload, ["institution", "staff", "category"], ["services", "points_micro"]):
        work = stated.setdefault((row["institution"], row["staff"]), _Work())
        work.categories[row["category"]] = (row["services"], row["points_micro"])
    known = {institution for institution, _ in stated}
    for row in counted(results.rejections, ["institution", "staff", "reason"]):
        # A team, an unknown code, nobody: such a row is on the sheet of rejections.
        if row["institution"] in known and row["staff"] in material.names.staff:
            work = stated.setdefault((row["institution"], row["staff"]), _Work())
            work.rejected[row["reason"]] += row["rows"]
    lines = _by_place(material)
    at, items = next(lines, _NO_MORE)
    for place in sorted(stated, key=_key):
        while at is not None and _key(at) < _key(place):
            at, items = next(lines, _NO_MORE)
        if at == place:
            _add_items(stated[place], items, labels)
        yield place, stated[place]


_NO_MORE: tuple[_Place | None, list[ItemLine]] = (None, [])


def _by_place(material: SheetMaterial) -> Iterator[tuple[_Place | None, list[ItemLine]]]:
    for place, lines in groupby(material.items() or (), lambda line: (line.institution, line.staff)):
        yield place, list(lines)


def _add_items(work: _Work, lines: list[ItemLine], labels: Mapping[str, str]) -> None:
    """Add a person's items; those of several engagements are added up."""
    found: dict[tuple[str, str, str, int, int], list[int]] = {}
    for line in lines:
        key = (line.category, line.item, line.item_name, line.equivalents_e4, line.difficulty_e4)
        sums = found.setdefault(key, [0, 0, 0, 0])
        for number, value in enumerate((line.services, line.refunds, line.quantity_e6, line.points_e14)):
            sums[number] += value
    for (category, item, name, equivalents, difficulty), (services, refunds, quantity, points) in sorted(found.items()):
        micro = _stated(points)
        work.items_micro += micro
        work.items.append([
            item, name, category_words(category, labels), equivalents, difficulty, services, refunds or None, quantity,
            micro, None,
        ])  # fmt: skip


def _stated(points_e14: int) -> int:
    """State points in millionths, half away from zero as the run does."""
    micro = (2 * abs(points_e14) + _POINT) // (2 * _POINT)
    return -micro if points_e14 < 0 else micro


def _key(place: _Place) -> tuple[bytes, bytes]:
    return place[0].encode(), place[1].encode()

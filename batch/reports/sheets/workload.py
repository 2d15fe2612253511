"""Confirmation of each person's work (个人工作当量确认单): items, rejections, signature.

An item's points are stated at six decimals here. What the run stated is the sum of exact points by engagement and
category, so that the items may miss it by some millionths: a row of its own tells them.

Rejected rows that are nobody's (a team's, of an unknown code) stand below the persons of their institution, those of no
known institution at the end, so that the sheet adds up to all rejected rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from typing import Any

from batch.input_tables import REASONS
from batch.reports.selected_rows import counted_table, each_row, summed_table
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
            SheetColumn(say("Item"), width=32),
            SheetColumn(say("Category"), width=20),
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
    institutions, people = material.names.institutions, material.names.staff  # empty where the snapshot is not here
    nowhere: Counter[str] = Counter()  # rejected rows of no known institution
    for institution, works in groupby(_works(material, labels), lambda each: each[0][0]):
        nobodys: Counter[str] = Counter()
        starts_page = True
        for (_, staff), work in works:
            if not work.categories and institutions and institution not in institutions:
                nowhere += work.rejected
                continue
            if not work.categories and staff and people and staff not in people:
                nobodys += work.rejected
                continue
            place = places.get((institution, staff))
            who = f"{people.get(staff, '')} ({staff})" if staff else say("The institution's own work")
            told = [who, *([place.department, place.role] if place else []), material.named(institution)]
            yield SheetGroup(
                "    ".join(text.strip() for text in told if text.strip()), _rows(work, labels), has_subtotal=True,
                starts_page=starts_page, has_signature=True,
            )  # fmt: skip
            starts_page = False
        if nobodys:
            heading = say("Rejected rows that name no known person (a team, an unknown code)")
            yield SheetGroup(
                f"{heading}    {material.named(institution)}", _rejected(nobodys), has_subtotal=True,
                starts_page=starts_page,
            )  # fmt: skip
    if nowhere:
        heading = say("Rejected rows that name no known institution")
        yield SheetGroup(heading, _rejected(nowhere), has_subtotal=True, starts_page=True)


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
    yield from _rejected(work.rejected)


def _rejected(counts: Mapping[str, int]) -> Iterator[list[Cell]]:
    nothing: list[Cell] = [None] * 6
    for reason in REASONS:
        if counts.get(reason):
            yield ["", say("not paid: {reason}", reason=reason_words(reason)), "", *nothing, counts[reason]]


def _works(material: SheetMaterial, labels: Mapping[str, str]) -> Iterator[tuple[_Place, _Work]]:
    """Give who has work or rejected rows, by institution and staff, one after another."""
    results = material.results
    keys = ["institution", "staff"]
    stated = each_row(summed_table(results.workload, [*keys, "category"], ["services", "points_micro"]))
    rejected = each_row(counted_table(results.rejections, [*keys, "reason"]))
    lines = groupby(material.items() or (), lambda line: (line.institution, line.staff))
    of_places = merge(
        ((place, list(rows), None, None) for place, rows in _by_place(stated)),
        ((place, None, list(rows), None) for place, rows in _by_place(rejected)),
        ((place, None, None, list(items)) for place, items in lines),
        key=lambda each: _key(each[0]),
    )
    for place, parts in groupby(of_places, lambda each: each[0]):
        work = _Work()
        for _, categories, reasons, items in parts:
            for row in categories or ():
                work.categories[row["category"]] = (row["services"], row["points_micro"])
            for row in reasons or ():
                work.rejected[row["reason"]] += row["rows"]
            if items:
                _add_items(work, items, labels)
        if work.categories or work.rejected:
            yield place, work


def _by_place(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[_Place, Iterator[dict[str, Any]]]]:
    return groupby(rows, lambda row: (row["institution"], row["staff"]))


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

"""Findings on counts of a month in which what they are worth changes.

A count names no days, so all of it is priced as of one of them; whoever entered it should know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from batch.freeze.records.item_map import ItemMap
from batch.freeze.reference.rows import Rows
from batch.input_tables import SUMMARY
from payengine.periods import Period, day_number
from payengine.suggest import listed
from payengine.texts import say, word

MOST_TOLD = 20  # counts named; the rest is counted
Key = tuple[str, ...]


def mapped_anew(rows: Rows, item_map: ItemMap, period: Period) -> list[str]:
    """List the codes that counts of the month name and that `item_map` changes within it.

    To be asked before the codes become items.
    """
    starts, ends = _changes(item_map.rows, ("source_item",), period)
    return sorted({row["item"] for row in _counted(rows.data, period)} & {code for (code,) in starts | ends})


def priced_anew(rows: Rows, tables: Mapping[str, pa.Table], mapped: Iterable[str], period: Period) -> Iterator[str]:
    """Warn of counts of the month whose value changes within it.

    `mapped` are codes of the office that mean another item from a day of the month on.
    """
    counted = _counted(rows.data, period)
    begun, ended = _changes(tables["service_item"], ("code",), period)
    items = {code for (code,) in begun & ended}
    difficult = set[Key]().union(*_changes(tables["difficulty"], ("institution", "item"), period))
    starts, ends = _changes(tables["engagement"], ("staff", "institution"), period)
    moved = starts & ends
    found = {
        "item_map": list(mapped),
        "service_item": sorted({row["item"] for row in counted} & items),
        "difficulty": _named(
            row for row in counted
            if {(row["institution"], row["item"]), (row["institution"], "")} & difficult
        ),
        "engagement": sorted({row["staff"] for row in counted if (row["staff"], row["institution"]) in moved}),
    }  # fmt: skip
    for table, names in found.items():
        if names:
            yield say(
                "{table}: {changing} changes within {period}, and a count has no days: all of it is paid as of the "
                "last one. Record these services one by one if they differ: {names}",
                table=word(SUMMARY.name), changing=word(table), period=period, names=listed(names, MOST_TOLD),
            )  # fmt: skip


def _named(rows: Iterable[dict[str, str]]) -> list[str]:
    return sorted({f"{row['institution']} {row['item']}" for row in rows})


def _counted(table: pa.Table, period: Period) -> list[dict[str, str]]:
    chosen = pc.and_(pc.equal(table["period"], str(period)), pc.greater(table["quantity"], 0))
    rows: list[dict[str, str]] = table.filter(chosen).select(["institution", "staff", "item"]).to_pylist()
    return rows


def _changes(table: pa.Table, names: tuple[str, ...], period: Period) -> tuple[set[Key], set[Key]]:
    """Find the keys of which a row begins within the month, and those of which one ends there."""
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    found = []
    for column in ("from", "until"):
        day = table[column].cast(pa.int32())
        rows = table.filter(pc.and_(pc.greater(day, first), pc.less(day, end)))
        found.append(set(zip(*(rows[name].to_pylist() for name in names), strict=True)))
    return found[0], found[1]

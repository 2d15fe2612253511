"""Changes of the reference tables between two snapshots, row by row.

A row is known by its key. Of two periods, a row of the period itself (`period`) is compared with that of the other
period itself. The table of patients is in no snapshot, so that none of its rows is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import NO_LIMIT, REFERENCE, Column, Table
from batch.snapshot.snapshot import Snapshot
from payengine.exact.amounts import decimal_text
from payengine.periods import OPEN, from_day_number

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
THE_PERIOD = "="  # in a row's key, of two periods: the snapshot's own; no period is written so
OPEN_END = "open"  # the text of an interval's end that is none
_DAYS = ("day", "from", "until", "open")
_TEXTS = ("text", "code", "period")
_SEPARATOR = "\x00"


@dataclass(frozen=True)
class RowChange:
    """Row that was added, removed or changed: its key, and old and new texts of its columns.

    Of a row that was added or removed all columns outside the key are told, with '' on the side where it is not.
    """

    change: str
    key: Mapping[str, str]
    columns: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        told = {name: {"from": old, "to": new} for name, (old, new) in self.columns.items()}
        return {"change": self.change, "key": dict(self.key), "columns": told}


@dataclass(frozen=True)
class TableChange:
    """Changes of one reference table: its rows of both sides, and which of them differ.

    `absent` says which of both sources lacked the table: "before", "after" or ''.
    """

    table: Table
    before: pa.Table
    after: pa.Table
    removed_rows: npt.NDArray[np.int64]  # places in `before`
    added_rows: npt.NDArray[np.int64]  # places in `after`
    changed_rows: npt.NDArray[np.int64]  # pairs of places: in `before`, in `after`
    absent: str = ""

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def added(self) -> int:
        return len(self.added_rows)

    @property
    def removed(self) -> int:
        return len(self.removed_rows)

    @property
    def changed(self) -> int:
        return len(self.changed_rows)

    def rows(self) -> Iterator[RowChange]:
        """Tell the rows: changed, added, removed, each in order of the key."""
        for old, new in self.changed_rows.tolist():
            yield self._told(CHANGED, _row(self.before, old), _row(self.after, new))
        for place in self.added_rows.tolist():
            yield self._told(ADDED, None, _row(self.after, place))
        for place in self.removed_rows.tolist():
            yield self._told(REMOVED, _row(self.before, place), None)

    def as_json(self) -> dict[str, Any]:
        counts = {"table": self.name, "added": self.added, "removed": self.removed, "changed": self.changed}
        return {**counts, "absent": self.absent, "rows": [row.as_json() for row in self.rows()]}

    def _told(self, change: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> RowChange:
        one = new or old or {}
        names = key_columns(self.table)
        columns = {}
        for column in self.table.columns:
            pair = tuple("" if row is None else value_text(column, row[column.name]) for row in (old, new))
            if column.name not in names and (change != CHANGED or pair[0] != pair[1]) and any(pair):
                columns[column.name] = (pair[0], pair[1])
        key = {name: value_text(self.table.column(name), one[name]) for name in names}
        return RowChange(change, key, columns)


def table_changes(before: Snapshot, after: Snapshot) -> list[TableChange]:
    """Compare the reference tables of two snapshots; tables without a change are left out."""
    found = []
    for table in REFERENCE:
        if before.logical["tables"].get(table.name) == after.logical["tables"].get(table.name) and (
            before.period == after.period
        ):
            continue
        one = _compared(
            table, _whole(table, before, after), _whole(table, after, before), _absent(table, before, after)
        )
        if one.added or one.removed or one.changed or one.absent:
            found.append(one)
    return found


def key_columns(table: Table) -> list[str]:
    """List the columns by which a row of a table is known."""
    return [*table.key, *(column.name for column in table.columns if column.kind == "from")]


def value_text(column: Column, value: Any) -> str:
    """Write a typed value exactly: 3100.00, 2026-10-01, yes; '' where it is empty."""
    if value is None:
        return ""
    if column.kind in _TEXTS:
        return str(value)
    if column.kind == "flag":
        return "yes" if value else "no"
    if column.kind in _DAYS:
        return OPEN_END if value == OPEN else str(from_day_number(value))
    if column.kind == "count":
        return "" if column.kind == "count" and value == NO_LIMIT else str(value)
    return decimal_text(value, column.decimals, least=min(column.decimals, 2) if column.name == "amount" else 0)


def _absent(table: Table, before: Snapshot, after: Snapshot) -> str:
    lacks = [table.name in one.absent_tables for one in (before, after)]
    return "" if lacks[0] == lacks[1] else "before" if lacks[0] else "after"


def _whole(table: Table, snapshot: Snapshot, other: Snapshot) -> pa.Table:
    """Read a table with all its columns; one that is left out says what its absence says."""
    if table.name not in snapshot.logical["tables"]:
        return pa.table({column.name: pa.array([], pa.string()) for column in table.columns})
    kept = snapshot.table(table.name)
    columns: dict[str, Any] = {}
    for column in table.columns:
        if column.name in kept.column_names:
            columns[column.name] = kept[column.name]
        else:
            columns[column.name] = pa.repeat(_default(column), kept.num_rows)
    made = pa.table(columns)
    if snapshot.period != other.period and "period" in made.column_names:
        own = pc.if_else(pc.equal(made["period"], str(snapshot.period)), THE_PERIOD, made["period"])
        made = made.set_column(made.column_names.index("period"), "period", own)
    return made


def _default(column: Column) -> pa.Scalar:
    if column.kind == "flag":
        return pa.scalar(column.default == "yes")
    if column.kind == "open":
        return pa.scalar(OPEN, pa.int32())
    if column.kind == "count":
        return pa.scalar(NO_LIMIT, pa.int64())
    return pa.scalar(column.default) if column.kind in _TEXTS else pa.scalar(None, pa.int64())


def _compared(table: Table, before: pa.Table, after: pa.Table, absent: str) -> TableChange:
    keys = [_keys(table, one) for one in (before, after)]
    place = pc.index_in(keys[0], value_set=keys[1])
    removed = np.flatnonzero(place.is_null())
    added = np.flatnonzero(pc.invert(pc.is_in(keys[1], value_set=keys[0])))
    old = np.flatnonzero(place.is_valid())
    new = np.asarray(place.drop_null(), np.int64)
    differs = np.zeros(len(old), bool)
    for column in table.columns:
        if len(old) and column.name not in key_columns(table):
            pair = (before[column.name].take(pa.array(old)), after[column.name].take(pa.array(new)))
            both = [one.combine_chunks() for one in pair]
            equal = pc.fill_null(pc.equal(*both), False)
            empty = pc.and_(both[0].is_null(), both[1].is_null())
            differs |= ~np.asarray(pc.or_(equal, empty), bool)
    pairs = np.stack([old[differs], new[differs]], axis=1).astype(np.int64)
    return TableChange(table, before, after, removed, added, pairs, absent)


def _keys(table: Table, rows: pa.Table) -> pa.Array:
    """Write each row's key as one text; no code holds the separator."""
    texts = [pc.cast(rows[name].combine_chunks(), pa.string()) for name in key_columns(table)]
    return pc.binary_join_element_wise(*texts, _SEPARATOR) if len(texts) > 1 else texts[0]


def _row(table: pa.Table, place: int) -> dict[str, Any]:
    return table.slice(place, 1).to_pylist()[0]  # type: ignore[no-any-return]

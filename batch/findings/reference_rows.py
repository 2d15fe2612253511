"""Findings of reference rows that now say something else of a published period.

A coefficient, a title or a contract that is entered with an earlier date changes the pay of months that are paid, and
so do scores and amounts of such a month.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.findings.finding import MOST_SHOWN, WARNING, Finding
from batch.findings.kinds import REFERENCE_CHANGED
from batch.findings.published import PublishedPeriod, reason
from batch.findings.remedies import revise
from batch.findings.uncompared import not_compared
from batch.input_tables import REFERENCE, Table
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken
from payengine.periods import MONTH, Period, day_number
from payengine.texts import say, word

STAFF, CALENDAR = "staff", "calendar"  # without dates of their own
DESCRIPTIVE = ("name",)  # columns that no rule reads
EMPTY = {"rows": 0, "digest": ""}
_SEPARATOR = "\x1f"
_DAYS = ("first day in the month", "day after the last in it")  # columns of `_in_force`


def changed_reference(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months of which tables without a period say something else now.

    Earlier ones of the snapshot's year. Compared are the rows in force in the month, each cut to the month; the days of
    the month in the calendar; and of `staff` the persons who stand in both snapshots, for others are no change of that
    month. Only of these months a snapshot holds the rows of all dated tables.
    """
    tables = [table for table in REFERENCE if table.dated or table.name in (STAFF, CALENDAR)]
    found: list[list[Finding]] = []  # by month
    months: list[tuple[Period, Snapshot, list[Finding]]] = []
    for one in published:
        if one.snapshot is None or one.period.kind != MONTH or one.period.last_day >= frozen.period.first_day:
            continue
        if one.period.year_start != frozen.period.year_start:
            continue
        found.append([])
        try:
            one.snapshot.verify_tables(*(table.name for table in tables))
        except IntegrityBroken as broken:
            found[-1].append(not_compared(one.period, reason(broken), (REFERENCE_CHANGED,)))
            continue
        months.append((one.period, one.snapshot, found[-1]))
    for table in tables if months else ():
        now = frozen.table(table.name)  # read once for all months, and let go of before the next one
        for period, before, told in months:
            told.extend(_compared(table, before.table(table.name), now, period))
    yield from chain.from_iterable(found)


def changed_period_rows(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published periods whose own rows are others now.

    These are rows that name their period: scores, amounts, finance lines. Compared are digests that both freezes kept;
    a table that one of them did not have counts as empty.
    """
    now = frozen.period_rows
    kept_none = say("its freeze kept no digests of the rows of a period")
    if now is None:
        if published:
            yield not_compared(frozen.period, kept_none, (REFERENCE_CHANGED,), len(published))
        return
    for one in published:
        if one.snapshot is None:
            continue
        then = one.snapshot.period_rows
        if then is None:
            yield not_compared(one.period, kept_none, (REFERENCE_CHANGED,))
            continue
        for table in sorted({*then, *now}):
            before, after = (rows.get(table, {}).get(str(one.period), EMPTY) for rows in (then, now))
            if before["digest"] != after["digest"]:
                what = say("{period} (published): its rows of {table} are others than when it was frozen ({before} "
                           "then, {after} now)", period=one.period, table=word(table), before=f"{before['rows']:,}",
                           after=f"{after['rows']:,}")  # fmt: skip
                yield Finding(REFERENCE_CHANGED, WARNING, max(before["rows"], after["rows"]), what, (),
                              revise(one.period), f"{one.period} {table}")  # fmt: skip


def _compared(table: Table, before: pa.Table, now: pa.Table, period: Period) -> Iterator[Finding]:
    old, new = (_in_force(table, rows, period) for rows in (before, now))
    changed = [] if old.equals(new) else _changed_keys(table, old, new)
    if changed:
        what = say("{period} (published): {n} entr(ies) of {table} in force then say something else now",
                   period=period, n=f"{len(changed):,}", table=word(table.name))  # fmt: skip
        yield Finding(REFERENCE_CHANGED, WARNING, len(changed), what, tuple(changed[:MOST_SHOWN]), revise(period),
                      f"{period} {table.name}")  # fmt: skip


def _in_force(table: Table, rows: pa.Table, period: Period) -> pa.Table:
    """Select the rows in force in a month, each with its days there.

    Columns are those that a rule reads, and those of the key.
    """
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    if table.dated:
        start, until = rows["from"].to_numpy(), rows["until"].to_numpy()
    elif table.name == CALENDAR:
        start, until = rows["day"].to_numpy(), rows["day"].to_numpy() + 1
    else:
        start, until = np.full(rows.num_rows, first), np.full(rows.num_rows, end)
    names = [name for name in rows.column_names if name in table.key or name not in ("from", "until", *DESCRIPTIVE)]
    days = (pa.array(np.maximum(start, first)), pa.array(np.minimum(until, end)))
    whole = pa.table([*(rows[name] for name in names), *days], [*names, *_DAYS])
    return whole.filter(pa.array((start < end) & (until > first)))


def _changed_keys(table: Table, old: pa.Table, new: pa.Table) -> list[str]:
    """List the keys of rows that are not as often on both sides.

    Of `staff` only those that stand on both.
    """
    keys = [_keys(table, rows) for rows in (old, new)]
    written = [
        pc.binary_join_element_wise(key, _content(rows), _SEPARATOR)
        for key, rows in zip(keys, (old, new), strict=True)
    ]  # fmt: skip
    codes = pa.concat_arrays(written).dictionary_encode().indices.to_numpy()
    times = [np.bincount(side, minlength=len(codes)) for side in (codes[: len(old)], codes[len(old) :])]
    changed = pc.unique(pa.concat_arrays(keys).filter(pa.array((times[0] != times[1])[codes])))
    if table.name == STAFF:
        both = pc.and_(*(pc.is_in(changed, value_set=key) for key in keys))
        changed = changed.filter(both)
    return sorted(changed.to_pylist(), key=str.encode)


def _keys(table: Table, rows: pa.Table) -> pa.Array:
    return _one(pc.binary_join_element_wise(*(_texts(rows[name]) for name in table.key), " "))


def _content(rows: pa.Table) -> pa.Array:
    """Write what rows say.

    Absent optional columns are those that say in no row more than their absence.
    """
    names = [name for name in rows.column_names if name not in ("from", "until", *_DAYS)]
    named = [pc.binary_join_element_wise(name, _texts(rows[name]), "=") for name in names]
    return _one(pc.binary_join_element_wise(*named, *(rows[day].cast(pa.string()) for day in _DAYS), _SEPARATOR))


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(column.cast(pa.string()), "")


def _one(texts: pa.ChunkedArray) -> pa.Array:
    found = texts.combine_chunks()
    return found.chunk(0) if isinstance(found, pa.ChunkedArray) else found

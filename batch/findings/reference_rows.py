"""Findings of reference rows that now say something else of a published period.

A coefficient, a title or a contract that is entered with an earlier date changes the pay of months that are paid, and
so do scores and amounts of such a month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

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


def changed_reference(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months of which tables without a period say something else now.

    Earlier ones of the snapshot's year. Compared are the rows in force in the month, each cut to the month; the days of
    the month in the calendar; and of `staff` the persons who stand in both snapshots, for others are no change of that
    month. Only of these months a snapshot holds the rows of all dated tables.
    """
    for one in published:
        if one.snapshot is None or one.period.kind != MONTH or one.period.last_day >= frozen.period.first_day:
            continue
        if one.period.year_start != frozen.period.year_start:
            continue
        tables = [table for table in REFERENCE if table.dated or table.name in (STAFF, CALENDAR)]
        try:
            one.snapshot.verify_tables(*(table.name for table in tables))
        except IntegrityBroken as broken:
            yield not_compared(one.period, reason(broken), (REFERENCE_CHANGED,))
            continue
        for table in tables:
            finding = _compared(table, one.snapshot, frozen, one.period)
            if finding is not None:
                yield finding


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


def _compared(table: Table, before: Snapshot, now: Snapshot, period: Period) -> Finding | None:
    old, new = (_in_force(table, snapshot.table(table.name), period) for snapshot in (before, now))
    changed = _keys((old - new) + (new - old))
    if table.name == STAFF:
        both = {key for key, _ in old} & {key for key, _ in new}
        changed = [key for key in changed if key in both]
    if not changed:
        return None
    what = say("{period} (published): {n} entr(ies) of {table} in force then say something else now", period=period,
               n=f"{len(changed):,}", table=word(table.name))  # fmt: skip
    return Finding(REFERENCE_CHANGED, WARNING, len(changed), what, tuple(changed[:MOST_SHOWN]), revise(period),
                   f"{period} {table.name}")  # fmt: skip


def _in_force(table: Table, rows: pa.Table, period: Period) -> Counter[tuple[str, str]]:
    """Count the rows in force in a month, as key and content.

    Absent optional columns are those that say in no row more than their absence.
    """
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    if table.dated:
        start, until = rows["from"].to_numpy(), rows["until"].to_numpy()
    elif table.name == CALENDAR:
        start, until = rows["day"].to_numpy(), rows["day"].to_numpy() + 1
    else:
        start, until = np.full(rows.num_rows, first), np.full(rows.num_rows, end)
    chosen = (start < end) & (until > first)
    columns = [name for name in rows.column_names if name not in ("from", "until", *DESCRIPTIVE)]
    texts = [pc.fill_null(rows[name].cast(pa.string()), "") for name in columns]
    days = [pa.array(np.maximum(start, first)), pa.array(np.minimum(until, end))]
    keys = pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in table.key), " ")
    named = [pc.binary_join_element_wise(name, text, "=") for name, text in zip(columns, texts, strict=True)]
    whole = pc.binary_join_element_wise(*named, *(day.cast(pa.string()) for day in days), _SEPARATOR)
    return Counter(
        zip(keys.filter(pa.array(chosen)).to_pylist(), whole.filter(pa.array(chosen)).to_pylist(), strict=True)
    )


def _keys(rows: Counter[tuple[str, str]]) -> list[str]:
    return sorted({key for key, _ in rows}, key=str.encode)

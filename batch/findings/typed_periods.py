"""Findings of rows whose period cannot be meant: a typed 2025-10 for 2026-10."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from batch.findings.finding import MOST_SHOWN, Finding
from batch.findings.kinds import IMPLAUSIBLE_PERIOD, KINDS
from batch.snapshot.snapshot import Snapshot
from payengine.periods import MONTH, Period
from payengine.texts import say, word

if TYPE_CHECKING:
    from batch.findings.published import PublishedPeriod

AHEAD = timedelta(days=184)  # half a year: so far amounts are entered before their month
Rows = Mapping[str, Mapping[str, Any]]  # of one table, by period


def implausible_periods(
    frozen: Snapshot, published: Sequence[PublishedPeriod], today: date | None = None
) -> Iterator[Finding]:
    """Find the months that tables with a `period` name and that cannot be meant.

    They are more than half a year ahead of the period and of today; or before the period, published by nobody, and have
    more rows than at the last published freeze. Before anything is published: months of earlier years that stand alone.
    """
    if frozen.period.kind != MONTH:
        return
    ahead = max(frozen.period.last_day, today or datetime.now(UTC).date()) + AHEAD
    months_before = [one for one in published if one.period.kind == MONTH and one.period < frozen.period]
    last = next((one for one in reversed(months_before) if _notes(one)), None)
    known = {str(one.period) for one in published}
    for table, rows in sorted((frozen.period_rows or {}).items()):
        months = [month for text in rows if (month := _month(text)) is not None]
        before = {} if last is None else _notes(last).get(table, {})
        odd = [
            month
            for month in sorted(months)
            if str(month) not in known
            and month != frozen.period
            and (
                month.first_day > ahead
                or (
                    _is_alone(month, rows, frozen.period)
                    if last is None
                    else month < last.period and rows[str(month)]["rows"] > _rows(before, month)
                )
            )
        ]
        if odd:
            n = sum(
                rows[str(month)]["rows"] - (_rows(before, month) if month.first_day <= ahead else 0) for month in odd
            )
            yield Finding(
                IMPLAUSIBLE_PERIOD, KINDS[IMPLAUSIBLE_PERIOD].severity, n,
                say("{n} row(s) of {table} name months that nothing is computed for now", n=f"{n:,}",
                    table=word(table)),
                tuple(f"{month}: {rows[str(month)]['rows']:,}" for month in odd[:MOST_SHOWN]),
                say("correct the period in the source if it is mistyped"), table,
            )  # fmt: skip


def _notes(one: PublishedPeriod) -> Mapping[str, Rows]:
    return {} if one.snapshot is None else one.snapshot.period_rows or {}


def _rows(rows: Rows, month: Period) -> int:
    return int(rows.get(str(month), {}).get("rows", 0))


def _month(text: str) -> Period | None:
    found = Period.find(text)
    return found if found is not None and found.kind == MONTH else None


def _is_alone(month: Period, rows: Rows, own: Period) -> bool:
    """Tell if a month is of an earlier year than the period, and its neighbours have no rows."""
    beside = (Period(month.next_first_day), Period((month.first_day - timedelta(days=1)).replace(day=1)))
    return month.first_day.year < own.first_day.year and not any(str(each) in rows for each in beside)

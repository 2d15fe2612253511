"""Findings from counts of rows by month: published months, limits, typed years.

Compared are numbers of rows and nothing in them: a record that came late hides one of the same month that was taken
out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from batch.findings.finding import MOST_SHOWN, NOTICE, WARNING, Finding
from batch.findings.kinds import FUTURE_DATE, IMPLAUSIBLE_YEAR, LIMITS_CHANGED, ROWS_CHANGED, ROWS_NOT_COMPARED
from batch.findings.remedies import revise
from batch.findings.uncompared import not_compared
from batch.input_tables import RECORD
from batch.snapshot.snapshot import Snapshot
from payengine.periods import MONTH, Period
from payengine.texts import say

if TYPE_CHECKING:
    from batch.findings.published import PublishedPeriod

MONTH_TEXT = re.compile(r"\d{4}-\d{2}")
YEARS_BEFORE = 10  # without anything published: a source seldom goes back farther


def changed_rows(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months of which the source has more or fewer rows now."""
    months = [one for one in published if one.period.kind == MONTH]
    counts = frozen.record_months
    if not months or frozen.period.kind != MONTH:
        return
    if counts is None:
        what = say("the freeze of {period} did not keep the rows of other months: they are not compared",
                   period=frozen.period)  # fmt: skip
        yield Finding(ROWS_NOT_COMPARED, NOTICE, len(months), what,
                      remedy=say("freeze it again: payengine month {period}", period=frozen.period),
                      unseen=(ROWS_CHANGED, LIMITS_CHANGED, IMPLAUSIBLE_YEAR))  # fmt: skip
        return
    if not counts.is_whole:
        what = say("a query stands for service_record: the rows of published months could not be compared")
        yield Finding(ROWS_NOT_COMPARED, NOTICE, len(months), what, subject=RECORD.name,
                      remedy=say("compare them at the source"), unseen=(ROWS_CHANGED, LIMITS_CHANGED))  # fmt: skip
        return
    for one in months:
        then = one.counts.get("dated_in_period")
        if not isinstance(then, int):
            yield not_compared(one.period, say("its run does not say how many rows it had"), (ROWS_CHANGED,))
            continue
        more = counts.rows.get(str(one.period), 0) - then
        if more:
            yield Finding(ROWS_CHANGED, WARNING, abs(more), _told(one.period, more), subject=str(one.period),
                          remedy=revise(one.period))  # fmt: skip


def _told(period: Period, more: int) -> str:
    if more > 0:
        return say("{period} (published): {n} row(s) more in service_record than when it was frozen", period=period,
                   n=f"{more:,}")  # fmt: skip
    return say("{period} (published): {n} row(s) fewer in service_record than when it was frozen", period=period,
               n=f"{-more:,}")  # fmt: skip


def changed_limits(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months that counted other rows for limits than there are now.

    Compared are months of the snapshot's year, and of these the months before it; only where both freezes counted the
    table itself.
    """
    now = frozen.record_months
    if now is None or not now.is_whole:
        return
    for one in published:
        if one.snapshot is None or one.period.kind != MONTH or one.period.year_start != frozen.period.year_start:
            continue
        then = one.snapshot.record_months
        if then is None:
            yield not_compared(one.period, say("its freeze did not keep the rows of other months"), (LIMITS_CHANGED,))
            continue
        if not then.is_whole:
            continue
        until = str(min(one.period, frozen.period))
        moved = {
            month: now.limited.get(month, 0) - then.limited.get(month, 0)
            for month in sorted({*now.limited, *then.limited})
            if month < until
        }
        moved = {month: more for month, more in moved.items() if more}
        if moved:
            what = say("{period} (published) counted other rows of earlier months against limits than there are now",
                       period=one.period)  # fmt: skip
            first = tuple(f"{month}: {more:+,}" for month, more in moved.items())[:MOST_SHOWN]
            yield Finding(LIMITS_CHANGED, WARNING, sum(map(abs, moved.values())), what, first, revise(one.period),
                          str(one.period))  # fmt: skip


def implausible_years(frozen: Snapshot, published: Sequence[Period], today: date | None = None) -> Iterator[Finding]:
    """Find the years of records that cannot be meant: a typed 2062 for 2026.

    That is years after the period's and after the present one, and years before that of the first published period (of
    ten years before, where none is published).
    """
    counts = frozen.record_months
    if counts is None:
        return
    own = frozen.period.first_day.year
    last = max(own, (today or datetime.now(UTC).date()).year)
    first = min((period.first_day.year for period in published), default=own - YEARS_BEFORE)
    years: dict[str, dict[str, int]] = {}
    for month, rows in counts.rows.items():
        year = month[:4] if MONTH_TEXT.fullmatch(month) else ""
        if not year or not min(first, own) <= int(year) <= last:
            years.setdefault(year, {})[month] = rows
    for year, months in years.items():
        rows = sum(months.values())
        grave = not year or int(year) > last
        what = (
            say("{n} row(s) of service_record are dated in {year}: no period reads them", n=f"{rows:,}", year=year)
            if year
            else say("{n} row(s) of service_record have a date that is no day", n=f"{rows:,}")
        )
        told = tuple(f"{month}: {n:,}" for month, n in months.items())[:MOST_SHOWN]
        yield Finding(IMPLAUSIBLE_YEAR, WARNING if grave else NOTICE, rows, what, told,
                      say("correct the date in the source if it is mistyped"), year)  # fmt: skip


def future_dates(frozen: Snapshot, today: date | None = None) -> Iterator[Finding]:
    """Find records of months that begin after the period and after the freeze.

    Later years are told by `implausible_years`.
    """
    counts = frozen.record_months
    if counts is None:
        return
    year, now = frozen.period.first_day.year, today or datetime.now(UTC).date()
    ahead = {
        month: rows for month, rows in counts.rows.items()
        if MONTH_TEXT.fullmatch(month) and month[:4] == str(max(year, now.year)) and _begins_after(month, frozen, now)
    }  # fmt: skip
    if ahead:
        rows = sum(ahead.values())
        yield Finding(
            FUTURE_DATE, NOTICE, rows,
            say("{n} row(s) of service_record are dated after {period} and after the day of the freeze",
                n=f"{rows:,}", period=frozen.period),
            tuple(f"{month}: {n:,}" for month, n in ahead.items())[:MOST_SHOWN],
            say("correct the date in the source if it is mistyped"),
        )  # fmt: skip


def _begins_after(month: str, frozen: Snapshot, now: date) -> bool:
    return month > max(frozen.period.last_day, now).isoformat()[:7]

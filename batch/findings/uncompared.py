"""Findings of published periods that could not be compared.

A comparison that is left out without a word looks like one that found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from batch.findings.finding import Finding
from batch.findings.kinds import (
    KINDS,
    LIMITS_CHANGED,
    LIMITS_FREED,
    PAID_BEFORE,
    REFERENCE_CHANGED,
    REVERSED_LATER,
    ROWS_NOT_COMPARED,
)
from batch.findings.published import PublishedPeriod
from batch.snapshot.snapshot import Snapshot
from payengine.periods import MONTH, Period
from payengine.texts import say

MOST_MONTHS = 12  # the latest published months whose record ids are compared, at the cost of reading them
BY_RECORD_IDS = (PAID_BEFORE, REVERSED_LATER, LIMITS_FREED)
BY_SNAPSHOT = (*BY_RECORD_IDS, LIMITS_CHANGED, REFERENCE_CHANGED)


def latest_months(published: Sequence[PublishedPeriod]) -> list[PublishedPeriod]:
    """List the latest published months, whose record ids are compared."""
    return [one for one in published if one.period.kind == MONTH][-MOST_MONTHS:]


def not_compared(period: Period, why: str, unseen: Sequence[str], count: int = 1) -> Finding:
    """Tell that a period could not be compared, so that nothing is known of the `unseen` kinds."""
    what = say("{period}: its rows could not be compared: {why}", period=period, why=why)
    remedy = say(
        "Restore its snapshot from a copy, or correct the period: payengine month {period} --revise REASON.",
        period=period,
    )
    return Finding(
        ROWS_NOT_COMPARED, KINDS[ROWS_NOT_COMPARED].severity, count, what, (), remedy, str(period), tuple(unseen)
    )


def not_at_hand(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the periods to be compared whose snapshot is missing or damaged."""
    latest = latest_months(published)
    for one in published:
        if one.snapshot is None and (one in latest or one.period.year_start == frozen.period.year_start):
            yield not_compared(one.period, one.fault, BY_SNAPSHOT)

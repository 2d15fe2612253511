"""Findings in the reference tables: what is implausible without being wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from batch.values.posts import posts_beyond
from payengine.periods import Period, day_number
from payengine.suggest import listed
from payengine.texts import say

MOST_TOLD = 20  # persons or contracts named; the rest is counted


def more_than_a_post(engagement: pa.Table, period: Period) -> Iterator[str]:
    """Warn of persons whose engagements on one day add up to more than a full post."""
    told = posts_beyond(engagement, period)
    if told:
        yield say("engagement: more than a full post: {persons}", persons=listed(told, MOST_TOLD))


def ended_by_cancellation(contract: pa.Table, period: Period) -> Iterator[str]:
    """Question contracts cancelled in the period whose term ends on that very day.

    A fee is earned over the whole term and refunded for what is left of it. Who writes the day of cancellation into
    `until` makes the term shorter: each day earns more, and nothing is refunded.
    """
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    day = contract["cancelled_on"]
    now = pc.and_(pc.greater_equal(day, first), pc.less(day, end))
    found = contract.filter(pc.fill_null(pc.and_(now, pc.equal(day, contract["until"])), False))
    codes = sorted(set(found["contract"].to_pylist()), key=str.encode)
    if codes:
        yield say(
            "contract: until is the day of cancellation, so nothing is refunded; give the end of the term that was "
            "signed: {contracts}",
            contracts=listed(codes, MOST_TOLD),
        )

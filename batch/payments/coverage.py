"""Periods that a payment covers, and their order: by the day on which they end.

Of those that end together the shorter comes first, so a December is older than the year that settles it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache

from payengine.periods import Period


@cache
def place_of(period: Period) -> tuple[date, int]:
    """Give the place of a period among others, the oldest first."""
    return period.next_first_day, period.days


def covered(period: Period, published: Iterable[Period], *, only: bool = False) -> list[Period]:
    """List the published periods that a payment of `period` covers, oldest first."""
    chosen = {each for each in published if each == period or (not only and place_of(each) < place_of(period))}
    return sorted(chosen, key=place_of)

"""Robust bounds around what a figure was in the last published periods."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from payengine.policy import ONE

SPREADS = 7  # times the median deviation: five standard deviations of a normal distribution (5 x 1.4826)


def is_far(value: int, earlier: Sequence[int], ratio: int, floor: int) -> bool:
    """Tell if a value is beyond what earlier ones let expect.

    It must be away from their median by more than `floor`, by more than `SPREADS` median deviations, and by the factor
    `ratio` (in ten-thousandths, up or down) from the median and from each of them: what comes once a quarter was there
    before. Without earlier values nothing is far.
    """
    if not earlier:
        return False
    middle: int = median_low(earlier)
    spread: int = median_low([abs(each - middle) for each in earlier])
    away = abs(value - middle)
    if away <= max(floor, SPREADS * spread):
        return False
    return all(_beyond(value, each, ratio) for each in (middle, *earlier))


def _beyond(value: int, other: int, ratio: int) -> bool:
    """Tell if a value is more than `ratio` times another, or less than that part of it."""
    higher: bool = value * ONE > ratio * other
    lower: bool = value * ratio < ONE * other
    return higher or lower

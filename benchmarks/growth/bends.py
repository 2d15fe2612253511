"""Bends of growth: changes of the time for each unit, and the part that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from benchmarks.growth.axes import Axis, Point

BEND = 1.25  # the time a unit must change by this factor, up or down, between two sizes


def bends(axis: Axis, points: Sequence[Point]) -> Iterator[str]:
    """Tell every bend of an axis as a sentence."""
    by_work = sorted((point for point in points if point.axis == axis.name), key=lambda point: (point.work, point.size))
    for work, found in groupby(by_work, key=lambda point: point.work):
        for before, after in pairwise(found):
            ratio = after.micros_per_unit / before.micros_per_unit
            if not 1 / BEND < ratio < BEND:
                yield _sentence(axis, work, before, after)


def _sentence(axis: Axis, work: str, before: Point, after: Point) -> str:
    change = after.micros_per_unit - before.micros_per_unit
    said = (
        f"{work}, from {before.size:,} to {after.size:,}: {before.micros_per_unit:,.3f} becomes "
        f"{after.micros_per_unit:,.3f} us for each {axis.unit}"
    )
    parts = {
        name: (after.parts.get(name, 0.0) / after.units - before.parts.get(name, 0.0) / before.units) * 1e6
        for name in {**before.parts, **after.parts}
    }
    if not parts:
        return f"{said}{_fixed(before, after)}."
    most = max(parts, key=lambda name: parts[name] * (1 if change > 0 else -1))
    return f"{said}; of this change of {change:+,.3f} us, {parts[most]:+,.3f} are '{most}'{_fixed(before, after)}."


def _fixed(before: Point, after: Point) -> str:
    """Tell how many seconds do not grow, by the straight line through two sizes.

    '' where the line has none.
    """
    if after.units == before.units:
        return ""
    each = (after.seconds - before.seconds) / (after.units - before.units)
    still = before.seconds - each * before.units
    return f"; a straight line through both has {still:,.2f} s that do not grow" if still > 0 else ""

"""Dated values of one parameter: layers over each other, gaps, overlaps, ambiguity.

A timeline is the values of one parameter with the same `where`, in order of their start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

from payengine.policy.keys import Where, can_meet, refines, written
from payengine.policy.model import DatedValue
from payengine.texts import say

END = date.max  # stands for "until it is replaced" in comparisons
Found = tuple[DatedValue, date, str]  # the value that is wrong, from when, what is wrong


def end_of(value: DatedValue) -> date:
    return value.until or END


def timelines(values: Iterable[DatedValue]) -> dict[Where, list[DatedValue]]:
    """Group values by `where`, each group in order of start."""
    found: dict[Where, list[DatedValue]] = {}
    for value in sorted(values, key=lambda value: (value.keyed, value.start)):
        found.setdefault(value.keyed, []).append(value)
    return found


def closed_by_successors(values: Iterable[DatedValue]) -> list[DatedValue]:
    """End each open value of one layer where the next one starts."""
    closed = []
    for line in timelines(values).values():
        for value, following in pairwise(line):
            closed.append(replace(value, until=following.start) if value.until is None else value)
        closed.append(line[-1])
    return closed


def overlaps(values: Iterable[DatedValue]) -> Iterator[Found]:
    """Find values of one layer and `where` that hold on the same day: only one can."""
    for line in timelines(values).values():
        for value, following in pairwise(line):
            if following.start < end_of(value) and (value.until is not None or following.start == value.start):
                what = say("overlaps the value from {start}", start=value.start)
                yield following, following.start, _where_said(what, following.keyed)


def overlay(base: Iterable[DatedValue], later: Iterable[DatedValue]) -> list[DatedValue]:
    """Put a later layer's values over `base`: what they cover is replaced, the rest stays."""
    lines = timelines(later)
    result = [value for line in lines.values() for value in line]
    for value in base:
        left = [value]
        for over in lines.get(value.keyed, []):
            left = [piece for part in left for piece in _without(part, over)]
        result.extend(left)
    return result


def _without(value: DatedValue, over: DatedValue) -> Iterator[DatedValue]:
    if end_of(over) <= value.start or end_of(value) <= over.start:
        yield value
        return
    if value.start < over.start:
        yield replace(value, until=over.start)
    if end_of(over) < end_of(value):
        yield replace(value, start=end_of(over))


def gaps(values: Iterable[DatedValue]) -> Iterator[Found]:
    """Find days between two values of one `where` on which neither holds."""
    for line in timelines(values).values():
        for value, following in pairwise(line):
            if end_of(value) < following.start:
                what = say("no value from {start} until {until}", start=end_of(value), until=following.start)
                yield following, end_of(value), _where_said(what, value.keyed)


def ambiguities(values: Iterable[DatedValue]) -> Iterator[Found]:
    """Find two values that can hold together, neither more specific, and no third decides.

    Values whose keys are the same either cannot meet or are one timeline, so only different sets of keys are compared.
    """
    lines = timelines(values)
    shapes: dict[frozenset[str], list[Where]] = {}
    for where in lines:
        shapes.setdefault(frozenset(key for key, _ in where), []).append(where)
    for some, others in combinations(sorted(shapes, key=sorted), 2):
        for one in shapes[some]:
            for other in shapes[others]:
                if can_meet(one, other) and not refines(one, other) and not refines(other, one):
                    yield from _undecided(lines, one, other)


def _undecided(lines: dict[Where, list[DatedValue]], one: Where, other: Where) -> Iterator[Found]:
    both = {*one, *other}
    deciding = [w for w in lines if {*w} <= both and w not in (one, other) and refines(w, one) and refines(w, other)]
    for first in lines[one]:
        for second in lines[other]:
            start, until = max(first.start, second.start), min(end_of(first), end_of(second))
            open_days = [(start, until)] if start < until else []
            for value in (value for where in deciding for value in lines[where]):
                open_days = [piece for days in open_days for piece in _days_without(days, value)]
            if open_days:
                what = say(
                    "ambiguous: {one} and {other} can hold together and neither is more specific",
                    one=written(one), other=written(other),
                )  # fmt: skip
                yield second, open_days[0][0], what


def _days_without(days: tuple[date, date], value: DatedValue) -> Iterator[tuple[date, date]]:
    start, until = days
    if end_of(value) <= start or until <= value.start:
        yield days
        return
    if start < value.start:
        yield start, value.start
    if end_of(value) < until:
        yield end_of(value), until


def _where_said(what: str, where: Where) -> str:
    return f"{what} {say('where {where}', where=written(where))}" if where else what

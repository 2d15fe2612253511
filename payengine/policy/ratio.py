"""Shares of a ratio of any size, 6, 3 and 1 or 1/3 and 2/3: only the proportion counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from payengine.policy.keys import AXIS_KEYS
from payengine.policy.model import ONE, DatedValue, Parameter
from payengine.policy.toml import number_text
from payengine.texts import say


def slips(parameter: Parameter, known: Iterable[str]) -> Iterator[tuple[DatedValue, date, str]]:
    """Find shares that are written wrongly: (value, day, what is wrong).

    Shares that are all below 1 and do not sum to 1 are no ratio that somebody meant; and only a ratio has fractions.
    """
    if not parameter.ratio:
        for value in parameter.values:
            if value.over != 1:
                yield (
                    value,
                    value.start,
                    _no_fraction(value),
                )
        return
    axis = parameter.per or next(iter(parameter.keys.intersection(AXIS_KEYS)), "")
    if not axis and not parameter.by and parameter.values:
        first = parameter.values[0]
        yield (
            first,
            first.start,
            say(
                "the values of a ratio are shares by the names of an axis: one by itself has no proportion. Leave "
                'ratio out and write a decimal, or name a fraction in the calculation: times = ["...", "1/3"]'
            ),
        )
        return
    names = tuple(known) if parameter.per else _used(parameter, axis)
    groups = {tuple(pair for pair in value.keyed if pair[0] != axis) for value in parameter.values}
    for group in sorted(groups):
        for day in sorted({value.start for value in parameter.values}):
            found = [parameter.find(day, {**dict(group), axis: name}) for name in names]
            held = [value for value in found if value is not None]
            shares = [Fraction(value.number, ONE * value.over) for value in held]
            if shares and max(shares) < 1 and sum(shares) != 1:
                yield held[0], day, say("shares below 1 sum to 1, and these do not")


def _no_fraction(value: DatedValue) -> str:
    """Say what to write in place of a fraction: a decimal where it is exactly one."""
    number, rest = divmod(value.number, value.over)
    if not rest:
        return say('only the shares of a ratio are written as fractions; write "{number}"', number=number_text(number))
    fraction = f"{value.number // ONE}/{value.over}"
    return say(
        "only the shares of a ratio are written as fractions: a value has 4 decimals, which {fraction} would exceed. "
        'Name it in the calculation, times = ["...", "{fraction}"], or, where it changes on a date, give its two '
        'numbers as parameters: times = ["...", "part"], over = ["whole"]',
        fraction=fraction,
    )


def _used(parameter: Parameter, axis: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.where[axis] for value in parameter.values if axis in value.where))


def unit_of_ratio(parameter: Parameter) -> int:
    """Return what the shares of a ratio are multiplied by to be whole; 1 without fractions."""
    return math.lcm(*(value.over for value in parameter.values)) if parameter.ratio else 1


def in_whole_parts(parameter: Parameter) -> Parameter:
    """Bring the shares of a ratio to whole numbers in the same proportion."""
    unit = unit_of_ratio(parameter)
    if unit == 1:
        return parameter
    values = [replace(value, number=value.number * unit // value.over) for value in parameter.values]
    return replace(parameter, values=tuple(values))

"""Scales: the grade that a figure reaches, the grade's worth, a price for each slice.

Steps are a parameter keyed by an axis whose names stand in their order: grades from the best to the worst, slices of a
tariff from the lowest to the highest.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np

from payengine.graph.values import factors
from payengine.graph.values.absence import Absence
from payengine.graph.values.column import Column, minimum, where
from payengine.graph.values.flags import Codes
from payengine.graph.values.frame import Flag
from payengine.graph.values.keyed import Keyed
from payengine.graph.values.levels import Level
from payengine.graph.values.scope import FormulaError, meet, named
from payengine.texts import in_quotes, joined, say


def grade(value: Column, floors: Keyed) -> Codes:
    """Find the first grade whose floor the value reaches; a floor is reached exactly.

    `floors` by grade, best first; a grade without a floor in some row does not exist there. `FormulaError` where floors
    do not fall, or where a value is below all of them: the lowest grade needs a floor that everybody reaches.
    """
    keys = floors.keys()
    level, _, names = meet(value, *[floors[key] for key in keys])
    rows = value.scope.frame.rows(level)
    there = [floors[key].is_set().full(level) for key in keys]
    _in_order(floors, level, falling=True)
    found = np.full(rows, -1, np.int32)
    for number, key in enumerate(keys):
        reached = np.broadcast_to((value >= floors[key]).at(level), rows) & there[number]
        found[(found < 0) & reached] = number
    absent = (*value.absent_at(level), *_without_any(floors, there, level))
    known = np.ones(rows, bool)
    for mark in absent:
        known &= ~mark.rows
    below = known & (found < 0)
    if below.any():
        raise FormulaError(
            say("{names} is below every grade at {codes}", names=value.display_name, codes=_codes(value, level, below)),
            remedy=say("Give the lowest grade the floor 0."),
        )
    return Codes(value.scope, level, np.maximum(found, 0), tuple(keys), absent, names, factors.chosen_by(value.factors))


def _without_any(floors: Keyed, there: list[Flag], level: Level) -> list[Absence]:
    """Mark the rows in which no grade has a floor."""
    nowhere = ~np.logical_or.reduce(there) if there else np.zeros(0, bool)
    marks = [mark for key in floors.keys() for mark in floors[key].absent_at(level)]  # noqa: SIM118
    return [one for mark in marks if (one := mark.only(nowhere))]


def pick(codes: Codes, values: Keyed) -> Column:
    """Pick, per row, the value of its own key: what a grade is worth.

    Values of other keys are not needed.
    """
    lacking = [label for label in codes.labels if label not in values]
    if lacking:
        raise FormulaError(
            say("there is no value for {axis} {keys}", axis=values.axis, keys=joined(map(repr, lacking))),
            remedy=say("Give the parameter a value for each."),
        )
    keys = codes.labels or values.keys()
    if not keys:
        raise FormulaError(say("there is no {axis} at all", axis=values.axis))
    picked: Column = values[keys[-1]]
    for key in reversed(keys[:-1]):
        picked = where(codes == key, values[key], picked)
    chosen = where(codes.isin(keys), picked, 0)  # also marks the rows whose key is missing
    chosen.factors = factors.either(codes.factors, chosen.factors)  # a grade's worth stands for the score behind it
    return chosen


def tariff(amount: Column, floors: Keyed, prices: Keyed) -> Column:
    """Price each slice of the amount at its own price, unrounded.

    A negative amount is taken back as it would be paid. `floors` by step, lowest first, the first of them 0.
    `FormulaError` where they do not rise or do not begin at 0.
    """
    keys = floors.keys()
    if not keys:
        raise FormulaError(say("there is no {axis} at all", axis=floors.axis))
    level = meet(*[floors[key] for key in keys])[0]
    begin = ~(floors[keys[0]] == 0).full(level)
    if begin.any():
        raise FormulaError(say("the first step {key} begins above 0", key=in_quotes(keys[0])))
    _in_order(floors, level, falling=False)
    size = abs(amount)
    total: Column | None = None
    for key, above in pairwise([*keys, ""]):
        reached = minimum(size, floors[above]) if above else size
        slice_ = (reached - floors[key]).positive_part() * prices[key]
        total = slice_ if total is None else total + slice_
    assert total is not None
    return where(amount < 0, -total, total)


def _in_order(steps: Keyed, level: Level, falling: bool) -> None:
    """Refuse steps that do not stand in their order in every row."""
    for one, other in combinations(steps.keys(), 2):
        wrong = (steps[one] <= steps[other] if falling else steps[one] >= steps[other]).full(level)
        wrong = wrong & steps[one].is_set().full(level) & steps[other].is_set().full(level)
        if wrong.any():
            what = (
                say("the floor of {one} is not above that of {other}", one=in_quotes(one), other=in_quotes(other))
                if falling
                else say("the floor of {one} is not below that of {other}", one=in_quotes(one), other=in_quotes(other))
            )
            raise FormulaError(what, remedy=say("The order is that of the names in the policy."))


def _codes(value: Column, level: Level, rows: Flag) -> str:
    frame = value.scope.frame
    return named(["/".join(part for part in frame.code(level, int(row)) if part) for row in np.flatnonzero(rows)])

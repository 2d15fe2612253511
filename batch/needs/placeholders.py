"""Placeholders for values that a policy lacks.

With them its formulas can be tried. They are in no result: a trial tells which names the formulas ask for, and that
does not depend on the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from payengine.periods import Period
from payengine.policy import Parameter, Policy
from payengine.policy.keys import Where
from payengine.policy.model import FIGURE, ONE, DatedValue

ANY_FIGURE = "points"  # an input that every month and settlement has


def with_placeholders(policy: Policy, names: Sequence[str], period: Period) -> Policy:
    """Give each of these parameters that lacks a value in the period one that holds everywhere.

    One whose values name figures names the points: which names another figure would ask for, nobody can tell before.
    """
    lacking = {problem.parameter for problem in policy.coverage_problems(names, period)} & set(policy.parameters)
    filled = {name: _filled(policy, policy.parameters[name], period) for name in lacking}
    return replace(policy, parameters={**policy.parameters, **filled}) if filled else policy


def _filled(policy: Policy, parameter: Parameter, period: Period) -> Parameter:
    number = 1 if parameter.is_flag else min(max(ONE, parameter.minimum or 0), parameter.maximum or ONE)
    figure = next(iter(parameter.figures), ANY_FIGURE) if parameter.unit == FIGURE else ""
    made = [
        DatedValue(period.first_day, period.next_first_day, where, 0 if figure else number, "", "", figure=figure)
        for where in _places(policy, parameter)
    ]
    outside = [value for value in parameter.values if not value.holds_on(period.last_day)]
    held = list(parameter.in_force(period.last_day))
    given = {value.keyed for value in held}
    return replace(parameter, values=(*outside, *held, *(value for value in made if value.keyed not in given)))


def _places(policy: Policy, parameter: Parameter) -> list[Where]:
    """List the keys for which a placeholder is needed: every name of its axis, else everywhere."""
    axis = parameter.per or parameter.by
    if axis and (names := policy.known(axis)):
        return [((axis, name),) for name in names]
    if parameter.bands is not None:
        return [(("band", step.name),) for step in parameter.bands.steps]
    return [()]

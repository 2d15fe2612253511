"""Parameters whose values are those that another one had a year before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from payengine.errors import Problem
from payengine.policy.model import DatedValue, Parameter, Policy
from payengine.suggest import hint
from payengine.texts import in_quotes, say


def a_year_later(policy: Policy, parameter: Parameter, problems: list[Problem]) -> Parameter:
    """Give a parameter the values that the one it names had a year before."""
    if not parameter.year_before:
        return parameter
    base = policy.parameters.get(parameter.year_before)
    if base is None or parameter.values:
        what = say("{name} is no parameter", name=in_quotes(parameter.year_before)) + hint(
            parameter.year_before, policy.parameters
        )
        if base is not None:
            what = say("it has the values of {name} a year later, and none of its own", name=base.name)
        problems.append(Problem(what, policy.layers[-1].place, parameter=parameter.name))
        return parameter
    return replace(parameter, values=tuple(_later(value) for value in base.values))


def _later(value: DatedValue) -> DatedValue:
    ends = None if value.until is None else _year_after(value.until)
    return replace(value, start=_year_after(value.start), until=ends)


def _year_after(day: date) -> date:
    return day.replace(year=day.year + 1)  # the first of a month, which every year has

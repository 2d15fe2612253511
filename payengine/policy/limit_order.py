"""Order of limits: the least is not above the most, as far as the policy's numbers tell.

Limits that are figures of the run are known when it is computed; there the most counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from payengine.errors import Problem
from payengine.policy.calculation import Calculation, DeclaredFigure
from payengine.policy.keys import AXIS_KEYS
from payengine.policy.model import Component, Parameter, Policy
from payengine.policy.toml import KeyPath, exact, number_text
from payengine.texts import labelled, say


@dataclass(frozen=True)
class _Limit:
    """A limit that the policy gives: a number, or a parameter at one key of its axis or at any."""

    number: int = 0
    parameter: Parameter | None = None
    at: tuple[tuple[str, str], ...] = ()

    def wheres(self) -> list[dict[str, str]]:
        """List what its values are keyed by, without the key at which it is read."""
        if self.parameter is None:
            return [{}]
        own = dict(self.at)
        values = [one.where for one in self.parameter.values]
        return [
            {key: name for key, name in where.items() if key not in own}
            for where in values
            if all(where.get(key, name) == name for key, name in own.items())
        ]

    def days(self) -> list[date]:
        return [] if self.parameter is None else [value.start for value in self.parameter.values]

    def on(self, day: date, where: Mapping[str, str]) -> int | None:
        """Return the number in force, or None where there is none, or a figure in its place."""
        if self.parameter is None:
            return self.number
        value = self.parameter.find(day, {**where, **dict(self.at)})
        return None if value is None or value.figure else value.number


def limit_problems(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Find calculations and parameters of which the least is above the most on any day."""
    declared: tuple[DeclaredFigure | Component, ...] = (
        *policy.figures.values(), *policy.components.values(), *policy.statements.values()
    )  # fmt: skip
    for one in declared:
        if one.calculation is not None and one.calculation.at_least and one.calculation.at_most:
            yield from _crossed(policy, one.calculation, places[one.layer, one.name].at("at_least"))
    for parameter in policy.parameters.values():
        least, most = parameter.minimum, parameter.maximum
        if least is not None and most is not None and least > most and (parameter.layer, parameter.name) in places:
            yield places[parameter.layer, parameter.name].at("minimum").problem(
                say("{least} is above the {key}, {most}", least=number_text(least), key="maximum",
                    most=number_text(most)),
            )  # fmt: skip


def _crossed(policy: Policy, calculation: Calculation, place: KeyPath) -> Iterator[Problem]:
    """Report the first day and the first keys at which the limits cross."""
    least, most = _limit(policy, calculation.at_least), _limit(policy, calculation.at_most)
    if least is None or most is None:
        return
    for day in sorted({*least.days(), *most.days()}) or [date.min]:
        for one, other in product(least.wheres(), most.wheres()):
            if any(other.get(key, name) != name for key, name in one.items()):
                continue
            low, high = least.on(day, {**one, **other}), most.on(day, {**one, **other})
            if low is not None and high is not None and low > high:
                yield place.problem(
                    say("{least} is above the {key}, {most}", least=_told(calculation.at_least, low), key="at_most",
                        most=_told(calculation.at_most, high)),
                    "" if day == date.min else say("correct the values in force on {day}", day=day),
                )  # fmt: skip
                return


def _told(text: str, number: int) -> str:
    shown = number_text(number)
    return shown if text[0].isdigit() else labelled(text, shown)


def _limit(policy: Policy, text: str) -> _Limit | None:
    """Read a limit; None for a figure, of which the policy does not tell the size."""
    base, _, key = text.partition("[")
    parameter = policy.parameters.get(base)
    if parameter is not None:
        axes = [axis for axis in parameter.keys if axis in AXIS_KEYS] if key else []
        return _Limit(parameter=parameter, at=tuple((axis, key.removesuffix("]")) for axis in axes))
    try:
        return _Limit(exact(text))
    except ValueError:
        return None

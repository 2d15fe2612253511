"""Parameters that must not change inside a settlement.

Their rules apply one value to all of it, so a value that changes inside it would be applied wrongly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from payengine.errors import Problem
from payengine.graph.inputs import ParameterSource
from payengine.graph.rules import Formula
from payengine.periods import Period
from payengine.texts import say

POLICY = "policy"


def steady_problems(formulas: Iterable[Formula], source: ParameterSource, period: Period) -> Iterator[Problem]:
    """Find values that begin inside the period, of parameters that must not change there."""
    for formula in formulas:
        for name in formula.steady:
            parameter = source.parameters.get(name)
            for value in () if parameter is None else parameter.values:
                if period.first_day < value.start < period.next_first_day:
                    yield Problem(
                        say("it changes inside {period}, and {formula} applies one value to all of it",
                            period=period, formula=formula.name),
                        POLICY, parameter=name, on=value.start,
                        remedy=say("let it change where a period begins, or choose a formula that settles month by"
                                   " month"),
                    )  # fmt: skip

"""Values of a policy that are missing in a period, with who must agree to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payengine.periods import Period
from payengine.policy import Parameter, Policy, to_supply, unsupplied
from payengine.policy.description import Supply, asked_unit, supply_words


@dataclass(frozen=True)
class ValueNeed:
    """Parameter without a value: the names that lack one, and if formulas read it.

    `periods` are those in which it is missing; `text` says all of it in one sentence.
    """

    parameter: Parameter
    unit: str
    supplies: tuple[Supply, ...]
    periods: tuple[Period, ...]
    is_read: bool
    text: str


def value_needs(policy: Policy, read: dict[Period, Sequence[str]]) -> list[ValueNeed]:
    """List the parameters that lack a value in a period, as the policy declares them.

    `read` are the parameters that each period's formulas read.
    """
    found: dict[str, dict[object, Supply]] = {}
    periods: dict[str, dict[Period, None]] = {}
    for period, names in read.items():
        for each in (*to_supply(policy, period), *unsupplied(policy, period, names)):
            found.setdefault(each.parameter, {}).setdefault(each.where, each)
            periods.setdefault(each.parameter, {})[period] = None
    asked = {name for names in read.values() for name in names}
    return [
        ValueNeed(
            policy.parameters[name], asked_unit(policy.parameters[name].unit), tuple(found[name].values()),
            tuple(periods[name]), name in asked, supply_words(policy, list(found[name].values())),
        )
        for name in policy.parameters if name in found
    ]  # fmt: skip

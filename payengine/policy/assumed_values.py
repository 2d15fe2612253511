"""Values that a simulation assumes in place of those in force.

`staff_point_price=4.50` is written as a policy file would say it; `fixed_share_floor[kind=county_hospital]=0.7` names
the keys for which it holds. Bounds, sums, ratios and ambiguity are checked as when a policy is loaded. Approvals are
not: a value is tried before anybody approves it, and keeps the approvals of the value whose place it takes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from payengine.errors import Problem, UsageError
from payengine.periods import Period
from payengine.policy import checks, ratio, timeline
from payengine.policy.checks import threshold_of_whole_run
from payengine.policy.keys import AXIS_KEYS, CLOSED, KEYS, NAMED_BY, Where, where_of, written
from payengine.policy.limit_order import limit_problems
from payengine.policy.merge import sorted_values
from payengine.policy.model import DatedValue, Parameter, Policy
from payengine.policy.toml import KeyPath, exact, number_text
from payengine.suggest import hint, listed
from payengine.texts import in_quotes, joined, say

SOURCE = "assumed"  # the source of a value that nobody has decided yet
FLAGS = {"true": 1, "yes": 1, "是": 1, "false": 0, "no": 0, "否": 0}
_SETTING = re.compile(r"\s*(?P<name>[^\[\]=\s]+)\s*(?:\[(?P<keys>[^\[\]]*)\])?\s*")


@dataclass(frozen=True)
class AssumedValue:
    """Number of a parameter for some keys, in ten-thousandths (a flag: 0 or 1)."""

    parameter: str
    where: Where
    number: int

    def text(self, policy: Policy) -> str:
        """Write it as it is given: `name[key=value]=number`."""
        return f"{assumed_name(self.parameter, self.where)}={number_words(policy.parameters[self.parameter], self)}"


def assumed_name(parameter: str, where: Where) -> str:
    """Write a parameter with the keys for which a value holds: `name[key=value,key=value]`."""
    keys = ",".join(f"{key}={value}" for key, value in where)
    return f"{parameter}[{keys}]" if keys else parameter


def number_words(parameter: Parameter, value: AssumedValue) -> str:
    """Write the number of a value: a decimal number, or yes and no."""
    if parameter.is_flag:
        return "yes" if value.number else "no"
    return number_text(value.number, least=2 if parameter.unit.startswith("yuan") else 0)


def read_assumed(policy: Policy, text: str) -> AssumedValue:
    """Read `name=number` or `name[key=value,...]=number`; `UsageError` where it is neither."""
    keyed, bracket, rest = text.rpartition("]")
    plain, equals, number = rest.partition("=")
    if not equals:
        raise UsageError(
            say("{text} sets nothing", text=in_quotes(text)),
            remedy=say("Write NAME=VALUE, or NAME[KEY=VALUE]=VALUE where a parameter is keyed."),
        )
    name = keyed + bracket + plain
    parameter, where = read_name(policy, name)
    return AssumedValue(parameter.name, where, read_number(parameter, number.strip()))


def read_name(policy: Policy, text: str) -> tuple[Parameter, Where]:
    """Read a parameter's name with its keys; `UsageError` for what the policy does not know."""
    match = _SETTING.fullmatch(text)
    if match is None:
        raise UsageError(
            say("{text} names no parameter", text=in_quotes(text)),
            remedy=say("Write NAME, or NAME[KEY=VALUE] where a parameter is keyed."),
        )
    name = match["name"]
    if name not in policy.parameters:
        raise UsageError(
            say("policy {policy} has no parameter {name}", policy=policy.code, name=name)
            + hint(name, policy.parameters)
        )
    parameter = policy.parameters[name]
    where = _where(policy, parameter, match["keys"])
    what = say("the values of {name} name figures, and are no numbers", name=name) if parameter.figures else ""
    if ratio.unit_of_ratio(parameter) != 1:
        what = say("the shares of {name} are written as fractions", name=name)
    if what:
        raise UsageError(what, remedy=say("Write it in a policy of its own, and simulate that: --policy NAME."))
    return parameter, where


def _where(policy: Policy, parameter: Parameter, text: str | None) -> Where:
    found: dict[str, str] = {}
    for part in (text or "").split(",") if text is not None else ():
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not key or not value or key in found:
            raise UsageError(
                say("{text} are no keys of {name}", text=in_quotes(text), name=parameter.name),
                remedy=say("Write them as {example}.", example="[kind=village_clinic,public_class=1]"),
            )
        found[key] = value
        _check_key(policy, parameter, key, value)
    where = where_of(found)
    if len([key for key in found if key in AXIS_KEYS]) > 1:
        raise UsageError(say("at most one of these can key a parameter: {keys}", keys=joined(list(found))))
    if not where and _must_be_keyed(parameter):
        named = sorted({assumed_name(parameter.name, value.keyed) for value in parameter.values})
        keys = sorted(parameter.keys) or [parameter.per or parameter.by or "band"]
        raise UsageError(
            say("{name} is keyed by {keys}, and has no value that holds everywhere",
                name=parameter.name, keys=joined(keys)),
            remedy=say("Name one of them: {names}.", names=listed(named)) if named
            else say("Name a key: {name}.", name=f"{parameter.name}[{keys[0]}=...]"),
        )  # fmt: skip
    return where


def _must_be_keyed(parameter: Parameter) -> bool:
    """Tell if a value without keys would stand for nothing that the parameter says."""
    if parameter.values:
        return all(value.keyed for value in parameter.values)
    return bool(parameter.per or parameter.by or parameter.banded_by)


def _check_key(policy: Policy, parameter: Parameter, key: str, value: str) -> None:
    if key not in KEYS:
        raise UsageError(
            say("{key} is no key of a value", key=key) + hint(key, [*parameter.keys, *KEYS]),
            remedy=say("There are: {names}.", names=joined([*KEYS])),
        )
    known: Sequence[str] = CLOSED.get(key, ())
    if key in NAMED_BY:
        known = policy.known(key)
    elif key == "band":
        known = [one.name for one in parameter.bands.steps] if parameter.bands else []
    if value not in known and (known or key in (*NAMED_BY, "band")):
        raise UsageError(say("{value} is no {key}", value=value, key=key) + hint(value, known))


def read_number(parameter: Parameter, text: str) -> int:
    """Read a number on a parameter's scale and within its bounds, else `UsageError`."""
    if parameter.is_flag:
        if text.lower() not in FLAGS:
            raise UsageError(
                say("{name} is true or false, not {text}", name=parameter.name, text=in_quotes(text)),
                remedy=say("Write yes or no."),
            )
        return FLAGS[text.lower()]
    try:
        number = exact(text)
    except ValueError as error:
        raise UsageError(say("{name}: {text}", name=parameter.name, text=error)) from error
    for what in checks.bounds(parameter, DatedValue(date.min, None, (), number, SOURCE, "")):
        raise UsageError(say("{name}: {text}", name=parameter.name, text=what))
    return number


def with_assumed(policy: Policy, values: Iterable[AssumedValue], period: Period) -> Policy:
    """Put values into a policy for a period; `UsageError` where they do not fit together.

    What held before and after the period stays.
    """
    changed: dict[str, list[DatedValue]] = {}
    for value in values:
        changed.setdefault(value.parameter, []).append(_dated(policy, value, period))
    if not changed:
        return policy
    parameters = dict(policy.parameters)
    for name, given in changed.items():
        old = parameters[name]
        merged = timeline.overlay(old.values, given)
        parameters[name] = sorted_values(policy, replace(old, values=tuple(merged)))
    found = replace(policy, parameters=parameters)
    problems = [problem for name in changed for problem in _problems(found, parameters[name])]
    problems += limit_problems(found, defaultdict(lambda: KeyPath("", ())))
    if problems:
        raise UsageError(say("these values do not fit together: {n} problem(s)", n=len(problems)), problems)
    return found


def _dated(policy: Policy, value: AssumedValue, period: Period) -> DatedValue:
    """Make the entry of a value, with the approvals of the one whose place it takes."""
    parameter = policy.parameters[value.parameter]
    before = [
        one for one in parameter.values if one.keyed == value.where and one.holds_on(period.last_day)
    ] or [one for one in parameter.in_force(period.last_day) if not one.keyed]  # fmt: skip
    return DatedValue(
        period.first_day, period.next_first_day, value.where, value.number, SOURCE, policy.layers[-1].code,
        illustrative=policy.illustrative, approvals=before[0].approvals if before else (),
        cause=before[0].cause if before else "",
    )  # fmt: skip


def _problems(policy: Policy, parameter: Parameter) -> Iterator[Problem]:
    """Find what loading a policy with these values would find, but for approvals."""
    for found in (
        timeline.ambiguities(parameter.values),
        checks.sums(parameter, policy.known(parameter.per)),
        ratio.slips(parameter, policy.known(parameter.per)),
    ):
        for value, day, what in found:
            place = f" {written(value.keyed)}" if value.keyed else ""
            yield Problem(what + place, parameter=parameter.name, on=day)
    for check in policy.checks.values():
        if check.threshold == parameter.name:
            yield from threshold_of_whole_run(policy, check, KeyPath("", ("checks", check.name)))

"""A policy in words: values in force with their sources, and what a county must supply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from payengine.errors import Problem
from payengine.periods import Period
from payengine.policy.bodies import body_words
from payengine.policy.keys import NAMED_BY, Where
from payengine.policy.model import ONE, DatedValue, Parameter, Policy
from payengine.policy.ratio import unit_of_ratio
from payengine.policy.toml import number_text
from payengine.texts import joined, labelled, say
from payengine.unit_words import unit_words


@dataclass(frozen=True)
class ValueInForce:
    """One value in force, as `policy show` prints it.

    Texts but for the dates; `until` None: until it is replaced. `basis` as in `DatedValue`.
    """

    parameter: str
    label: str
    unit: str
    where: str
    value: str
    start: date
    until: date | None
    source: str
    layer: str
    illustrative: bool
    approvals: str
    note: str  # why it has no end, or by which record it goes on past its end
    basis: str
    quote: str
    reading: str
    alternative: str


@dataclass(frozen=True)
class Supply:
    """One value that the county must still supply.

    `text` says so to somebody who knows payroll and no program.
    """

    parameter: str
    label: str
    unit: str
    where: Where
    approvals: tuple[str, ...]
    text: str


def describe(policy: Policy, on: date) -> list[ValueInForce]:
    """List every value in force on a day: by parameter, general before specific values."""
    return [
        ValueInForce(
            parameter=parameter.name,
            label=parameter.label,
            unit=parameter.unit,
            where=where_words(policy, value.keyed),
            value=figure_words(policy, value.figure) or value_text(parameter, value),
            start=value.start,
            until=value.until,
            source=value.source,
            layer=value.layer,
            illustrative=value.illustrative,
            approvals=_approvals(value),
            note=_note(value),
            basis=value.basis,
            quote=value.quote,
            reading=value.reading,
            alternative=value.alternative,
        )
        for parameter in policy.parameters.values()
        for value in parameter.values
        if value.holds_on(on)
    ]


def value_text(parameter: Parameter, value: DatedValue) -> str:
    """Write a value for print: a decimal number (money with its fen), or yes and no."""
    if parameter.is_flag:
        return say("yes") if value.number else say("no")
    number = Fraction(value.number, unit_of_ratio(parameter))
    if value.over != 1:
        return str(number / ONE)
    return number_text(int(number), least=2 if parameter.unit.startswith("yuan") else 0)


def asked_unit(unit: str) -> str:
    """Write a unit in words for somebody who must supply a value of it."""
    return say("ratio (0.60 is 60 %)") if unit == "ratio" else unit_words(unit)


def figure_words(policy: Policy, figure: str) -> str:
    """Write the figure that a value names, with the policy's label of its key; '' for a number."""
    base, _, key = figure.removesuffix("]").partition("[")
    axis = {"finance": "line", "measure": "name"}.get(base, "")
    label = policy.label(axis, key) if axis else ""
    return labelled(label, figure) if label != key else figure


def where_words(policy: Policy, where: Where) -> str:
    """Write a value's keys, names with their labels; '' for one that holds everywhere."""
    return joined(f"{key}={_named(policy, key, name)}" for key, name in where)


def to_supply(policy: Policy, period: Period | None = None) -> list[Supply]:
    """List what the county must still supply: required values that nothing gives.

    In the period, if there is one. Without a period a value counts as given if it is given for any time.
    """
    return [
        Supply(
            parameter.name,
            parameter.label,
            parameter.unit,
            where,
            parameter.approvals,
            _words(policy, parameter, where),
        )
        for parameter in policy.parameters.values()
        if parameter.required
        for where in _blanks(policy, parameter, period)
    ]


def ending(policy: Policy, period: Period) -> list[Supply]:
    """List values that no longer hold in the period and must be replaced or continued."""
    return unsupplied(policy, period, [one.name for one in policy.parameters.values() if one.values])


def unsupplied(policy: Policy, period: Period, names: Iterable[str]) -> list[Supply]:
    """List what these parameters lack in the period.

    The required ones are left to `to_supply`.
    """
    return [
        Supply(parameter.name, parameter.label, parameter.unit, (), parameter.approvals, _told(problem))
        for parameter in (policy.parameters[name] for name in names if name in policy.parameters)
        if not parameter.required
        for problem in policy.coverage_problems([parameter.name], period)
    ]


def _told(problem: Problem) -> str:
    return say("{what}; {remedy}", what=problem.what, remedy=problem.remedy)


def _blanks(policy: Policy, parameter: Parameter, period: Period | None) -> Iterator[Where]:
    days = [month.first_day for month in period.months()] if period else sorted({v.start for v in parameter.values})
    wheres: list[Where] = [()]
    if parameter.per:
        wheres = [((parameter.per, name),) for name in policy.known(parameter.per)]
    for where in wheres:
        held = [day for day in days if any(_serves(value, where) for value in parameter.in_force(day))]
        if not held or (period is not None and len(held) < len(days)):
            yield where


def _serves(value: DatedValue, where: Where) -> bool:
    """Tell if a value gives something for this name of an axis.

    For everything, where no name is asked for.
    """
    return all(value.where.get(key, name) == name for key, name in where)


def supply_words(policy: Policy, supplies: Sequence[Supply]) -> str:
    """Say in one text what a county must supply of one parameter for several names."""
    wheres = [each.where for each in supplies]
    if not all(wheres):
        return " ".join(dict.fromkeys(each.text for each in supplies))
    return _words(policy, policy.parameters[supplies[0].parameter], *wheres)


def _words(policy: Policy, parameter: Parameter, *wheres: Where) -> str:
    what = say("{label}, in {unit}", label=parameter.label, unit=asked_unit(parameter.unit))
    named = [_named(policy, key, name) for where in wheres for key, name in where]
    if named:
        what = say("{what}, for {name}", what=what, name=joined(named))
    ends = [value.until for value in parameter.values for where in wheres if value.until and _serves(value, where)]
    if ends:
        text = say("{what}: the last value ended on {day}; write the one that follows it", what=what, day=max(ends))
    elif parameter.approvals:
        bodies = say(" and ").join(body_words(body) for body in parameter.approvals)
        text = say("{what}: the documents print no value; write the one approved by {bodies}", what=what, bodies=bodies)
    else:
        text = say("{what}: the documents print no value; write your county's own", what=what)
    return say("{text}. {ask}", text=text, ask=parameter.ask) if parameter.ask else text


def _named(policy: Policy, key: str, name: str) -> str:
    label = policy.label(key, name) if key in NAMED_BY else name
    return labelled(label, name)


def _approvals(value: DatedValue) -> str:
    return joined(f"{body_words(one.body)} {one.document} {one.date}" for one in value.approvals)


def _note(value: DatedValue) -> str:
    if value.continued:
        return say("continued by {document} of {day}", document=value.continued.document, day=value.continued.date)
    return say("then none: {reason}", reason=value.lapses) if value.lapses else value.continues

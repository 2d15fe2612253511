"""Changes of the policy between two runs, of all that can change a figure of their periods.

Values are compared as they are in force in the period of each run, of the parameters that its formulas read; what is
otherwise declared by its canonical form. What cannot change a figure of the period (a label, a source, a value of
another year) is no difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from payengine.periods import Period
from payengine.policy.description import figure_words, value_text, where_words
from payengine.policy.digest import canonical
from payengine.policy.keys import Where
from payengine.policy.model import DatedValue, Policy
from payengine.policy.timeline import end_of, timelines

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_APART = ("formulas", "parameters", "names")  # sections that are compared in their own way
_LABELLED = ("components", "statements", "totals", "known_income", "figures", "checks")


@dataclass(frozen=True)
class RunPolicy:
    """Policy of a run with its period, and the parameters that the run's formulas read."""

    policy: Policy
    period: Period
    read: Collection[str]


@dataclass(frozen=True)
class ValueThen:
    """Value in force in a run's period: as printed, since when, by which document."""

    value: str
    since: str
    source: str
    approvals: tuple[str, ...]
    layer: str
    basis: str

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "approvals": list(self.approvals)}


@dataclass(frozen=True)
class ValueChange:
    """Values of a parameter for the same keys that are not alike: all of each period, in order.

    None where the run's formulas do not read the parameter; () where it has no value.
    """

    parameter: str
    label: str
    unit: str
    where: str
    before: tuple[ValueThen, ...] | None
    after: tuple[ValueThen, ...] | None

    def as_json(self) -> dict[str, Any]:
        sides = {"before": self.before, "after": self.after}
        return {
            "parameter": self.parameter, "label": self.label, "unit": self.unit, "where": self.where,
            **{name: None if side is None else [one.as_json() for one in side] for name, side in sides.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class Declaration:
    """Entry of a policy that is declared otherwise: each key that differs, old and new.

    `section` is that of a policy file (`components`, `figures`, `pools`, `checks`, ...).
    """

    section: str
    name: str
    label: str
    change: str
    keys: Mapping[str, tuple[str, str]]

    def as_json(self) -> dict[str, Any]:
        told = {name: {"from": old, "to": new} for name, (old, new) in self.keys.items()}
        one = {"section": self.section, "name": self.name, "label": self.label, "change": self.change}
        return {**one, "keys": told}


@dataclass(frozen=True)
class PolicyChanges:
    """Differences of two policies, of all that can change a figure of their periods."""

    values: Sequence[ValueChange] = ()
    outputs_added: Sequence[str] = ()
    outputs_removed: Sequence[str] = ()
    choices: Mapping[str, tuple[str, str]] | None = None
    declarations: Sequence[Declaration] = ()

    @property
    def empty(self) -> bool:
        return not (self.values or self.outputs_added or self.outputs_removed or self.choices or self.declarations)

    def as_json(self) -> dict[str, Any]:
        return {
            "values": [one.as_json() for one in self.values],
            "outputs_added": list(self.outputs_added), "outputs_removed": list(self.outputs_removed),
            "choices": {name: {"from": old, "to": new} for name, (old, new) in (self.choices or {}).items()},
            "declarations": [one.as_json() for one in self.declarations],
        }  # fmt: skip


def policy_changes(before: RunPolicy, after: RunPolicy) -> PolicyChanges:
    """Compare the policies of two runs of the same kind of period."""
    old, new = (canonical(one.policy, one.period, one.read) for one in (before, after))
    kind = after.period.kind
    formulas = [one["formulas"].get(kind, {"outputs": [], "choices": {}}) for one in (old, new)]
    outputs, choices = [one["outputs"] for one in formulas], [one["choices"] for one in formulas]
    return PolicyChanges(
        values=tuple(_values(before, after)),
        outputs_added=[name for name in outputs[1] if name not in outputs[0]],
        outputs_removed=[name for name in outputs[0] if name not in outputs[1]],
        choices={
            name: (choices[0].get(name, ""), choices[1].get(name, ""))
            for name in sorted({*choices[0], *choices[1]})
            if choices[0].get(name, "") != choices[1].get(name, "")
        },
        declarations=tuple(_declarations(before, after, old, new)),
    )


def _values(before: RunPolicy, after: RunPolicy) -> Iterator[ValueChange]:
    """List the values that differ, by parameter in the order of the newer policy, then by keys."""
    names = dict.fromkeys([*after.policy.parameters, *before.policy.parameters])
    for name in (name for name in names if name in before.read or name in after.read):
        sides = [_in_force(one, name) for one in (before, after)]
        for where in sorted({*(sides[0] or {}), *(sides[1] or {})}):
            pieces = [None if side is None else side.get(where, []) for side in sides]
            if _compared(pieces[0]) != _compared(pieces[1]):
                owner = after if name in after.policy.parameters else before
                parameter = owner.policy.parameters[name]
                told = [
                    None if piece is None else tuple(_then(one, name, value) for *_, value in piece)
                    for one, piece in zip((before, after), pieces, strict=True)
                ]
                yield ValueChange(
                    name, parameter.label, parameter.unit, where_words(owner.policy, where), told[0], told[1]
                )


_Piece = tuple[int, int, int | str, DatedValue]  # months from the period's first day: from, until; what is compared


def _in_force(one: RunPolicy, name: str) -> dict[Where, list[_Piece]] | None:
    """List a parameter's values in the period by their keys; None where nothing reads it.

    Neighbours of the same number are one, which holds since the first of them.
    """
    if name not in one.read or name not in one.policy.parameters:
        return None
    found: dict[Where, list[_Piece]] = {}
    for where, line in timelines(one.policy.parameters[name].values).items():
        for value in line:
            if value.start >= one.period.next_first_day or end_of(value) <= one.period.first_day:
                continue
            start, until = _months(one.period, value.start), _months(one.period, end_of(value))
            given: int | str = value.figure or value.number
            pieces = found.setdefault(where, [])
            if pieces and pieces[-1][1] == start and pieces[-1][2] == given:
                pieces[-1] = (pieces[-1][0], until, given, pieces[-1][3])
            else:
                pieces.append((start, until, given, value))
    return found


def _months(period: Period, day: date) -> int:
    """Count the months from the period's first day to a day, within the period."""
    day = min(max(day, period.first_day), period.next_first_day)
    return 12 * (day.year - period.first_day.year) + day.month - period.first_day.month


def _compared(pieces: list[_Piece] | None) -> list[tuple[int, int, int | str]] | None:
    return None if pieces is None else [piece[:3] for piece in pieces]


def _then(one: RunPolicy, name: str, value: DatedValue) -> ValueThen:
    parameter = one.policy.parameters[name]
    return ValueThen(
        value=figure_words(one.policy, value.figure) or value_text(parameter, value),
        since=value.start.isoformat(), source=value.source,
        approvals=tuple(f"{each.document} {each.date}" for each in value.approvals),
        layer=value.layer, basis=value.basis,
    )  # fmt: skip


def _declarations(
    before: RunPolicy, after: RunPolicy, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Declaration]:
    for section in dict.fromkeys([*new, *old]):
        if section in _APART:
            continue
        sides = [one.get(section, {}) for one in (old, new)]
        for name in sorted({*sides[0], *sides[1]}):
            texts = [_texts(side.get(name), one.period) for side, one in zip(sides, (before, after), strict=True)]
            keys = {
                key: (texts[0].get(key, ""), texts[1].get(key, ""))
                for key in dict.fromkeys([*texts[1], *texts[0]])
                if texts[0].get(key, "") != texts[1].get(key, "")
            }
            if keys:
                change = ADDED if name not in sides[0] else REMOVED if name not in sides[1] else CHANGED
                one = after if name in sides[1] else before
                yield Declaration(_section(section, sides, name), name, _label(one.policy, section, name), change, keys)
    for axis in sorted({*old["names"], *new["names"]}):
        pair = [one["names"].get(axis, []) for one in (old, new)]
        if pair[0] != pair[1]:
            yield Declaration("names", axis, "", CHANGED, {axis: (", ".join(pair[0]), ", ".join(pair[1]))})


def _section(section: str, sides: Sequence[Mapping[str, Any]], name: str) -> str:
    """Name the section of a policy file: pools stand among the figures."""
    entry = sides[1].get(name) or sides[0][name]
    return "pools" if section == "figures" and entry["pool"] else section


def _label(policy: Policy, section: str, name: str) -> str:
    return getattr(policy, section)[name].label if section in _LABELLED else ""


def _texts(entry: Any, period: Period, key: str = "") -> dict[str, str]:
    """Write what is declared under a name as texts by key, keys of keys joined by a point."""
    if entry is None or entry == "":
        return {}
    if key == "terms":
        return _terms(entry, period)
    if isinstance(entry, Mapping):
        found: dict[str, str] = {}
        for name, inner in entry.items():
            found |= _texts(inner, period, f"{key}.{name}" if key else str(name))
        return found
    return {key or "value": _text(entry)}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(f"({_text(one)})" if isinstance(one, list | tuple | dict) else _text(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_text(one)}" for name, one in value.items())
    return str(value)


def _terms(terms: Sequence[Sequence[Any]], period: Period) -> dict[str, str]:
    """Write class and funding of a component, with the days if these are not all of the period."""
    found: dict[str, list[str]] = {}
    whole_period = period.first_day.isoformat(), period.next_first_day.isoformat()
    for start, until, pay_class, funding in terms:
        days = "" if (start, until) == whole_period else f"{start} / {until}: "
        whole = sum(share for _, share in funding)
        paid = ", ".join(f"{source} {Fraction(share, whole)}" for source, share in funding)
        for key, text in (("class", pay_class), ("funding", paid)):
            if text:
                found.setdefault(key, []).append(days + text)
    return {key: "; ".join(texts) for key, texts in found.items()}

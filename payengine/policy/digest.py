"""Digest of a policy: of everything in it that can change a figure, and nothing else.

Labels, titles, sources, approvals, comments and bounds do not count, and neither does how the same interval is cut
into entries: a value that is continued has the digest of a value with the later end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from payengine.periods import KINDS, Period
from payengine.policy.model import AXES, EVERY, RECEIVABLE, Check, Component, Parameter, Policy, Total
from payengine.policy.timeline import END, end_of, timelines


def canonical(policy: Policy, period: Period | None = None, parameters: Iterable[str] | None = None) -> dict[str, Any]:
    """Collect what can change a figure, as plain data in a fixed order.

    With a period only what is in force in it and what its kind computes: a price of next year does not change what
    an old month is. With `parameters` only these (those that the run's formulas read).
    """
    kinds = KINDS if period is None else (period.kind,)
    names = sorted(policy.parameters) if parameters is None else sorted(set(parameters) & set(policy.parameters))
    return {
        "formulas": {
            kind: {
                "outputs": sorted(policy.outputs.get(kind, ())),
                "choices": dict(sorted(policy.choices[kind].items())),
            }
            for kind in kinds
            if kind in policy.choices
        },
        "components": {name: _part(policy.components[name], period) for name in sorted(policy.components)},
        "statements": {name: _part(policy.statements[name], period) for name in sorted(policy.statements)},
        "totals": {name: _total(policy.totals[name]) for name in sorted(policy.totals)},
        **({"known_income": income} if (income := _known_income(policy)) else {}),
        **({"figures": figures} if (figures := _figures(policy)) else {}),
        **({"checks": checks} if (checks := _checks(policy, kinds)) else {}),
        "names": {axis: list(policy.known(axis)) for axis in AXES},
        "parameters": {name: _values(policy.parameters[name], period) for name in names},
        **({"below_zero": below} if (below := _below_zero(policy, kinds)) else {}),
        **({"bands": bands} if (bands := _bands(policy, names)) else {}),
    }


def policy_digest(policy: Policy, period: Period | None = None, parameters: Iterable[str] | None = None) -> str:
    """Compute the SHA-256 of the canonical form, in hexadecimal.

    `period` and `parameters` as in `canonical`.
    """
    text = json.dumps(canonical(policy, period, parameters), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _clip(start: date, until: date, period: Period | None) -> tuple[date, date] | None:
    if period is not None:
        start, until = max(start, period.first_day), min(until, period.next_first_day)
    return (start, until) if start < until else None


def _part(component: Component, period: Period | None) -> dict[str, Any]:
    terms = []
    for term in component.terms:
        days = _clip(term.start or date.min, term.until or END, period)
        if days:
            funding = [[source.source, source.share] for source in term.funding]
            terms.append([days[0].isoformat(), days[1].isoformat(), term.pay_class, funding])
    made: dict[str, Any] = {"input": component.input, "terms": terms}
    if component.prorated:
        made["prorated"] = component.prorated
    if component.calculation is not None:
        made["calculation"] = component.calculation.canonical()
    if component.drawn_on:  # what is charged to the total is in the components of the totals that list it
        made["charged"] = [component.charged_to, sorted(component.charged_after)]
    return made


def _total(total: Total) -> dict[str, Any]:
    return {
        "components": sorted(total.components),
        "earlier": sorted(total.earlier),
        "to_date": total.to_date,
        "class": total.pay_class,
        "without": sorted(total.without),
    }


def _known_income(policy: Policy) -> dict[str, str]:
    """Describe which rows of `pay_component` are known income."""
    return {name: policy.known_income[name].canonical() for name in sorted(policy.known_income)}


def _bands(policy: Policy, names: Iterable[str]) -> dict[str, Any]:
    """Describe the bands by which the parameters' values are keyed."""
    banded = [policy.parameters[name] for name in names]
    return {one.name: one.bands.canonical() for one in banded if one.bands is not None}


def _figures(policy: Policy) -> dict[str, Any]:
    """Describe how the policy's own figures and pools are made."""
    return {name: {"pool": one.is_pool, **one.calculation.canonical()} for name, one in sorted(policy.figures.items())}


def _checks(policy: Policy, kinds: Iterable[str]) -> dict[str, Any]:
    """Describe how the checks of the periods compare, without their labels and sources."""
    found = {check.name: check for kind in kinds for check in policy.checks_of(kind)}
    return {name: _check(found[name]) for name in sorted(found)}


def _check(check: Check) -> dict[str, Any]:
    told = ("name", "label", "layer", "source")
    standard = {"given_by": EVERY, "blocks_publication": False, "may_be_not_given": False}  # what older policies say
    return {
        key: value
        for key, value in asdict(check).items()
        if key not in told and (key not in standard or value != standard[key])
    }


def _below_zero(policy: Policy, kinds: Iterable[str]) -> dict[str, str]:
    """Describe in which kinds of period sums below zero are published as receivables."""
    return {kind: RECEIVABLE for kind in kinds if policy.below_zero.get(kind) == RECEIVABLE}


def _values(parameter: Parameter, period: Period | None) -> list[list[Any]]:
    """List [where, [start, until, number or figure] ...] per timeline.

    Neighbours with the same one are one.
    """
    result: list[list[Any]] = []
    for where, line in timelines(parameter.values).items():
        segments: list[list[Any]] = []
        for value in line:
            days = _clip(value.start, end_of(value), period)
            if days is None:
                continue
            start, until = days[0].isoformat(), days[1].isoformat()
            given = value.figure or value.number
            if segments and segments[-1][1] == start and segments[-1][2] == given:
                segments[-1][1] = until
            else:
                segments.append([start, until, given])
        if segments:
            result.append([[list(pair) for pair in where], segments])
    return result

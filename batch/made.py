"""Formulas that follow from a policy instead of from a rule: pay given as it is, and the sums by class.

A component with an `input` pays what the table `pay_component` gives under that name. `fixed_pay`, `variable_pay` and
`gross_pay` (per person) add up the components that the policy pays in the period, `statement_total` (per institution)
its statement lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from batch.inputs import PAY_SUMS
from payengine.graph import INSTITUTION, STAFF, YUAN, Column, Formula, Given, Level, Rules
from payengine.graph.formula import Function
from payengine.policy import Policy

STATEMENT_TOTAL = "statement_total"
RESERVED = (*PAY_SUMS, STATEMENT_TOTAL)
_LABELS = {**PAY_SUMS, STATEMENT_TOTAL: "结算项目合计"}
_SOURCE = "policy"  # what these formulas rest on is the policy's own classification


def with_made(rules: Rules, policy: Policy, outputs: Sequence[str], day: date) -> Rules:
    """The rules and what follows from the policy for these outputs."""
    return Rules([*rules, *_made(policy, outputs, day)])


def _made(policy: Policy, outputs: Sequence[str], day: date) -> Iterator[Formula]:
    paid = [policy.components[name] for name in outputs if name in policy.components]
    for component in paid:
        if component.input:
            yield _given(component.name, component.label, component.input)
    classes: Mapping[str, Sequence[str]] = {
        "fixed_pay": [one.name for one in paid if (term := one.on(day)) and term.pay_class == "fixed"],
        "variable_pay": [one.name for one in paid if (term := one.on(day)) and term.pay_class == "variable"],
        "gross_pay": [one.name for one in paid],
    }
    for name, components in classes.items():
        yield _sum(name, components, STAFF)
    yield _sum(STATEMENT_TOTAL, [name for name in outputs if name in policy.statements], INSTITUTION)


def _given(name: str, label: str, key: str) -> Formula:
    def given(pay_component: Given) -> Column:
        """Paid as it is given."""
        return pay_component.or_zero(key)

    return _formula(given, name, STAFF, label, ("pay_component",), component=True)


def _sum(name: str, parts: Sequence[str], level: Level) -> Formula:
    def total(**columns: Column) -> Column | int:
        """All of them together, on the person's or the institution's line."""
        raised = [column.sum() if column.level < level else column for column in columns.values()]
        return sum(raised[1:], start=raised[0]) if raised else 0

    return _formula(total, name, level, _LABELS[name], tuple(parts))


def _formula(
    function: Function, name: str, level: Level, label: str, arguments: tuple[str, ...], component: bool = False
) -> Formula:
    return Formula(function, name, name, level, YUAN, label, _SOURCE, arguments, component=component)

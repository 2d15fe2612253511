"""Formulas that follow from a policy instead of a rule: pay as given, sums by class.

A component with an `input` pays what the table `pay_component` gives under that name. `fixed_pay`, `variable_pay` and
`gross_pay` (per person) add up the components that the policy pays in the period, `statement_total` (per institution)
its statement lines: `statements_by_component` lists them, `paid_by_funding` adds them up by the sources that pay them,
`owed_by_funding` without those lines that are computed from it (what was prepaid is taken off). `fixed_by_component`
and `variable_by_component` (per institution) print the classification, with what it counts in the year to date. The
policy's own [totals] (per person) add up what it names: what a floor starts from, for example. `NAME_of_others` (per
institution) is what the year paid of the same total, before this run, to persons who have no row in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from batch.compute.charges import charge_formulas
from batch.compute.declared import declared_formulas
from batch.compute.declared.operands import SHARE_OF_PERIOD
from batch.inputs.catalogue import PAY_SUMS
from payengine.exact import FEN
from payengine.graph import INSTITUTION, STAFF, YUAN, Codes, Column, Formula, Keyed, KeyedInput, Level, Rules, split
from payengine.graph.rules import Function
from payengine.graph.values.keyed import pattern_column
from payengine.periods import MONTH
from payengine.policy import Policy, Total
from payengine.policy.model import ALL, Funding

STATEMENT_TOTAL = "statement_total"
OTHERS = "_of_others"  # the ending of what others got of a total of the policy
POLICY_SUMS = (*PAY_SUMS, STATEMENT_TOTAL)
_LABELS = {**PAY_SUMS, STATEMENT_TOTAL: "结算项目合计"}
OWED, PAID = "owed_by_funding", "paid_by_funding"
_STATEMENTS = {
    "statements_by_component": "结算项目", OWED: "本期应付（按资金来源）", PAID: "本期支付（按资金来源）",
}  # fmt: skip
CLASSIFIED = {"fixed_by_component": "固定部分（本年累计）", "variable_by_component": "变动部分（本年累计）"}
_SOURCE = "policy"  # what these formulas rest on is the policy's own classification


def with_policy_formulas(
    rules: Rules,
    policy: Policy,
    outputs: Sequence[str],
    day: date,
    choices: Mapping[str, str] | None = None,
    kind: str = MONTH,
) -> Rules:
    """Add to the rules what follows from the policy for these outputs.

    What the policy calculates itself takes the place of the rules of that name.
    """
    own = [*declared_formulas(policy, rules, choices or {}, outputs, kind), *charge_formulas(policy, outputs)]
    names = {one.gives for one in own}
    rules = Rules([*(one for one in rules if one.gives not in names), *own])
    return Rules([*rules, *_made(policy, outputs, day), *_of_statements(rules, policy, outputs, day)])


def _made(policy: Policy, outputs: Sequence[str], day: date) -> Iterator[Formula]:
    paid = [policy.components[name] for name in outputs if name in policy.components]
    for component in paid:
        if component.input:
            yield _given(component.name, component.label, component.input, component.prorated)
    classes: Mapping[str, Sequence[str]] = {
        "fixed_pay": [one.name for one in paid if (term := one.on(day)) and term.pay_class == "fixed"],
        "variable_pay": [one.name for one in paid if (term := one.on(day)) and term.pay_class == "variable"],
        "gross_pay": [one.name for one in paid],
    }
    for name, components in classes.items():
        yield _sum(name, components, STAFF)
    for name in ("fixed", "variable"):
        yield _classified(name, classes[f"{name}_pay"])
    yield _sum(STATEMENT_TOTAL, [name for name in outputs if name in policy.statements], INSTITUTION)
    for total in policy.totals.values():
        yield _of_policy(total, policy, classes)
        yield _of_others(total, policy)


def _given(name: str, label: str, key: str, prorated: str) -> Formula:
    def given(pay_component: KeyedInput) -> Column:
        """Paid as it is given."""
        return pay_component.or_zero(key)

    def in_proportion(pay_component: KeyedInput, **shares: Column) -> Column:
        """Paid for as much of the period as the policy counts."""
        (share,) = shares.values()
        return (pay_component.or_zero(key) * share.sum()).round(FEN)

    if not prorated:
        return _formula(given, name, STAFF, label, ("pay_component",), component=True)
    arguments = ("pay_component", SHARE_OF_PERIOD[prorated])
    return _formula(in_proportion, name, STAFF, label, arguments, component=True)


def _sum(name: str, parts: Sequence[str], level: Level) -> Formula:
    def total(**columns: Column) -> Column | int:
        """All of them together, on the person's or the institution's line."""
        raised = [column.sum() if column.level < level else column for column in columns.values()]
        return sum(raised[1:], start=raised[0]) if raised else 0

    return _formula(total, name, level, _LABELS[name], tuple(parts))


def _classified(pay_class: str, components: Sequence[str]) -> Formula:
    """Make the list of a class's components to date, by institution."""
    before = f"institution_{pay_class}_paid_before"

    def classified(**columns: Any) -> Keyed:
        """Pay of this class published before this run, and what this run pays of it."""
        paid: KeyedInput = columns.pop(before)
        parts = {name: paid.or_zero(name) for name in dict.fromkeys([*components, *paid.keys()])}
        for name, column in columns.items():
            parts[name] = parts[name] + column.sum()
        return Keyed(paid.scope, "component", parts, paid.pattern)

    name = f"{pay_class}_by_component"
    return _formula(classified, name, INSTITUTION, CLASSIFIED[name], (*components, before), "component", report=True)


def _of_statements(rules: Rules, policy: Policy, outputs: Sequence[str], day: date) -> Iterator[Formula]:
    """Make the sums of the run's statement lines by name and by source of funding."""
    lines = [name for name in outputs if name in policy.statements]
    shares = {name: term.funding for name in lines if (term := policy.statements[name].on(day))}
    owing = [name for name in shares if OWED not in _needs(name, rules)]
    for name, parts, function, axis in (
        ("statements_by_component", lines, _by_component, "component"),
        (OWED, owing, _by_funding(shares), "funding"),
        (PAID, list(shares), _by_funding(shares), "funding"),
    ):
        arguments = (*parts, "institution")
        yield _formula(function, name, INSTITUTION, _STATEMENTS[name], arguments, axis, report=True)


def _by_component(institution: Codes, **columns: Column) -> Keyed:
    """List each line under its name."""
    return Keyed(institution.scope, "component", columns, pattern_column(institution.scope, INSTITUTION, FEN, YUAN))


def _by_funding(shares: Mapping[str, Sequence[Funding]]) -> Function:
    def by_funding(institution: Codes, **columns: Column) -> Keyed:
        """Each line in the parts that its sources pay, to the fen; each source's parts added up."""
        parts: dict[str, Column] = {}
        for line, column in columns.items():
            ratios = {one.source: Column.lift(one.share, column) for one in shares[line]}
            for source, part in split(column, Keyed(column.scope, "funding", ratios)).items():
                parts[source] = parts[source] + part if source in parts else part
        return Keyed(institution.scope, "funding", parts, pattern_column(institution.scope, INSTITUTION, FEN, YUAN))

    return by_funding


def _needs(name: str, rules: Rules) -> set[str]:
    """Collect everything that a figure is computed from, under whatever choice."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for variant in rules.variants.get(waiting.pop(), {}).values():
            new = [argument for argument in variant.arguments if argument not in found]
            found.update(new)
            waiting += new
    return found


def _earlier(total: Total, policy: Policy) -> tuple[str, ...]:
    """List the components of which a total counts what the year paid before this run."""
    listed = [name for name in total.components if name in policy.components] if total.to_date else []
    return tuple(dict.fromkeys([*total.earlier, *listed]))


def _of_others(total: Total, policy: Policy) -> Formula:
    """Make the part of a total paid to persons who have no row in the run."""
    before, of_class = _earlier(total, policy), _before_by_class(total)
    parts = tuple(f"{name}{OTHERS}" for name in total.components if name in policy.totals)

    def of_others(
        institution_paid_before: KeyedInput | None = None, paid_before: KeyedInput | None = None, **columns: Column
    ) -> Column | int:
        """All that the institution paid of it, less what stands on the lines of its persons."""
        found = [columns[name] for name in parts]
        found += [columns[name] - columns[f"staff_{name}"].sum() for name in of_class]
        if institution_paid_before is not None and paid_before is not None:
            found += [institution_paid_before.or_zero(name) - paid_before.or_zero(name).sum() for name in before]
        return sum(found[1:], start=found[0]) if found else 0

    arguments = (*parts, *of_class, *(f"staff_{name}" for name in of_class))
    if before:
        arguments += ("institution_paid_before", "paid_before")
    label = f"{total.label}（已离开人员）"
    return _formula(of_others, f"{total.name}{OTHERS}", INSTITUTION, label, arguments, report=True)


def _before_by_class(total: Total) -> tuple[str, ...]:
    """List the inputs of what the year paid before under a total's class."""
    wanted = total.pay_class if total.to_date else ""
    return tuple(f"{name}_paid_before" for name in ("fixed", "variable") if wanted in (name, ALL))


def _of_policy(total: Total, policy: Policy, classes: Mapping[str, Sequence[str]]) -> Formula:
    """Make a total of the policy: its parts in this run, and what the year paid before."""
    paid = classes["gross_pay"]
    if total.pay_class:
        listed = paid if total.pay_class == ALL else classes[f"{total.pay_class}_pay"]
        parts = [name for name in listed if name not in total.without]
    else:
        parts = [name for name in total.components if name in paid or name in policy.totals]
    parts += [f"staff_{name}" for name in _before_by_class(total)]
    before = _earlier(total, policy)

    def of_policy(paid_before: KeyedInput | None = None, **columns: Column) -> Column | int:
        """Pay that the policy lists under this name, on the person's line."""
        raised = [column.sum() if column.level < STAFF else column for column in columns.values()]
        raised += [paid_before.or_zero(name) for name in before if paid_before is not None]
        return sum(raised[1:], start=raised[0]) if raised else 0

    arguments = (*parts, "paid_before") if before else tuple(parts)
    return _formula(of_policy, total.name, STAFF, total.label, arguments, report=True)


def _formula(
    function: Function, name: str, level: Level, label: str, arguments: tuple[str, ...], axis: str = "",
    component: bool = False, report: bool = False,
) -> Formula:  # fmt: skip
    return Formula(
        function, name, name, level, YUAN, label, _SOURCE, arguments, axis, component=component, report=report
    )

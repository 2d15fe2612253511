"""Parameters that name a figure instead of a number, optional figures, claims in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payengine.errors import Refused
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    YUAN,
    FormulaError,
    Keyed,
    keyed,
    refuse,
    take_in_order,
)
from payengine.periods import Period
from payengine.policy import Policy, describe, policy_digest
from tests.support.graph_toy import OCTOBER, ToyData, column, flags, given, graph, scope, texts, toy
from tests.support.policy_files import OPEN, head, load, refusal

NAMES = '[names.finance]\npool = "总量"\nbudget = "预算"\n[names.fund]\nrisk = "风险"\nwelfare = "福利"\n'


def base(*entries: str, unit: str = "figure", more: str = "") -> str:
    """Write a parameter `base` with values as they are given."""
    lines = "".join(f"  {{ from = 2024-01-01, {entry}, {OPEN} }},\n" for entry in entries)
    return f'{NAMES}[parameters.base]\nlabel = "基数"\nunit = "{unit}"\n{more}values = [\n{lines}]\n'


def policy(folder: Path, text: str) -> Policy:
    return load(folder, "p", {"p": head("p") + text})


@toy(INSTITUTION, YUAN)
def surplus(finance):
    return finance["pool"] + finance["pool"]


@toy(INSTITUTION, YUAN)
def fund(base):
    return base


@toy(INSTITUTION, YUAN, axis="fund")
def funds(base):
    return base


POOLS = {"pool": ["100.00", "50.01", "7.00"], "budget": ["1.00", "2.00", None]}


def figure(name: str, rules: Sequence[Any], which: Policy) -> Any:
    """Evaluate the figure of that name.

    The toy's finance has a budget for the first two institutions only.
    """
    made = graph(rules, [name], policy=which)
    problems = made.check(OCTOBER)
    if problems:
        raise Refused("toy", problems)
    data = ToyData({"finance": given("line", INSTITUTION, POOLS)})
    return texts(made.evaluate(data, OCTOBER).values[name])


def test_a_value_names_a_figure_or_a_line_of_an_input(tmp_path: Path) -> None:
    text = base('value = "surplus", where = { fund = "risk" }', 'value = "finance[pool]", where = { fund = "welfare" }')
    found = figure("funds", [surplus, funds], policy(tmp_path, text))
    assert found == {"risk": ["200.00", "100.02", "14.00"], "welfare": ["100.00", "50.01", "7.00"]}


def test_institutions_may_differ_and_what_they_do_not_use_may_be_missing(tmp_path: Path) -> None:
    """An input that an institution does not use may be missing there.

    I3 has no budget and needs none: its base is the surplus.
    """
    text = base('value = "finance[budget]"', 'value = "surplus", where = { institution = "I3" }')
    assert figure("fund", [surplus, fund], policy(tmp_path, text)) == ["1.00", "2.00", "14.00"]


def test_a_line_that_is_missing_is_told_by_its_own_name(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        figure("fund", [surplus, fund], policy(tmp_path, base('value = "finance[budget]"')))
    assert "finance" in refused.value.report()
    assert "budget" in refused.value.report()
    assert "I3" in refused.value.report()


def test_a_parameter_without_a_value_for_somebody_is_missing(tmp_path: Path) -> None:
    text = base('value = "surplus", where = { institution = "I1" }')
    with pytest.raises(Refused) as refused:
        figure("fund", [surplus, fund], policy(tmp_path, text))
    report = refused.value.report()
    for code in ("I2", "I3"):
        assert f'from = 2026-10-01, where = {{ institution = "{code}" }}' in report
        assert f"fund needs it for 1 row(s) of level institution: {code}" in report
    assert "input tables" not in report


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("surpluss", "surpluss is no formula, input or parameter (did you mean surplus?)"),
        ("finance[pol]", "no line is called 'pol' (did you mean pool?)"),
        ("finance", "finance is no single figure of numbers"),
        ("surplus[pool]", "surplus is one figure, so nothing stands in brackets after it"),
        ("fund", "these formulas need each other: fund -> fund"),
        ("base", "base names base, which is a parameter, not a figure"),
    ],
)
def test_a_wrong_name_is_refused_before_anything_is_computed(tmp_path: Path, value: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        figure("fund", [surplus, fund], policy(tmp_path, base(f'value = "{value}"')))
    assert told in refused.value.report()


def test_figures_of_different_units_do_not_mix(tmp_path: Path) -> None:
    @toy(INSTITUTION, COUNT, gives="heads")
    def heads_there(head):
        return head.count()

    text = base('value = "surplus"', 'value = "heads", where = { institution = "I1" }')
    with pytest.raises(Refused) as refused:
        figure("fund", [surplus, fund, heads_there], policy(tmp_path, text))
    assert "different units" in refused.value.report()


def test_a_named_figure_keeps_its_level(tmp_path: Path) -> None:
    """A named figure keeps its level: weights of each engagement stay so.

    That holds also where the policy names them per fund.
    """

    @toy(ENGAGEMENT, POINTS)
    def weight(base):
        assert base.level is ENGAGEMENT
        return base

    found = figure("weight", [weight], policy(tmp_path, base('value = "points"')))
    assert found == ["10.000000", "20.000000", "30.000000", "40.000000", "50.000000"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (base('value = "1.5"'), 'must be the name of a figure in quotes: "surplus", "finance[medical_income]"'),
        (base("value = true"), "must be the name of a figure"),
        (base('value = "surplus"', unit="yuan"), "must be a number in quotes"),
        (base('value = "surplus"', unit="flag"), "must be true or false"),
        (base('value = "surplus or so"'), "'surplus or so' is not a number"),
        (base('value = "Surplus"'), "'Surplus' is not a number"),
    ],
)
def test_a_number_where_a_name_belongs_is_refused_and_the_other_way_round(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(refusal(tmp_path, "p", {"p": head("p") + text}))


def test_another_figure_is_another_policy(tmp_path: Path) -> None:
    """The policy digest covers the name of a figure, which can change a result."""
    one, other = (policy(tmp_path, base(f'value = "{name}"')) for name in ("surplus", "distributable"))
    assert policy_digest(one) != policy_digest(other)
    day = date(2026, 10, 1)
    assert [row.value for row in describe(one, day)] == ["surplus"]
    line = policy(tmp_path, base('value = "finance[pool]"'))
    assert [row.value for row in describe(line, day)] == ["总量 (finance[pool])"], "as the policy calls the line"


def test_shares_sum_over_the_names_in_use(tmp_path: Path) -> None:
    """Shares sum to the total over the names that have one.

    Without `per` not every name of the axis needs a share.
    """
    risk, welfare = 'value = "0.6", where = { fund = "risk" }', 'value = "%s", where = { fund = "welfare" }'
    more = 'by = "fund"\nsums_to = "1"\n'
    policy(tmp_path, base(risk, welfare % "0.4", unit="ratio", more=more))
    policy(tmp_path, base(risk.replace("0.6", "1"), unit="ratio", more=more))
    told = refusal(tmp_path, "p", {"p": head("p") + base(risk, welfare % "0.5", unit="ratio", more=more)})
    assert any("the values sum to 1.10, not to 1" in line for line in told)


# Values of an optional, keyed parameter where the policy gives none.


def test_like_gives_every_key_of_the_other_side(tmp_path: Path) -> None:
    due = keyed("fund", risk=column(INSTITUTION, ["1", "2", "3"]), welfare=column(INSTITUTION, ["4", "5", "6"]))
    cap = keyed("fund", risk=column(INSTITUTION, ["9", "8", "7"]))
    assert texts(cap.like(due, due)) == {"risk": ["9.00", "8.00", "7.00"], "welfare": ["4.00", "5.00", "6.00"]}
    assert texts(cap.like(due, 0)["welfare"]) == ["0"]
    off = Keyed(scope(), "fund", {}).like(due, False)
    assert texts(off) == {"risk": [False], "welfare": [False]}
    on = keyed("fund", risk=flags(INSTITUTION, [1, 0, 1])).like(due, False)
    assert texts(on) == {"risk": [True, False, True], "welfare": [False]}


def test_claims_are_served_in_order(tmp_path: Path) -> None:
    claims = keyed("fund", risk=column(INSTITUTION, ["5", "5", "5"]), welfare=column(INSTITUTION, ["5", "5", "5"]))
    taken = take_in_order(claims, column(INSTITUTION, ["12", "7.5", "0"]))
    assert texts(taken) == {"risk": ["5.00", "5.00", "0.00"], "welfare": ["5.00", "2.50", "0.00"]}
    assert texts(take_in_order(Keyed(scope(), "fund", {}), column(INSTITUTION, ["1", "1", "1"]))) == {}


def test_what_a_formula_refuses_names_everybody() -> None:
    amounts = keyed("line", costs=column(INSTITUTION, ["1", "-2", "-3"]))
    with pytest.raises(FormulaError, match=r"negative \(costs\): I2, I3"):
        refuse(amounts < 0, "negative")
    with pytest.raises(FormulaError, match=r"^too much$"):
        refuse(flags(CONSORTIUM, [1]), "too much")
    refuse(flags(INSTITUTION, [0, 0, 0]), "nobody")


def test_an_optional_figure_begins_when_the_policy_says(tmp_path: Path) -> None:
    """An optional figure does not apply before its first value.

    Nothing is missing then, and the formula says what holds instead.
    """

    @toy(INSTITUTION, YUAN)
    def either(base):
        return base.or_else(0)

    text = base('value = "surplus"', more="optional = true\n")
    which = policy(tmp_path, text)
    made = graph([surplus, either], ["either"], policy=which)
    before, after = Period.parse("2023-10"), Period.parse("2024-10")
    assert [made.check(period) for period in (before, after)] == [[], []]
    data = ToyData()
    assert texts(made.evaluate(data, before).values["either"]) == ["0", "0", "0"]
    assert texts(made.evaluate(data, after).values["either"]) == ["200.00", "100.02", "14.00"]

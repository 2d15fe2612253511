"""Given money has the sign that the policy allows; the other one is refused or told."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.policy import policy_digest
from tests.support.small_county import OCTOBER, Row, county, pay, tables

LAYER = """
[formulas.month]
outputs = ["case_addition", "case_deduction"]
[components.case_addition]
label = "奖励"
class = "variable"
funding = "service_income"
[components.case_deduction]
label = "扣减"
class = "variable"
funding = "service_income"
[names.component]
fine = "扣罚"
"""
NO_FINE_ABOVE = '[signs.adjustment]\nfine = "{rule}"\n'


def case(amount: str) -> Row:
    return {
        "institution": "I1", "staff": "S1", "component": "fine", "amount": amount, "case": "c", "approver": "张三",
        "period": OCTOBER,
    }  # fmt: skip


def office(folder: Path, rows: dict[str, list[Row]], layer: str = "") -> Workspace:
    made = county(folder, tables(**rows), layer=layer)
    made.freeze(OCTOBER)
    return made


def test_a_post_pay_with_a_minus_is_told(tmp_path: Path) -> None:
    rows = {"pay_component": [pay("S1", "-31"), pay("S1", "3100", component="allowance"), pay("S2")]}
    assert (
        "pay_component: 岗位工资 (post_pay) is below 0: I1 S1 -31.00"
        in office(tmp_path / "c", rows).run(OCTOBER).warnings
    )


def test_a_post_pay_with_a_minus_is_refused_where_the_policy_says_so(tmp_path: Path) -> None:
    rows = {"pay_component": [pay("S1", "-3100"), pay("S2")]}
    layer = '[signs.pay_component]\npost_pay = "refuse_negative"\n'
    with pytest.raises(Refused) as refused:
        office(tmp_path / "c", rows, layer).run(OCTOBER)
    [problem] = [each for each in refused.value.problems if each.where == "pay_component"]
    assert problem.what == "岗位工资 (post_pay) is below 0: I1 S1 -3,100.00"
    assert "[signs.pay_component]" in problem.remedy


@pytest.mark.parametrize("rule", ["refuse_positive", "tell_positive", "any", ""])
def test_a_deduction_typed_without_its_minus(tmp_path: Path, rule: str) -> None:
    rows = {"pay_component": [pay("S1"), pay("S2")], "adjustment": [case("50")]}
    made = office(tmp_path / "c", rows, LAYER + (NO_FINE_ABOVE.format(rule=rule) if rule else ""))
    told = "adjustment: 扣罚 (fine) is above 0: I1 S1 50.00"
    if rule == "refuse_positive":
        with pytest.raises(Refused, match=r"扣罚 \(fine\) is above 0: I1 S1 50\.00"):
            made.run(OCTOBER)
    else:
        assert (told in made.run(OCTOBER).warnings) == (rule == "tell_positive")


def test_a_deduction_with_its_minus_is_right(tmp_path: Path) -> None:
    rows = {"pay_component": [pay("S1"), pay("S2")], "adjustment": [case("-50")]}
    made = office(tmp_path / "c", rows, LAYER + NO_FINE_ABOVE.format(rule="refuse_positive"))
    assert not [text for text in made.run(OCTOBER).warnings if "above 0" in text]


def test_a_negative_finance_line_is_told(tmp_path: Path) -> None:
    rows = {"finance": [{"institution": "I1", "line": "workload_pool", "amount": "-5", "period": OCTOBER}]}
    layer = '[ignored]\nfinance = ["workload_pool"]\n'
    assert (
        "finance: 当量绩效可分配总量 (workload_pool) is below 0: I1 -5.00"
        in office(tmp_path / "c", rows, layer).run(OCTOBER).warnings
    )


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        ('[signs.pay_component]\npost_pai = "any"\n', "did you mean post_pay"),
        ('[signs.pay_component]\npost_pay = "positive"\n', "positive"),
        ('[signs.staff]\npost_pay = "any"\n', "staff"),
    ],
)
def test_a_rule_of_nothing_is_refused(tmp_path: Path, layer: str, what: str) -> None:
    with pytest.raises(Refused, match=what):
        office(tmp_path / "c", {}, layer).policy()


def test_signs_change_no_figure_and_no_digest(tmp_path: Path) -> None:
    plain = office(tmp_path / "a", {}, LAYER).policy()
    signed = office(tmp_path / "b", {}, LAYER + NO_FINE_ABOVE.format(rule="refuse_positive")).policy()
    assert policy_digest(plain) == policy_digest(signed)

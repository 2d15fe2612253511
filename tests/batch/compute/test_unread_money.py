"""Pay that no rule reads stops the run; what the policy ignores is told with its sum."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Problem, Refused
from tests.support.small_county import OCTOBER, Row, call, county, pay, tables

NAMES = '[names.component]\nbonus = "奖金"\nfine = "扣罚"\n[names.finance]\nmedical_income = "医疗收入"\n'
BONUS = [pay("S1"), pay("S2"), pay("S1", "500", component="bonus"), pay("S2", "250.5", component="bonus")]


def case(amount: str, component: str = "fine", staff: str = "S1") -> Row:
    return {
        "institution": "I1", "staff": staff, "component": component, "amount": amount, "case": f"c{amount}{staff}",
        "approver": "张三", "period": OCTOBER,
    }  # fmt: skip


def finance(amount: str, line: str = "medical_income") -> Row:
    return {"institution": "I1", "line": line, "amount": amount, "period": OCTOBER}


def outputs(*names: str) -> str:
    return f"[formulas.month]\noutputs = {list(names)}\n".replace("'", '"') if names else ""


def problems(folder: Path, layer: str, **rows: list[Row]) -> list[Problem]:
    office = county(folder, tables(**rows), layer=layer)
    office.freeze(OCTOBER)
    try:
        office.run(OCTOBER)
    except Refused as refused:
        return list(refused.problems)
    return []


def test_pay_that_no_line_pays_refuses_the_run(tmp_path: Path) -> None:
    [problem] = problems(tmp_path / "c", NAMES, pay_component=BONUS)
    assert (problem.where, problem.column) == ("pay_component", "component")
    assert problem.what == "奖金 (bonus) 750.50 yuan of 2 person(s), and no rule of policy county reads it"
    assert "[ignored] component" in problem.remedy


def test_ignored_money_is_told_with_its_sum_each_time(tmp_path: Path) -> None:
    office = county(tmp_path / "c", tables(pay_component=BONUS), layer='[ignored]\ncomponent = ["bonus"]\n')
    office.freeze(OCTOBER)
    told = "pay_component: bonus 750.50 yuan of 2 person(s): ignored by the policy"
    outcome = office.run(OCTOBER)
    assert told in outcome.warnings
    assert told in call(tmp_path / "c", "run", OCTOBER).output
    assert told in call(tmp_path / "c", "show", outcome.run).output


def test_a_finance_line_that_no_rule_reads_refuses_the_run(tmp_path: Path) -> None:
    [problem] = problems(tmp_path / "c", NAMES, finance=[finance("1000")])
    assert (problem.where, problem.column) == ("finance", "line")
    told = "医疗收入 (medical_income) 1,000.00 yuan of 1 institution(s)"
    assert problem.what == f"{told}, and no rule of policy county reads it"
    assert problem.remedy == 'let a rule read it, or write under [ignored]: finance = ["medical_income"]'
    assert problems(tmp_path / "d", NAMES, finance=[finance("0")]) == []


def test_the_last_of_several_lines_names_all_of_them_to_be_ignored(tmp_path: Path) -> None:
    names = NAMES + "".join(f'line{n} = "{n}"\n' for n in range(3))
    found = problems(tmp_path / "c", names, finance=[finance("7", f"line{n}") for n in range(3)])
    assert [problem.remedy for problem in found[:-1]] == ["", ""]
    assert found[-1].remedy.endswith('finance = ["line0", "line1", "line2"]')


def test_a_known_finance_line_may_be_ignored_and_is_told_with_every_run(tmp_path: Path) -> None:
    """A region knows more lines than a county reads."""
    layer = NAMES + '[ignored]\nfinance = ["medical_income"]\n'
    office = county(tmp_path / "c", tables(finance=[finance("1000")]), layer=layer)
    office.freeze(OCTOBER)
    told = "finance: 医疗收入 (medical_income) 1,000.00 yuan of 1 institution(s): ignored by the policy"
    assert told in office.run(OCTOBER).warnings
    assert told in call(tmp_path / "c", "run", OCTOBER).output


def test_a_finance_line_that_is_ignored_and_read_is_refused(tmp_path: Path) -> None:
    layer = (
        NAMES
        + '[ignored]\nfinance = ["medical_income"]\n'
        + '[figures.income]\nlabel = "收入"\nunit = "yuan"\nlevel = "institution"\nsource = "虚构"\n'
        + 'add = ["finance[medical_income]"]\n'
        + outputs("income")
    )
    [problem] = problems(tmp_path / "c", layer, finance=[finance("1000")])
    told = "医疗收入 (medical_income) 1,000.00 yuan of 1 institution(s)"
    assert problem.what == f"{told} is ignored by policy county, whose rules read it"
    assert problem.remedy == "take it out of [ignored] finance"


def test_a_line_that_the_years_settlement_reads_is_none_of_these_in_the_month(tmp_path: Path) -> None:
    layer = NAMES + (
        '[figures.income_of_months]\nlabel = "各月收入"\nunit = "yuan"\nlevel = "institution"\nsource = "虚构"\n'
        'add = ["finance_within[medical_income]"]\n[formulas.year]\noutputs = ["income_of_months"]\n'
    )
    office = county(tmp_path / "c", tables(finance=[finance("1000")]), layer=layer)
    office.freeze(OCTOBER)
    assert not [text for text in office.run(OCTOBER).warnings if "finance" in text]


def test_a_case_is_read_only_with_its_sign_and_holder(tmp_path: Path) -> None:
    """A line of deductions reads no addition, and a line of persons no case of the institution."""
    layer = (
        NAMES
        + outputs("case_deduction")
        + ('[components.case_deduction]\nlabel = "考核扣减"\nclass = "variable"\nfunding = "service_income"\n')
    )
    rows = [case("-10"), case("300"), case("-7", staff="")]
    [problem] = problems(tmp_path / "c", layer, pay_component=BONUS[:2], adjustment=rows)
    assert problem.what == "扣罚 (fine) 293.00 yuan of 2 person(s), and no rule of policy county reads it"
    assert problems(tmp_path / "d", layer, pay_component=BONUS[:2], adjustment=[case("-10")]) == []


def test_a_label_is_recognised_and_its_code_suggested(tmp_path: Path) -> None:
    rows = [pay("S1"), pay("S2", component="岗位工资")]
    [problem] = problems(tmp_path / "c", NAMES, pay_component=rows)
    assert "(did you mean post_pay (岗位工资)?)" in problem.what
    [problem] = problems(tmp_path / "d", NAMES, pay_component=BONUS[:2], finance=[finance("1", line="医疗收入")])
    assert "(did you mean medical_income (医疗收入)?)" in problem.what


@pytest.mark.parametrize("layer", ["", NAMES])
def test_pay_that_is_read_stops_nothing(tmp_path: Path, layer: str) -> None:
    assert problems(tmp_path / "c", layer, pay_component=BONUS[:2]) == []

"""A month with agreement pay, subsidies, contracts, secondment, leave and cases.

The shipped rules compute it. The county of `compute_toy`: I1 has A (two engagements, the second from the 16th, post
coefficient 1 and 2) and B (half a post, until the 16th), I2, a clinic, has A again and C, its director.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import formulas
from batch.audit.invariants import check
from batch.compute.compute import prepare
from batch.report_names import FAILS, HOLDS
from batch.results import Results
from payengine.policy import load_policy
from tests.support.compute_toy import FIRST, WORK, ToySnapshot, county, lines

POLICY = """
[policy]
code = "special"
title = "特殊项目（虚构）"
extends = ["national"]
illustrative = true

[formulas.month]
outputs = [
  "post_pay", "workload_pay", "agreement_pay", "agreement_top_up", "special_subsidy", "tcm_subsidy",
  "first_contact_pay", "contract_pay_insurance", "contract_pay_resident", "deemed_performance_pay",
  "case_addition", "case_deduction",
  "contract_fees_fiscal", "contract_fees_public_health", "contract_fees_insurance", "contract_fees_resident",
  "secondment_settlement", "institution_case_deduction",
  "contract_team_money", "contract_money_without_team", "person_months_worked", "mean_workload_pay",
  "quality_coefficient", "packages_off_fee", "agreed_without_agreement",
]
workload_pay = "by_point_price"
quality_coefficient = "staff_hard_gate"
takes_part = "standard_scheme_takes_part"
secondment_settlement = "borne_by_employer"
deemed_performance_pay = "deemed_beside_pool"

[names.indicator]
quality = "质量"
[names.component]
agreed_pay = "协议约定金额"
inspection = "督查"
[names.task]
first_contact = "首诊"
[names.package]
basic = "基础包"
[names.absence]
annual_leave = "年休假"

[totals.pay_counted_against_agreement]
components = ["post_pay", "workload_pay", "agreement_pay"]
"""
VALUES = {
    "appraisal_weight": [('{ indicator = "quality" }', "1")],
    "gate_rate": [("", "0.85")],
    "staff_point_price": [("", "2")],
    "tcm_subsidy_standard": [("", "0"), ('{ department = "中医科" }', "600")],
    "first_contact_amount": [("", "2.50")],
    "contract_team_share": [("", "0.70")],
    "contract_team_share_floor": [("", "0.70")],
    "contract_package_fee": [('{ package = "basic" }', "110")],
    "deemed_rate": [('{ absence = "annual_leave" }', "0.5")],
}


def written() -> str:
    parts = [POLICY]
    for name, values in VALUES.items():
        rows = ", ".join(
            "{ from = 2020-01-01, continues = 'x', source = 'illustrative', "
            + (f"where = {where}, " if where else "")
            + f'value = "{value}" }}'
            for where, value in values
        )
        parts.append(f"[parameters.{name}]\nvalues = [{rows}]\n")
    return "\n".join(parts)


def tables() -> dict[str, Any]:
    changed = county()
    people = changed["engagement"]
    people[0]["department"] = "中医科"  # A at I1 until the 16th
    people[1]["employer"] = "I2"  # and from it lent by I2
    people[5] |= {"pay_scheme": "agreement"}  # C
    changed["pay_component"] += [
        {"institution": "I2", "staff": "C", "component": "agreement_pay", "amount": 500000},
        {"institution": "I2", "staff": "C", "component": "agreed_pay", "amount": 800000},
        {"institution": "I1", "staff": "B", "component": "special_subsidy", "amount": 33300},
    ]
    changed["directed_task"] = [{"institution": "I2", "staff": "C", "task": "first_contact", "count": 7}]
    del changed["finance"]
    changed["absence"] = [
        {"staff": "B", "kind": "annual_leave", "from": FIRST, "until": FIRST + 5, "blocks_service": True}
    ]
    contract = {"institution": "I1", "from": FIRST, "until": FIRST + 31, "cancelled_on": None}
    changed["contract"] = [
        {**contract, "contract": "K1", "team": "T", "package": "basic", "source": "insurance", "amount": 10000},
        {**contract, "contract": "K1", "team": "T", "package": "basic", "source": "resident", "amount": 1000},
        {**contract, "contract": "K2", "team": "U", "package": "basic", "source": "resident", "amount": 500},
    ]
    changed["team_member"] = [
        {"team": "T", "staff": "A", "share": 5000},
        {"team": "T", "staff": "B", "share": 5000},
    ]
    case = {"institution": "I1", "component": "inspection", "approver": "院长办公会"}
    changed["adjustment"] = [
        {**case, "staff": "A", "case": "C-1", "amount": 10000},
        {**case, "staff": "A", "case": "C-2", "amount": -2500},
        {**case, "staff": "", "case": "C-3", "amount": -77},
    ]
    return changed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Results:
    folder: Path = tmp_path_factory.mktemp("policy")
    (folder / "special.toml").write_text(written(), encoding="utf-8")
    policy = load_policy("special", [folder, formulas.POLICIES])
    paid = sum(count for count, _ in WORK.values())
    counts = dict.fromkeys(("limited", "expanded", "unlisted", "held_rejected", "refunds", "held", "counted_only"), 0)
    snapshot = ToySnapshot(tables(), WORK, counts={**counts, "read": paid, "kept": paid, "rejected": {}})
    return prepare(snapshot, policy, {}).finish(snapshot.priced)  # type: ignore[arg-type]


def paid(made: Results, component: str) -> dict[tuple[str, str, str], int]:
    """Return fen by institution, person and line.

    A line is "old", or "new" for the engagement from the 16th.
    """
    start = {"2024-01-05": "old", "2026-10-16": "new"}
    return {(row[0], row[1], start[row[2]]): row[5] for row in lines(made.pay_lines) if row[3] == component}


def test_the_results_hold_together(made: Results) -> None:
    check(made)


def test_agreement_replaces_pay_by_work_and_is_topped_up(made: Results) -> None:
    """An agreement replaces pay by work and is topped up to the agreed amount.

    A at I1: 10 points x 2 x 1 and 10 x 2 x 2, quality 100/100; B 12.5 x 2 x 1 at 80/100 < 0.85: x 0.8. C: none. C is
    agreed at 8,000.00 and has 5,000.00: 3,000.00.
    """
    assert paid(made, "workload_pay") == {("I1", "A", "old"): 2000, ("I1", "A", "new"): 4000, ("I1", "B", "old"): 2000}
    assert paid(made, "agreement_pay") == {("I2", "C", "old"): 500000}
    assert paid(made, "agreement_top_up") == {("I2", "C", "old"): 300000}


def test_subsidies_and_events(made: Results) -> None:
    """Subsidies follow the days in a department, and events their count.

    TCM until the 16th: 15/31 = 0.4839 months x 600 = 290.34. First contacts 7 x 2.50.
    """
    assert paid(made, "tcm_subsidy") == {("I1", "A", "old"): 29034}
    assert paid(made, "special_subsidy") == {("I1", "B", "old"): 33300}
    assert paid(made, "first_contact_pay") == {("I2", "C", "old"): 1750}
    fundings = {row[3]: row[4] for row in lines(made.pay_lines)}
    assert fundings["special_subsidy"] == fundings["tcm_subsidy"] == "earmarked"


def test_contract_money_of_the_team(made: Results) -> None:
    """Contract money goes to the team by days and shares, and stays where nobody is in it.

    T: A 31 days, B 15 of the month. Insurance 100.00: 67.39 and 32.61; 70.00 to the team: 47.17 and 22.83. Residents
    10.00: 6.74 and 3.26; 7.00: 4.718 and 2.282 -> 4.72 and 2.28. K2's team has nobody: 5.00 stay.
    """
    assert paid(made, "contract_pay_insurance") == {("I1", "A", "new"): 4717, ("I1", "B", "old"): 2283}
    assert paid(made, "contract_pay_resident") == {("I1", "A", "new"): 472, ("I1", "B", "old"): 228}
    fees = {row[2]: row[3] for row in lines(made.statement_lines) if row[1].startswith("contract_fees")}
    assert fees == {"insurance": 10000, "resident": 1500}
    figures = {(row[1], row[3]): row[7] for row in lines(made.reports)}
    assert figures["I1", "contract_team_money"] == 7700
    assert figures["I1", "contract_money_without_team"] == 500


def test_leave_counts_as_performance(made: Results) -> None:
    """Leave counts as performance at the institution's mean pay for work.

    I1 works 0.4839 + 0.5161 (A) and half a post for 10 days of B: 0.2419 - 0.0806 = 0.1613 -> 1.1613 months; 80.00
    paid: 68.89 a month. B: 68.89 x 0.0806 x 0.5 = 2.776... -> 2.78.
    """
    figures = {(row[1], row[3]): row[7] for row in lines(made.reports)}
    assert figures["I1", "person_months_worked"] == 11613
    assert figures["I1", "mean_workload_pay"] == 6889
    assert paid(made, "deemed_performance_pay") == {("I1", "B", "old"): 278}


def test_cases_stand_on_two_lines_and_are_listed(made: Results) -> None:
    assert paid(made, "case_addition") == {("I1", "A", "new"): 10000}
    assert paid(made, "case_deduction") == {("I1", "A", "new"): -2500}
    assert ("I1", "institution_case_deduction", "fiscal", -77) in lines(made.statement_lines)
    listed = {row[3]: row[7] for row in lines(made.reports) if row[3].startswith("case[")}
    assert listed == {
        "case[inspection/C-1/院长办公会]": 10000,
        "case[inspection/C-2/院长办公会]": -2500,
        "case[inspection/C-3/院长办公会]": -77,
    }


def test_the_employer_bears_the_time_for_which_it_lent(made: Results) -> None:
    """The employer bears the pay of the time for which it lent a person.

    A at I1 has 3,000.00 post pay + 20.00 + 40.00 + 290.34 + 47.17 + 4.72 + 100.00 - 25.00 = 3,477.23; from the 16th I2
    employs: x 0.5161 / (0.4839 + 0.5161) = 1,794.598... -> 1,794.60 from I2 to I1.
    """
    total = sum(row[5] for row in lines(made.pay_lines) if (row[0], row[1]) == ("I1", "A"))
    assert total == 347723
    settled = {row[0]: row[3] for row in lines(made.statement_lines) if row[1] == "secondment_settlement"}
    assert settled == {"I1": 179460, "I2": -179460}
    pools = {(row[1], row[2]): row[7] for row in lines(made.reports) if row[3] == "seconded_pay.pool"}
    assert pools == {("I1", "A"): 347723}


def test_the_sheet_tells_what_does_not_hold(made: Results) -> None:
    """The compliance sheet reports the checks that fail.

    77.00 of 115.00 earned is 66.9 % < 70 %, because K2's team has nobody; K2's 5.00 is not the package's 110.00.
    """
    figures = {(row[1], row[3]): row[7] for row in lines(made.reports)}
    assert figures["I1", "check.contract_team_share.figure"] == 669565
    assert figures["I1", "check.contract_team_share.result"] == FAILS
    assert figures["I1", "packages_off_fee"] == 1
    assert figures["I1", "check.contract_packages.result"] == FAILS
    assert figures["I2", "check.contract_packages.result"] == HOLDS
    assert figures["I2", "check.agreed_without_agreement.result"] == HOLDS

"""Floors and the fixed share in a run of tables: lines, totals and reports.

The cells of comparison are formed by the years worked.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import formulas
from batch.audit import invariants as identities
from batch.compute.compute import prepare
from batch.results import Results
from payengine.errors import Refused
from payengine.periods import Period, day_number
from payengine.policy import load_policy
from tests.support import compute_toy
from tests.support.compute_toy import ToySnapshot

POLICY = """
[policy]
code = "floors"
title = "保底（虚构）"
extends = ["national"]
illustrative = true

[formulas.month]
outputs = [
  "post_pay", "allowance", "gp_parity_pay", "public_health_floor_pay", "converted_to_fixed", "converted_from_variable",
  "pay_before_floors", "public_health_floor_lacking", "gp_pay_ratio", "gp_pay_ratio_of_all", "gp_line",
  "fixed_by_component", "variable_by_component", "fixed_share", "fixed_share_lacking", "converted_pay",
]

[names.tenure]
"10-" = "十年以上"
"0-9" = "不满十年"

[components.allowance]
class = "variable"
funding = "service_income"

[parameters.public_health_floor]
values = [
  { from = 2026-01-01, until = 2027-01-01, where = { kind = "township_center" }, value = "1", source = "illustrative" },
]
[parameters.floor_by_person_months]
values = [{ from = 2026-01-01, until = 2027-01-01, value = false, source = "illustrative" }]
[parameters.public_health_floor_inside]
values = [{ from = 2026-01-01, until = 2027-01-01, value = true, source = "illustrative" }]
[parameters.gp_parity_rate]
values = [{ from = 2026-01-01, until = 2027-01-01, value = "1", source = "illustrative" }]
[parameters.gp_parity_each_person]
values = [{ from = 2026-01-01, until = 2027-01-01, value = true, source = "illustrative" }]
[parameters.general_practitioner]
values = [
  { from = 2026-01-01, until = 2027-01-01, value = false, source = "illustrative" },
  { from = 2026-01-01, until = 2027-01-01, where = { role = "gp" }, value = true, source = "illustrative" },
]
[parameters.gp_comparison_staff]
values = [
  { from = 2026-01-01, until = 2027-01-01, value = false, source = "illustrative" },
  { from = 2026-01-01, until = 2027-01-01, where = { kind = "county_hospital" }, value = true, source = "test 1" },
]
[parameters.tenure_from]
values = [
  { from = 2026-01-01, until = 2027-01-01, where = { tenure = "10-" }, value = "10", source = "illustrative" },
  { from = 2026-01-01, until = 2027-01-01, where = { tenure = "0-9" }, value = "0", source = "illustrative" },
]
[parameters.fixed_share_floor]
values = [{ from = 2026-01-01, until = 2027-01-01, value = "0.60", source = "illustrative" }]
[parameters.fixed_share_convert]
[[parameters.fixed_share_convert.values]]
from = 2026-10-01
until = 2027-01-01
where = { kind = "township_center" }
value = true
source = "illustrative"
cause = "first_setting"
approvals = [
  { body = "health", document = "d", date = 2026-09-20 }, { body = "finance", document = "d", date = 2026-09-25 },
]
"""


def tables() -> dict[str, list[dict[str, Any]]]:
    """Build the tables of two institutions.

    H: X worked ten years on 31 October, Y one day less. T: A, the practitioner G, P of public health.
    """
    first = {"X": date(2016, 10, 31), "Y": date(2016, 11, 1), "A": date(2020, 1, 1), "G": date(2016, 2, 29)}
    engaged = [("H", "X", "", "clinical"), ("H", "Y", "", "clinical"), ("T", "A", "", "clinical"),
               ("T", "G", "gp", "clinical"), ("T", "P", "", "public_health")]  # fmt: skip
    pay = {"X": (9000_00, 0), "Y": (5000_00, 0), "A": (3000_00, 5000_00), "G": (8000_00, 0), "P": (6000_00, 0)}
    return {
        "institution": [{"code": "H", "kind": "county_hospital"}, {"code": "T", "kind": "township_center"}],
        "staff": [{"code": code, "first_worked": day_number(first.get(code, date(2000, 1, 1)))} for code in "AGPXY"],
        "engagement": [
            {"institution": place, "staff": staff, "role": role, "department_class": department, "title": "主治",
             "education": "本科"} for place, staff, role, department in engaged
        ],
        "service_item": [{"code": "x", "category": "public_health"}],
        "pay_component": [
            {"institution": place, "staff": staff, "component": name, "amount": amount}
            for place, staff, _, _ in engaged
            for name, amount in zip(("post_pay", "allowance"), pay[staff], strict=True)
        ],
    }  # fmt: skip


def run(folder: Path, text: str = POLICY) -> Results:
    (folder / "floors.toml").write_text(text, encoding="utf-8")
    snapshot = ToySnapshot(rows=tables())
    ready = prepare(snapshot, load_policy("floors", [folder, formulas.POLICIES]), {})  # type: ignore[arg-type]
    return ready.finish(snapshot.priced)


def figures(results: Results, level: str, name: str) -> dict[str, int]:
    rows = [row for row in results.reports.to_pylist() if (row["level"], row["name"]) == (level, name)]
    return {row["staff"] or row["institution"]: row["value"] for row in rows}


def test_floors_then_conversion_in_one_run(tmp_path: Path) -> None:
    """Floors are paid before the fixed share is tested for conversion.

    G (ten years) has X's line 9,000: + 1,000 from outside. Mean of T (8,000 + 9,000 + 6,000) / 3 = 7,666.666...: P has
    1,666.67 more, all of it from A, who alone has variable pay. Fixed 17,000 of 23,000 (0.7391): no conversion.
    """
    results = run(tmp_path)
    paid = {
        (row["staff"], row["component"]): row["amount_fen"]
        for row in results.pay_lines.to_pylist()
        if row["component"] not in ("post_pay", "allowance")
    }
    assert paid == {
        ("G", "gp_parity_pay"): 1000_00,
        ("A", "public_health_floor_pay"): -1666_67,
        ("P", "public_health_floor_pay"): 1666_67,
    }
    assert figures(results, "institution", "fixed_share") == {"H": 1_0000, "T": 7391}
    assert figures(results, "institution", "converted_pay") == {"H": 0, "T": 0}
    assert figures(results, "institution", "public_health_floor_lacking") == {"H": 0, "T": 0}
    assert figures(results, "staff", "gp_line") == {"X": 0, "Y": 0, "A": 0, "G": 9000_00, "P": 0}
    assert figures(results, "institution", "gp_pay_ratio") == {"H": 0, "T": 1_0000}
    assert figures(results, "consortium", "gp_pay_ratio_of_all") == {"": 1_0000}
    assert figures(results, "institution", "fixed_by_component[post_pay]") == {"H": 14000_00, "T": 17000_00}
    assert figures(results, "institution", "variable_by_component[public_health_floor_pay]") == {"H": 0, "T": 0}
    assert figures(results, "institution", "variable_by_component[allowance]") == {"H": 0, "T": 5000_00}
    assert figures(results, "staff", "pay_before_floors")["A"] == 8000_00


def test_what_an_auditor_adds_up(tmp_path: Path) -> None:
    results = run(tmp_path)
    for identity in (
        identities._well_formed,
        identities._components,
        identities._institution_totals,
        identities._pools,
    ):
        assert list(identity(results)) == []


def test_a_higher_floor_converts_and_changes_no_total(tmp_path: Path) -> None:
    """A higher floor of the fixed share converts variable pay and changes no total.

    0.75 of 23,000 is 17,250: 250 lacks. Variable pay A 5,000 - 1,666.67, G 1,000, P 1,666.67, in all 6,000:
    138.8887..., 41.6666... and 69.4446...: the two fen left go to A and G.
    """
    before = run(tmp_path)
    results = run(tmp_path, POLICY.replace('value = "0.60"', 'value = "0.75"'))
    assert figures(results, "institution", "converted_pay") == {"H": 0, "T": 250_00}
    assert figures(results, "institution", "fixed_share") == {"H": 1_0000, "T": 7500}
    totals: list[dict[str, int]] = [{}, {}]
    for each, total in zip((before, results), totals, strict=True):
        for row in each.pay_lines.to_pylist():
            total[row["staff"]] = total.get(row["staff"], 0) + row["amount_fen"]
    assert totals[0] == totals[1]
    moved = {row["staff"]: row["amount_fen"] for row in results.pay_lines.to_pylist()
             if row["component"] == "converted_to_fixed"}  # fmt: skip
    assert moved == {"A": 138_89, "G": 41_67, "P": 69_44}


def test_a_total_of_what_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        run(tmp_path, POLICY + '\n[totals.pay_before_floors]\ncomponents = ["post_pai"]\nto_date = true\n')
    assert "'post_pai' is no component, total or known income (did you mean post_pay?)" in refused.value.report()


def test_the_period_is_october() -> None:
    """The period is October: its last day is the anniversary of X and not yet of Y."""
    assert Period.parse("2026-10") == compute_toy.OCTOBER

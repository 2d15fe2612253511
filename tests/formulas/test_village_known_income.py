"""Known income in a run of tables: rows of the months inside, listed, in no pay line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import formulas
from batch.compute.compute import parameters_read, prepare
from batch.results import Results
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import load_policy
from tests.support.compute_toy import ToySnapshot

POLICY = """
[policy]
code = "parity"
title = "持平（虚构）"
extends = ["national"]
illustrative = true
[formulas.year]
outputs = ["post_pay", "village_parity_pay", "village_parity_lacking"]
[formulas.month]
outputs = ["post_pay"]
[known_income.clinic_fees]
label = "一般诊疗费"
input = "clinic_fees"
[totals.pay_before_village_parity]
components = ["pay_before_floors", "clinic_fees"]
[parameters.village_parity_rate]
values = [{ from = 2026-01-01, until = 2027-01-01, value = "1", source = "illustrative" }]
[parameters.village_gap_budget_share]
values = [{ from = 2026-01-01, until = 2027-01-01, value = "1", source = "illustrative" }]
[parameters.village_parity_each_person]
values = [{ from = 2026-01-01, until = 2027-01-01, value = true, source = "illustrative" }]
[parameters.village_doctor]
values = [
  { from = 2026-01-01, until = 2027-01-01, value = false, source = "illustrative" },
  { from = 2026-01-01, until = 2027-01-01, where = { kind = "village_clinic" }, value = true, source = "illustrative" },
]
[parameters.village_like_staff]
values = [
  { from = 2026-01-01, until = 2027-01-01, value = false, source = "illustrative" },
  { from = 2026-01-01, until = 2027-01-01, where = { kind = "township_center" }, value = true, source = "test 1" },
]
"""
FEES = [("2026-03", 900_00), ("2026-11", 1100_00), ("2026-Q2", 4000_00), ("2025", 7_00)]


def run(
    folder: Path, period: str = "2026", fees: list[tuple[str, int]] = FEES, more: str = "", parent: str = "T"
) -> Results:
    """Run a centre with A, 60,000 a year, and a clinic with D, 50,000, and the fees of D."""
    (folder / "parity.toml").write_text(POLICY + more, encoding="utf-8")
    rows: dict[str, list[dict[str, Any]]] = {
        "institution": [
            {"code": "T", "kind": "township_center"}, {"code": "V", "kind": "village_clinic", "parent": parent},
        ],
        "staff": [{"code": "A"}, {"code": "D"}],
        "engagement": [{"institution": "T", "staff": "A"}, {"institution": "V", "staff": "D"}],
        "service_item": [{"code": "x", "category": "public_health"}],
        "pay_component": [
            *({"institution": place, "staff": staff, "component": "post_pay", "amount": amount, "period": period}
              for place, staff, amount in (("T", "A", 60000_00), ("V", "D", 50000_00))),
            *({"institution": "V", "staff": "D", "component": "clinic_fees", "amount": amount, "period": of}
              for of, amount in fees),
        ],
    }  # fmt: skip
    snapshot = ToySnapshot(rows=rows, period=Period.parse(period))
    ready = prepare(snapshot, load_policy("parity", [folder, formulas.POLICIES]), {})  # type: ignore[arg-type]
    return ready.finish(snapshot.priced)


def test_the_year_counts_the_months_fees_and_pays_none_of_them(tmp_path: Path) -> None:
    """A year compares with its months' and quarters' known income, and lists it.

    Line 60,000; D 50,000 + 900 + 1,100 + 4,000 = 56,000: 4,000 from the budget. A row of 2025 does not count.
    """
    results = run(tmp_path)
    paid = {(row["staff"], row["component"]): row["amount_fen"] for row in results.pay_lines.to_pylist()}
    assert paid == {
        ("A", "post_pay"): 60000_00, ("D", "post_pay"): 50000_00, ("D", "village_parity_pay"): 4000_00,
    }  # fmt: skip
    listed = [row for row in results.reports.to_pylist() if row["name"] == "clinic_fees"]
    assert {(row["level"], row["staff"]): row["value"] for row in listed} == {
        ("staff", "A"): 0, ("staff", "D"): 6000_00,
    }  # fmt: skip
    assert not any("clinic_fees" in warning for warning in results.warnings)


def test_rows_of_a_quarter_and_its_month_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        run(tmp_path, fees=[("2026-04", 1), ("2026-Q2", 1)])
    assert "which would count twice" in refused.value.report()


def test_a_month_does_not_compare_a_year_with_its_own_fees(tmp_path: Path) -> None:
    """A total to date is refused in a month, which lacks the fees of the months before."""
    more = '[formulas.month]\noutputs = ["post_pay", "village_parity_pay"]\n'
    text = POLICY.replace('[formulas.month]\noutputs = ["post_pay"]\n', "")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"{__name__}.POLICY", text)
        with pytest.raises(Refused) as refused:
            run(tmp_path, "2026-10", [("2026-10", 1)], more)
    report = refused.value.report()
    assert "pay_before_village_parity" in report
    assert "of which 2026-10 has no earlier rows" in report


def test_a_month_that_compares_nothing_takes_the_rows_silently(tmp_path: Path) -> None:
    results = run(tmp_path, "2026-10", [("2026-10", 500_00)])
    assert [row["amount_fen"] for row in results.pay_lines.to_pylist()] == [60000_00, 50000_00]
    assert not any("clinic_fees" in warning for warning in results.warnings)


def in_months(text: str = POLICY) -> str:
    """Write the policy with parity in its months."""
    return text.replace(
        '[formulas.month]\noutputs = ["post_pay"]\n', '[formulas.month]\noutputs = ["post_pay", "village_parity_pay"]\n'
    )


def test_a_policy_that_compares_known_income_by_month_is_refused_before_any_run(tmp_path: Path) -> None:
    (tmp_path / "parity.toml").write_text(in_months(), encoding="utf-8")
    policy = load_policy("parity", [tmp_path, formulas.POLICIES])
    with pytest.raises(Refused) as refused:
        parameters_read(policy, Period.parse("2026-10"))
    assert "of which 2026-10 has no earlier rows" in refused.value.report()
    assert parameters_read(policy, Period.parse("2026"))


def test_a_month_whose_parity_leaves_known_income_out_says_so(tmp_path: Path) -> None:
    text = in_months(POLICY.replace('components = ["pay_before_floors", "clinic_fees"]', 'components = ["post_pay"]'))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"{__name__}.POLICY", text)
        results = run(tmp_path, "2026-10", [("2026-10", 500_00)])
    told = "the parity of 2026-10 compares pay without 一般诊疗费; only a settlement that begins with the year knows"
    assert any(warning.startswith(told) for warning in results.warnings)


def test_a_clinic_without_a_parent_is_named(tmp_path: Path) -> None:
    """Nothing is paid then: D has nobody to be compared with."""
    told = "1 doctor(s) are compared with nobody and get none, at V"
    alone = run(tmp_path, parent="")
    assert "village_parity_pay" not in alone.pay_lines["component"].to_pylist()
    assert [told in warning for warning in alone.warnings].count(True) == 1
    assert not any("compared with nobody" in warning for warning in run(tmp_path).warnings)

"""Payslips.

Their figures are the stored ones, their arithmetic is true, and they tell of nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from batch.cli.views.payslip_page import PayslipPages
from batch.explain.explanation import calculation_of
from batch.payslips.arithmetic import AT_LEAST, AT_MOST, MINUS, OVER, PLUS, TIMES, Arithmetic, arithmetic
from batch.payslips.payslip import Payslip, payslips
from batch.payslips.run_payslips import RunPayslips
from batch.workspace import Workspace
from payengine.errors import IdentityBroken, UsageError
from tests.support import small_county
from tests.support.small_county import OCTOBER, call, engagement, record, tables

COUNTY = ("--records", "4000", "--staff", "40", "--institutions", "8")
POLICIES = ("demo", "township-example", "xining")


@pytest.fixture(scope="module", params=POLICIES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> RunPayslips:
    folder = tmp_path_factory.mktemp("payslips") / "county"
    made = call(folder, "demo", str(folder), *COUNTY, "--policy", request.param)
    assert made.exit_code == 0, made.output
    return Workspace(folder).payslips(OCTOBER)


@pytest.fixture(scope="module")
def slips(run: RunPayslips) -> list[Payslip]:
    return list(run.payslips)


def rows_of(table: pa.Table, slip: Payslip) -> list[dict[str, Any]]:
    rows = table.to_pylist()
    return [row for row in rows if (row["institution"], row["staff"]) == (slip.institution, slip.staff)]


def test_everybody_with_a_line_or_work_has_a_payslip_in_the_order_of_codes(
    run: RunPayslips, slips: list[Payslip]
) -> None:
    wanted = {
        (row["institution"], row["staff"])
        for table in (run.results.pay_lines, run.results.workload)
        for row in table.to_pylist()
        if row["staff"]
    }
    found = [(slip.institution, slip.staff) for slip in slips]
    assert found == sorted(wanted)


def test_lines_work_and_rejected_rows_are_those_of_the_ledger(run: RunPayslips, slips: list[Payslip]) -> None:
    for slip in slips:
        stored = rows_of(run.results.pay_lines, slip)
        assert slip.due_fen == sum(row["amount_fen"] for row in stored)
        assert len(slip.lines) == len(stored)
        assert sum(slip.unpaid.values()) == len(rows_of(run.results.rejections, slip))
        work = rows_of(run.results.workload, slip)
        assert sum(one.rows for one in slip.work) == sum(row["services"] for row in work)
        points = sum((one.points for one in slip.work), Fraction(0))
        assert abs(points * 10**6 - sum(row["points_micro"] for row in work)) < len(work) + 1


def test_each_line_of_arithmetic_makes_the_figure(run: RunPayslips, slips: list[Payslip]) -> None:
    """The printed numbers, reckoned from left to right, make the figure at its decimals."""
    told = 0
    for slip in slips:
        for name, step in slip.trace.steps.items():
            for one in arithmetic(step, calculation_of(run.policy, name)):
                told += 1
                assert abs(reckoned(one) - Fraction(one.cell.exact or one.cell.value or "")) <= slack(one), name
    assert told > 2 * len(slips)


def reckoned(one: Arithmetic) -> Fraction:
    number = Fraction(0)
    for place, term in enumerate(one.terms):
        value = Fraction(term.value)
        number = {
            "": value, PLUS: number + value, MINUS: number - value, TIMES: number * value if place else value,
            OVER: number / value if term.sign == OVER else value, AT_LEAST: max(number, value),
            AT_MOST: min(number, value),
        }[term.sign]  # fmt: skip
    return number


def slack(one: Arithmetic) -> Fraction:
    """Half a unit of the last decimal; a share of a pool is within one fen."""
    decimals = -int(Decimal(str(one.cell.value)).as_tuple().exponent)
    return Fraction(1, 100) if one.shared else Fraction(1, 2 * 10**decimals)


def changed(table: pa.Table, column: str, places: Mapping[int, int]) -> pa.Table:
    values = table[column].to_pylist()
    for place, value in places.items():
        values[place] += value
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


def test_a_stored_line_that_differs_by_a_fen_fails(run: RunPayslips) -> None:
    lines = run.results.pay_lines
    stored = replace(run.results, pay_lines=changed(lines, "amount_fen", {0: 1}))
    place = (lines["institution"][0].as_py(), lines["staff"][0].as_py())
    with pytest.raises(IdentityBroken) as broken:
        list(payslips(run.snapshot, run.policy, stored, [place]))
    assert broken.value.exit_code == 4
    assert lines["component"][0].as_py() in broken.value.report()


def test_stored_work_that_differs_by_a_millionth_fails(run: RunPayslips) -> None:
    work = run.results.workload
    at = next(number for number, staff in enumerate(work["staff"].to_pylist()) if staff)
    stored = replace(run.results, workload=changed(work, "points_micro", {at: 1}))
    place = (work["institution"][at].as_py(), work["staff"][at].as_py())
    with pytest.raises(IdentityBroken):
        list(payslips(run.snapshot, run.policy, stored, [place]))


def test_a_fault_at_another_person_stops_nobody_else(run: RunPayslips) -> None:
    lines = run.results.pay_lines
    stored = replace(run.results, pay_lines=changed(lines, "amount_fen", {0: 1}))
    other = next(place for place in run.places if place[1] != lines["staff"][0].as_py())
    assert [slip.staff for slip in payslips(run.snapshot, run.policy, stored, [other])] == [other[1]]


def test_no_page_names_another_person_or_a_patient(run: RunPayslips, slips: list[Payslip]) -> None:
    codes = {slip.staff for slip in slips}
    maker = PayslipPages(run.record, run.results.meta, run.policy, names=_no_names())
    for slip in slips:
        words = set(str(maker.page(slip)).replace("'", " ").replace('"', " ").split())
        assert not words & (codes - {slip.staff})
        assert not any(word.startswith("P0") and len(word) > 5 for word in words)


def _no_names() -> Any:
    from batch.reports.register import Names

    return Names()


def two_persons(folder: Path, *more: str) -> Workspace:
    """A centre whose pool is divided by points among its staff: two, and `more`."""
    staff = ["S1", "S2", *more]
    scored = [
        {"institution": "I1", "indicator": name, "score": "100", "full_score": "100", "period": OCTOBER}
        for name in small_county.INDICATORS
    ]
    rows = tables(
        staff=[{"code": code, "name": f"员工{code}"} for code in staff],
        engagement=[engagement(code) for code in staff],
        service_record=[record(f"R{number}", code, quantity=str(7 + 6 * number)) for number, code in enumerate(staff)],
        finance=[{"institution": "I1", "line": "workload_pool", "amount": "1234.56", "period": OCTOBER}],
        appraisal=scored,
    )
    made = small_county.county(folder, rows)
    settings = (folder / "payengine.toml").read_text(encoding="utf-8").replace('"demo"', '"demo-point-value"')
    (folder / "payengine.toml").write_text(settings, encoding="utf-8")
    for words in (("freeze", OCTOBER), ("run", OCTOBER), ("publish", OCTOBER)):
        done = call(folder, *words)
        assert done.exit_code == 0, done.output
    return Workspace(made.folder)


def test_sums_over_two_persons_are_not_told(tmp_path: Path) -> None:
    """Each of two persons could reckon the other's share from the pool; of three nobody can."""
    for count, more in ((2, ()), (3, ("S3",))):
        run = two_persons(tmp_path / str(count), *more).payslips(OCTOBER, staff="S1")
        (slip,) = run.payslips
        page = str(PayslipPages(run.record, run.results.meta, run.policy, _no_names()).page(slip))
        other = [row["amount_fen"] for row in run.results.pay_lines.to_pylist() if row["staff"] == "S2"]
        assert other
        assert ("1,234.56" in page) is (count == 3)
        assert bool(slip.small) is (count == 2)


def test_who_is_not_paid_has_no_payslip(run: RunPayslips, tmp_path: Path) -> None:
    office = two_persons(tmp_path / "county")
    with pytest.raises(UsageError):
        office.payslips(OCTOBER, staff="S9")
    with pytest.raises(UsageError):
        office.payslips(OCTOBER, institution="I9")

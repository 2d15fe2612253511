"""Inputs of appraisal and special items; reports on adjustments and on unread scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from batch.compute.adjustment_report import adjustment_report
from batch.inputs.provider import InputProvider
from batch.ledger.run_tables import join_reports, split_reports
from batch.results import REJECTIONS, REPORTS
from payengine.errors import Refused
from payengine.periods import Period, day_number
from tests.support.compute_toy import (
    FIRST,
    LONG_AGO,
    OCTOBER,
    POLICY,
    WORK,
    ToySnapshot,
    county,
    lines,
    policy,
    prepared,
    results,
)


@pytest.fixture
def toy(tmp_path: Path) -> Any:
    return policy(tmp_path)


def provided(
    toy: Any, tables: dict[str, Any], period: Period = OCTOBER, rejections: pa.Table | None = None
) -> InputProvider:
    snapshot = ToySnapshot({**county(), **tables}, period=period)
    run = prepared(toy, snapshot)
    return InputProvider(run.tables, run.history, snapshot.priced, run.known, rejections=rejections)


def values(data: InputProvider, name: str, key: str = "") -> list[int]:
    found = data.value(name)
    column = found[key] if key else found
    numbers: list[int] = column.data.values.tolist()
    return numbers


def test_the_days_of_the_period(toy: Any) -> None:
    data = provided(toy, {})
    assert values(data, "period_first_day") == [day_number(OCTOBER.first_day)]
    assert values(data, "period_last_day") == [day_number(OCTOBER.last_day)]


def test_who_came_back_is_not_new(toy: Any) -> None:
    """C was at I2 before, with an end; the engagement in force began this month."""
    engagements = [
        *(row for row in county()["engagement"] if row["staff"] != "C"),
        {"institution": "I2", "staff": "C", "until": FIRST - 500},
        {"institution": "I2", "staff": "C", "from": FIRST + 3},
        {"institution": "I1", "staff": "C", "from": FIRST + 4},
    ]
    data = provided(toy, {"engagement": engagements})
    # A, B, C at I1; A, C at I2
    assert values(data, "first_engaged") == [LONG_AGO, LONG_AGO, FIRST + 4, LONG_AGO, LONG_AGO]
    assert values(data, "engaged_from")[-1] == FIRST + 3


@pytest.mark.parametrize(
    ("period", "last_year"), [("2026-10", "2025-10"), ("2026-Q4", "2025-Q4"), ("2026", "2025"), ("2024-02", "2023-02")]
)
def test_last_year_is_the_same_period_a_year_before(toy: Any, period: str, last_year: str) -> None:
    rows = [
        {"institution": "I1", "name": "people", "value": 20000, "period": last_year},
        {"institution": "I1", "name": "people", "value": 30000, "period": period},
        {"institution": "I2", "name": "people", "value": 70000, "period": "2025-09"},
    ]
    finance = [{"institution": "I2", "line": "pool", "amount": 5, "period": last_year}]
    assert str(Period.parse(period).last_year()) == last_year
    data = provided(toy, {"measure": rows, "finance": finance}, Period.parse(period))
    column = data.value("measure_last_year")["people"]
    assert column.data.values.tolist() == [20000, 0, 0]
    assert column.is_set().rows.tolist() == [True, False, False]
    assert values(data, "finance_last_year", "pool") == [0, 5, 0]


CASES = [
    {
        "institution": "I1",
        "staff": "A",
        "component": "post_pay",
        "amount": 20000,
        "case": "C-1",
        "approver": "院长办公会",
    },
    {
        "institution": "I1",
        "staff": "A",
        "component": "post_pay",
        "amount": -5000,
        "case": "C-2",
        "approver": "院长办公会",
    },
    {"institution": "I1", "staff": "B", "component": "post_pay", "amount": -1, "case": "C-1", "approver": "质控科"},
    {"institution": "I1", "staff": "", "component": "post_pay", "amount": 700, "case": "C-3", "approver": "县卫健局"},
    {"institution": "I1", "staff": "D", "component": "post_pay", "amount": 9, "case": "C-4", "approver": "not engaged"},
    {
        "institution": "I1",
        "staff": "A",
        "component": "post_pay",
        "amount": 9,
        "case": "C-5",
        "approver": "x",
        "period": "2026-09",
    },
]


def test_additions_and_deductions_stand_apart(toy: Any) -> None:
    data = provided(toy, {"adjustment": CASES})
    assert values(data, "addition", "post_pay") == [20000, 0, 0, 0]
    assert values(data, "deduction", "post_pay") == [-5000, -1, 0, 0]
    assert values(data, "institution_addition", "post_pay") == [700, 0, 0]
    assert values(data, "institution_deduction", "post_pay") == [0, 0, 0]
    assert values(data, "adjustment", "post_pay") == [15000, -1, 0, 0]


def test_every_case_is_listed_with_its_approver(toy: Any) -> None:
    """Every adjustment is listed with its approver.

    One case of two approvers is two entries; one of somebody without an engagement there is not listed (freeze reports
    it).
    """
    made = adjustment_report(prepared(toy, ToySnapshot({**county(), "adjustment": CASES}, work=WORK)).tables, toy)
    listed = lines(made)
    assert listed == [
        ("staff", "I1", "B", "case[post_pay/C-1/质控科]", "岗位工资：C-1（质控科）", "yuan", 2, -1),
        ("staff", "I1", "A", "case[post_pay/C-1/院长办公会]", "岗位工资：C-1（院长办公会）", "yuan", 2, 20000),
        ("staff", "I1", "A", "case[post_pay/C-2/院长办公会]", "岗位工资：C-2（院长办公会）", "yuan", 2, -5000),
        ("institution", "I1", "", "case[post_pay/C-3/县卫健局]", "岗位工资：C-3（县卫健局）", "yuan", 2, 700),
    ]
    stored = join_reports(*split_reports(made))  # the ledger keeps one label for a name
    assert stored.select(REPORTS.names).cast(REPORTS).equals(made)


def test_a_long_case_keeps_a_name_of_its_own(toy: Any) -> None:
    cases = [{**CASES[0], "case": "关于" * 60 + end} for end in ("甲", "乙")]
    made = adjustment_report(prepared(toy, ToySnapshot({**county(), "adjustment": cases}, work=WORK)).tables, toy)
    names = [row[3] for row in lines(made)]
    assert len(set(names)) == 2
    assert max(map(len, names)) <= 128


def test_rejections_are_counted_by_reason(toy: Any) -> None:
    rows = [
        ("R1", "A", "I1", 1, "not_licensed"),
        ("R2", "A", "I1", 1, "not_licensed"),
        ("R3", "", "I1", 1, "not_licensed"),
        ("R4", "X", "I1", 1, "unknown_staff"),
        ("R5", "A", "I9", 1, "unknown_institution"),
        ("R6", "C", "I2", 1, "absent"),
    ]
    rejections = pa.Table.from_pylist([dict(zip(REJECTIONS.names, row, strict=True)) for row in rows], REJECTIONS)
    data = provided(toy, {}, rejections=rejections)
    assert values(data, "rejected", "not_licensed") == [3, 0, 0]
    assert values(data, "rejected", "unknown_staff") == [1, 0, 0]
    assert values(data, "rejected_of_staff", "not_licensed") == [2, 0, 0, 0]
    assert values(data, "rejected_of_staff", "absent") == [0, 0, 0, 1]
    assert values(data, "rejected", "over_limit") == [0, 0, 0]


def test_an_indicator_that_was_scored_and_that_no_rule_reads_stops_the_run(tmp_path: Path) -> None:
    """An unread score would count as full marks. Named under [ignored] it is passed over."""
    scores = [
        *county()["appraisal"],
        {"institution": "I2", "staff": "C", "indicator": "training", "score": 1, "full_score": 1},
    ]
    snapshot = ToySnapshot({**county(), "appraisal": scores}, work=WORK)
    known = POLICY.replace('quality = "质量"\n', 'quality = "质量"\ntraining = "继续教育"\n')
    with pytest.raises(Refused) as refused:
        results(policy(tmp_path, known), snapshot)
    assert [problem.what for problem in refused.value.problems] == [
        "继续教育 (training) is scored, and no rule of policy toy reads it"
    ]
    ignored = POLICY + '[ignored]\nindicator = ["training"]\n'
    assert results(policy(tmp_path, ignored), snapshot).pay_lines.num_rows


def test_asking_whether_somebody_has_a_score_is_no_rule_for_the_indicator(toy: Any) -> None:
    data = provided(toy, {})
    assert values(data, "own_score", "quality") == [1000000, 0, 0, 0]
    assert not data.readings.keys("appraisal")
    assert values(data, "score", "quality") == [1000000, 800000, 500000, 500000]
    assert data.readings.keys("appraisal") == {"quality"}

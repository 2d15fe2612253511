"""The oracle's demo policy, on one small month worked by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.oracle import Month, judge
from tests.oracle.demo import DemoPolicy, largest_remainder

START = "2020-01-01"
ALL = Fraction(1)
FUNDING = {
    name: [("fund", ALL)]
    for name in (
        "workload_pay", "post_pay", "grade_pay", "allowance", "basic_performance_pay", "service_purchase",
        "directed_tasks", "base_guarantee",
    )
}  # fmt: skip


def rows(columns: str, *lines: tuple[str, ...]) -> list[dict[str, str]]:
    return [dict(zip(columns.split(), line, strict=True)) for line in lines]


INDICATORS = ("workload", "quality", "ethics", "satisfaction")


def month(workload_pay: str = "by_point_price", held: tuple[str, ...] = (), **changed: list[dict[str, str]]):
    """Build a month of I1 (a centre) with A and B, and I2 (a village clinic) with own work.

    A has 100.5 points, then 10 on a post of 1.2; B has 50 points.
    """
    scores = [("I1", "", indicator, "90", "100", "2026-05") for indicator in INDICATORS]
    scores += [("I2", "", indicator, "1", "3", "2026-05") for indicator in INDICATORS]
    scores += [("I1", "A", "workload", "19", "20", "2026-05"), ("I1", "A", "quality", "1", "100", "2026-04")]
    records = [
        ("r1", "2026-05-02", "I1", "A", "VISIT", "100.5", "1", "", ""),
        ("r2", "2026-05-20", "I1", "A", "VISIT", "10", "1", "", ""),
        ("r3", "2026-05-03", "I1", "B", "VISIT", "50", "1", "", ""),
        ("r4", "2026-05-03", "I2", "", "VISIT", "3", "1", "", ""),
    ]
    tables = {
        "institution": rows(
            "code kind from until",
            ("I1", "township_center", START, ""),
            ("I2", "village_clinic", START, ""),
            ("I3", "village_clinic", START, "2026-05-01"),
        ),
        "staff": rows("code", ("A",), ("B",), ("C",)),
        "engagement": rows(
            "staff institution post_coefficient from until",
            ("A", "I1", "1", START, "2026-05-16"),
            ("A", "I1", "1.2", "2026-05-16", ""),
            ("B", "I1", "1", START, "2026-05-10"),
            ("C", "I1", "1", START, "2026-05-01"),
        ),
        "service_item": rows(
            "code category equivalents license limit_count limit_period from until",
            ("VISIT", "basic_medical", "1", "", "", "", START, ""),
        ),
        "service_record": rows(
            "record_id service_date institution staff item quantity share patient reverses", *records
        ),
        "appraisal": rows("institution staff indicator score full_score period", *scores),
        "pay_component": rows(
            "staff institution component amount period",
            ("A", "I1", "post_pay", "2000.5", "2026-05"),
            ("A", "I1", "post_pay", "9999", "2026-04"),
            ("B", "I1", "grade_pay", "-10", "2026-05"),
            ("C", "I1", "post_pay", "1000", "2026-05"),
        ),
        "finance": rows("institution line amount period", ("I1", "workload_pool", "100.00", "2026-05")),
        "directed_task": rows(
            "institution staff task count period",
            ("I1", "", "epidemic_response", "2", "2026-05"),
            ("I1", "A", "night_emergency", "1", "2026-05"),
            ("I1", "", "night_emergency", "7", "2026-04"),
        ),
    } | changed  # fmt: skip
    return DemoPolicy(tables, judge(tables, Month.of("2026-05")), FUNDING, workload_pay, held)


def test_the_coefficient_falls_back_per_indicator_and_rounds_once():
    """A: 0.4 x 19/20 + 0.6 x 0.9 = 0.92; I2: 1/3 -> 0.3333."""
    assert month().coefficient("I1", "A") == Fraction("0.92")
    assert month().coefficient("I1", "B") == Fraction("0.9")
    assert month().coefficient("I2") == Fraction("0.3333")


def test_pay_lines_by_point_price():
    """Pay by point price is rounded by engagement.

    A: 100.5 x 0.92 x 4.20 = 388.332 -> 388.33, 10 x 0.92 x 1.2 x 4.20 = 46.368 -> 46.37; B: 50 x 0.9 x 4.20 = 189.
    Fixed pay on the latest engagement in force in the period; C has no engagement in May.
    """
    assert month().pay_lines() == {
        ("I1", "A", START, "workload_pay", "fund"): 38833,
        ("I1", "A", "2026-05-16", "workload_pay", "fund"): 4637,
        ("I1", "B", START, "workload_pay", "fund"): 18900,
        ("I1", "A", "2026-05-16", "post_pay", "fund"): 200050,
        ("I1", "B", START, "grade_pay", "fund"): -1000,
    }


def test_pay_lines_by_point_value():
    """Pay by point value divides the pool among persons, then among their engagements.

    Weights A 92.46 + 11.04 = 103.5, B 45: of 10,000 fen A 6,969.69.., B 3,030.30.. -> 6970 and 3030; A's among his
    engagements: 6970 x 92.46 / 103.5 = 6226.53.., 743.46.. -> 6227 and 743.
    """
    work = {line[:3]: fen for line, fen in month("by_point_value").pay_lines().items() if line[3] == "workload_pay"}
    assert work == {("I1", "A", START): 6227, ("I1", "A", "2026-05-16"): 743, ("I1", "B", START): 3030}


def test_no_row_of_the_pool_is_nothing_to_divide():
    assert not [line for line in month("by_point_value", finance=[]).pay_lines() if line[3] == "workload_pay"]


def test_statement_lines():
    """Statement lines are points x price x coefficient, tasks, and the guarantee.

    I1: 160.5 x 9.50 x 0.9 = 1372.275 -> 1372.28; tasks 2 x 800 + 5000, a person's too; I2: 3 x 9.50 x 0.3333 = 9.49905
    -> 9.50, and the guarantee. I3 was closed before May.
    """
    assert month().statement_lines() == {
        ("I1", "service_purchase", "fund"): 137228,
        ("I1", "directed_tasks", "fund"): 660000,
        ("I2", "service_purchase", "fund"): 950,
        ("I2", "base_guarantee", "fund"): 150000,
    }


def test_a_held_institution_is_left_out():
    held = month(held=("I1",))
    assert held.pay_lines() == {}
    assert {line[0] for line in held.statement_lines()} == {"I2"}


def test_reports():
    """Reports give the heads and the fixed share of an institution.

    I1: A alone is there on the last day; 623.70 for work and 1,990.50 fixed are 2,614.20, of which 76.14 % fixed.
    """
    reports = month().reports()
    assert {name: value for (*whose, name), value in reports.items() if whose == ["I1", ""]} == {
        "heads": 1,
        "institution_coefficient": 9000,
        "purchased_points": 160_500_000,
        "staff_pay": 261_420,
        "purchase_total": 797_228,
        "purchase_balance": 797_228 - 261_420,
        "fixed_share": 7614,
    }
    assert reports["I1", "A", "quality_coefficient"] == 9200
    assert reports["I2", "", "fixed_share"] == 0


def test_a_pool_over_zero_weight_is_retained():
    nobody = month("by_point_value", service_record=[]).reports()
    assert nobody["I1", "", "workload_pay.pool"] == nobody["I1", "", "workload_pay.retained"] == 10_000
    assert nobody["I1", "", "workload_pay.shared"] == 0


def test_two_sources_of_funding():
    funded = month()
    funded.funding = {**FUNDING, "post_pay": [("budget", Fraction(1, 2)), ("insurance", Fraction(1, 2))]}
    assert funded.funded("post_pay", 101) == [("budget", 51), ("insurance", 50)]


@pytest.mark.parametrize(
    ("pool", "weights", "parts"),
    [
        (100_000, [1] * 7, [14286, 14286, 14286, 14286, 14286, 14285, 14285]),
        (37, [1, 1], [19, 18]),
        (-37, [1, 1], [-19, -18]),
        (5, [0, 0], [0, 0]),
        (5, [0, 3], [0, 5]),
        (0, [1, 2], [0, 0]),
        (10, [5, 3, 1], [6, 3, 1]),
    ],
)
def test_largest_remainder(pool, weights, parts):
    assert largest_remainder(pool, weights) == parts

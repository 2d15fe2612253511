"""Purchase: nothing is bought twice, and no budget is exceeded.

Every fen of a budget is paid or reported as left.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.support import cases_runner

FILES = ("purchase", "purchase_year", "purchase_account", "public_health_money")


@pytest.mark.parametrize("case", cases_runner.cases(*FILES), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


def value(text: object, unit: str = "yuan", **where: str) -> dict[str, Any]:
    return {"unit": unit, "values": [{"value": str(text), **({"where": where} if where else {})}]}


def bought(points: list[str], scores: list[int], budget: str, way: str, *outputs: str) -> dict[str, Any]:
    """Buy from institutions with points and scores (of 100) under a budget.

    Return the figures asked for.
    """
    codes = [f"I{number:02}" for number in range(len(points))]
    case = {
        "name": "random", "institutions": dict.fromkeys(codes, "township_center"), "names": {"indicator": {"q": "q"}},
        "choices": {"institution_coefficient": "institution_weighted_score", "service_purchase": way},
        "given": {
            "own_points": points, "institution_score": {"q": [str(score) for score in scores]},
            "institution_full_score": {"q": ["100"] * len(codes)},
        },
        "expect": dict.fromkeys(outputs),
        "parameters": {
            "appraisal_weight": value("1", "ratio", indicator="q"), "purchase_budget_amount": value(budget),
        },
    }  # fmt: skip
    return cases_runner.compute(case)


def amounts(texts: list[str]) -> list[Decimal]:
    return [Decimal(text) for text in texts]


POINTS = some.integers(0, 10**12).map(lambda micro: f"{Decimal(micro).scaleb(-6):f}")
WORK = some.lists(some.tuples(POINTS, some.integers(0, 100)), min_size=1, max_size=8)
BUDGETS = some.integers(0, 10**11).map(lambda fen: f"{Decimal(fen).scaleb(-2):f}")


@settings(max_examples=40, deadline=None)
@given(WORK, BUDGETS)
def test_withhold_pays_each_no_more_than_its_share_and_reports_the_rest(
    work: list[tuple[str, int]], budget: str
) -> None:
    points, scores = [one[0] for one in work], [one[1] for one in work]
    found = bought(points, scores, budget, "withhold", "service_purchase", "budget_share", "purchase_withheld")
    paid, shares = amounts(found["service_purchase"]), amounts(found["budget_share"])
    assert sum(paid) + Decimal(found["purchase_withheld"][0]) == Decimal(budget)
    assert all(0 <= one <= share for one, share in zip(paid, shares, strict=True))
    total = sum(map(Fraction, points), Fraction())
    assert sum(shares) == (Decimal(budget) if total else 0)
    for own, share in zip(points, shares, strict=True):
        assert not total or abs(Fraction(budget) * Fraction(own) / total - Fraction(share)) < Fraction(1, 100)


@settings(max_examples=40, deadline=None)
@given(WORK, BUDGETS)
def test_redistribute_pays_all_of_the_budget_or_lists_it(work: list[tuple[str, int]], budget: str) -> None:
    points, scores = [one[0] for one in work], [one[1] for one in work]
    found = bought(points, scores, budget, "redistribute", "service_purchase", "purchase_withheld")
    paid = amounts(found["service_purchase"])
    assert sum(paid) + Decimal(found["purchase_withheld"][0]) == Decimal(budget)
    weights = [(Fraction(own) * score / 100 * 10**6 + Fraction(1, 2)) // 1 for own, score in work]
    assert sum(paid) == (Decimal(budget) if any(weights) else 0)
    for weight, one in zip(weights, paid, strict=True):
        assert abs(Fraction(one) - Fraction(budget) * Fraction(weight, sum(weights) or 1)) < Fraction(1, 100)


FEN = some.integers(0, 10**9)
SOURCES = ("fiscal", "public_health", "insurance")


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(FEN, FEN, FEN, FEN), min_size=1, max_size=5), some.booleans())
def test_what_months_paid_and_the_settlement_are_what_is_owed(rows: list[tuple[int, ...]], carried: bool) -> None:
    """Months, settlement and balances add up to what is owed, whatever was paid.

    Owed = advances + paid in full + what was carried in + settlement - what is carried on.
    """
    owed, advanced, paid, opening = ([f"{Decimal(row[place]).scaleb(-2):f}" for row in rows] for place in range(4))
    case = {
        "name": "random", "period": "2026",
        "institutions": {f"I{number}": "township_center" for number in range(len(rows))},
        "given": {
            "reported_in_period": {"service_purchase_owed": owed},
            "statements_in_period": {"service_purchase_advance": advanced, "service_purchase": paid},
            "opening_balance_in_period": {"service_purchase_overpaid": opening},
        },
        "expect": dict.fromkeys(["service_purchase_settlement", "service_purchase_overpaid"]),
        "parameters": {"overpaid_is_carried": {**value("x", "flag"), "optional": True, "values": [{"value": carried}]}},
    }  # fmt: skip
    found = cases_runner.compute(case)
    now, over = amounts(found["service_purchase_settlement"]), amounts(found["service_purchase_overpaid"])
    for row in range(len(rows)):
        before = sum(Decimal(part[row]) for part in (advanced, paid, opening))
        assert before + now[row] - over[row] == Decimal(owed[row])
        assert over[row] >= 0
        assert not carried or (now[row] >= 0 and not (now[row] and over[row]))
        assert carried or not over[row]


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(FEN, FEN, FEN), min_size=1, max_size=5), some.sampled_from(["2026-10", "2026"]))
def test_prepaid_money_is_taken_off_once(rows: list[tuple[int, ...]], period: str) -> None:
    """Prepaid money is taken off once: owed to date - paid to date = the balance.

    A month never pays below zero, and the year leaves no balance.
    """
    tasks = [str(row[0] // 100) for row in rows]
    prepaid, off = ([f"{Decimal(row[place]).scaleb(-2):f}" for row in rows] for place in (1, 2))
    before = [min(amounts([one, other])) for one, other in zip(prepaid, off, strict=True)]  # taken off already
    names = {f"prepaid_{source}": "" for source in SOURCES}
    earlier = "finance_within" if period == "2026" else "finance"
    case = {
        "name": "random", "period": period,
        "institutions": {f"I{number}": "township_center" for number in range(len(rows))},
        "names": {"funding": dict.fromkeys(SOURCES, ""), "finance": names, "task": {"duty": ""}},
        "statements": {name: {"funding": "fiscal"} for name in ("directed_tasks", "less_prepaid_fiscal")},
        "given": {
            "institution_directed_task": {"duty": tasks}, earlier: {"prepaid_fiscal": prepaid},
            "statements_before": {
                "directed_tasks": [str(one) for one in before], "less_prepaid_fiscal": [str(-one) for one in before],
            },
        },
        "expect": dict.fromkeys(
            ["owed_to_date", "purchase_paid_to_date", "purchase_account_balance", "paid_by_funding"]
        ),
        "parameters": {"directed_task_amount": value("1", "yuan per task", task="duty")},
    }  # fmt: skip
    found = cases_runner.compute(case)
    for row, task in enumerate(tasks):
        owed = before[row] + Decimal(task)
        balance = Decimal(found["purchase_account_balance"]["fiscal"][row])
        assert Decimal(found["owed_to_date"]["fiscal"][row]) == owed
        assert Decimal(found["purchase_paid_to_date"]["fiscal"][row]) == owed - balance
        now = Decimal(found["paid_by_funding"]["fiscal"][row])
        assert Decimal(prepaid[row]) + now == owed - balance
        if period == "2026":
            assert balance == 0
        else:
            assert now >= 0
            assert balance == min(Decimal(0), owed - Decimal(prepaid[row]))

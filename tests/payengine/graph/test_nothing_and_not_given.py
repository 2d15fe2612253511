"""Sums over nothing, which keep level and unit, and figures that are not given.

A figure that no pay depends on is not given where its input is missing, instead of an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from payengine.errors import Refused
from payengine.exact import COEFFICIENT, FEN
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, YUAN, Column, Graph, Keyed, KeyedInput, Rules, divide
from payengine.graph import rank as place_of
from payengine.graph.values.keyed import pattern_column
from payengine.graph.values.units import COUNT
from tests.support.graph_toy import KNOWN, OCTOBER, SPECS, ToyData, ToyPolicy, column, given, scope, texts, toy


def nothing(keyed: bool = False) -> Keyed:
    """Make a table of persons' amounts without any row."""
    pattern = pattern_column(scope(INSTITUTION), STAFF, FEN, YUAN)
    if keyed:
        return Keyed(scope(INSTITUTION), "line", {}, pattern)
    return KeyedInput(scope(INSTITUTION), "line", [], lambda key: column(STAFF, ["0"] * 4), pattern)


OPERATIONS: list[Callable[[Keyed], Keyed]] = [
    lambda one: one,
    lambda one: one * 2,
    lambda one: 2 - one,
    lambda one: one / one,
    lambda one: one + one,
    lambda one: one.round(FEN),
    lambda one: one.or_else(0),
    lambda one: one.positive_part(),
    lambda one: one.without("x"),
    lambda one: one.used_in(scope(INSTITUTION), "again"),
    lambda one: one.like(one, 0),
]


@pytest.mark.parametrize("keyed", [True, False], ids=["figure", "input"])
@pytest.mark.parametrize("operate", OPERATIONS)
def test_a_sum_over_no_keys_stands_on_the_level_that_it_has_with_keys(
    operate: Callable[[Keyed], Keyed], keyed: bool
) -> None:
    """So `.total().sum()` goes up from there, and is 0."""
    total = operate(nothing(keyed)).total()
    assert (total.level, len(total.data)) == (STAFF, 4)
    assert [float(text) for text in total.sum(INSTITUTION).data.text()] == [0, 0, 0]


def test_a_sum_over_no_keys_has_a_unit() -> None:
    assert nothing().total().unit is YUAN
    assert nothing().sum(INSTITUTION).total().level is INSTITUTION


def test_no_pools_are_divided_into_no_shares() -> None:
    pools = nothing().sum(INSTITUTION).round(FEN)
    shares = divide(pools, column(STAFF, ["1"] * 4, 0))
    assert (shares.keys(), shares.total().level) == ((), STAFF)


# Not given.


@toy(INSTITUTION, YUAN, report=True)
def budget(finance):
    return finance["budget"]


@toy(CONSORTIUM, YUAN, report=True)
def all_budgets(budget):
    return budget.sum()


@toy(INSTITUTION, YUAN, report=True)
def rest(budget, finance):
    return budget - finance["pool"]


@toy(STAFF, report=True)
def rate(score):
    return (score["quality"] / 100).round(COEFFICIENT)


@toy(INSTITUTION, report=True)
def mean_rate(rate):
    return rate.mean(otherwise=0).round(COEFFICIENT)


@toy(INSTITUTION, report=True)
def best_rate(rate):
    return rate.max(otherwise=0)


@toy(STAFF, unit=COUNT, report=True)
def place(rate):
    return place_of(rate)


@toy(STAFF, YUAN, report=True)
def shares(finance, rate):
    return divide(finance["pool"], rate)


@toy(STAFF, YUAN, component=True)
def pay(head):
    from payengine.graph import where

    return where(head, 1, 0)


@toy(STAFF, YUAN, component=True, gives="pay")
def pay_by_rate(rate):
    return rate.round(FEN)


REPORTS = [budget, all_budgets, rest, rate, mean_rate, best_rate, place, shares]
# I2 gives no budget; A at I2 (the third person) has a score, C at I2 none: so says ToyData.
LINES = {"pool": ["100.00", "50.01", "7.00"], "budget": ["300.00", None, "9.00"]}


def evaluated(paying: Any) -> dict[str, Any]:
    names = [one.gives for one in REPORTS]
    made = Graph(Rules([*REPORTS, paying]), [*names, "pay"], {}, SPECS, ToyPolicy(), KNOWN, paid=["pay"])
    data = ToyData({"finance": given("line", INSTITUTION, LINES)})
    return dict(made.evaluate(data, OCTOBER).values)


def told(value: Column) -> list[str | None]:
    """Return a figure as texts, None where it is not given."""
    there = value.is_set().rows.tolist()
    return [text if given_there else None for text, given_there in zip(texts(value), there, strict=True)]


def test_a_report_is_not_given_where_its_input_is_missing() -> None:
    """Sums, means, extremes, places and shares are known only where all of their rows are.

    A has 90, B 80 at I1: the mean is 0.85, and the pool of 100.00 falls to them as 0.9 : 0.8, that is 52.94 and 47.06.
    """
    found = evaluated(pay)
    assert told(found["budget"]) == ["300.00", None, "9.00"]
    assert told(found["all_budgets"]) == [None]
    assert told(found["rest"]) == ["200.00", None, "2.00"]
    assert told(found["rate"]) == ["0.9000", "0.8000", "0.7000", None]
    assert told(found["mean_rate"]) == ["0.8500", None, "0.0000"]
    assert told(found["best_rate"]) == ["0.9000", None, "0.0000"]
    assert told(found["place"]) == ["1", "2", None, None]
    assert told(found["shares"]) == ["52.94", "47.06", None, None]


def test_what_pay_depends_on_is_no_report() -> None:
    """As soon as pay is by the rate, the missing score of C stops the run, and only that."""
    with pytest.raises(Refused) as refused:
        evaluated(pay_by_rate)
    assert [(one.where, one.column) for one in refused.value.problems] == [("appraisal", "quality")]
    assert "C" in refused.value.problems[0].what

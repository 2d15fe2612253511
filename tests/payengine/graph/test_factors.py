"""Factors that the trial follows: coefficients and events of figures after every operator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pytest

from payengine.errors import Problem
from payengine.exact import COEFFICIENT, FEN, Exact
from payengine.graph import (
    CONSORTIUM,
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    RATIO,
    STAFF,
    YUAN,
    Codes,
    Column,
    Flags,
    Frame,
    Graph,
    InputSpec,
    Keyed,
    Level,
    Rules,
    Scope,
    divide,
    divide_among_children,
    grade,
    keyed,
    look_up,
    maximum,
    minimum,
    pick,
    split,
    tariff,
    where,
)
from payengine.graph.values.factors import COEFFICIENT as OF_COEFFICIENT
from payengine.graph.values.factors import EVENT, WORK, Factors, chosen_by, doubled_in_parts, of_source
from tests.support.graph_toy import KNOWN, OCTOBER, ToyPolicy, toy

TRIAL = Scope(Frame.empty(), CONSORTIUM, "pay")


def column(name: str, level: Level = STAFF, *natures: str) -> Column:
    """A column of the trial with one source; a coefficient unless said otherwise."""
    none = Exact(np.zeros(0, np.int64), FEN)
    return Column(TRIAL, level, none, factors=of_source(name, level, natures or {OF_COEFFICIENT}))


def times(figure: Column) -> dict[str, int]:
    """Count how often each coefficient was multiplied in."""
    return {source.name: len(paths) for source, paths in (figure.factors or Factors()).coefficients.items()}


A, B, AT_INSTITUTION = column("a"), column("b"), column("a", INSTITUTION)
MONEY = column("money", INSTITUTION, WORK)
PLAIN = Column(TRIAL, STAFF, Exact(np.zeros(0, np.int64), FEN))
SOME = Flags(TRIAL, STAFF, np.zeros(0, bool))


def worth(score: Column) -> Column:
    """Pick the worth of a score's grade."""
    floors = keyed("grade", good=column("x", CONSORTIUM, WORK), bad=column("y", CONSORTIUM, WORK))
    return pick(grade(score, floors), keyed("grade", good=PLAIN, bad=PLAIN))


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (A * B, {"a": 1, "b": 1}),
        (A * A, {"a": 2}),
        (A * A * A, {"a": 2}),
        (A * 3 + A, {"a": 1}),
        (A - A, {"a": 1}),
        (A / A, {"a": 1}),  # a denominator does not count
        (1 / A, {}),
        (where(SOME, A, B), {"a": 1, "b": 1}),
        (where(SOME, A * A, 0), {"a": 2}),
        (minimum(A, B) * maximum(A, 1), {"a": 2, "b": 1}),
        ((-A).round(FEN).positive_part() * abs(A), {"a": 2}),
        (A * PLAIN.or_else(A), {"a": 1}),
        (A * 0, {}),  # what is always 0 counts nothing
        (0 + A, {"a": 1}),
        (tariff(A, keyed("step", one=PLAIN), keyed("step", one=B)), {"a": 1, "b": 1}),
        (worth(A) * A, {"a": 2}),  # a grade's coefficient stands for its score
        (column("a", ENGAGEMENT).sum(STAFF) * A, {"a": 1}),  # the same name on another level is another figure
        (column("a", ENGAGEMENT).latest() * column("a", ENGAGEMENT).sum(STAFF), {"a": 2}),
        (A.sum(INSTITUTION) * A, {"a": 1}),  # a total over persons is nobody's own coefficient
        (column("a", ENGAGEMENT).sum(DEPARTMENT) * column("a", ENGAGEMENT), {"a": 1}),
        (column("a", DEPARTMENT).sum(INSTITUTION) * column("a", DEPARTMENT), {"a": 1}),
        (column("a", DEPARTMENT) * column("a", DEPARTMENT), {"a": 2}),
        (A.mean(INSTITUTION, otherwise=0) * A, {"a": 1}),
        (A.max(INSTITUTION, otherwise=0) * A, {"a": 1}),
        ((A * A).sum(INSTITUTION), {"a": 2}),  # but what counts twice in each counts twice in all
        (AT_INSTITUTION * AT_INSTITUTION.sum(CONSORTIUM), {"a": 1}),
        (divide(AT_INSTITUTION, B), {"b": 1}),  # a pool does not count
        (divide(MONEY, A) * A, {"a": 2}),
        (split(AT_INSTITUTION, keyed("part", x=PLAIN))["x"], {"a": 1}),
        (
            divide_among_children(
                MONEY, AT_INSTITUTION, Codes(TRIAL, INSTITUTION, np.zeros(0, np.int32), ())
            ),
            {"a": 1},
        ),
    ],
)  # fmt: skip
def test_products_add_up_and_nothing_else_does(figure: Column, expected: dict[str, int]) -> None:
    found = times(figure)
    assert {name: found.get(name, 0) for name in expected} == expected
    assert all(times == 0 for name, times in found.items() if name not in expected) or set(found) == set(expected)


POINTS_EACH = column("points", ENGAGEMENT, WORK)


@pytest.mark.parametrize(
    ("weights", "doubled"),
    [
        ({"by_post": A, "by_points": A * POINTS_EACH}, {"a"}),  # a part of its own, and a weight of the work
        ({"by_post": A, "by_points": B * POINTS_EACH}, set()),
        ({"by_score": A, "by_post": B, "by_points": A * B * POINTS_EACH}, {"a", "b"}),
        ({"in": A * POINTS_EACH, "out": A * POINTS_EACH}, set()),  # each yuan is weighed once
    ],
)
def test_a_coefficient_with_a_part_of_the_pool_does_not_weigh_another_part(
    weights: Mapping[str, Column], doubled: set[str]
) -> None:
    whole = Column(TRIAL, CONSORTIUM, PLAIN.data)
    pools = split(MONEY, Keyed(TRIAL, "part", dict.fromkeys(weights, whole)))
    shares = divide(pools, Keyed(TRIAL, "part", weights).round(POINTS))
    together = doubled_in_parts(shares.total().factors.shares)
    assert {source.name for source in together} == doubled
    assert doubled_in_parts([one for key in shares for one in shares[key].factors.shares]) == together
    for first, second in together.values():
        assert first[-1].startswith("pay[")
        assert first != second


def test_a_part_that_is_always_nothing_weighs_nothing() -> None:
    """An institution without a part by post may weigh its points by post."""
    share = Column(TRIAL, CONSORTIUM, PLAIN.data)
    pools = split(MONEY, keyed("part", by_post=(share * 0).round(COEFFICIENT), by_points=share))
    shares = divide(pools, keyed("part", by_post=A, by_points=(A * POINTS_EACH).round(POINTS))).total()
    assert not doubled_in_parts(shares.factors.shares)


def test_two_budgets_are_no_parts_of_one_pool() -> None:
    """Each category's own budget may be weighed as another's is."""
    pools = Keyed(TRIAL, "category", {"basic": MONEY, "public": MONEY})
    shares = divide(pools, keyed("category", basic=A, public=(A * POINTS_EACH).round(POINTS))).total()
    assert not shares.factors.shares


def test_a_price_chosen_by_an_amount_is_no_coefficient() -> None:
    """A price by the size of the work, times the work, multiplies nothing twice."""
    assert chosen_by(POINTS_EACH.factors) is None
    assert chosen_by(column("measure[residents]", INSTITUTION, OF_COEFFICIENT, WORK).factors) is None
    assert chosen_by(A.factors) == A.factors


def test_events_are_those_of_amounts_and_pools_not_of_weights_and_deductions() -> None:
    first, second = column("task[x]", STAFF, EVENT, WORK), column("task[y]", STAFF, EVENT, WORK)
    pool = column("measure[x]", INSTITUTION, EVENT, WORK)

    def events(figure: Column) -> set[str]:
        assert figure.factors is not None
        return set(figure.factors.events)

    assert events(first * 5 + second) == {"task[x]", "task[y]"}
    assert events(first * 5 - second) == {"task[x]"}
    assert events(divide(pool, first)) == {"measure[x]"}
    assert events(first.sum(INSTITUTION)) == {"task[x]"}
    assert events(first / second) == {"task[x]"}
    assert events(first * 5 * 0) == set()


def test_a_looked_up_value_has_the_factors_of_all() -> None:
    codes = Codes(TRIAL, STAFF, np.zeros(0, np.int32), ())
    found = look_up(keyed("cell", x=column("a", CONSORTIUM), y=column("b", CONSORTIUM)), codes)
    assert times(found) == {"a": 1, "b": 1}


# Through formulas.


@toy(STAFF, gives="rate", unrounded=True)
def rate(weight, score):
    return (weight * score).total()


@toy(STAFF)
def quality(rate, score):
    return (rate * score["quality"]).round(COEFFICIENT)


@toy(ENGAGEMENT, YUAN, component=True)
def pay(points, price, quality, title_rate):
    return (points * price * quality * title_rate).round(FEN)


@toy(STAFF, YUAN, component=True)
def more(pay, title_rate):
    return (pay.sum() * title_rate.latest()).round(FEN)


SPECS = {
    "points": InputSpec("points", ENGAGEMENT, "service_record", "points", POINTS, scale=6, natures=frozenset({WORK})),
    "score": InputSpec(
        "score", STAFF, "appraisal", "scores", RATIO, scale=4, axis="indicator", given=True,
        natures=frozenset({OF_COEFFICIENT}),
    ),
    "title": InputSpec("title", ENGAGEMENT, "engagement", "title", kind="codes"),
}  # fmt: skip


def lines(quality_weight: int, outputs: Iterable[str] = ("pay", "more")) -> dict[str, Factors]:
    """Follow the lines of a graph; the second indicator always weighs."""
    policy = ToyPolicy({
        "weight": ("ratio", {"indicator=quality": quality_weight, "indicator=ethics": 10000}),
        "price": ("yuan per point", {"": 10000}),
        "title_rate": ("ratio", {"title=doctor": 12000, "title=nurse": 10000}),
    })  # fmt: skip
    seen: dict[str, Factors] = {}

    def of_lines(found: Mapping[str, Factors]) -> list[Problem]:
        seen.update(found)
        return []

    made = Graph(Rules([rate, quality, pay, more]), outputs, {}, SPECS, policy, KNOWN, of_lines=of_lines)
    assert not made.check(OCTOBER)
    return seen


def test_a_line_knows_on_which_ways_a_coefficient_came() -> None:
    """The way names the formulas, from the one that read it to the line.

    A coefficient by title from the policy is one too. What a line counts twice is told of it alone.
    """
    found = lines(5000)
    assert {source.name: paths for source, paths in found["pay"].doubled.items()} == {
        "score[quality]": (("rate", "quality", "pay"), ("quality", "pay"))
    }
    assert {source.name for source in found["more"].doubled} == {"title_rate"}


def test_a_weight_of_nothing_multiplies_nothing() -> None:
    """An indicator of weight 0 may multiply the score: it counts once then."""
    assert not lines(0)["pay"].doubled
    assert "score[quality]" in times(Column(TRIAL, STAFF, PLAIN.data, factors=lines(0)["pay"]))


def test_only_lines_that_are_paid_are_looked_at() -> None:
    assert set(lines(5000, ["more"])) == {"more"}


def test_a_run_follows_nothing() -> None:
    """Columns of a run carry no factors, so no operator spends time on them."""
    scope = Scope(Frame.build(("I1",), ("A",), ([0], [0], [1])), STAFF, "pay")
    one = Column(scope, STAFF, Exact.of(["1"], FEN))
    operations: list[Callable[[Column], Any]] = [
        lambda a: a * a,
        lambda a: a * 0,
        lambda a: a + 0,
        lambda a: a.sum(INSTITUTION),
        lambda a: divide(a.sum(INSTITUTION), a),
    ]
    assert [operate(one).factors for operate in operations] == [None] * len(operations)

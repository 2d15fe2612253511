"""Shares of causes: they add up, prefer no order, and are stated in whole fen."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.explain.shares import shapley, whole_fen

SETS = st.integers(1, 5).flatmap(
    lambda count: st.tuples(
        st.just(count), st.lists(st.integers(-(10**6), 10**6), min_size=2**count, max_size=2**count)
    )
)


def over_all_orders(causes: list[int], value: dict[frozenset[int], int]) -> dict[int, Fraction]:
    """Average what each cause changes over all orders, one by one: the definition."""
    orders = list(permutations(causes))
    total = dict.fromkeys(causes, 0)
    for order in orders:
        some: frozenset[int] = frozenset()
        for cause in order:
            total[cause] += value[some | {cause}] - value[some]
            some |= {cause}
    return {cause: Fraction(total[cause], len(orders)) for cause in causes}


@given(SETS)
def test_a_share_is_the_mean_over_all_orders(given_sets: tuple[int, list[int]]) -> None:
    count, amounts = given_sets
    causes = list(range(count))
    value = {
        frozenset(cause for cause in causes if number >> cause & 1): amount for number, amount in enumerate(amounts)
    }
    found = shapley(causes, value.__getitem__)
    assert found == over_all_orders(causes, value)
    assert sum(found.values()) == value[frozenset(causes)] - value[frozenset()]
    assert shapley(causes[::-1], value.__getitem__) == found


def test_a_cause_that_changes_nothing_has_no_share() -> None:
    assert shapley(["a", "b"], lambda some: 700 if "a" in some else 0) == {"a": 700, "b": 0}


def test_each_set_is_asked_for_once() -> None:
    asked: list[frozenset[str]] = []
    shapley("abcd", lambda some: asked.append(some) or 0)  # type: ignore[func-returns-value]
    assert len(asked) == len(set(asked)) == 16


@given(st.lists(st.fractions(-1000, 1000, max_denominator=720), min_size=1, max_size=8))
def test_whole_fen_add_up_and_each_is_less_than_a_fen_away(shares: list[Fraction]) -> None:
    total = round(sum(shares))
    shares[0] += total - sum(shares)
    named = dict(enumerate(shares))
    stated = whole_fen(named, total)
    assert sum(stated.values()) == total
    assert all(abs(stated[cause] - share) < 1 for cause, share in named.items())


def test_missing_fen_go_to_the_largest_remainders_and_of_equal_ones_to_the_first() -> None:
    assert whole_fen({"a": Fraction(1, 3), "b": Fraction(5, 3)}, 2) == {"a": 0, "b": 2}
    assert whole_fen({"a": Fraction(1, 2), "b": Fraction(1, 2)}, 1) == {"a": 1, "b": 0}
    assert whole_fen({"a": Fraction(-1, 2), "b": Fraction(-1, 2)}, -1) == {"a": 0, "b": -1}


def test_shares_of_another_difference_are_refused() -> None:
    with pytest.raises(ValueError, match="add up to 1, not to 2"):
        whole_fen({"a": Fraction(1)}, 2)

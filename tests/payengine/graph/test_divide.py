"""Pools divided by largest remainder among persons, then among their engagements.

The shares add up to the fen and do not depend on the order of rows.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from payengine.exact import FEN, Exact
from payengine.graph import (
    CONSORTIUM,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    STAFF,
    YUAN,
    Column,
    FormulaError,
    Frame,
    Keyed,
    Level,
    divide,
    split,
)
from tests.support.graph_toy import FRAME, column, flags, scope, texts

Row = tuple[int, int, int, int]  # institution, person, from, weight


def largest_remainder(pool: int, weights: list[int]) -> list[int]:
    """Divide by largest remainder with fractions, as an oracle.

    The units left over go to the largest remainders, of equal ones to the earlier.
    """
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    parts = [Fraction(abs(pool) * weight, total) for weight in weights]
    shares = [int(part) for part in parts]
    order = sorted(range(len(parts)), key=lambda row: (shares[row] - parts[row], row))
    for row in order[: abs(pool) - sum(shares)]:
        shares[row] += 1
    return [share if pool >= 0 else -share for share in shares]


def expected(pools: dict[int, int], rows: list[Row], everybody: bool) -> dict[Row, int]:
    """Divide pools by hand in two steps.

    First among persons in order of their code, then among each person's engagements in order of their start.
    """
    shares = {}
    for group, pool in pools.items():
        inside = [row for row in rows if everybody or row[0] == group]
        persons = sorted({(row[1], row[0]) for row in inside})
        own = {person: [row for row in inside if (row[1], row[0]) == person] for person in persons}
        parts = largest_remainder(pool, [sum(row[3] for row in own[person]) for person in persons])
        for person, part in zip(persons, parts, strict=True):
            engagements = sorted(own[person])
            shares |= dict(zip(engagements, largest_remainder(part, [row[3] for row in engagements]), strict=True))
    return shares


def divided(pools: dict[int, int], rows: list[Row], level: Level) -> tuple[dict[Row, int], Column, Frame]:
    """Divide the same pools by `divide`."""
    ordered = sorted(rows)
    columns = [np.array([row[place] for row in ordered], np.int64) for place in range(4)]
    frame = Frame.build(("I1", "I2", "I3"), ("A", "B", "C", "D"), (columns[0], columns[1], columns[2]))
    inside = scope(ENGAGEMENT, frame)
    amounts = [pools.get(row, 0) for row in range(frame.rows(level))]
    pool = Column(inside, level, Exact(np.array(amounts, np.int64), FEN), YUAN)
    shares = divide(pool, Column(inside, ENGAGEMENT, Exact(columns[3], 6), POINTS))
    return dict(zip(ordered, shares.data.values.tolist(), strict=True)), shares, frame


weights = some.integers(0, 5) | some.integers(0, 10**12)
staff_rows = some.lists(
    some.tuples(some.integers(0, 2), some.integers(0, 3), some.integers(0, 3), weights),
    min_size=1, max_size=10, unique_by=lambda row: row[:3],
)  # fmt: skip
amounts = some.integers(-1000, 1000) | some.integers(-(10**15), 10**15)


@settings(max_examples=60)
@given(staff_rows, some.tuples(amounts, amounts, amounts), some.randoms())
def test_pools_of_institutions_are_conserved_and_order_does_not_matter(rows, pool, random) -> None:
    pools = dict(enumerate(pool))
    random.shuffle(rows)
    shares, column_, frame = divided(pools, rows, INSTITUTION)
    assert shares == expected(pools, rows, everybody=False)
    noted = column_.scope.notes.pools[0]
    for row in range(3):
        given_out = sum(share for (institution, *_), share in shares.items() if institution == row)
        assert noted.pool[row] == pools[row]
        assert noted.shared[row] == given_out
        assert noted.retained[row] == pools[row] - given_out
        weight = sum(row_[3] for row_ in rows if row_[0] == row)
        assert given_out == (pools[row] if weight else 0)
    assert frame.rows(INSTITUTION) == 3


@settings(max_examples=60)
@given(staff_rows, amounts, some.randoms())
def test_a_pool_of_the_run_is_divided_in_order_of_staff_codes(rows, pool, random) -> None:
    random.shuffle(rows)
    shares, column_, _ = divided({0: pool}, rows, CONSORTIUM)
    assert shares == expected({0: pool}, rows, everybody=True)
    assert column_.scope.notes.pools[0].pool.tolist() == [pool]


def test_a_person_with_two_engagements_competes_once_for_a_remainder() -> None:
    # Three equal weights at I1, two of them A's: of 100 fen A has 67 (then 34 and 33), B 33.
    pool = column(INSTITUTION, ["1.00", "0.00", "0.00"], unit=YUAN)
    shares = divide(pool, column(ENGAGEMENT, ["1", "1", "1", "0", "0"], 6))
    assert texts(shares) == ["0.34", "0.33", "0.33", "0.00", "0.00"]
    ten = divide(column(INSTITUTION, ["0.01", "0", "0"], unit=YUAN), column(ENGAGEMENT, ["1", "1", "2", "0", "0"], 6))
    assert texts(ten) == ["0.01", "0.00", "0.00", "0.00", "0.00"]  # a tie of A and B goes to the smaller code


def test_a_pool_over_zero_weight_is_retained_and_noted() -> None:
    pool = column(INSTITUTION, ["10.00", "20.00", "5.00"], unit=YUAN)
    shares = divide(pool, column(ENGAGEMENT, ["1", "1", "2", "0", "0"], 6))
    assert texts(shares) == ["2.50", "2.50", "5.00", "0.00", "0.00"]
    noted = pool.scope.notes.pools[0]
    assert (noted.shared.tolist(), noted.retained.tolist()) == ([1000, 0, 0], [0, 2000, 500])


def test_only_those_who_take_part_have_shares() -> None:
    pool = column(INSTITUTION, ["10.00", "9.00", "0.00"], unit=YUAN)
    shares = divide(pool, column(ENGAGEMENT, ["1"] * 5, 6), among=flags(STAFF, [0, 1, 1, 1]))
    assert texts(shares) == ["0.00", "0.00", "10.00", "4.50", "4.50"]


def test_institutions_share_a_budget_of_the_run() -> None:
    shares = divide(column(CONSORTIUM, ["100.00"], unit=YUAN), column(INSTITUTION, ["1", "1", "1"], 6))
    assert texts(shares) == ["33.34", "33.33", "33.33"]


def test_keyed_pools_are_divided_key_by_key() -> None:
    weights = {"a": column(STAFF, ["1", "1", "1", "3"], 6), "b": column(STAFF, ["1", "3", "0", "0"], 6)}
    pools = {key: column(INSTITUTION, ["1.00", "1.00", "0.00"], unit=YUAN) for key in ("a", "b")}
    shares = divide(Keyed(scope(), "category", pools), Keyed(scope(), "category", weights))
    assert texts(shares) == {"a": ["0.50", "0.50", "0.25", "0.75"], "b": ["0.25", "0.75", "0.00", "0.00"]}


def test_what_cannot_be_divided_is_said() -> None:
    weights = column(ENGAGEMENT, ["1"] * 5, 6)
    with pytest.raises(FormulaError, match=r"value is not in whole fen, so it cannot be divided\nRound it first"):
        divide(column(INSTITUTION, ["1"] * 3, 4), weights)
    with pytest.raises(
        FormulaError, match="a pool of level engagement cannot be divided by weights of level institution"
    ):
        divide(column(ENGAGEMENT, ["1"] * 5), column(INSTITUTION, ["1"] * 3))
    with pytest.raises(FormulaError, match="a weight of value is negative, first at I1 B"):
        divide(column(INSTITUTION, ["1"] * 3), column(ENGAGEMENT, ["1", "1", "-1", "1", "1"], 6))


def test_an_amount_is_split_by_ratios_and_ties_go_by_the_order_of_keys() -> None:
    half = {"first": column(CONSORTIUM, ["0.5"], 4), "second": column(CONSORTIUM, ["0.5"], 4)}
    parts = split(column(STAFF, ["0.37", "-0.37", "0.00", "2.00"], unit=YUAN), Keyed(scope(), "part", half))
    assert texts(parts) == {
        "first": ["0.19", "-0.19", "0.00", "1.00"], "second": ["0.18", "-0.18", "0.00", "1.00"],
    }  # fmt: skip
    assert FRAME.rows(STAFF) == 4

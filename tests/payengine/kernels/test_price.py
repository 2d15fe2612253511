"""Pricing of rows to points: exact sums for each cell, every code checked.

Neither the order of rows nor batches nor workers matter.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact.points import PointSums, PriceTables, RowRefused

NARROW = ("uint16", "uint16", "uint16", "int32")
WIDE = ("int32", "int32", "int32", "int64")
TWO_31 = 2**31 - 1


def tables(
    equivalents: list[int], coefficient: list[int], category: list[int], owners: int, categories: int
) -> PriceTables:
    return PriceTables(
        np.array(equivalents, np.int64),
        np.array(coefficient, np.int64),
        np.array(category, np.int32),
        owners,
        categories,
    )


def columns(rows: list[tuple[int, ...]], kinds: tuple[str, ...] = WIDE) -> list[Any]:
    return [np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds)]


def sums_in_python(rows: list[tuple[int, ...]], given_tables: PriceTables) -> dict[tuple[int, int], list[Any]]:
    """Sum (points, services, refunds) by owner and category, in integers and fractions."""
    cells: dict[tuple[int, int], list[Any]] = {}
    for owner, item, difficulty, amount in rows:
        cell = cells.setdefault((owner, int(given_tables.category[item])), [Fraction(0), 0, 0])
        factor = int(given_tables.equivalents[item]) * int(given_tables.coefficient[difficulty])
        cell[0] += Fraction(amount * factor, 10**14)
        cell[2 if amount < 0 else 1] += 1
    return cells


def stated(points: Fraction) -> int:
    """Round points to millionths, half away from zero."""
    half_up = (abs(points) * 10**6 + Fraction(1, 2)).__floor__()
    return -half_up if points < 0 else half_up


factor = st.one_of(st.integers(0, 200_000), st.integers(0, TWO_31))
drawn_tables = st.tuples(
    st.lists(st.tuples(factor, st.integers(0, 2)), min_size=1, max_size=5), st.lists(factor, min_size=1, max_size=4)
)
amounts = st.one_of(st.integers(-(10**8), 10**9), st.integers(-(2**31), 2**31 - 1))
codes = st.tuples(st.integers(0, 5), st.integers(0, 99), st.integers(0, 99), amounts)


@given(drawn_tables, st.lists(codes, max_size=60), st.sampled_from([NARROW, WIDE]), st.integers(1, 7))
@example(([(TWO_31, 0)], [TWO_31]), [(0, 0, 0, 2**31 - 1)] * 3 + [(0, 0, 0, -(2**31))] * 3, NARROW, 2)
@example(([(0, 1)], [10_000]), [(3, 0, 0, 1_000_000), (3, 0, 0, -1_000_000)], NARROW, 1)  # directed: rows, no points
@example(([(1_853_305_952, 0)], [316725227]), [(0, 0, 0, -1_571_303_039)], NARROW, 1)  # below 64 bits
@settings(max_examples=150)
def test_sums_are_those_of_fractions(
    drawn: Any, rows: list[tuple[int, ...]], kinds: tuple[str, ...], batch: int
) -> None:
    (items, coefficient) = drawn
    given_tables = tables([e for e, _ in items], coefficient, [c for _, c in items], 6, 3)
    rows = [
        (owner, item % len(items), difficulty % len(coefficient), amount) for owner, item, difficulty, amount in rows
    ]
    expected = sums_in_python(rows, given_tables)
    whole = PointSums(given_tables)
    whole.add(*columns(rows, kinds))
    shuffled = random.Random(1).sample(rows, len(rows))  # order, batches and workers change nothing
    workers = [PointSums(given_tables), PointSums(given_tables)]
    for number, start in enumerate(range(0, len(rows), batch)):
        workers[number % 2].add(*columns(shuffled[start : start + batch], kinds))
    workers[0].merge(workers[1])
    for sums in (whole, workers[0]):
        fits = all(abs(stated(points)) < 2**63 for points, _, _ in expected.values())
        if not fits:
            with pytest.raises(ExactOverflow):
                _ = sums.points_micro
            continue
        for owner in range(6):
            for category in range(3):
                points, services, refunds = expected.get((owner, category), (Fraction(0), 0, 0))
                assert sums.points_micro[owner, category] == stated(points)
                assert (sums.services[owner, category], sums.refunds[owner, category]) == (services, refunds)
    assert whole.rows == workers[0].rows == len(rows)


def test_points_are_stated_once_over_the_whole_sum() -> None:
    """Points are rounded once, over the whole sum.

    3,900 records rounded singly are 31,356.00 yuan, summed exactly 31,359.12 (the trap of golden case G9).
    """
    given_tables = tables([8_000], [10_050], [0], 1, 1)  # 0.8 equivalents, difficulty 1.005: 0.804 each
    sums = PointSums(given_tables)
    sums.add(*columns([(0, 0, 0, 333_333)] * 3))  # a third of a service each, shares 0.3333...
    assert sums.points_micro.tolist() == [[stated(Fraction(3 * 333_333 * 8_000 * 10_050, 10**14))]]


def test_halves_go_away_from_zero() -> None:
    given_tables = tables([1], [5_000], [0], 2, 1)
    sums = PointSums(given_tables)
    sums.add(*columns([(0, 0, 0, 10_000), (1, 0, 0, -10_000)]))  # 10_000 x 1 x 5_000 = half a millionth
    assert sums.points_micro.tolist() == [[1], [-1]]


def test_more_than_32768_items_do_not_wrap() -> None:
    items = 45_000
    given_tables = tables(list(range(items)), [10_000], [number % 2 for number in range(items)], 60_000, 2)
    rows = [(59_999, number, 0, 1_000_000) for number in range(items)]
    for kinds in (NARROW, WIDE):
        sums = PointSums(given_tables)
        sums.add(*columns(rows, kinds))
        assert sums.points_micro[59_999].tolist() == [
            sum(range(0, items, 2)) * 100, sum(range(1, items, 2)) * 100,
        ]  # fmt: skip


GOOD = (1, 1, 1, 1_000_000)


@pytest.mark.parametrize("kinds", [NARROW, WIDE])
@pytest.mark.parametrize("bad", [(2, 0, 0, 1), (0, 2, 0, 1), (0, 0, 2, 1), (40_000, 0, 0, 1), (0, 65_535, 0, 1)])
def test_a_code_beyond_its_table_is_told_and_adds_nothing(bad: tuple[int, ...], kinds: tuple[str, ...]) -> None:
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    with pytest.raises(RowRefused) as refused:
        sums.add(*columns([GOOD, bad, GOOD], kinds))
    assert (refused.value.row, refused.value.too_large) == (1, False)
    assert sums.rows == 1


@pytest.mark.parametrize("bad", [(-1, 0, 0, 1), (0, -1, 0, 1), (0, 0, -1, 1), (2**31 - 1, 0, 0, 1)])
def test_negative_codes_are_told(bad: tuple[int, ...]) -> None:
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    with pytest.raises(RowRefused):
        sums.add(*columns([GOOD, bad]))


@pytest.mark.parametrize("amount", [2**63 - 1, -(2**63), 2**36, -(2**36)])
def test_a_row_whose_points_cannot_be_summed_safely_is_told(amount: int) -> None:
    """A row is refused when its own points need more than 96 of 128 bits.

    So no sum of 2**31 rows wraps, and a refusal depends on no other row.
    """
    sums = PointSums(tables([TWO_31], [TWO_31], [0], 1, 1))
    with pytest.raises(RowRefused) as refused:
        sums.add(*columns([(0, 0, 0, 2**33), (0, 0, 0, amount)]))
    assert (refused.value.row, refused.value.too_large) == (1, True)


def test_points_beyond_64_bits_are_an_overflow_that_names_its_cell() -> None:
    sums = PointSums(tables([TWO_31], [TWO_31], [0], 3, 1))
    sums.add(*columns([(1, 0, 0, 2**33)] * 2))
    with pytest.raises(ExactOverflow) as raised:
        _ = sums.points
    assert raised.value.problems[0].row == 2
    sums = PointSums(sums.tables)
    sums.add(*columns([(1, 0, 0, 2**33)] * 2 + [(2, 0, 0, 1)]))
    sums.leave_out(np.array([False, True, False]))
    assert (sums.points_micro.tolist(), sums.rows) == ([[0], [0], [stated(Fraction(TWO_31**2, 10**14))]], 1)


def test_columns_of_an_arrow_file_are_read_only_and_taken() -> None:
    given = columns([GOOD], NARROW)
    for column in given:
        column.flags.writeable = False
    sums = PointSums(tables([10_000, 10_000], [10_000, 10_000], [0, 0], 2, 1))
    sums.add(*given)
    assert sums.services.tolist() == [[0], [1]]


def test_tables_that_break_their_bounds_are_refused() -> None:
    for equivalents, coefficient, category in (
        ([-1], [1], [0]),
        ([1], [2**31], [0]),
        ([1], [1], [1]),
        ([1, 2], [1], [0]),
    ):
        with pytest.raises(ValueError, match=r"equivalents|coefficient|category"):
            tables(equivalents, coefficient, category, 1, 1)
    with pytest.raises(ValueError, match="float64"):
        PriceTables(np.array([1.5]), np.array([1]), np.array([0], np.int32), 1, 1)


def test_columns_of_different_lengths_are_refused() -> None:
    sums = PointSums(tables([1], [1], [0], 1, 1))
    given = columns([(0, 0, 0, 1)] * 2)
    with pytest.raises(ValueError, match="one length"):
        sums.add(given[0], given[1], given[2], given[3][:1])

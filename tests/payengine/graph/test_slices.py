"""Slices of an amount, each at its own rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payengine.graph import STAFF, FormulaError, slices
from tests.support.graph_toy import FRAME, column

ROWS = FRAME.rows(STAFF)
NUMBERS = st.lists(st.integers(-50, 500), min_size=ROWS, max_size=ROWS)


def stated(numbers: list[int]) -> object:
    return column(STAFF, [str(number) for number in numbers], 0)


@given(
    NUMBERS, NUMBERS, st.lists(st.integers(1, 90), min_size=ROWS, max_size=ROWS), st.integers(-3, 9), st.integers(-3, 9)
)
def test_each_slice_is_worth_its_own_rate(
    amounts: list[int], starts: list[int], widths: list[int], one: int, two: int
) -> None:
    ends = [start + width for start, width in zip(starts, widths, strict=True)]
    steps = [(stated(starts), stated([one] * ROWS)), (stated(ends), stated([two] * ROWS))]
    found = slices(stated(amounts), steps).data.fractions()  # type: ignore[arg-type]
    for amount, start, end, value in zip(amounts, starts, ends, found, strict=True):
        units = [one if start <= unit < end else two for unit in range(start, max(amount, start))]
        assert value == Fraction(sum(units))


def test_thresholds_that_do_not_rise_are_refused_with_the_rows() -> None:
    steps = [(stated([0] * ROWS), stated([1] * ROWS)), (stated([5] * (ROWS - 1) + [-1]), stated([2] * ROWS))]
    with pytest.raises(FormulaError, match="is not above"):
        slices(stated([10] * ROWS), steps)  # type: ignore[arg-type]


def test_where_two_thresholds_meet_in_a_row_the_slice_between_them_is_empty() -> None:
    steps = [(stated([0] * ROWS), stated([1] * ROWS)), (stated([5] * (ROWS - 1) + [0]), stated([2] * ROWS))]
    found = slices(stated([10] * ROWS), steps).data.fractions()  # type: ignore[arg-type]
    assert found == [15] * (ROWS - 1) + [20]

"""Parts: each group sums to the rounding of its exact sum, and no part is a whole unit off."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact import FEN, HALF_UP, Exact, round_parts, where
from payengine.exact.rounding import rounded

groups = st.lists(st.lists(st.integers(-(10**9), 10**9), max_size=5), max_size=5)


def offsets_of(amounts: list[list[int]]) -> Any:
    return np.cumsum([0, *map(len, amounts)]).astype(np.int64)


def flat(amounts: list[list[int]]) -> Any:
    return np.array([one for group in amounts for one in group], np.int64)


def test_three_thirds_are_a_whole() -> None:
    third = Exact([310000, 310000, 310000, 310000], 2) / 3
    assert round_parts(third, np.array([0, 3, 3, 4]), FEN).text() == ["1033.33", "1033.34", "1033.33", "1033.33"]


@given(groups, st.integers(1, 400), st.integers(0, 3))
@example([[1, 1, 1], [], [2]], 3, 0)
@example([[-1, -1], [1]], 2, 0)
def test_parts_add_up_to_the_rounded_sum(amounts: list[list[int]], divisor: int, decimals: int) -> None:
    offsets = offsets_of(amounts)
    values = round_parts(Exact(flat(amounts), 2) / divisor, offsets, decimals).values
    unit = Fraction(10**decimals, 100 * divisor)
    for number, group in enumerate(amounts):
        parts = values[offsets[number] : offsets[number + 1]].tolist()
        assert sum(parts) == rounded(sum(group) * unit, HALF_UP)
        assert all(abs(part - own * unit) <= 1 for part, own in zip(parts, group, strict=True))


@given(groups, st.data())
def test_divisors_may_differ_from_row_to_row(amounts: list[list[int]], data: st.DataObject) -> None:
    rows = flat(amounts)
    divisors = data.draw(st.lists(st.integers(1, 60), min_size=len(rows), max_size=len(rows)))
    offsets = offsets_of(amounts)
    values = round_parts(Exact(rows, 2) / Exact(np.array(divisors, np.int64), 0), offsets, FEN).values
    exact = [Fraction(row, divisor) for row, divisor in zip(rows.tolist(), divisors, strict=True)]
    for start, end in pairwise(offsets.tolist()):
        assert values[start:end].sum() == rounded(sum(exact[start:end], Fraction(0)), HALF_UP)


def test_rows_set_to_nothing_keep_the_others_divisor() -> None:
    """Zero is zero over any divisor, so what is left out does not stop a sum."""
    third = where(np.array([True, False, True]), Exact([100, 100, 100], 2) / 3, 0)
    assert third.has_one_denominator
    assert third.sum().fractions() == [Fraction(2, 3)]
    assert where(np.array([True, False]), third[:2], Exact([1, 1], 2)).fractions() == [Fraction(1, 3), Fraction(1, 100)]


@pytest.mark.parametrize("divisors", [[1, 1, 1], [1, 3, 1]])
def test_what_does_not_fit_is_told(divisors: list[int]) -> None:
    most = Exact(np.array([2**62, 2**62, 2**62], np.int64), 0) / Exact(np.array(divisors, np.int64), 0)
    with pytest.raises(ExactOverflow):
        round_parts(most * 4, np.array([0, 3]), 0)

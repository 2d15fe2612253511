"""Sums of groups by words and by the kernel of 192 bits, and rows spread to neighbours."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from payengine.errors import ExactOverflow
from payengine.exact import Exact
from payengine.exact.wide import ROWS_OF_GROUP, Wide

LEAST, MOST = -(2**63), 2**63 - 1
values_of_rows = some.lists(
    some.one_of(some.integers(-(10**9), 10**9), some.sampled_from([0, LEAST, LEAST + 1, MOST])),
    min_size=4 * ROWS_OF_GROUP, max_size=6 * ROWS_OF_GROUP,
)  # fmt: skip


@given(values_of_rows, some.lists(some.integers(0, 4 * ROWS_OF_GROUP), max_size=2))
def test_sums_are_those_of_python_whatever_the_bounds(values: list[int], cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(values)]
    expected = [sum(values[first:last]) for first, last in pairwise(bounds)]
    assert Wide.of(np.array(values, np.int64)).sum_by(np.array(bounds, np.int64)).ints() == expected


def test_sums_beyond_64_bits_are_refused_where_they_are_stated() -> None:
    values = np.full(4 * ROWS_OF_GROUP, MOST, np.int64)
    with pytest.raises(ExactOverflow):
        Exact(values, 0).sum_by(np.array([0, len(values)], np.int64))


@pytest.mark.parametrize("bounds", [[1, 64], [0, 63], [0, 40, 30, 64]])
@pytest.mark.parametrize("value", [1, MOST])
def test_offsets_that_fall_or_leave_rows_out_are_refused_on_both_ways(bounds: list[int], value: int) -> None:
    with pytest.raises(ValueError, match="never falling"):
        Wide.of(np.full(64, value, np.int64)).sum_by(np.array(bounds, np.int64))


@given(some.lists(some.tuples(some.integers(LEAST, MOST), some.integers(0, 3)), min_size=1, max_size=9))
def test_repeated_rows_are_those_taken_by_their_indices(rows: list[tuple[int, int]]) -> None:
    column = Exact(np.array([value for value, _ in rows], np.int64), 2)
    counts = np.array([count for _, count in rows], np.int64)
    index = np.repeat(np.arange(len(rows)), counts)
    for made in (column, column * 3, column / 7):
        assert made.repeated(counts).fractions() == made.take(index).fractions()
    with pytest.raises(ValueError, match="counts"):
        column.repeated(np.append(counts, 1))

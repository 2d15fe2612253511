"""Group sums: exact in 128 bits, whatever the order of the rows."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payengine.kernels.groups import BAD_OFFSETS, running_by, sum_by
from tests.support.wide_numbers import MOST, PLAIN, numbers_of, room, signed_numbers, wide


@given(st.lists(st.lists(signed_numbers(127), max_size=6), max_size=6), st.randoms(use_true_random=False))
@example([[], [MOST], []], None)
@example([[MOST, MOST, -MOST, -MOST + 1]], None)  # leaves 128 bits on the way and comes back
@example([[-MOST, -1]], None)
@example([[MOST, 1]], None)
def test_only_the_sum_itself_must_fit(groups: list[list[int]], random) -> None:
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    sums = room(len(groups))
    failed = sum_by(*wide([n for group in groups for n in group]), offsets, *sums)
    first = next((place for place, group in enumerate(groups, 1) if abs(sum(group)) > MOST), 0)
    assert failed == first
    if not first:
        assert numbers_of(*sums) == [sum(group) for group in groups]
        if random:
            for group in groups:
                random.shuffle(group)
            again = room(len(groups))
            sum_by(*wide([n for group in groups for n in group]), offsets, *again)
            assert numbers_of(*again) == numbers_of(*sums)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
@example([2**63 - 1] * 5)
@example([-(2**63)] * 5)
def test_plain_columns_are_summed_beyond_64_bits(values: list[int]) -> None:
    column = np.array(values, np.int64).view(np.uint64)
    sums = room(1)
    assert sum_by(PLAIN, column, np.array([0, len(values)]), *sums) == 0
    assert numbers_of(*sums) == [sum(values)]


@pytest.mark.parametrize("offsets", [[0, 2], [1, 3], [0, 4], [0, 2, 1, 3], [0, 5, 3], [0, -1, 3]])
def test_offsets_that_do_not_cover_the_rows_are_refused(offsets: list[int]) -> None:
    assert sum_by(*wide([1, 2, 3]), np.array(offsets), *room(len(offsets) - 1)) == BAD_OFFSETS


@given(st.lists(st.lists(signed_numbers(127), max_size=6), max_size=6))
@example([[], [MOST], []])
@example([[MOST, 1], [1]])
@example([[5], [-MOST, -1]])
@example([[MOST, -MOST, -MOST]])
def test_running_sums_begin_again_with_each_group(groups: list[list[int]]) -> None:
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    numbers = [n for group in groups for n in group]
    sums = room(len(numbers))
    expected = [total for group in groups for total in accumulate(group)]
    failed = running_by(*wide(numbers), offsets, *sums)
    assert failed == next((row for row, total in enumerate(expected, 1) if abs(total) > MOST), 0)
    if not failed:
        assert numbers_of(*sums) == expected


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30))
@example([2**63 - 1] * 5)
@example([-(2**63)] * 5)
def test_plain_columns_run_beyond_64_bits(values: list[int]) -> None:
    sums = room(len(values))
    assert running_by(PLAIN, np.array(values, np.int64).view(np.uint64), np.array([0, len(values)]), *sums) == 0
    assert numbers_of(*sums) == list(accumulate(values))


@pytest.mark.parametrize("offsets", [[0, 2], [1, 3], [0, 4], [0, 2, 1, 3], [0, 5, 3], [0, -1, 3]])
def test_running_sums_refuse_offsets_that_do_not_cover_the_rows(offsets: list[int]) -> None:
    assert running_by(*wide([1, 2, 3]), np.array(offsets), *room(3)) == BAD_OFFSETS

"""Totals by cell: the same as Python's integers, and never beyond 64 bits in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payengine.kernels.totals import BAD_CELL, add_up, add_up_in_numpy

HEIGHT, WIDTH = 3, 2
LEAST, MOST = -(2**63), 2**63 - 1


def plain(lines: list[tuple[int, int, int]], totals: list[list[int]]) -> int:
    """Add lines to their cells as the kernel does, in Python."""
    for place, (row, column, value) in enumerate(lines, 1):
        if min(row, column) >= 0:
            totals[row][column] += value
            if not LEAST <= totals[row][column] <= MOST:
                return place
    return 0


@given(st.lists(st.tuples(st.integers(-1, HEIGHT - 1), st.integers(-1, WIDTH - 1), st.integers(LEAST, MOST))))
@example([(0, 0, MOST), (0, 0, 0), (0, 0, 1)])
@example([(2, 1, LEAST), (2, 1, -1)])
@example([(0, 0, LEAST), (0, 0, LEAST)])
@example([(1, 1, MOST), (1, 1, LEAST), (1, 1, MOST)])
def test_every_line_is_added_to_its_cell(lines: list[tuple[int, int, int]]) -> None:
    rows, columns, values = ([line[part] for line in lines] for part in range(3))
    totals = np.zeros((HEIGHT, WIDTH), np.int64)
    expected = [[0] * WIDTH for _ in range(HEIGHT)]
    failed = add_up(np.array(rows, np.int64), np.array(columns, np.int32), np.array(values, np.int64), totals)
    assert failed == plain(lines, expected)
    if not failed:
        assert totals.tolist() == expected


@pytest.mark.parametrize("cell", [(HEIGHT, 0), (0, WIDTH)])
def test_a_cell_outside_the_table_is_refused(cell: tuple[int, int]) -> None:
    row, column = (np.array([place]) for place in cell)
    totals = np.zeros((HEIGHT, WIDTH), np.int64)
    assert add_up(row.astype(np.int64), column.astype(np.int32), np.array([1], np.int64), totals) == BAD_CELL
    assert not totals.any()


@pytest.mark.parametrize("start", [2**63 - 3, -(2**63) + 2])
def test_totals_near_the_edge_of_64_bits_are_left_to_the_kernel(start: int) -> None:
    """NumPy would wrap where the kernel tells of an overflow."""
    totals = np.array([[start]], np.int64)
    values = np.array([3 if start > 0 else -3], np.int64)
    assert add_up_in_numpy(np.zeros(1, np.int64), np.zeros(1, np.int32), values, totals) is NotImplemented
    assert totals.tolist() == [[start]]

"""Exact sums of lines by row and column of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from payengine.kernels.arrays import Int32, Int64
from payengine.kernels.compile import compiled

LEAST, MOST = np.int64(-(2**63)), np.int64(2**63 - 1)
BAD_CELL = -1


def add_up_in_numpy(rows: Int64, columns: Int32, values: Int64, totals: Int64) -> Any:
    """Add values up as the kernel does, where no total can leave 64 bits."""
    taken = (rows >= 0) & (columns >= 0)
    place, added = (rows[taken], columns[taken]), values[taken]
    if not added.size:
        return 0
    height, width = totals.shape
    if place[0].max() >= height or place[1].max() >= width:
        return NotImplemented
    most = max(abs(int(added.min())), abs(int(added.max()))) * added.size
    if most + max(abs(int(totals.min())), abs(int(totals.max()))) > MOST:
        return NotImplemented
    np.add.at(totals, place, added)
    return 0


@compiled("int64(readonly_int64, readonly_int32, readonly_int64, int64[:, ::1])", otherwise=add_up_in_numpy)
def add_up(rows: Int64, columns: Int32, values: Int64, totals: Int64) -> int:
    """Add every value to totals[its row, its column].

    Lines whose row or column is negative take no part. Returns 0, the first line (counted from 1) at which a total
    leaves 64 bits, or `BAD_CELL` for a row or column that the table does not have.
    """
    height, width = totals.shape
    for line in range(len(values)):
        row = rows[line]
        column = columns[line]
        if row < 0 or column < 0:
            continue
        if row >= height or column >= width:
            return BAD_CELL
        value = values[line]
        before = totals[row, column]
        if (value > 0 and before > MOST - value) or (value < 0 and before < LEAST - value):
            return line + 1
        totals[row, column] = before + value
    return 0

"""Counting filter of record ids: a table of two-bit cells, in memory of fixed size.

It counts ids by their keyed hash: never, once, more often. A row whose cell was hit once stands alone; the others are
compared exactly (see `linked.py`). Hashes that share a cell by chance only send more rows that longer way, so the
result does not depend on the size of the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled

MOST_CELLS = 2**29  # 128 MB: at 100 million records one row in six is compared for nothing
FEWEST_CELLS = 2**16
CELLS_PER_ROW = 32
NEVER, ONCE, MORE = 0, 1, 2


def count_in_numpy(hashes: Any, mask: Any, cells: Any) -> None:
    """Count hashes as the kernel does."""
    cell, times = np.unique(hashes & mask, return_counts=True)
    seen = np.empty(cell.size, np.uint8)
    read_in_numpy(cell, mask, cells, seen)
    more = np.minimum(times, np.maximum(MORE - seen.astype(np.int64), 0)).astype(np.uint8)
    np.add.at(cells, cell >> np.uint64(2), more << (np.uint64(2) * (cell & np.uint64(3))).astype(np.uint8))


def read_in_numpy(hashes: Any, mask: Any, cells: Any, seen: Any) -> None:
    """Read counts as the kernel does."""
    cell = hashes & mask
    shift = (np.uint64(2) * (cell & np.uint64(3))).astype(np.uint8)
    seen[:] = (cells[cell >> np.uint64(2)] >> shift) & np.uint8(3)


@compiled("void(readonly_uint64, uint64, uint8[::1])", otherwise=count_in_numpy)
def count_hashes(hashes: Any, mask: Any, cells: Any) -> None:
    """Count every hash in its cell; a cell stays at MORE."""
    for row in range(hashes.size):
        cell = hashes[row] & mask
        shift = np.uint8(np.uint64(2) * (cell & np.uint64(3)))
        byte = cell >> np.uint64(2)
        seen = (cells[byte] >> shift) & np.uint8(3)
        if seen < 2:
            cells[byte] = cells[byte] + np.uint8(np.uint8(1) << shift)


@compiled("void(readonly_uint64, uint64, readonly_uint8, uint8[::1])", otherwise=read_in_numpy)
def read_cells(hashes: Any, mask: Any, cells: Any, seen: Any) -> None:
    """Read the count in the cell of every hash."""
    for row in range(hashes.size):
        cell = hashes[row] & mask
        shift = np.uint8(np.uint64(2) * (cell & np.uint64(3)))
        seen[row] = (cells[cell >> np.uint64(2)] >> shift) & np.uint8(3)


class CountingFilter:
    """Counting filter for an input of about `rows` rows."""

    def __init__(self, rows: int, cells: int | None = None) -> None:
        if cells is None:
            cells = min(MOST_CELLS, max(FEWEST_CELLS, 1 << (CELLS_PER_ROW * rows - 1).bit_length() if rows else 0))
        self._mask = np.uint64(cells - 1)
        self._cells = np.zeros(cells // 4, np.uint8)

    def count(self, hashes: UInt64) -> None:
        """Count one more row for each hash."""
        count_hashes(hashes, self._mask, self._cells)

    def count_twice(self, hashes: UInt64) -> None:
        """Count two rows for each hash, so that no row of it stands alone."""
        self.count(hashes)
        self.count(hashes)

    def seen(self, hashes: UInt64) -> npt.NDArray[np.uint8]:
        """Give NEVER, ONCE or MORE for each hash: at least as often as it was counted."""
        seen = np.empty(hashes.size, np.uint8)
        read_cells(hashes, self._mask, self._cells, seen)
        return seen

"""The sieve: which record ids surely stand in one row that nothing reverses.

A table of two-bit cells of fixed size counts record ids by their mark: never, once, more often. A row whose cell was
hit once can be judged alone; the others are looked at exactly (see `suspects.py`). Marks that share a cell by chance
only make more rows be looked at, so the result does not depend on the size; memory does not grow with the input.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled

MOST_CELLS = 2**29  # 128 MB: at 100 million records one row in six is looked at for nothing
FEWEST_CELLS = 2**16
CELLS_PER_ROW = 32
NEVER, ONCE, MORE = 0, 1, 2


@compiled("void(readonly_uint64, uint64, uint8[::1])")
def count_marks(marks: Any, mask: Any, cells: Any) -> None:
    """Hit the cell of every mark; a cell stays at MORE."""
    for row in range(marks.size):
        cell = marks[row] & mask
        shift = np.uint8(np.uint64(2) * (cell & np.uint64(3)))
        byte = cell >> np.uint64(2)
        seen = (cells[byte] >> shift) & np.uint8(3)
        if seen < 2:
            cells[byte] = cells[byte] + np.uint8(np.uint8(1) << shift)


@compiled("void(readonly_uint64, uint64, readonly_uint8, uint8[::1])")
def read_cells(marks: Any, mask: Any, cells: Any, seen: Any) -> None:
    """How often the cell of every mark was hit."""
    for row in range(marks.size):
        cell = marks[row] & mask
        shift = np.uint8(np.uint64(2) * (cell & np.uint64(3)))
        seen[row] = (cells[cell >> np.uint64(2)] >> shift) & np.uint8(3)


class Sieve:
    """Counts of marks for an input of about `rows` rows."""

    def __init__(self, rows: int, cells: int | None = None) -> None:
        if cells is None:
            cells = min(MOST_CELLS, max(FEWEST_CELLS, 1 << (CELLS_PER_ROW * rows - 1).bit_length() if rows else 0))
        self._mask = np.uint64(cells - 1)
        self._cells = np.zeros(cells // 4, np.uint8)

    def count(self, marks: UInt64) -> None:
        """One more row for each mark."""
        count_marks(marks, self._mask, self._cells)

    def suspect(self, marks: UInt64) -> None:
        """Let every row of these marks be looked at."""
        self.count(marks)
        self.count(marks)

    def seen(self, marks: UInt64) -> npt.NDArray[np.uint8]:
        """NEVER, ONCE or MORE for each mark: at least how often it was counted, never less."""
        seen = np.empty(marks.size, np.uint8)
        read_cells(marks, self._mask, self._cells, seen)
        return seen

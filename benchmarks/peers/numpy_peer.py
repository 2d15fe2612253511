"""Peer NumPy: `bincount` per cell, exactly.

Its weights are floats, so units go in two limbs whose sums they hold exactly.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.peers.numpy_rows import Frames, of_files, of_tables, price
from benchmarks.peers.rows import Cells, IntegerRows, Work

EXACT = 2**53  # the largest sum of whole numbers that a float holds exactly
LIMB = 26  # bits of the lower limb


def in_memory(tables: IntegerRows) -> Work:
    """Prepare NumPy on arrays in memory."""
    frames = of_tables(tables)
    return lambda: _work(frames, tables.categories)


def from_files(folder: Path, categories: int) -> Work:
    """Prepare NumPy on uncompressed Parquet files, read by Arrow."""
    return lambda: _work(of_files(folder), categories)


def _work(frames: Frames, categories: int) -> Cells:
    cell, amount, units = price(frames, categories)
    rows = np.bincount(cell)
    cells = len(rows)
    high, most = units >> LIMB, int(rows.max(initial=0))
    if max(abs(int(high.min(initial=0))), int(high.max(initial=0)), 1 << LIMB) * most >= EXACT:
        raise OverflowError("these rows need a third limb")
    low = np.bincount(cell, weights=units & ((1 << LIMB) - 1), minlength=cells).astype(np.int64)
    high_sum = np.bincount(cell, weights=high, minlength=cells).astype(np.int64)
    services = np.bincount(cell[amount > 0], minlength=cells)
    return pa.table({"cell": np.arange(cells), "services": services, "units": (high_sum << LIMB) + low})

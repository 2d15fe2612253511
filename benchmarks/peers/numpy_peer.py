"""Peer NumPy: `bincount` per cell, exactly, in blocks of rows that stay in the cache.

Its weights are floats, so units go in two limbs whose sums they hold exactly. Whole columns at once would write and
read every intermediate result in main memory: that takes twice as long.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.peers.numpy_rows import Arrays, Frames, Prices, decided, of_files, of_tables
from benchmarks.peers.rows import Cells, IntegerRows, Work

EXACT = 2**53  # the largest sum of whole numbers that a float holds exactly
LIMB = 26  # bits of the lower limb
BLOCK = 1 << 18  # rows


def in_memory(tables: IntegerRows) -> Work:
    """Prepare NumPy on arrays in memory."""
    frames = of_tables(tables)
    return lambda: _work(frames, tables.categories)


def from_files(folder: Path, categories: int) -> Work:
    """Prepare NumPy on uncompressed Parquet files, read by Arrow."""
    return lambda: _work(of_files(folder), categories)


def _work(frames: Frames, categories: int) -> Cells:
    prices, rest = Prices.of(frames), decided(frames.limited)
    order = np.argsort(rest["owner"], kind="stable")
    whole = [frames.rows, {name: column[order] for name, column in rest.items()}]
    owners = 1 + max((int(each["owner"].max()) for each in whole if len(each["owner"])), default=-1)
    sums = _Sums(*(np.zeros(owners * categories, np.int64) for _ in range(3)))
    for rows in whole:
        for start in range(0, len(rows["owner"]), BLOCK):
            block = {name: column[start : start + BLOCK] for name, column in rows.items()}
            sums.add(block, prices, categories)
    units = (sums.high << LIMB) + sums.low
    return pa.table({"cell": np.arange(owners * categories), "services": sums.services, "units": units})


class _Sums:
    """Sums by cell: the two limbs of the units, and the services."""

    def __init__(
        self, low: npt.NDArray[np.int64], high: npt.NDArray[np.int64], services: npt.NDArray[np.int64]
    ) -> None:
        self.low, self.high, self.services = low, high, services

    def add(self, rows: Arrays, prices: Prices, categories: int) -> None:
        """Add rows, whose owners lie near each other: their cells alone are counted."""
        first, last = int(rows["owner"].min()), int(rows["owner"].max())
        cell, units = prices.price(rows, categories)
        cell -= first * categories
        width = (last - first + 1) * categories
        high, most = units >> LIMB, len(cell)
        if max(abs(int(high.min())), int(high.max()), 1 << LIMB) * most >= EXACT:
            raise OverflowError("these rows need a third limb")
        here = slice(first * categories, first * categories + width)
        units &= (1 << LIMB) - 1
        self.low[here] += np.bincount(cell, weights=units, minlength=width).astype(np.int64)
        self.high[here] += np.bincount(cell, weights=high, minlength=width).astype(np.int64)
        self.services[here] += np.bincount(cell[rows["amount"] > 0], minlength=width)

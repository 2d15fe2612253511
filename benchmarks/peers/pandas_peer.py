"""Peer pandas: rows priced by arrays, grouped by one key."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.peers.numpy_rows import Frames, of_files, of_tables, price
from benchmarks.peers.rows import Cells, IntegerRows, Work


def in_memory(tables: IntegerRows) -> Work:
    """Prepare pandas on columns in memory."""
    frames = of_tables(tables)
    return lambda: _work(frames, tables.categories)


def from_files(folder: Path, categories: int) -> Work:
    """Prepare pandas on uncompressed Parquet files."""
    return lambda: _work(of_files(folder), categories)


def _work(frames: Frames, categories: int) -> Cells:
    cell, amount, units = price(frames, categories)
    made = pd.DataFrame({"cell": cell, "services": (amount > 0).astype(np.int64), "units": units}, copy=False)
    return pa.Table.from_pandas(made.groupby("cell", sort=False).sum().reset_index(), preserve_index=False)

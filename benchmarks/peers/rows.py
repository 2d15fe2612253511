"""Rows as the peers get them: integers of the narrowest types, in memory and as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Cells: TypeAlias = pa.Table  # cell, services, units: int64, in any order; units of 10**-14
Work: TypeAlias = Callable[[], Cells]

TABLES = ("rows", "limited", "items", "difficulties")
KEEP = ["owner", "item_row", "difficulty_row", "amount"]


@dataclass(frozen=True)
class IntegerRows:
    """Rows of a snapshot as integers.

    rows: owner, item_row, difficulty_row, amount; limited: the same and patient, item, span (the limit's calendar
    period), service (a number in order of date and record), limit_count, counting_only, refund (0 no, 1 yes, 2 in
    excess); items: item_row, category, equivalents; difficulties: difficulty_row, coefficient. The cell of an owner
    and a category is owner x categories + category.
    """

    rows: pa.Table
    limited: pa.Table
    items: pa.Table
    difficulties: pa.Table
    categories: int

    def write(self, folder: Path) -> None:
        """Write the tables as Parquet files, zstd ones and uncompressed ones (`plain-`)."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            pq.write_table(getattr(self, name), zstd_file(folder, name), compression="zstd")
            pq.write_table(getattr(self, name), plain_file(folder, name), compression="none")


def zstd_file(folder: Path, name: str) -> Path:
    """Name the compressed Parquet file of a table."""
    return folder / f"{name}.parquet"


def plain_file(folder: Path, name: str) -> Path:
    """Name the uncompressed Parquet file of a table."""
    return folder / f"plain-{name}.parquet"


def narrowest(values: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
    """Store integers in the narrowest type, unsigned where none is negative."""
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    kinds = ("uint8", "uint16", "uint32", "int64") if least >= 0 else ("int8", "int16", "int32", "int64")
    kind = next(kind for kind in kinds if np.iinfo(kind).min <= least and most <= np.iinfo(kind).max)
    return values.astype(kind)

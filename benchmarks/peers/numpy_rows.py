"""Rows as arrays: limits decided and rows priced by NumPy, for the peers NumPy and pandas."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers.rows import KEEP, TABLES, IntegerRows, plain_file

Arrays = dict[str, npt.NDArray[np.integer]]


class Frames(NamedTuple):
    """The four tables as arrays, in the order of `TABLES`."""

    rows: Arrays
    limited: Arrays
    items: Arrays
    difficulties: Arrays


class Prices(NamedTuple):
    """Factor and category by item row, coefficient by difficulty row."""

    factor: npt.NDArray[np.int64]
    category: npt.NDArray[np.int64]
    coefficient: npt.NDArray[np.int64]

    @classmethod
    def of(cls, frames: Frames) -> Prices:
        """Widen the columns that price a row."""
        items, difficulties = frames.items, frames.difficulties
        columns = items["equivalents"], items["category"], difficulties["coefficient"]
        return cls(*(column.astype(np.int64) for column in columns))

    def price(self, rows: Arrays, categories: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Give the cell of each row, and what it comes to in units of 10**-14."""
        cell = rows["owner"].astype(np.int64)
        cell *= categories
        cell += self.category[rows["item_row"]]
        units = self.factor[rows["item_row"]]
        units *= rows["amount"]
        units *= self.coefficient[rows["difficulty_row"]]
        return cell, units


class Priced(NamedTuple):
    """Paid rows: their cell, their amount, what it comes to in units of 10**-14."""

    cell: npt.NDArray[np.int64]
    amount: npt.NDArray[np.integer]
    units: npt.NDArray[np.int64]


def of_tables(tables: IntegerRows) -> Frames:
    """Take the tables in memory as arrays."""
    return Frames(*(_arrays(getattr(tables, name)) for name in TABLES))


def of_files(folder: Path) -> Frames:
    """Read the uncompressed Parquet files."""
    return Frames(*(_arrays(pq.read_table(plain_file(folder, name))) for name in TABLES))


def price(frames: Frames, categories: int) -> Priced:
    """Decide the limits and price what is paid."""
    rows, limited = frames.rows, decided(frames.limited)
    together = {name: np.concatenate([rows[name], limited[name]]) for name in KEEP}
    cell, units = Prices.of(frames).price(together, categories)
    return Priced(cell, together["amount"], units)


def decided(limited: Arrays) -> Arrays:
    """Take the limited rows that are paid: the first services of a patient, an item and a span."""
    order = np.lexsort([limited[name] for name in ("service", "span", "item", "patient")])
    new_group = _begins(limited, order, ("patient", "item", "span"))
    number = np.cumsum(new_group | _begins(limited, order, ("service",)))
    starts = np.flatnonzero(new_group)
    nth: npt.NDArray[np.int64] = number - np.repeat(number[starts] - 1, np.diff(starts, append=len(order)))
    paid = (limited["counting_only"][order] == 0) & (limited["refund"][order] < 2)
    chosen = order[(nth <= limited["limit_count"][order]) & paid]
    return {name: limited[name][chosen] for name in KEEP}


def _begins(columns: Arrays, order: npt.NDArray[np.intp], names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Flag the rows, in order, that differ from the one before in any of the columns."""
    begins = np.zeros(len(order), bool)
    begins[:1] = True
    for name in names:
        values = columns[name][order]
        begins[1:] |= values[1:] != values[:-1]
    return begins


def _arrays(table: pa.Table) -> Arrays:
    return {name: table[name].to_numpy() for name in table.column_names}

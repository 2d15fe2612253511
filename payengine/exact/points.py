"""Exact sums of points per owner and category, and the tables that price rows.

A point is 10**14 of its smallest units (quantity 2, share 4, equivalents 4, difficulty 4 decimals), so the sums are
kept in 128 bits. They are exact and commute: rows may come in any order, in any batches, into any number of tables that
are merged afterwards, and the result is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from payengine.exact import ratios
from payengine.exact.column import Exact
from payengine.exact.rounding import HALF_UP, POINTS
from payengine.exact.wide import Wide
from payengine.kernels import price as kernel
from payengine.kernels.arrays import Int64

UNIT_SCALE = 14  # decimals of quantity x share x equivalents x difficulty
GREATEST_FACTOR = 2**31 - 1


@dataclass(frozen=True)
class PriceTables:
    """Equivalents and category by item row, coefficient by difficulty row.

    Equivalents and coefficients are ten-thousandths, from 0 to 2**31 - 1; equivalents of items that earn no points are
    given as 0. Each row's category is an index below `categories`. `ValueError` for tables that break this.
    """

    equivalents: Int64
    coefficient: Int64
    category: npt.NDArray[np.int32]
    owners: int
    categories: int

    def __post_init__(self) -> None:
        for name, kind in (("equivalents", np.int64), ("coefficient", np.int64), ("category", np.int32)):
            given = np.asarray(getattr(self, name))
            if given.dtype != kind or given.ndim != 1:
                raise ValueError(f"{name}: one dimension of {np.dtype(kind)}, not {given.ndim} of {given.dtype}")
            bound = self.categories - 1 if name == "category" else GREATEST_FACTOR
            if given.size and (int(given.min()) < 0 or int(given.max()) > bound):
                raise ValueError(f"{name}: from 0 to {bound}")
            object.__setattr__(self, name, np.ascontiguousarray(given))
        if len(self.equivalents) != len(self.category):
            raise ValueError("equivalents and category: one of each for every item row")


class RowRefused(ValueError):
    """A row whose code is in no table, or whose points are too large.

    `row` counts from 0 within what was added.
    """

    def __init__(self, row: int, too_large: bool) -> None:
        super().__init__(f"row {row}: {'points too large' if too_large else 'a code is in no table'}")
        self.row = row
        self.too_large = too_large


class PointSums:
    """The sums of one worker, a cell for every owner and category.

    Not to be shared by threads that add to it.
    """

    def __init__(self, tables: PriceTables) -> None:
        self.tables = tables
        cells = tables.owners * tables.categories
        self._hi, self._lo = np.zeros(cells, np.int64), np.zeros(cells, np.uint64)
        self._services, self._refunds = np.zeros(cells, np.int64), np.zeros(cells, np.int64)

    def add(
        self,
        engagement: npt.NDArray[Any],
        item_row: npt.NDArray[Any],
        difficulty_row: npt.NDArray[Any],
        amount: npt.NDArray[Any],
    ) -> None:
        """Add rows by owner, item row, difficulty row and quantity x share in millionths.

        A refund has a negative amount.

        Codes are uint16 or int32, amounts int32 or int64. `RowRefused` for the first row that cannot be added; the rows
        before it have been.
        """
        if not len(engagement) == len(item_row) == len(difficulty_row) == len(amount):
            raise ValueError("columns of one length are needed")
        tables = self.tables
        wrong, row = kernel.price(
            engagement, item_row, difficulty_row, amount, tables.equivalents, tables.coefficient, tables.category,
            tables.categories, self._hi, self._lo, self._services, self._refunds,
        )  # fmt: skip
        if wrong:
            raise RowRefused(row - 1, wrong == kernel.TOO_LARGE)

    def merge(self, other: PointSums) -> None:
        """Add the sums of another worker."""
        total = Wide(self._hi, self._lo).plus(Wide(other._hi, other._lo))
        self._hi, self._lo = total.hi, total.lo
        self._services += other._services
        self._refunds += other._refunds

    @staticmethod
    def bytes_of(tables: PriceTables) -> int:
        """Compute the memory that the sums of one worker take."""
        return 4 * 8 * tables.owners * tables.categories

    @property
    def rows(self) -> int:
        """The number of rows added."""
        return int(self._services.sum() + self._refunds.sum())

    def without(self, owners: npt.NDArray[np.bool_]) -> PointSums:
        """Copy the sums, the cells of these owners (flags) empty."""
        cells = np.repeat(owners, self.tables.categories)
        kept = PointSums.__new__(PointSums)
        kept.tables = self.tables
        kept._hi, kept._lo = np.where(cells, 0, self._hi), np.where(cells, np.uint64(0), self._lo)
        kept._services, kept._refunds = np.where(cells, 0, self._services), np.where(cells, 0, self._refunds)
        return kept

    @property
    def services(self) -> Int64:
        """Numbers of rows that are no refunds, owners x categories."""
        return self._shaped(self._services)

    @property
    def refunds(self) -> Int64:
        """Numbers of rows that are refunds, owners x categories."""
        return self._shaped(self._refunds)

    @property
    def cells(self) -> Wide:
        """The exact sums in units of 10**-14 points, cell by cell."""
        return Wide(self._hi, self._lo)

    @cached_property
    def points(self) -> Exact:
        """The sums stated at 6 decimals half up, cell by cell.

        `ExactOverflow` with the first cell as its row.
        """
        stated = ratios.rounded(Wide(self._hi, self._lo), None, POINTS - UNIT_SCALE, HALF_UP)
        return Exact(stated, POINTS)

    @property
    def points_micro(self) -> Int64:
        """The stated points in millionths, owners x categories."""
        return self._shaped(self.points.values)

    def _shaped(self, cells: Int64) -> Int64:
        return cells.reshape(self.tables.owners, self.tables.categories)

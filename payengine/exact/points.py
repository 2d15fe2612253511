"""Exact sums of points per owner and category, and the tables that price rows.

A point is 10**14 of its smallest units (quantity 2, share 4, equivalents 4, difficulty 4 decimals), so the sums are
kept in 128 bits. They are exact and commute: rows may come in any order, in any batches, into any number of tables that
are merged afterwards, and the result is the same.

Several threads may add to one table, each the rows of a span of owners (`PointSums.span`): what lies between the ends
of a span belongs to one thread alone, and the ends are added when the span is closed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
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
from payengine.kernels.arrays import Int64, UInt32, UInt64, in_large_pages

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

    @cached_property
    def prices(self) -> UInt64:
        """Equivalents and category of every item row in one word, as the kernel looks them up."""
        return self.equivalents.astype(np.uint64) << kernel.CATEGORY_BITS | self.category.astype(np.uint64)

    @cached_property
    def factors(self) -> UInt32:
        """Coefficients as the kernel looks them up."""
        return self.coefficient.astype(np.uint32)

    @cached_property
    def room(self) -> np.uint64:
        """Greatest sum of amounts that fits 64 bits at any price."""
        factor = int(self.equivalents.max(initial=1)) * int(self.coefficient.max(initial=1))
        return np.uint64((2**63 - 1) // max(factor, 1))


@dataclass(frozen=True)
class PointCells:
    """Sums of the cells in use, apart from their table: what one process hands to another.

    `cell` is owner x categories + category, ascending; the other arrays stand beside it. Points are
    hi * 2**64 + lo of their smallest units.
    """

    cell: Int64
    hi: Int64
    lo: UInt64
    services: Int64
    refunds: Int64

    @property
    def rows(self) -> int:
        """The number of rows in the sums."""
        return int(self.services.sum() + self.refunds.sum())


class RowRefused(ValueError):
    """A row whose code is in no table, or whose points are too large.

    `row` counts from 0 within what was added.
    """

    def __init__(self, row: int, too_large: bool) -> None:
        super().__init__(f"row {row}: {'points too large' if too_large else 'a code is in no table'}")
        self.row = row
        self.too_large = too_large


class OwnersDoNotRise(Exception):
    """Rows out of the order of their owners, so that no spans can be added apart."""


class PointSums:
    """Sums of points and counts of rows, a cell for every owner and category.

    `add` is not to be called while other threads add; of spans there may be `spans` open at a time.
    """

    def __init__(self, tables: PriceTables, spans: int = 0) -> None:
        self.tables = tables
        cells = (tables.owners + 2 * spans) * tables.categories  # each span keeps two owners apart
        # Each apart: whoever keeps the counts does not keep the sums.
        self._hi, self._services, self._refunds = (_zeros(cells).view(np.int64) for _ in range(3))
        self._lo = _zeros(cells)
        self._lock = threading.Lock()

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
        last = self.tables.owners - 1
        wrong, row = self._price((engagement, item_row, difficulty_row, amount), kernel.Owners(0, last, 0, last))
        if wrong:
            raise RowRefused(row, wrong == kernel.TOO_LARGE)

    def span(self, number: int, first: int, last: int) -> OwnerSpan:
        """Open a span of the owners from `first` to `last`; `number` is its place among those open.

        Of two spans that are open together, or of which one is opened after the other, at most the ends may be one
        owner. `OwnersDoNotRise` for owners that no rows in order can have.
        """
        if not 0 <= first <= last < self.tables.owners:
            raise OwnersDoNotRise
        place = self.tables.owners + 2 * number
        return OwnerSpan(self, kernel.Owners(first, last, place, place + 1))

    def _price(self, columns: Sequence[npt.NDArray[Any]], owners: kernel.Owners) -> tuple[int, int]:
        """Add rows of some owners; return what is wrong and the row, counted from 0, where it is."""
        engagement, item_row, difficulty_row, amount = columns
        if not len(engagement) == len(item_row) == len(difficulty_row) == len(amount):
            raise ValueError("columns of one length are needed")
        tables = self.tables
        wrong, row = kernel.price(
            engagement, _unsigned(item_row), _unsigned(difficulty_row), amount, tables.prices, tables.factors,
            tables.room, tables.categories, owners, self._hi, self._lo, self._services, self._refunds,
        )  # fmt: skip
        return wrong, row - 1

    def _move(self, place: int, owner: int) -> None:
        """Add the cells of a place to those of an owner, and empty them."""
        width = self.tables.categories
        here, there = slice(place * width, (place + 1) * width), slice(owner * width, (owner + 1) * width)
        low = self._lo[there] + self._lo[here]
        self._hi[there] += self._hi[here] + (low < self._lo[here])
        self._lo[there] = low
        self._services[there] += self._services[here]
        self._refunds[there] += self._refunds[here]
        for cells in (self._hi, self._lo, self._services, self._refunds):
            cells[here] = 0

    def merge(self, other: PointSums) -> None:
        """Add the sums of another table, none of whose spans is open."""
        cells = self._cells
        total = Wide(self._hi[cells], self._lo[cells]).plus(Wide(other._hi[cells], other._lo[cells]))
        self._hi[cells], self._lo[cells] = total.hi, total.lo
        self._services[cells] += other._services[cells]
        self._refunds[cells] += other._refunds[cells]

    def cells_in_use(self) -> PointCells:
        """Copy the sums of the cells to which a row was added; no span may be open."""
        cells = self._cells
        used = np.flatnonzero((self._services[cells] != 0) | (self._refunds[cells] != 0)).astype(np.int64)
        return PointCells(used, self._hi[used], self._lo[used], self._services[used], self._refunds[used])

    def add_cells(self, found: PointCells) -> None:
        """Add sums that another table handed over; no span may be open.

        `ValueError` for cells that are not this table's, or do not ascend.
        """
        cell = found.cell
        if len({len(column) for column in (cell, found.hi, found.lo, found.services, found.refunds)}) != 1:
            raise ValueError("columns of one length are needed")
        if cell.size and not (cell[0] >= 0 and cell[-1] < self._cells.stop and (np.diff(cell) > 0).all()):
            raise ValueError("cells of this table are needed, each once")
        total = Wide(self._hi[cell], self._lo[cell]).plus(Wide(found.hi, found.lo))
        self._hi[cell], self._lo[cell] = total.hi, total.lo
        self._services[cell] += found.services
        self._refunds[cell] += found.refunds

    @property
    def rows(self) -> int:
        """The number of rows added."""
        return int(self._services.sum() + self._refunds.sum())

    def leave_out(self, owners: npt.NDArray[np.bool_]) -> None:
        """Empty the cells of these owners (flags)."""
        for cells in (self._hi, self._lo, self._services, self._refunds):
            self._shaped(cells)[owners] = 0

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
        cells = self._cells
        return Wide(self._hi[cells], self._lo[cells])

    @cached_property
    def points(self) -> Exact:
        """The sums stated at 6 decimals half up, cell by cell.

        `ExactOverflow` with the first cell as its row.
        """
        stated = ratios.rounded(self.cells, None, POINTS - UNIT_SCALE, HALF_UP)
        return Exact(stated, POINTS)

    @property
    def points_micro(self) -> Int64:
        """The stated points in millionths, owners x categories."""
        return self._shaped(self.points.values)

    @property
    def _cells(self) -> slice:
        """The cells of the owners themselves."""
        return slice(self.tables.owners * self.tables.categories)

    def _shaped(self, cells: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return cells[self._cells].reshape(self.tables.owners, self.tables.categories)


class OwnerSpan:
    """Rows of some owners, added by one thread while others add those of other owners."""

    def __init__(self, sums: PointSums, owners: kernel.Owners) -> None:
        self._sums = sums
        self._owners = owners

    def add(self, *columns: npt.NDArray[Any]) -> None:
        """Add rows as `PointSums.add` does; `OwnersDoNotRise` for one of an owner outside the span."""
        wrong, row = self._sums._price(columns, self._owners)
        if wrong == kernel.OUTSIDE and 0 <= columns[0][row] < self._sums.tables.owners:
            raise OwnersDoNotRise
        if wrong:
            raise RowRefused(row, wrong == kernel.TOO_LARGE)

    def close(self) -> None:
        """Add what was kept apart for the first and the last owner."""
        with self._sums._lock:
            self._sums._move(self._owners.first_place, self._owners.first)
            self._sums._move(self._owners.last_place, self._owners.last)


def _zeros(cells: int) -> UInt64:
    table = in_large_pages(8 * cells).view(np.uint64)
    table[:] = 0
    return table


def _unsigned(codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """See negative codes as ones beyond every table."""
    return codes.view(np.uint32) if codes.dtype == np.int32 else codes

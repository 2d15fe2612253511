"""Lines that the year's other runs published, summed by row and by kind of line.

A line's kind is all that an input of the history can ask for: whether its period is one of those that are settled, and
its kind, component, class and funding. There are few kinds, so that any input is the sum of some columns of a table.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded
from batch.inputs.keyed_columns import GREATEST, sum_by_cell, too_much, whole_numbers
from batch.inputs.roster import Roster
from payengine.graph import STAFF, Level
from payengine.kernels.arrays import Int64

BEFORE, SETTLED = "before", "settled"
PART = 2**17  # lines
KEYS = ("kind", "component", "pay_class", "funding")


@dataclass(frozen=True)
class LineSelection:
    """Lines that an input adds up, and the column by which it is keyed ('' none)."""

    periods: str
    kind: str
    key: str = ""
    pay_class: str = ""


@dataclass(frozen=True)
class LineKind:
    """Common features of the lines of one column of the table."""

    settled: bool
    kind: str
    component: str
    pay_class: str
    funding: str

    def within(self, selection: LineSelection) -> bool:
        """Tell whether a selection adds up lines of this kind."""
        return (
            self.kind == selection.kind
            and (self.settled or selection.periods == BEFORE)
            and selection.pay_class in ("", self.pay_class)
        )


class HistoryLines:
    """Lines of `schemas.HISTORY` of the periods `before`; `settled` are some of these."""

    def __init__(self, table: pa.Table, roster: Roster, before: Sequence[str], settled: Sequence[str]) -> None:
        self.roster = roster
        self._table = table
        self._before, self._settled = before, settled
        self._sums: dict[Level, Int64] = {}

    def keys(self, selection: LineSelection) -> list[str]:
        """List what the lines of a selection name in its key column."""
        return sorted(
            {getattr(one, selection.key) for one in self.line_kinds if one.within(selection)},
            key=str.encode,
        )

    def total(self, selection: LineSelection, level: Level, key: str | None = None) -> Int64:
        """Sum the fen of a selection's lines per row of a level, of one key or of all."""
        chosen = [
            column
            for column, one in enumerate(self.line_kinds)
            if one.within(selection) and (key is None or getattr(one, selection.key) == key)
        ]
        return _row_sums(self._sums_at(level)[:, chosen])

    @property
    def line_kinds(self) -> Sequence[LineKind]:
        """Line kind of every column."""
        return self._classified[0]

    @cached_property
    def _classified(self) -> tuple[list[LineKind], npt.NDArray[np.int32]]:
        """Line kinds, and the place of each line's among them; -1 of periods that do not count."""
        period = Coded.of(self._table["period"])
        columns = [Coded.of(self._table[name]) for name in KEYS]
        taken = np.array([(text in self._before) + (text in self._settled) for text in period.texts], np.int64)
        shape = (3, *(max(len(column.dictionary), 1) for column in columns))
        found = np.empty(len(self._table), np.int32 if math.prod(shape) < 2**31 else np.int64)
        counts = np.zeros(math.prod(shape), np.int64)
        for part in _parts(len(found)):
            cell = taken.astype(found.dtype)[period.codes[part]]
            for column, size in zip(columns, shape[1:], strict=True):
                cell = cell * found.dtype.type(size) + column.codes[part]
            found[part] = cell
            counts += np.bincount(cell, minlength=len(counts))
        places = np.full(len(counts), -1, np.int32)
        line_kinds: list[LineKind] = []
        texts = [column.texts for column in columns]
        for one in np.flatnonzero(counts).tolist():
            period_taken, *codes = np.unravel_index(one, shape)
            if period_taken:
                places[one] = len(line_kinds)
                line_kinds.append(
                    LineKind(period_taken == 2, *(names[code] for names, code in zip(texts, codes, strict=True)))
                )
        of_lines = found.astype(np.int32, copy=False)
        for part in _parts(len(found)):
            of_lines[part] = places[found[part]]
        return line_kinds, of_lines

    def _sums_at(self, level: Level) -> Int64:
        """Sum the lines into a table of a level's rows x line kinds."""
        if level not in self._sums:
            rows = self._staff_rows if level is STAFF else self._institution_rows
            shape = (self.roster.frame.rows(level), len(self.line_kinds))
            self._sums[level] = sum_by_cell(rows, self._classified[1], self._amounts, shape)
        return self._sums[level]

    @cached_property
    def _amounts(self) -> Int64:
        return whole_numbers(self._table, "amount_fen")

    @cached_property
    def _staff_rows(self) -> Int64:
        return self.roster.staff_rows(self._table["institution"], self._table["staff"])

    @cached_property
    def _institution_rows(self) -> Int64:
        return self.roster.institution_rows(self._table["institution"])

    # Settled lines that no row of the run stands for.

    @cached_property
    def _is_settled(self) -> npt.NDArray[np.bool_]:
        settled = np.array([*(one.settled for one in self.line_kinds), False])  # the last one for no kind
        return settled[self._classified[1]]

    def of_unengaged_payees(self) -> pa.Table:
        """Select settled lines of persons without a row in the run, at its institutions."""
        lost = self._is_settled & (self._staff_rows < 0) & (self._institution_rows >= 0)
        return self._chosen(lost & ~Coded.of(self._table["staff"]).are(""))

    def of_institutions_outside(self) -> pa.Table:
        """Select settled lines of institutions that have no row in the run."""
        return self._chosen(self._is_settled & (self._institution_rows < 0))

    def _chosen(self, rows: npt.NDArray[np.bool_]) -> pa.Table:
        return self._table.select(["institution", "staff", "amount_fen"]).take(pa.array(np.flatnonzero(rows)))


def _parts(lines: int) -> Iterator[slice]:
    """Cut many lines into parts whose numbers stay in the processor's cache."""
    return (slice(start, start + PART) for start in range(0, lines, PART))


def _row_sums(columns: Int64) -> Int64:
    """Sum the columns of each row; they must fit for certain."""
    most = max(int(columns.max(initial=0)), -int(columns.min(initial=0)))
    if most * columns.shape[1] > GREATEST:
        raise too_much()
    return np.asarray(columns.sum(axis=1), np.int64)

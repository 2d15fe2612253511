"""Lines that the year's other runs published, summed by row and by kind of line.

A line's kind is all that an input of the history can ask for: whether its period is one of those that are settled, and
its kind, component, class and funding. There are few kinds, so that any input is the sum of some columns of a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded
from batch.inputs.keyed_columns import GREATEST, add_to_cells, too_much, whole_numbers
from batch.inputs.roster import Roster
from batch.snapshot.schemas import HISTORY
from payengine.errors import ExactOverflow
from payengine.graph import INSTITUTION, STAFF, Level
from payengine.kernels.arrays import Int32, Int64

BEFORE, SETTLED = "before", "settled"
KEYS = ("kind", "component", "pay_class", "funding")
AT_A_TIME = 2**19
_CHOSEN = pa.schema([HISTORY.field(name) for name in ("institution", "staff", "amount_fen")])


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


Blocks = Callable[[], Iterator[pa.Table]]  # reads the lines, some millions at a time


class HistoryLines:
    """Lines of `schemas.HISTORY` of the periods `before`; `settled` are some of these.

    They are read once, block by block, when a sum is first asked for, and not kept: only the sums are.
    """

    def __init__(self, blocks: Blocks, roster: Roster, before: Sequence[str], settled: Sequence[str]) -> None:
        self.roster = roster
        self._blocks = blocks
        self._before, self._settled = before, settled

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
        return _row_sums(self._summed.of(level)[:, chosen])

    @property
    def line_kinds(self) -> Sequence[LineKind]:
        """Line kind of every column."""
        return self._summed.line_kinds

    # Settled lines that no row of the run stands for.

    def of_unengaged_payees(self) -> pa.Table:
        """Select settled lines of persons without a row in the run, at its institutions."""
        return self._summed.of_unengaged_payees()

    def of_institutions_outside(self) -> pa.Table:
        """Select settled lines of institutions that have no row in the run."""
        return self._summed.of_institutions_outside()

    @cached_property
    def _summed(self) -> _Sums:
        sums = _Sums(self.roster, self._before, self._settled)
        for block in self._blocks():
            sums.add(block)
        return sums


class _Sums:
    """Sums of lines by a level's rows and line kinds, added up block by block.

    Settled lines that have no row in the run are kept.
    """

    def __init__(self, roster: Roster, before: Sequence[str], settled: Sequence[str]) -> None:
        self._roster = roster
        self._before, self._settled = before, settled
        self._columns: dict[LineKind, int] = {}
        self._totals = {level: np.zeros((roster.frame.rows(level), 0), np.int64) for level in (STAFF, INSTITUTION)}
        self._failures: dict[Level, ExactOverflow] = {}
        self._unengaged: list[pa.Table] = []
        self._outside: list[pa.Table] = []

    @property
    def line_kinds(self) -> list[LineKind]:
        return list(self._columns)

    def of(self, level: Level) -> Int64:
        """Give the table of a level; `ExactOverflow` where a sum did not fit 64 bits."""
        kept = STAFF if level is STAFF else INSTITUTION
        if kept in self._failures:
            raise self._failures[kept]
        return self._totals[kept]

    def of_unengaged_payees(self) -> pa.Table:
        return pa.concat_tables([_CHOSEN.empty_table(), *self._unengaged])

    def of_institutions_outside(self) -> pa.Table:
        return pa.concat_tables([_CHOSEN.empty_table(), *self._outside])

    def add(self, block: pa.Table) -> None:
        """Add up some lines, a part at a time, so that what is worked out for each stays small."""
        for first in range(0, len(block), AT_A_TIME):
            self._add(block.slice(first, AT_A_TIME))

    def _add(self, block: pa.Table) -> None:
        columns, settled = self._classified(block)
        amounts = whole_numbers(block, "amount_fen")
        institution = self._roster.institution_rows(block["institution"])
        staff = self._roster.staff_rows(block["institution"], block["staff"])
        for level, rows in ((STAFF, staff), (INSTITUTION, institution)):
            self._totals[level] = _widened(self._totals[level], len(self._columns))
            try:
                add_to_cells(rows, columns, amounts, self._totals[level])
            except ExactOverflow as error:  # of a level that perhaps nobody asks for
                self._failures.setdefault(level, error)
        if settled.any():
            outside, lost = settled & (institution < 0), settled & (staff < 0) & (institution >= 0)
            self._outside.append(_chosen(block, outside))
            self._unengaged.append(_chosen(block, lost & ~Coded.of(block["staff"]).are("")))

    def _classified(self, block: pa.Table) -> tuple[Int32, npt.NDArray[np.bool_]]:
        """Find the column of each line, -1 of periods that do not count; tell which are settled."""
        period = Coded.of(block["period"])
        coded = [Coded.of(block[name]) for name in KEYS]
        taken = np.array([(text in self._before) + (text in self._settled) for text in period.texts], np.int64)
        shape = (3, *(max(len(column.dictionary), 1) for column in coded))
        cell = np.ravel_multi_index((taken[period.codes], *(column.codes for column in coded)), shape)
        places = np.full(np.prod(shape), -1, np.int32)
        settled = np.zeros(np.prod(shape), bool)
        texts = [column.texts for column in coded]
        for one in np.flatnonzero(np.bincount(cell, minlength=np.prod(shape))).tolist():
            period_taken, *codes = np.unravel_index(one, shape)
            if period_taken:
                names = (text[code] for text, code in zip(texts, codes, strict=True))
                line_kind = LineKind(bool(period_taken == 2), *names)
                places[one] = self._columns.setdefault(line_kind, len(self._columns))
                settled[one] = line_kind.settled
        return places[cell], settled[cell]


def _widened(totals: Int64, columns: int) -> Int64:
    """Give a table as many columns as there are line kinds now."""
    more = columns - totals.shape[1]
    if not more:
        return totals
    return np.ascontiguousarray(np.concatenate([totals, np.zeros((len(totals), more), np.int64)], axis=1))


def _chosen(block: pa.Table, rows: npt.NDArray[np.bool_]) -> pa.Table:
    return block.select(_CHOSEN.names).take(pa.array(np.flatnonzero(rows))).cast(_CHOSEN)


def _row_sums(columns: Int64) -> Int64:
    """Sum the columns of each row; they must fit for certain."""
    most = max(int(columns.max(initial=0)), -int(columns.min(initial=0)))
    if most * columns.shape[1] > GREATEST:
        raise too_much()
    return np.asarray(columns.sum(axis=1), np.int64)

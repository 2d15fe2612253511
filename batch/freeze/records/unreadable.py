"""Unreadable values of service records: they refuse the freeze, all reported together.

While the source streams by, nobody knows yet if a late row is read (only if it reverses a row that is read): its faults
are kept apart until that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from batch.freeze.records.row_schemas import LATE
from batch.input_tables import RECORD
from batch.sources.base import Place
from batch.values.hidden import HiddenCharacters
from batch.values.parse import Faults
from payengine.errors import Problem, Refused
from payengine.kernels.arrays import Int64, UInt8
from payengine.texts import say

MOST_KEPT = 1_000
_MUST_BE_READ = ("service_date", "reverses")  # without them nobody can say whether the row is read


@dataclass(frozen=True)
class _Fault:
    """One unreadable value: its row in the source (from 0), its column and its record."""

    row: int
    column: str
    what: str
    record_id: str
    reverses: str


@dataclass(frozen=True)
class FoundValues:
    """Unreadable values of some rows in a row, as another process found them.

    `rows` counts the rows, `count` the values of those that are surely read.
    """

    rows: int
    count: int
    faults: tuple[_Fault, ...]
    late: tuple[_Fault, ...]


class UnreadableValues:
    """Collector of unreadable values, batch by batch; `place` locates the n-th row read."""

    def __init__(self, place: Callable[[int], Place]) -> None:
        self.rows_seen = 0
        self.count = 0
        self._place = place
        self._faults: list[_Fault] = []
        self._late: list[_Fault] = []  # told only if the row turns out to be read

    @property
    def any(self) -> bool:
        """Tell if a row that is surely read has an unreadable value."""
        return self.count > 0

    def note(self, rows: pa.RecordBatch, kind: UInt8, faults: Iterable[Faults | HiddenCharacters]) -> UInt8:
        """Take in the faults of the next batch, and flag its late rows that have some."""
        unreadable = np.zeros(kind.size, np.uint8)
        certain: list[_Fault] = []
        for found in faults:
            kinds = kind[found.rows]
            late = kinds == LATE if found.column.name not in _MUST_BE_READ else np.zeros(kinds.size, bool)
            unreadable[found.rows[late]] = 1
            self._late += self._told(rows, found, np.flatnonzero(late)[: MOST_KEPT - len(self._late)])
            read = np.flatnonzero((kinds <= LATE) & ~late)
            self.count += read.size
            certain += self._told(rows, found, read[: MOST_KEPT - len(self._faults)])
        certain.sort(key=lambda fault: fault.row)
        self._faults += certain[: MOST_KEPT - len(self._faults)]
        self.rows_seen += kind.size
        return unreadable

    def found(self) -> FoundValues:
        """Give what was noted as a value."""
        return FoundValues(self.rows_seen, self.count, tuple(self._faults), tuple(self._late))

    def add(self, found: FoundValues) -> None:
        """Take in what was found in the rows that follow those noted so far."""
        for mine, theirs in ((self._faults, found.faults), (self._late, found.late)):
            kept = theirs[: MOST_KEPT - len(mine)]
            mine += [replace(fault, row=fault.row + self.rows_seen) for fault in kept]
        self.count += found.count
        self.rows_seen += found.rows

    def _told(self, rows: pa.RecordBatch, found: Faults | HiddenCharacters, chosen: Int64) -> list[_Fault]:
        faults = []
        for at in chosen.tolist():
            row = int(found.rows[at])
            texts = (rows[name][row].as_py() for name in ("record_id", "reverses"))
            faults.append(_Fault(self.rows_seen + row, found.column.name, found.what(at), *texts))
        return faults

    def refuse(self, others: Sequence[Problem] = ()) -> None:
        """Raise `Refused` if there are unreadable values or other problems; the others come first."""
        if self.count or others:
            told = [self._problem(fault) for fault in self._faults]
            raise _refused([*others, *told], self.count - len(told))

    def refuse_late(self, read: Iterable[tuple[str, str]]) -> None:
        """Raise `Refused` for unreadable late rows that are read.

        `read` gives them as (record_id, reverses).
        """
        rows = list(read)
        if rows:
            wanted = set(rows)
            told = [self._problem(late) for late in self._late if (late.record_id, late.reverses) in wanted]
            raise _refused(told, max(0, len(rows) - len(told)))

    def _problem(self, fault: _Fault) -> Problem:
        place, what = self._place(fault.row), fault.what
        if place.row is None and fault.record_id:  # rows of a database have no number: name the record
            what = say("record {record}: {what}", record=fault.record_id, what=what)
        letter = place.letters.get(fault.column, "")
        return Problem(what, place.where, place.row, fault.column, letter=letter, table=RECORD.name)


def _refused(problems: list[Problem], more: int) -> Refused:
    count = len(problems) + more
    if more:
        problems = [*problems, Problem(say("{n} more values cannot be read", n=more), RECORD.name)]
    return Refused(
        say("freeze refused: {n} problem(s) in the input tables", n=count), problems,
        say("Nothing was frozen. Correct the input and run the command again."),
    )  # fmt: skip

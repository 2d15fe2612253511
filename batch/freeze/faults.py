"""Values of service records that cannot be read: they refuse the freeze, all of them told together.

A late row (one that is read only if it reverses a row that is read) is not known to be read while the source streams
by: its faults are kept apart until that is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from batch.freeze.rows import LATE
from batch.freeze.rules import Flags
from batch.sources.base import Place
from batch.values import Faults
from payengine.errors import Problem, Refused
from payengine.texts import say

MOST_KEPT = 1_000
_MUST_BE_READ = ("service_date", "reverses")  # without them nobody can say whether the row is read


@dataclass(frozen=True)
class _LateFault:
    """A fault of a late row, told only if the row is read."""

    record_id: str
    reverses: str
    problem: Problem


class Faulty:
    """Collects faults batch by batch; `place` says where the n-th row read stands."""

    def __init__(self, place: Callable[[int], Place]) -> None:
        self.rows_seen = 0
        self.count = 0
        self._place = place
        self._problems: list[Problem] = []
        self._late: list[_LateFault] = []

    @property
    def any(self) -> bool:
        return self.count > 0

    def note(self, rows: pa.RecordBatch, kind: Flags, faults: Iterable[Faults]) -> Flags:
        """Take in the faults of a batch whose first row is row `rows_seen`; which late rows have some."""
        unreadable = np.zeros(kind.size, np.uint8)
        certain: list[tuple[int, Faults, int]] = []
        for found in faults:
            kinds = kind[found.rows]
            late = kinds == LATE if found.column.name not in _MUST_BE_READ else np.zeros(kinds.size, bool)
            unreadable[found.rows[late]] = 1
            for at in np.flatnonzero(late)[: MOST_KEPT - len(self._late)].tolist():
                row = int(found.rows[at])
                record_id, reverses = rows["record_id"][row].as_py(), rows["reverses"][row].as_py()
                self._late.append(_LateFault(record_id, reverses, self._problem(rows, row, found, at)))
            read = np.flatnonzero((kinds <= LATE) & ~late)
            self.count += read.size
            certain += [(int(found.rows[at]), found, at) for at in read[: MOST_KEPT - len(self._problems)].tolist()]
        certain.sort(key=lambda each: each[0])
        for row, found, at in certain[: MOST_KEPT - len(self._problems)]:
            self._problems.append(self._problem(rows, row, found, at))
        return unreadable

    def _problem(self, rows: pa.RecordBatch, row: int, found: Faults, at: int) -> Problem:
        place = self._place(self.rows_seen + row)
        what = found.what(at)
        if place.row is None:  # rows of a database have no number: name the record
            record = rows["record_id"][row].as_py()
            what = say("record {record}: {what}", record=record, what=what) if record else what
        return Problem(what, place.where, place.row, found.column.name)

    def refuse(self) -> None:
        """Raise `Refused` if anything that is read cannot be read."""
        if self.count:
            raise _refused(self._problems, self.count)

    def refuse_late(self, read: Iterator[tuple[str, str]]) -> None:
        """Raise `Refused` for the late rows that turned out to be read, given as (record_id, reverses)."""
        rows = list(read)
        if rows:
            wanted = set(rows)
            told = [late.problem for late in self._late if (late.record_id, late.reverses) in wanted]
            raise _refused(told, max(len(told), len(rows)))


def _refused(problems: list[Problem], count: int) -> Refused:
    if count > len(problems):
        problems = [
            *problems,
            Problem(say("{n} more values of service_record cannot be read", n=count - len(problems))),
        ]
    return Refused(
        say("freeze refused: {n} value(s) of service_record cannot be read", n=count), problems,
        say("Nothing was frozen. Correct the input and run the command again."),
    )  # fmt: skip

"""Reference table as it was read: typed columns in their own order, rows in messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch import input_tables as tables
from batch.sources.base import Source
from batch.text_ranks import text_ranks
from batch.values import parse as values
from batch.values.written_forms import Normalised
from payengine.errors import Problem
from payengine.exact.amounts import decimal_text
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import OPEN, from_day_number
from payengine.texts import joined, say

MOST_PROBLEMS = 1_000  # of one kind and column; the rest is counted
MOST_KEYS = 2**62  # different keys that are numbered without looking which of them there are
LAST = 2**40  # day after every other, for a row without one


@dataclass(frozen=True)
class KeyOrder:
    """Order of a table's rows by their key.

    That is by the UTF-8 bytes of its columns, then by `from`, then as read. `starts` flags, in this order, the rows of
    another key than the row before; the first row is one.
    """

    places: Int64
    starts: Flags

    def of(self, chosen: Flags) -> KeyOrder:
        """Give the order of some rows, which `chosen` flags in the order in which they were read."""
        if chosen.all():
            return self
        kept = chosen[self.places]
        return KeyOrder(self.places[kept], np.diff(np.cumsum(self.starts)[kept], prepend=0) != 0)


class Rows:
    """Reference table in the order in which it was read."""

    def __init__(self, source: Source, table: tables.Table) -> None:
        self.source = source
        self.table = table
        self.count = 0
        self.data = values.schema(table).empty_table()
        self.whole = True  # whether every row could be read; a code may stand in one that could not
        self.normalised = Normalised(source.date_system)
        self._faults: list[tuple[int, values.Faults]] = []
        self._ordered: tuple[pa.Table, KeyOrder] | None = None  # rows, and their order

    def note(self, faults: Sequence[values.Faults]) -> None:
        """Note the faults of the batch that comes next."""
        self._faults += [(self.count, found) for found in faults]

    @property
    def key_order(self) -> KeyOrder:
        """Order of the rows by their key; found once, and anew where `data` was replaced."""
        if self._ordered is None or self._ordered[0] is not self.data:
            self._ordered = self.data, key_order(self.table, self.data)
        return self._ordered[1]

    @property
    def problems(self) -> list[Problem]:
        """List the unreadable values, in the order of the columns."""
        problems = []
        for column in self.table.columns:
            told = 0
            total = 0
            for begin, faults in self._faults:
                if faults.column is column:
                    for at in range(min(len(faults), MOST_PROBLEMS - told)):
                        problems.append(self.problem(begin + int(faults.rows[at]), column.name, faults.what(at)))
                        told += 1
                    total += len(faults)
            problems += self.rest(column.name, total - told)
        return problems

    def sound(self, *columns: str) -> npt.NDArray[np.bool_]:
        """Flag the rows that were read without fault in these columns."""
        clean = np.ones(self.data.num_rows, bool)
        for begin, faults in self._faults:
            if faults.column.name in columns:
                clean[begin + faults.rows] = False
        return clean

    def problem(self, index: int, column: str, what: str, cause: str = "") -> Problem:
        """Make a problem of a row; where rows have no numbers, its key says which one it is."""
        place = self.source.place(self.table.name, index)
        if place.row is None:
            what = f"{what} [{self.key_of(index)}]"
        letter = place.letters.get(column, "")
        label = self.source.last_day_heading(self.table.name) if self.table.column(column).kind == "until" else ""
        return Problem(what, place.where, place.row, column, letter=letter, table=self.table.name, label=label,
                       cause=cause)  # fmt: skip

    def _is_last_day(self, column: str) -> bool:
        """Tell if the source gives a column's days as the last ones inside, not as those after."""
        return self.table.column(column).kind == "until" and bool(self.source.last_day_heading(self.table.name))

    def each(
        self, rows: npt.NDArray[np.int64], column: str, what: Callable[[int], str], one_cause: bool = False
    ) -> list[Problem]:  # fmt: skip
        """Make a problem of each row, `what` its text; after the first thousand, only count.

        With `one_cause` the same text has the same cause, in whatever table it stands.
        """
        told = []
        for row in rows[:MOST_PROBLEMS].tolist():
            text = what(row)
            told.append(self.problem(row, column, text, text if one_cause else ""))
        return told + self.rest(column, len(rows) - len(told))

    def rest(self, column: str, number: int) -> list[Problem]:
        """Report the number of further rows like those reported."""
        if number <= 0:
            return []
        return [
            Problem(
                say("... and {n} more rows", n=number),
                self.source.where(self.table.name),
                column=column,
                table=self.table.name,
            )
        ]

    def key_of(self, index: int) -> str:
        """Give a row's key as far as it can be read.

        As in "staff N0417, institution I03, from 2026-01-01".
        """
        names = [*self.table.key, *(["from"] if self.table.dated else [])]
        unread = {faults.column.name for begin, faults in self._faults if index - begin in faults.rows}
        return joined(
            f"{name} {self.shown(index, name)}" for name in names if name not in unread and self.shown(index, name)
        )

    def shown(self, index: int, column: str) -> str:
        """Write a typed value as its source would; nothing of a private column."""
        value = self.data[column][index].as_py()
        described = self.table.column(column)
        if value is None or described.private:
            return ""
        if described.kind in ("day", "from", "until", "open"):
            day = from_day_number(value - (value != OPEN and self._is_last_day(column)))
            return "" if day is None else day.isoformat()
        if described.kind == "fixed":
            return decimal_text(value, described.decimals, least=0)
        return str(value)

    def other(self, index: int, told: int) -> str:
        """Name another row of the same table in a message about the row `told`.

        Its file is named too if that is another one.
        """
        place = self.source.place(self.table.name, index)
        if place.row is not None and place.where != self.source.place(self.table.name, told).where:
            return say("row {row} of {where}", row=place.row, where=place.where)
        if place.row is not None:
            return say("row {row}", row=place.row)
        if self.table.dated:
            return say("the row from {day}", day=self.shown(index, "from"))
        return say("another row")


def key_order(table: tables.Table, data: pa.Table) -> KeyOrder:
    """Order the rows of a table by their key.

    Texts are compared as numbers, each row's place among the distinct texts: a large county has millions of rows and
    a few thousand codes.
    """
    key = _joined(_ranks(data[name]) for name in table.key)
    whole = _joined((key, _ranks(data["from"]))) if table.dated else key
    places = np.argsort(whole, kind="stable")
    return KeyOrder(places, np.diff(key[places], prepend=-1) != 0)


def _joined(columns: Iterable[Int64]) -> Int64:
    """Number rows by several columns of numbers from 0 on.

    The numbers are in the order of the first column, then the second and so on.
    """
    found, count = np.zeros(1, np.int64), 1
    for ranks in columns:
        more = int(ranks.max(initial=0)) + 1
        if count * more > MOST_KEYS:  # the product may be beyond 64 bits, the number of rows is not
            found = np.unique(found, return_inverse=True)[1].astype(np.int64)
            count = len(found)
        found, count = found * more + ranks, count * more
    return found


def _ranks(column: pa.ChunkedArray) -> Int64:
    """Number the rows of a column by the place of their value among the distinct ones.

    A missing one comes last.
    """
    if not pa.types.is_string(column.type):
        values = column.cast(pa.int64()).fill_null(LAST).to_numpy()
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    return text_ranks(column)

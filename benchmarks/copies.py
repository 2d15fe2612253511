"""Copies of a snapshot's people, as many as a measurement needs.

Copies are engaged, paid and scored like the person they are copied from, under codes of their own, at the same
institutions; what institutions report in money grows with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from batch.inputs.team_pools import spans
from batch.snapshot.codes import Coding
from batch.snapshot.snapshot import Snapshot
from payengine.kernels.arrays import Int64

OF_PERSON = {"staff": ("code",), "team_member": ("staff", "team"), "contract": ("contract", "team")}
KEPT = ("_tables", "_lines", "_work")  # what a snapshot holds in files
SHARED = {"finance": "amount", "history": "amount_fen"}  # money of institutions


class Copies:
    """A snapshot of copies, as `batch.compute.compute.prepare` and the formula graph read it."""

    def __init__(self, snapshot: Snapshot, times: int) -> None:
        self.snapshot = snapshot
        self.times = times
        self.digest = f"{snapshot.digest} x {times}"

    def __getattr__(self, name: str) -> Any:
        """Give what copies have in common with the snapshot: period, warnings, counts."""
        return getattr(self.snapshot, name)

    def opened_anew(self) -> Copies:
        """Give the same tables as a snapshot that is opened has them: nothing is coded yet."""
        again = Copies(self.snapshot, self.times)
        again.__dict__ |= {name: self.__dict__[name] for name in KEPT if name in self.__dict__}
        return again

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        tables = {name: self.snapshot.table(name) for name in self.snapshot.logical["tables"]}
        # What the months were given to pay stands in the history; a settlement does not ask for it again.
        given = tables["pay_component"]
        tables["pay_component"] = given.filter(pc.equal(given["period"], str(self.period)))
        return {name: self._copied(name, table) for name, table in tables.items()}

    def tables(self) -> dict[str, pa.Table]:
        return dict(self._tables)

    def table(self, name: str) -> pa.Table:
        return self._tables[name]

    @cached_property
    def _lines(self) -> pa.Table:
        return self._copied("history", self.snapshot.history())

    def history(self) -> pa.Table:
        return self._lines

    def history_blocks(self) -> Iterator[pa.Table]:
        yield self._lines

    @cached_property
    def _work(self) -> pa.Table:
        return self._copied("history_work", self.snapshot.history_work())

    def history_work(self) -> pa.Table:
        return self._work

    def history_figures(self) -> pa.Table:
        return self.snapshot.history_figures()

    @cached_property
    def coding(self) -> Coding:
        return Coding.of(self._tables)

    def _copied(self, name: str, table: pa.Table) -> pa.Table:
        """Repeat the rows of persons `times` times, in the order of their codes."""
        named = [column for column in OF_PERSON.get(name, ("staff",)) if column in table.column_names]
        if not named or not len(table):
            return self._grown(name, table, np.ones(len(table), bool))
        coded = Coded.of(table[named[0]])
        first = np.flatnonzero(np.diff(coded.codes, prepend=-1))  # where the rows of another code begin
        lengths, of_nobody = np.diff(first, append=len(table)), coded.are("")[first]
        group, copy = spans(np.zeros(len(first), np.int64), np.where(of_nobody, 1, self.times))
        owner, place = spans(first[group], lengths[group])
        copied = table.take(pa.array(place))
        for column in named:
            at = copied.column_names.index(column)
            copied = copied.set_column(at, copied.field(at), self._numbered(copied[column], copy[owner]))
        return self._grown(name, copied, of_nobody[group][owner])

    def _numbered(self, codes: pa.ChunkedArray, copy: Int64) -> pa.Array:
        """Add the number of its copy to every code; none stays none."""
        coded = Coded.of(codes)
        numbers = [f"-{number:04}" for number in range(self.times)]
        names = [f"{code}{number}" if code else "" for code in coded.texts for number in numbers]
        index = (coded.codes.astype(np.int64) * self.times + copy).astype(np.int32)
        found = pa.DictionaryArray.from_arrays(pa.array(index), pa.array(names, pa.string()))
        return found if pa.types.is_dictionary(codes.type) else found.cast(pa.string())

    def _grown(self, name: str, table: pa.Table, of_institutions: npt.NDArray[np.bool_]) -> pa.Table:
        """Multiply the money of institutions in a table."""
        if name not in SHARED:
            return table
        column = SHARED[name]
        at = table.column_names.index(column)
        amounts = table[column].to_numpy() * np.where(of_institutions, self.times, 1)
        return table.set_column(at, table.field(at), pa.array(amounts, pa.int64()))

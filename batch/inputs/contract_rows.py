"""Rows of the table `contract` that can count in a run, as numbers.

Their texts are coded once for all inputs and checks: the tables of a county hold millions of contracts.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, integers
from batch.inputs.roster import Roster
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import OPEN, day_number


class ContractRows:
    """Rows whose term meets the period, at institutions of the run; none without a table."""

    def __init__(self, roster: Roster, table: pa.Table | None) -> None:
        self.roster = roster
        self._table = _nothing() if table is None else table
        start, until = integers(self._table, "from", np.int64), integers(self._table, "until", np.int64)
        place = roster.institution_rows(self._table["institution"])
        first, end = day_number(roster.period.first_day), day_number(roster.period.next_first_day)
        chosen = (start < end) & (until > first) & (place >= 0)
        self._rows = None if chosen.all() else np.flatnonzero(chosen)  # None: all rows, which are not copied then
        self.place, self.begin, self.until = (self._of_rows(values) for values in (place, start, until))

    def __len__(self) -> int:
        return len(self.place)

    def _of_rows(self, values: Int64) -> Int64:
        return values if self._rows is None else values[self._rows]

    @cached_property
    def amount(self) -> Int64:
        """Fee of each row in fen."""
        return self._of_rows(integers(self._table, "amount", np.int64))

    @cached_property
    def cancelled(self) -> Int64:
        """Day of cancellation of each row; `OPEN` where there is none."""
        days = self._table["cancelled_on"].cast(pa.int64()).fill_null(OPEN)
        return self._of_rows(np.asarray(days.to_numpy(), np.int64))

    def _coded(self, column: str) -> Coded:
        coded = Coded.of(self._table[column])
        return coded if self._rows is None else Coded(coded.codes[self._rows], coded.dictionary)

    @cached_property
    def team(self) -> Coded:
        return self._coded("team")

    @cached_property
    def package(self) -> Coded:
        return self._coded("package")

    @cached_property
    def source(self) -> Coded:
        return self._coded("source")

    @property
    def sources(self) -> list[str]:
        """Sources that pay, as the rows name them."""
        return texts_of(self.source)

    @cached_property
    def contract(self) -> Int64:
        """Number of the contract of each row: one code and one first day."""
        number = self._number_of_code()
        begin = self.begin - self.begin.min(initial=0)
        first = np.flatnonzero(np.diff(number, prepend=-1))
        if (np.diff(number) >= 0).all() and (self.begin == np.repeat(self.begin[first], _lengths(first, number))).all():
            return number  # each code has one first day, as a rule
        return np.unique(number * (begin.max(initial=0) + 1) + begin, return_inverse=True)[1]

    def _number_of_code(self) -> Int64:
        """Number the codes; of rows in their order a comparison of neighbours will do."""
        codes = self._table["contract"].combine_chunks()
        before, after = codes.slice(0, max(len(codes) - 1, 0)), codes.slice(1)
        if pa.types.is_dictionary(codes.type) or pc.any(pc.less(after, before)).as_py():
            return self._of_rows(Coded.of(self._table["contract"]).codes.astype(np.int64))
        changed = np.zeros(len(codes), np.int64)
        changed[1:] = np.asarray(pc.not_equal(after, before))
        return self._of_rows(np.cumsum(changed))

    def endless(self) -> list[str]:
        """List the codes of the contracts whose term has no end, in order of the rows."""
        rows = np.flatnonzero(self.until == OPEN)
        places = rows if self._rows is None else self._rows[rows]
        found: list[str] = pc.unique(self._table["contract"].take(pa.array(places))).to_pylist()
        return found

    def first_of_contract(self, chosen: Flags) -> Int64:
        """Find the first of the chosen rows of each contract."""
        rows = np.flatnonzero(chosen)
        number = self.contract[rows]
        if (number[1:] >= number[:-1]).all():
            return rows[np.diff(number, prepend=-1) > 0]
        return rows[np.unique(number, return_index=True)[1]]


def texts_of(coded: Coded) -> list[str]:
    """List the texts that rows have, by their bytes: a dictionary may hold others."""
    counts = np.bincount(coded.codes, minlength=len(coded.dictionary)).tolist()
    return sorted((text for text, count in zip(coded.texts, counts, strict=True) if count), key=str.encode)


def _lengths(first: Int64, rows: Int64) -> Int64:
    return np.diff(first, append=len(rows))


def _nothing() -> pa.Table:
    empty = {name: pa.array([], pa.string()) for name in ("contract", "institution", "team", "package", "source")}
    days = {name: pa.array([], pa.int32()) for name in ("from", "until", "cancelled_on")}
    return pa.table({**empty, "amount": pa.array([], pa.int64()), **days})

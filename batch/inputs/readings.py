"""Readings of period tables: which of their rows the formulas of a run asked for.

A reading takes the rows of a key of one kind: of persons or of the institution itself, of any sign or of one. So money
of a key that is read for its deductions alone is not read where it is an addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from batch.arrow_columns import Coded, integers
from batch.inputs.period_tables import PeriodTables, RowSelection, Sign, axis_column
from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.kernels.arrays import Flags, Int64

Kind = tuple[Level, bool, Sign]  # the level that reads, if it takes rows of persons and institutions, the sign


@dataclass(frozen=True)
class Holder:
    """Holder of a row: a person or the institution itself, with its amount."""

    is_person: bool
    amount: int


@dataclass(frozen=True)
class Money:
    """Money of one key of a table in fen, and the number of persons or institutions."""

    table: str
    key: str
    fen: int
    holders: int


@dataclass
class Readings:
    """Keys that formulas asked for, by table and kind of reading."""

    _found: dict[str, dict[Kind, set[str]]] = field(default_factory=dict)

    def noting(self, table: str, level: Level, selection: RowSelection) -> set[str]:
        """Return the set to which the keys that one input is asked for are added."""
        holder = STAFF if level is ENGAGEMENT else level  # there, too, the rows are of persons
        kind = holder, selection.of_everybody or selection.fallback, selection.sign
        return self._found.setdefault(table, {}).setdefault(kind, set())

    def keys(self, table: str) -> set[str]:
        """Return every key of a table that was asked for, in whatever kind of reading."""
        return {key for keys in self._found.get(table, {}).values() for key in keys}

    def covers(self, table: str, key: str, holder: Holder) -> bool:
        """Tell if any formula asked for a row of this key, holder and amount."""
        return any(
            key in keys
            and (sign is Sign.ANY or (holder.amount > 0) == (sign is Sign.POSITIVE))
            and (both or level is (STAFF if holder.is_person else INSTITUTION))
            for (level, both, sign), keys in self._found.get(table, {}).items()
        )

    def counts_everybody(self, table: str, key: str) -> bool:
        """Tell if any formula counts rows of persons for their institution, engaged there or not."""
        return any(both and level is INSTITUTION and key in keys
                   for (level, both, _), keys in self._found.get(table, {}).items())  # fmt: skip


def money_of(tables: PeriodTables, table: str, readings: Readings | None = None) -> Iterator[Money]:
    """Add up the period's money of each key at the run's institutions.

    With `readings` only what none of them covers. Rows of 0 are no money.
    """
    found, keys = tables.table(table), tables.coded(table, axis_column(table))
    amounts, of_persons = integers(found, "amount", np.int64), tables.are_of_persons(table)
    there = (tables.rows(table, INSTITUTION) >= 0) & (amounts != 0)
    if readings is not None:
        there &= ~covered(readings, table, keys, of_persons, amounts)
    rows = np.flatnonzero(there)
    keys = Coded(keys.codes[rows], keys.dictionary)
    found, amounts, is_person = found.take(rows), amounts[rows], of_persons[rows]
    institutions = Coded.of(found["institution"])
    persons = Coded.of(found["staff"]) if "staff" in found.column_names else institutions
    order = np.argsort(keys.codes, kind="stable")
    # A person's place in one list of holders stands after those of the institutions.
    holders = np.where(is_person, persons.codes + len(institutions.dictionary), institutions.codes)[order]
    starts = np.flatnonzero(np.diff(keys.codes[order], prepend=-1))
    # Sums of both halves of a number cannot leave 64 bits, whatever is given.
    high, low = (np.add.reduceat(half[order], starts) if len(starts) else half[:0]
                 for half in (amounts >> 32, amounts & 0xFFFFFFFF))  # fmt: skip
    ends = [*starts[1:].tolist(), len(order)]
    found_keys = [keys.texts[code] for code in keys.codes[order][starts].tolist()]
    made = [
        Money(table, key, (upper << 32) + lower, len(np.unique(holders[start:end])))
        for key, upper, lower, start, end in zip(
            found_keys, high.tolist(), low.tolist(), starts.tolist(), ends if len(starts) else [], strict=True
        )
    ]
    yield from sorted(made, key=lambda money: money.key.encode())


def covered(readings: Readings, table: str, keys: Coded, is_person: Flags, amounts: Int64) -> Flags:
    """Tell for each row if a reading covers it: that depends on its key, holder and sign alone."""
    texts = keys.texts
    kinds = keys.codes * 4 + is_person * 2 + (amounts > 0)
    there = np.bincount(kinds, minlength=4 * len(texts)) > 0
    found = np.zeros(len(there), bool)
    for kind in np.flatnonzero(there).tolist():
        holder = Holder(bool(kind & 2), 1 if kind & 1 else -1)
        found[kind] = readings.covers(table, texts[kind // 4], holder)
    of_rows: Flags = found[kinds]
    return of_rows

"""Readings of period tables: which of their rows the formulas of a run asked for.

A reading takes the rows of a key of one kind: of persons or of the institution itself, of any sign or of one. So money
of a key that is read for its deductions alone is not read where it is an addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from batch.inputs.period_tables import PeriodTables, RowSelection, Sign, axis_column
from payengine.graph import INSTITUTION, STAFF, Level

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
        kind = level, selection.of_everybody or selection.fallback, selection.sign
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
    found = tables.table(table)
    inside = tables.roster.institution_rows(found["institution"]) >= 0
    staff = found["staff"].to_pylist() if "staff" in found.column_names else [""] * len(found)
    columns = (found[name].to_pylist() for name in (axis_column(table), "institution", "amount"))
    sums: dict[str, int] = {}
    holders: dict[str, set[str]] = {}
    for key, institution, amount, person, here in zip(*columns, staff, inside.tolist(), strict=True):
        if here and amount and not (readings and readings.covers(table, key, Holder(person != "", amount))):
            sums[key] = sums.get(key, 0) + amount
            holders.setdefault(key, set()).add(person or institution)
    for key in sorted(sums, key=str.encode):
        yield Money(table, key, sums[key], len(holders[key]))

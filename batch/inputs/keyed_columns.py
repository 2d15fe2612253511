"""Keyed columns: input tables as the columns that formulas ask for.

A table of rows (who, key, value) becomes a column per key: the value where there is a row, and a mark where there is
none. Rows of institutions outside the run, and of persons not engaged there in the period, take no part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded, integers
from payengine.errors import ExactOverflow
from payengine.exact import Exact
from payengine.graph import INSTITUTION, STAFF, Absence, Column, KeyedInput, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int32, Int64
from payengine.kernels.totals import add_up
from payengine.texts import say

GREATEST = 2**63 - 1


@dataclass(frozen=True)
class Groups:
    """Rows of a table by key: `rows` of the level and their `places` in the table."""

    keys: Sequence[str]
    bounds: Mapping[str, slice]
    rows: Int64
    places: Int64

    @classmethod
    def of(cls, keys: Coded, rows: Int64) -> Groups:
        """Group a table by key; `rows` are its rows of the level, of which -1 takes no part."""
        names, number = keys.texts, keys.codes
        narrow = np.uint8 if len(names) < 2**8 else np.int16 if len(names) < 2**15 else np.int64  # sorted by radix
        inside = rows >= 0
        if inside.all():
            places = np.argsort(number.astype(narrow), kind="stable")
        else:
            kept = np.flatnonzero(inside)
            number = number[kept]
            places = kept[np.argsort(number.astype(narrow), kind="stable")]
        ends = np.cumsum(np.bincount(number, minlength=len(names))).tolist()
        bounds = {name: slice(first, last) for name, first, last in zip(names, [0, *ends], ends, strict=False)}
        return cls(sorted(names, key=str.encode), bounds, rows[places], places)

    def slice(self, key: str) -> slice:
        """Find the rows of a key; none where the table has none."""
        return self.bounds.get(key, slice(0, 0))

    def rises(self, key: str) -> bool:
        """Tell if the rows of a key stand in their order, each once."""
        if key not in self._risen:
            self._risen[key] = _rise(self.rows[self.slice(key)])
        return self._risen[key]

    @cached_property
    def _risen(self) -> dict[str, bool]:
        return {}


def _rise(rows: Int64) -> bool:
    return bool((rows[1:] > rows[:-1]).all())


def whole_numbers(table: pa.Table, column: str) -> Int64:
    """Read a column of integers without nulls; an empty one too."""
    return np.asarray(integers(table, column, np.int64), np.int64)


@dataclass(frozen=True)
class Slice:
    """Rows of one key: rows of the level and their values.

    A row may stand twice; its values add up.
    """

    rows: Int64
    values: Int64
    rises: bool | None = None  # True where each row stands once, and in order; None where that is not known


@dataclass(frozen=True)
class KeyedRows:
    """One column of a table, by key."""

    groups: Groups
    values: Int64  # of the table's rows

    @classmethod
    def of(cls, table: pa.Table, key: str, value: str, rows: Int64) -> KeyedRows:
        return cls(Groups.of(Coded.of(table[key]), rows), whole_numbers(table, value))

    @property
    def keys(self) -> Sequence[str]:
        return self.groups.keys

    def slice(self, key: str) -> Slice:
        """Return the rows of a key; none where the table has none."""
        part = self.groups.slice(key)
        return Slice(self.groups.rows[part], self.values[self.groups.places[part]], self.groups.rises(key))


def spread(found: Slice, rows: int) -> tuple[Int64, npt.NDArray[np.bool_]]:
    """Spread values over all rows of a level; flag the rows that have one."""
    if _rise(found.rows) if found.rises is None else found.rises:  # as a rule
        if len(found.rows) == rows:
            return found.values, np.ones(rows, bool)
        values, there = np.zeros(rows, np.int64), np.zeros(rows, bool)
        values[found.rows], there[found.rows] = found.values, True
        return values, there
    values = np.zeros(rows, np.int64)
    counts = np.bincount(found.rows, minlength=rows)
    if len(found.values) and int(counts.max()) * int(np.abs(found.values).max()) > GREATEST:
        raise too_much()
    np.add.at(values, found.rows, found.values)
    return values, counts > 0


def sum_by_cell(
    rows: Int64,
    columns: Int32,
    values: Int64,
    shape: tuple[int, int],
    overflow: Callable[[], ExactOverflow] | None = None,
) -> Int64:
    """Sum values exactly by row and column; a negative row or column takes no part.

    Raises `ExactOverflow` (of `overflow`, else `too_much`) where a sum does not fit 64 bits.
    """
    totals = np.zeros(shape, np.int64)
    add_to_cells(rows, columns, values, totals, overflow)
    return totals


def add_to_cells(
    rows: Int64,
    columns: Int32,
    values: Int64,
    totals: Int64,
    overflow: Callable[[], ExactOverflow] | None = None,
) -> None:
    """Add values exactly to the cells of `totals`, as `sum_by_cell` does."""
    if add_up(rows, columns, values, totals):
        raise (overflow or too_much)()


def too_much() -> ExactOverflow:
    """Return the error for amounts whose sum does not fit."""
    return ExactOverflow(say("the amounts of one person or institution add up to more than 64 bits hold"))


def keyed_input(
    spec: InputSpec, scope: Scope, table: KeyedRows, asked: set[str], period: str = ""
) -> KeyedInput:  # fmt: skip
    """Make the columns of a table by key.

    The keys for which formulas ask are added to `asked`. `period` is that of the rows, where it is not the run's.
    """

    def fetch(key: str) -> Column:
        asked.add(key)
        values, there = spread(table.slice(key), scope.frame.rows(spec.level))
        origin = Origin(spec.table, key, spec.level, period=period)
        absent = () if spec.zero or there.all() else (Absence(origin, ~there),)
        return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

    return KeyedInput(scope, spec.axis, table.keys, fetch, spec.pattern(scope))


def keyed_input_with_fallback(
    spec: InputSpec, scope: Scope, own: KeyedRows, institution: KeyedRows, asked: set[str]
) -> KeyedInput:
    """Make columns of the persons' own rows, else of the institution's, key by key."""
    frame = scope.frame
    people = np.diff(frame.offsets(STAFF, INSTITUTION))

    def fetch(key: str) -> Column:
        asked.add(key)
        values, there = spread(own.slice(key), frame.rows(spec.level))
        lacking = ~there
        if lacking.any():
            theirs, known = spread(institution.slice(key), len(frame.institutions))
            of_institution = np.repeat(theirs, people)
            values = np.where(there, values, of_institution) if there.any() else of_institution
            lacking = np.zeros(len(there), bool) if known.all() else lacking & ~np.repeat(known, people)
        absent = (
            (Absence(Origin(spec.table, key, spec.level, fallback="institution"), lacking),) if lacking.any() else ()
        )
        return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

    return KeyedInput(scope, spec.axis, _union(own.keys, institution.keys), fetch, spec.pattern(scope))


def _union(*keys: Iterable[str]) -> list[str]:
    return sorted({key for some in keys for key in some}, key=str.encode)

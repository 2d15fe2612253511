"""Input tables by key, as the columns that formulas ask for.

A table of rows (who, key, value) becomes a column per key: the value where there is a row, and a mark where there is
none. Rows of institutions outside the run, and of persons not engaged there in the period, take no part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.coding import integers
from payengine.errors import ExactOverflow
from payengine.exact import Exact
from payengine.graph import Absence, Column, Given, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.texts import say

Int64 = npt.NDArray[np.int64]
GREATEST = 2**63 - 1


@dataclass(frozen=True)
class Slice:
    """The rows of one key: which rows of the level, and their values. A row may stand twice; its values add up."""

    rows: Int64
    values: Int64


class ByKey:
    """A table's rows, sorted by key once."""

    def __init__(self, keys: pa.ChunkedArray, rows: Int64, values: Int64) -> None:
        """`rows` is the row of the level for each row of the table; -1 takes no part."""
        coded = keys.combine_chunks().dictionary_encode()
        self.keys: Sequence[str] = sorted(coded.dictionary.to_pylist(), key=str.encode)
        number = np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int64)
        kept = rows >= 0
        order = np.flatnonzero(kept)[np.argsort(number[kept], kind="stable")]
        bounds = np.searchsorted(number[order], np.arange(len(coded.dictionary) + 1))
        self._slices = {
            key: Slice(rows[order[first:last]], values[order[first:last]])
            for key, first, last in zip(coded.dictionary.to_pylist(), bounds[:-1], bounds[1:], strict=True)
        }

    @classmethod
    def of(cls, table: pa.Table, key: str, value: str, rows: Int64) -> ByKey:
        return cls(table[key], rows, integers(table, value, np.int64).astype(np.int64))

    def slice(self, key: str) -> Slice:
        none = np.zeros(0, np.int64)
        return self._slices.get(key, Slice(none, none))


def spread(found: Slice, rows: int) -> tuple[Int64, npt.NDArray[np.bool_]]:
    """The values on all rows of a level, and which rows have one."""
    values = np.zeros(rows, np.int64)
    counts = np.bincount(found.rows, minlength=rows)
    if len(found.values) and int(counts.max()) * int(np.abs(found.values).max()) > GREATEST:
        raise ExactOverflow(say("the amounts of one person or institution add up to more than 64 bits hold"))
    np.add.at(values, found.rows, found.values)
    return values, counts > 0


def given(spec: InputSpec, scope: Scope, table: ByKey, asked: set[str]) -> Given:
    """The columns of a table. `asked` is told which keys formulas ask for."""

    def fetch(key: str) -> Column:
        asked.add(key)
        values, there = spread(table.slice(key), scope.frame.rows(spec.level))
        absent = () if spec.zero or there.all() else (Absence(Origin(spec.table, key, spec.level), ~there),)
        return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

    return Given(scope, spec.axis, table.keys, fetch)


def given_with_fallback(spec: InputSpec, scope: Scope, own: ByKey, institution: ByKey, asked: set[str]) -> Given:
    """The persons' own rows, key by key, and where a person has none the row of the institution."""
    frame = scope.frame

    def fetch(key: str) -> Column:
        asked.add(key)
        values, there = spread(own.slice(key), frame.rows(spec.level))
        theirs, known = spread(institution.slice(key), len(frame.institutions))
        place = frame.institution_of_staff
        values = np.where(there, values, theirs[place])
        lacking = ~(there | known[place])
        absent = (
            (Absence(Origin(spec.table, key, spec.level, fallback="institution"), lacking),) if lacking.any() else ()
        )
        return Column(scope, spec.level, Exact(values, spec.scale), spec.unit, absent)

    return Given(scope, spec.axis, _union(own.keys, institution.keys), fetch)


def _union(*keys: Iterable[str]) -> list[str]:
    return sorted({key for some in keys for key in some}, key=str.encode)

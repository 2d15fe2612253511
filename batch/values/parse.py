"""Raw Arrow columns to the typed columns of `batch.input_tables`, with faults by row.

    text, code, period   string, never null ('' where it is empty)
    day                  int32, null where it is empty
    from, until          int32; an empty `until` is OPEN
    fixed                int64 in units of 10**-decimals, null where it is empty
    count                int64, NO_LIMIT where it is empty
    flag                 bool

Numbers are read exactly: a text digit by digit, a double as its shortest decimal form. What cannot be read is a fault
of its row, and the value there is a placeholder; nothing is rounded or guessed. Dates and numbers that were written
otherwise, with one reading only, are counted in `Normalised`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.values.cells import CLEAN, NORMALISED, Bytes, as_text, is_text
from batch.values.days import read_day
from batch.values.messages import message
from batch.values.numbers import read_number
from batch.values.texts import read_text
from batch.values.written_forms import DATE_SYSTEM, Normalised

__all__ = ["Faults", "parse", "parse_batch", "schema"]

_TEXTS = ("text", "code", "period", "flag")
_ARROW = {
    "text": pa.string(), "code": pa.string(), "period": pa.string(), "flag": pa.bool_(),
    "day": pa.int32(), "from": pa.int32(), "until": pa.int32(), "open": pa.int32(),
    "fixed": pa.int64(), "count": pa.int64(),
}  # fmt: skip


@dataclass(frozen=True)
class Faults:
    """Faults of one column of a batch.

    `rows` are ascending, each with its reason; `raw` is the column as it came.
    """

    column: tables.Column
    rows: npt.NDArray[np.int64]
    kinds: Bytes
    raw: pa.Array

    def __len__(self) -> int:
        return len(self.rows)

    def what(self, at: int) -> str:
        """Give the message for the `at`-th fault."""
        return message(self.column, int(self.kinds[at]), self.raw[int(self.rows[at])], self.raw.type)


@cache
def schema(table: tables.Table) -> pa.Schema:
    """Give the schema of a table's typed columns."""
    nullable = [column.empty and column.kind in ("day", "fixed") for column in table.columns]
    return pa.schema(
        [
            pa.field(column.name, _ARROW[column.kind], nullable=null)
            for column, null in zip(table.columns, nullable, strict=True)
        ]
    )


def parse_batch(
    table: tables.Table, batch: pa.RecordBatch, normalised: Normalised | None = None
) -> tuple[pa.RecordBatch, list[Faults]]:
    """Parse a raw batch; returns it typed, and the faults of its columns.

    `normalised` says how day numbers count, and takes in what was written otherwise.
    """
    columns, found = [], []
    for column, raw in zip(table.columns, batch.columns, strict=True):
        values, faults = parse(column, raw, normalised)
        columns.append(values)
        if faults is not None:
            found.append(faults)
    return pa.RecordBatch.from_arrays(columns, schema=schema(table)), found


def parse(column: tables.Column, raw: pa.Array, normalised: Normalised | None = None) -> tuple[pa.Array, Faults | None]:
    """Parse one raw column; returns it typed, and its faults if there are any."""
    if isinstance(raw, pa.ExtensionArray):
        raw = raw.storage
    kind = raw.type
    if pa.types.is_dictionary(kind) and not is_text(kind.value_type):
        raw, kind = raw.dictionary_decode(), kind.value_type
    if pa.types.is_null(kind):
        raw = pa.array([""] * len(raw), pa.string())
    values, kinds = _read(column, raw, DATE_SYSTEM if normalised is None else normalised.date_system)
    if kinds is None:
        return values, None
    other = np.flatnonzero(kinds == NORMALISED)
    if normalised is not None and other.size:
        normalised.note(column.name, other)
    rows = np.flatnonzero(kinds) if not other.size else np.flatnonzero((kinds != NORMALISED) & (kinds != CLEAN))
    return values, Faults(column, rows, kinds[rows], raw) if rows.size else None


def _read(column: tables.Column, raw: pa.Array, date_system: str) -> tuple[pa.Array, Bytes | None]:
    if pa.types.is_dictionary(raw.type):
        return _read_dictionary(column, raw, date_system)
    if column.kind in _TEXTS:
        return read_text(column, raw)
    if column.kind in ("fixed", "count"):
        return read_number(column, raw)
    return read_day(column, raw, date_system)


def _read_dictionary(column: tables.Column, raw: pa.Array, date_system: str) -> tuple[pa.Array, Bytes | None]:
    """Each distinct value once, then by its index; a null stands for the empty text."""
    null = len(raw.dictionary)
    distinct = pa.concat_arrays([as_text(raw.dictionary), pa.array([""], pa.string())])
    indices = pc.fill_null(raw.indices.cast(pa.int64()), null)
    values, kinds = _read(column, distinct, date_system)
    taken = None if kinds is None else kinds[indices.to_numpy()]
    return values.take(indices), taken if taken is not None and taken.any() else None

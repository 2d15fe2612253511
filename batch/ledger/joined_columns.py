"""Rows of a run, read column by column: the database joins many cells into one value.

A driver makes a Python object of every cell, and Arrow makes columns of them again: that costs more than the database's
own reading. The cells are joined with a separator that no text of a ledger is likely to hold. What does not come apart
into as many cells as there are rows is read row by row, and so is what this program cannot have written. A page is
taken apart while the database joins the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from batch.ledger.run_tables import BATCH_ROWS, RunTable


@dataclass(frozen=True)
class Spelling:
    """Words by which a database joins the cells of a column, in the order of the key.

    `text` and `integer` are expressions of a `{column}`, `rows` is what follows FROM, of `{table}`, `{columns}`,
    `{where}` and `{key}`. `proof`, if not empty, is an expression of an integer column that is 'integer' where all its
    cells are. A joined value of `longest` bytes or more may have been cut off.
    """

    separator: bytes
    text: str
    integer: str
    rows: str
    mark: str = "%s"
    proof: str = ""
    longest: int = 2**30
    page: int = BATCH_ROWS


@dataclass(frozen=True)
class _Page:
    """Some rows of a table, joined, and the statement that reads them row by row."""

    rows: int
    joined: Sequence[bytes | None]
    is_proven: bool
    query: str
    bounds: tuple[Any, ...]

    def batch(self, stored: RunTable, spelling: Spelling) -> pa.RecordBatch | None:
        """Take the columns apart; None where the rows are to be read one by one."""
        return record_batch(stored.arrow, self.rows, self.joined, spelling) if self.is_proven else None


def read(connection: Connection, stored: RunTable, key: int, spelling: Spelling) -> Iterator[pa.RecordBatch]:
    """Read the rows of the run with this key in batches, in the order of the table's key.

    A batch ends where the first column of the key changes, after about `spelling.page` rows. `ValueError` or
    `TypeError` for cells of types that this program does not write.
    """
    with ThreadPoolExecutor(1) as worker:
        before: tuple[_Page, Future[pa.RecordBatch | None]] | None = None
        for page in _pages(connection, stored, key, spelling):
            taken_apart = worker.submit(page.batch, stored, spelling)
            if before is not None:
                yield from _rows(connection, stored, before[0], before[1].result())
            before = page, taken_apart
        if before is not None:
            yield from _rows(connection, stored, before[0], before[1].result())


def _rows(
    connection: Connection, stored: RunTable, page: _Page, batch: pa.RecordBatch | None
) -> Iterator[pa.RecordBatch]:
    if batch is not None:
        yield batch
    else:
        yield from _row_by_row(connection, stored, page.query, page.bounds)


def _pages(connection: Connection, stored: RunTable, key: int, spelling: Spelling) -> Iterator[_Page]:
    quote = connection.dialect.identifier_preparer.quote
    names = {field.name: quote(field.name) for field in stored.arrow}
    whole = [names[field.name] for field in stored.arrow if pa.types.is_integer(field.type)]
    proofs = [spelling.proof.format(column=name) for name in whole if spelling.proof]
    joined = [
        (spelling.integer if pa.types.is_integer(field.type) else spelling.text).format(column=names[field.name])
        for field in stored.arrow
    ]
    asked, first = ", ".join(["count(*)", *proofs, *joined]), names[stored.key[0]]
    parts = {
        "table": stored.name, "columns": ", ".join(names.values()), "key": ", ".join(names[name] for name in stored.key)
    }  # fmt: skip
    here, above, upto = (f"{column} {sign} {spelling.mark}" for column, sign in
                         (("run_key", "="), (f" AND {first}", ">"), (f" AND {first}", "<=")))  # fmt: skip
    missing = f"SELECT count(*) FROM {stored.name} WHERE {here} AND {first} IS NULL"
    if connection.exec_driver_sql(missing, (key,)).scalar_one():
        raise ValueError(f"{stored.name}.{first} is missing in a row")
    bounds: tuple[Any, ...] = (key,)
    where = here
    while True:
        page = f"SELECT {first} FROM {stored.name} WHERE {where} ORDER BY {first} LIMIT 1 OFFSET {spelling.page - 1}"
        last = connection.exec_driver_sql(page, bounds).scalar_one_or_none()
        if last is not None:
            where, bounds = where + upto, (*bounds, last)
        query = f"SELECT {asked} FROM {spelling.rows.format(where=where, **parts)}"
        rows, *found = connection.exec_driver_sql(query, bounds).one()
        if rows:
            is_proven = all(found_type == "integer" for found_type in found[: len(proofs)])
            plain = "SELECT {columns} FROM {table} WHERE {where} ORDER BY {key}".format(where=where, **parts)
            yield _Page(rows, found[len(proofs) :], is_proven, plain, bounds)
        if last is None:
            return
        where, bounds = here + above, (key, last)


def _row_by_row(
    connection: Connection, stored: RunTable, query: str, bounds: tuple[Any, ...]
) -> Iterator[pa.RecordBatch]:
    streamed = {"stream_results": True, "max_row_buffer": BATCH_ROWS}
    result = connection.exec_driver_sql(query, bounds, execution_options=streamed)
    while rows := result.fetchmany(BATCH_ROWS):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, stored.arrow, strict=True)]
        yield pa.record_batch(arrays, schema=stored.arrow)


def record_batch(
    schema: pa.Schema, rows: int, joined: Sequence[bytes | None], spelling: Spelling
) -> pa.RecordBatch | None:
    """Take joined columns apart; None where one does not hold exactly `rows` cells of its type."""
    arrays = []
    for field, cells in zip(schema, joined, strict=True):
        if cells is None or len(cells) >= spelling.longest:
            return None
        array = _texts(cells, rows, spelling.separator)
        if array is not None and pa.types.is_integer(field.type):
            array = _integers(array)
        if array is None:
            return None
        arrays.append(array)
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _texts(cells: bytes, rows: int, separator: bytes) -> pa.StringArray | None:
    ends = np.flatnonzero(np.frombuffer(cells, np.uint8) == separator[0])
    if len(ends) != rows - 1:
        return None
    offsets = np.empty(rows + 1, np.int32)
    offsets[0], offsets[rows] = 0, len(cells) - len(ends)
    offsets[1:rows] = ends - np.arange(rows - 1)
    data = cells.translate(None, separator)
    array = pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:  # bytes that are no UTF-8
        return None
    return array


def _integers(texts: pa.StringArray) -> pa.Int64Array | None:
    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        return None

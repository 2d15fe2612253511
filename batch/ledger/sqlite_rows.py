"""Rows of runs on their way into SQLite and out of it, by Python's own library alone.

A second SQLite library on the same file, such as ADBC's, can drop its locks. Both ways spare the work for each row
that is not the database's: many rows go in by one statement, and columns come out joined (`joined_columns.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from batch.ledger.joined_columns import record_batch
from batch.ledger.run_tables import BATCH_ROWS, RunTable

_VARIABLES = 700  # of one INSERT: twice as many gain nothing, and SQLite's oldest limit is 999


def write(connection: Connection, stored: RunTable, key: int, batch: pa.RecordBatch) -> None:
    """Insert rows of the run with this key."""
    columns = ["run_key", *stored.arrow.names]
    width = len(columns)
    together = max(1, _VARIABLES // width)
    cells = _cells(key, batch)
    driver = _driver(connection)
    whole = batch.num_rows // together * together * width
    step = together * width
    driver.executemany(
        _insert(stored.name, columns, together), (cells[begin : begin + step] for begin in range(0, whole, step))
    )
    if rest := cells[whole:]:
        driver.execute(_insert(stored.name, columns, len(rest) // width), rest)


def read(connection: Connection, stored: RunTable, key: int) -> Iterator[pa.RecordBatch]:
    """Read a run's rows in batches, in the order of the key.

    A batch ends where the first column of the key changes. `ValueError` for what this program cannot have written.
    """
    driver = _driver(connection)
    [index] = [row[1] for row in driver.execute(f"PRAGMA index_list({stored.name})") if row[3] == "pk"]
    first = stored.key[0]
    place = f'FROM {stored.name} INDEXED BY "{index}" WHERE run_key = ?'
    whole = [field.name for field in stored.arrow if pa.types.is_integer(field.type)]
    # The greatest value is a text or a blob where there is any: joined, these could look like integers.
    asked = ", ".join(
        [
            "count(*)",
            *(f"typeof(max({name}))" for name in whole),
            *(f"CAST(group_concat({name}, x'00') AS BLOB)" for name in stored.arrow.names),
        ]
    )
    if driver.execute(f"SELECT count(*) {place} AND {first} IS NULL", (key,)).fetchone()[0]:
        raise ValueError(f"{stored.name}.{first} is missing in a row")
    above, bounds = "", (key,)
    while True:
        last = driver.execute(
            f"SELECT {first} {place}{above} ORDER BY {first} LIMIT 1 OFFSET {BATCH_ROWS - 1}", bounds
        ).fetchone()
        upto = "" if last is None else f" AND {first} <= ?"
        within = f"{place}{above}{upto}", bounds if last is None else (*bounds, *last)
        rows, *found = driver.execute(f"SELECT {asked} {within[0]}", within[1]).fetchone()
        if rows:
            types, joined = found[: len(whole)], found[len(whole) :]
            batch = record_batch(stored.arrow, rows, joined) if set(types) <= {"integer"} else None
            yield _row_by_row(driver, stored, *within) if batch is None else batch
        if last is None:
            return
        above, bounds = f" AND {first} > ?", (key, *last)


def _row_by_row(driver: sqlite3.Connection, stored: RunTable, within: str, bounds: tuple[Any, ...]) -> pa.RecordBatch:
    """Read rows that were changed by hand as they are; `ValueError` or `TypeError` for other types."""
    names = ", ".join(stored.arrow.names)
    rows = driver.execute(f"SELECT {names} {within} ORDER BY {', '.join(stored.key)}", bounds).fetchall()
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, stored.arrow, strict=True)]
    return pa.record_batch(arrays, schema=stored.arrow)


def _cells(key: int, batch: pa.RecordBatch) -> list[Any]:
    """List the values of rows one after another, each with the run's key before it.

    A text that many rows have is one object.
    """
    width = batch.num_columns + 1
    cells: list[Any] = [key] * (batch.num_rows * width)
    for place, column in enumerate(batch.columns, start=1):
        if pa.types.is_string(column.type):
            coded = column.dictionary_encode()
            texts = np.array(coded.dictionary.to_pylist(), object)
            cells[place::width] = texts[coded.indices.to_numpy()].tolist()
        else:
            cells[place::width] = column.to_numpy().tolist()
    return cells


def _insert(table: str, columns: list[str], rows: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver

"""Rows of runs on their way into SQLite and out of it, by Python's own library alone.

A second SQLite library on the same file, such as ADBC's, can drop its locks. Many rows go in by one statement, which
spares the driver's work for each of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from batch.ledger.joined_columns import Spelling
from batch.ledger.run_tables import RunTable

_VARIABLES = 700  # of one INSERT: twice as many gain nothing, and SQLite's oldest limit is 999


def write(connection: Connection, stored: RunTable, key: int, batches: Iterable[pa.RecordBatch]) -> None:
    """Insert rows of the run with this key."""
    width = len(stored.arrow)
    together = _VARIABLES // width
    step = together * width
    many = _insert(stored, key, together)
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    for batch in batches:
        cells = _cells(batch)
        whole = len(cells) // step * step
        driver.executemany(many, (cells[begin : begin + step] for begin in range(0, whole, step)))
        if rest := cells[whole:]:
            driver.execute(_insert(stored, key, len(rest) // width), rest)


def spelling(connection: Connection, stored: RunTable) -> Spelling:
    """Join cells by U+0000, which staging refuses, along the index of the key.

    The separator is the one row of a subquery, read beside each row: where it stands in the call itself, or before the
    table, SQLite makes a text of it anew for every cell, which takes half as long as all else. Integers are proven to
    be such: a blob that somebody wrote in their place could look like one when joined, and is the greatest value of its
    column.
    """
    found = connection.exec_driver_sql(f"PRAGMA index_list({stored.name})")
    [index] = [row[1] for row in found if row[3] == "pk"]
    joined = "CAST(group_concat({column}, cell_end) AS BLOB)"
    rows = f"{{table}} INDEXED BY \"{index}\" CROSS JOIN (SELECT CAST(x'00' AS TEXT) AS cell_end) WHERE {{where}}"
    return Spelling(b"\0", joined, joined, rows, mark="?", proof="typeof(max({column}))")


def _cells(batch: pa.RecordBatch) -> list[Any]:
    """List the values of rows one after another; a text that many rows have is one object."""
    width = batch.num_columns
    cells: list[Any] = [None] * (batch.num_rows * width)
    for place, column in enumerate(batch.columns):
        if pa.types.is_string(column.type):
            coded = column.dictionary_encode()
            texts = np.array(coded.dictionary.to_pylist(), object)
            cells[place::width] = texts[coded.indices.to_numpy()].tolist()
        else:
            cells[place::width] = column.to_numpy().tolist()
    return cells


def _insert(stored: RunTable, key: int, rows: int) -> str:
    """Write the statement that inserts so many rows; the run's key stands in it."""
    columns = stored.arrow.names
    row = f"({key:d}, {', '.join('?' * len(columns))})"
    return f"INSERT INTO {stored.name} (run_key, {', '.join(columns)}) VALUES {', '.join([row] * rows)}"

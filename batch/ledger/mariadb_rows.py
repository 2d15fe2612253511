"""Rows of runs on their way into MariaDB and MySQL, by LOAD DATA, and out of them."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import Connection

from batch.ledger.joined_columns import Spelling
from batch.ledger.run_tables import RunTable
from payengine.errors import IdentityBroken
from payengine.texts import say

_LOADED = "payengine-load-"  # how the folders of rows to load are called
_LEFT_OVER_SECONDS = 24 * 3600.0  # no load takes that long
_PAGE = 10_000  # rows: joined, they must fit into one packet of the server's
_LONGEST_CHARACTER = 4  # bytes: a value that is cut off ends with a whole one


def write(connection: Connection, stored: RunTable, key: int, batches: Iterable[pa.RecordBatch]) -> None:
    """Insert rows of the run with this key."""
    for batch in batches:
        _write(connection, stored, key, batch)


def _write(connection: Connection, stored: RunTable, key: int, batch: pa.RecordBatch) -> None:
    """Insert some rows.

    They come from a temporary file where driver and server allow it.

    LOAD DATA LOCAL turns errors into warnings and goes on, so any warning or missing row is an error here.
    """
    driver: Any = connection.connection.driver_connection
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column) for column in ("run_key", *stored.arrow.names))
    is_allowed = getattr(driver, "_local_infile", False)
    if not is_allowed or not connection.exec_driver_sql("SELECT @@GLOBAL.local_infile").scalar_one():
        marks = ", ".join(["%s"] * (batch.num_columns + 1))
        rows = zip([key] * batch.num_rows, *(column.to_pylist() for column in batch.columns), strict=True)
        connection.exec_driver_sql(f"INSERT INTO {stored.name} ({columns}) VALUES ({marks})", list(rows))
        return
    whole = batch.add_column(0, "run_key", pa.array([key] * batch.num_rows, pa.int64()))
    options = pyarrow.csv.WriteOptions(include_header=False)
    _remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=_LOADED) as folder:
        file = Path(folder) / "rows.csv"
        pyarrow.csv.write_csv(whole, file, options)
        with driver.cursor() as cursor:
            # The run stands there: this transaction wrote it. The server would look for it once for every row.
            cursor.execute("SET SESSION foreign_key_checks = 0")
            try:
                cursor.execute(
                    f"LOAD DATA LOCAL INFILE %s INTO TABLE {stored.name} CHARACTER SET utf8mb4"
                    " FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n'"
                    f" ({columns})",
                    (file.as_posix(),),
                )
                arrived = cursor.rowcount
                cursor.execute("SHOW WARNINGS")
                warnings = cursor.fetchall()
            finally:  # the connection goes on, also after a file that could not be read
                with suppress(driver.Error):  # of one that is broken
                    cursor.execute("SET SESSION foreign_key_checks = 1")
    if warnings or arrived != batch.num_rows:
        why = warnings[0][-1] if warnings else say("{n} of {all} rows arrived", n=arrived, all=batch.num_rows)
        raise IdentityBroken(say("the ledger did not take the rows of {table}: {why}", table=stored.name, why=why))


def spelling(connection: Connection, stored: RunTable) -> Spelling:
    """Join cells by U+0000, which staging refuses, along the key.

    The server cuts off what is longer than it was told, and sends no packet above a size of its own.
    """
    packet = int(connection.exec_driver_sql("SELECT @@max_allowed_packet").scalar_one())
    longest = packet // (2 * len(stored.arrow))
    connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {longest}")
    joined = "CAST(GROUP_CONCAT({column} SEPARATOR '\\0') AS BINARY)"
    rows = "{table} FORCE INDEX (PRIMARY) WHERE {where}"
    return Spelling(b"\0", joined, joined, rows, longest=longest - _LONGEST_CHARACTER, page=_PAGE)


def _remove_leftovers() -> None:
    """Remove the rows that a killed process of this user left on their way to a server."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_LOADED}*"):
        with suppress(OSError):  # another process may be at it too
            found = folder.stat()
            own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
            if own and time.time() - found.st_mtime > _LEFT_OVER_SECONDS:
                shutil.rmtree(folder)

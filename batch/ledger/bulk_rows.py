"""Transport of many rows between Arrow and a ledger's tables.

Each database has its fastest way, always within the caller's transaction and on its connection: SQLite by `executemany`
of Python's own library (a second SQLite library on the same file can drop its locks), PostgreSQL by COPY, MariaDB and
MySQL by LOAD DATA where server and driver allow it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from sqlalchemy import Connection, ScalarSelect, Table, delete, select

from batch.ledger import sqlite_rows
from batch.ledger.column_types import Code
from batch.ledger.run_tables import BATCH_ROWS, RunTable, batches_of
from batch.ledger.schema import run as runs
from payengine.errors import IdentityBroken, Problem, Refused
from payengine.texts import say

_LOADED = "payengine-load-"  # how the folders of rows to load are called
_LEFT_OVER_SECONDS = 24 * 3600.0  # no load takes that long


def write(connection: Connection, stored: RunTable, run: str, table: pa.Table) -> None:
    """Insert a run's rows; `table` is in the form that `stored.ordered` gives."""
    columns = ["run_key", *stored.arrow.names]
    key = connection.execute(select(runs.c.key).where(runs.c.id == run)).scalar_one()
    for batch in batches_of(table):
        if batch.num_rows == 0:
            continue
        if connection.dialect.name == "sqlite":
            sqlite_rows.write(connection, stored, key, batch)
        elif connection.dialect.name == "postgresql":
            _copy(connection, stored.table, columns, key, batch)
        elif not _load(connection, stored.table, columns, key, batch):
            connection.exec_driver_sql(_insert(connection, stored.table, columns), list(_rows(key, batch)))


def read(connection: Connection, stored: RunTable, run: str) -> Iterator[pa.RecordBatch]:
    """Read a run's rows in batches, in the order of the key.

    The order is that of bytes: every text column has a binary collation.
    """
    if connection.dialect.name == "sqlite":
        key = connection.execute(select(runs.c.key).where(runs.c.id == run)).scalar_one_or_none()
        yield from () if key is None else sqlite_rows.read(connection, stored, key)
        return
    columns = [stored.table.c[name] for name in stored.arrow.names]
    query = (
        select(*columns)
        .where(stored.table.c.run_key == key_of(run))
        .order_by(*(stored.table.c[name] for name in stored.key))
    )
    result = connection.execute(query, execution_options={"stream_results": True, "yield_per": BATCH_ROWS})
    for rows in result.partitions():
        values = zip(*rows, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(values, stored.arrow, strict=True)]
        yield pa.record_batch(arrays, schema=stored.arrow)


def read_all(connection: Connection, stored: RunTable, run: str) -> pa.Table:
    return pa.Table.from_batches(read(connection, stored, run), stored.arrow)


def erase(connection: Connection, stored: RunTable, run: str) -> None:
    connection.execute(delete(stored.table).where(stored.table.c.run_key == key_of(run)))


def refuse_unstorable(stored: RunTable, table: pa.Table, bounded: bool) -> list[Problem]:
    """List texts that no ledger can hold, or that are too long where lengths are `bounded`.

    None holds U+0000; lengths are bounded on MariaDB and MySQL.
    """
    problems = []
    for name in stored.arrow.names:
        kind = stored.table.c[name].type
        if not pa.types.is_string(table.schema.field(name).type) or not len(table):
            continue
        if pc.any(pc.match_substring(table[name], "\x00")).as_py():
            problems.append(Problem(say("holds the character U+0000"), stored.name, column=name))
        if bounded and isinstance(kind, Code):
            longest = pc.max(pc.utf8_length(table[name])).as_py()
            if longest > (kind.length or 0):
                what = say("{n} characters; this ledger holds at most {most}", n=longest, most=kind.length)
                problems.append(Problem(what, stored.name, column=name))
    return problems


def key_of(run: str) -> ScalarSelect[int]:
    """Make the subquery of a run's key by its id."""
    return select(runs.c.key).where(runs.c.id == run).scalar_subquery()


def _rows(key: int, batch: pa.RecordBatch) -> Iterator[tuple[Any, ...]]:
    return zip([key] * batch.num_rows, *(column.to_pylist() for column in batch.columns), strict=True)


def _insert(connection: Connection, table: Table, columns: list[str]) -> str:
    name, listed = _quoted(connection, table, columns)
    return f"INSERT INTO {name} ({listed}) VALUES ({', '.join(['%s'] * len(columns))})"


def _quoted(connection: Connection, table: Table, columns: list[str]) -> tuple[str, str]:
    quote = connection.dialect.identifier_preparer.quote
    return quote(str(table.name)), ", ".join(quote(column) for column in columns)


def _copy(connection: Connection, table: Table, columns: list[str], key: int, batch: pa.RecordBatch) -> None:
    name, listed = _quoted(connection, table, columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({listed}) FROM STDIN") as copy:
        for row in _rows(key, batch):
            copy.write_row(row)


def _load(connection: Connection, table: Table, columns: list[str], key: int, batch: pa.RecordBatch) -> bool:
    """Load rows from a temporary file; False where driver or server do not allow it.

    LOAD DATA LOCAL turns errors into warnings and goes on, so any warning or missing row is an error here.
    """
    driver: Any = connection.connection.driver_connection
    if not getattr(driver, "_local_infile", False):
        return False
    if not connection.exec_driver_sql("SELECT @@GLOBAL.local_infile").scalar_one():
        return False
    whole = batch.add_column(0, "run_key", pa.array([key] * batch.num_rows, pa.int64()))
    options = pyarrow.csv.WriteOptions(include_header=False)
    name, listed = _quoted(connection, table, columns)
    _remove_leftovers()
    with tempfile.TemporaryDirectory(prefix=_LOADED) as folder:
        file = Path(folder) / "rows.csv"
        pyarrow.csv.write_csv(whole, file, options)
        with driver.cursor() as cursor:
            cursor.execute(
                f"LOAD DATA LOCAL INFILE %s INTO TABLE {name} CHARACTER SET utf8mb4"
                " FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n'"
                f" ({listed})",
                (file.as_posix(),),
            )
            stored = cursor.rowcount
            cursor.execute("SHOW WARNINGS")
            warnings = cursor.fetchall()
    if warnings or stored != batch.num_rows:
        why = warnings[0][-1] if warnings else say("{n} of {all} rows arrived", n=stored, all=batch.num_rows)
        raise IdentityBroken(say("the ledger did not take the rows of {table}: {why}", table=table.name, why=why))
    return True


def _remove_leftovers() -> None:
    """Remove the rows that a killed process of this user left on their way to a server."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_LOADED}*"):
        with suppress(OSError):  # another process may be at it too
            found = folder.stat()
            own = not hasattr(os, "getuid") or found.st_uid == os.getuid()
            if own and time.time() - found.st_mtime > _LEFT_OVER_SECONDS:
                shutil.rmtree(folder)


def raise_if_any(problems: list[Problem]) -> None:
    """Raise what `refuse_unstorable` found, if anything."""
    if problems:
        raise Refused(
            say("the results cannot be stored: {n} problem(s)", n=len(problems)), problems,
            remedy=say("Correct the source and freeze the period again. Nothing was stored."),
        )  # fmt: skip

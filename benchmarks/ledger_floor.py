"""Staging and publication of a month, beside the database's own bulk write.

Both sides write into a fresh ledger with the same tables, keys and indexes, and commit. The bulk write gets its rows
ready made, as the fastest way of its database takes them: SQLite tuples for `executemany`, PostgreSQL the text of COPY,
MariaDB a file for LOAD DATA.
"""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
from sqlalchemy import create_engine, make_url, text

from batch.ledger import Ledger
from batch.ledger.results_mapping import header_of, tables_of
from batch.ledger.run_tables import RUN_TABLES
from batch.results import Results

_BATCH_ROWS = 50_000
_KEY = 1  # of the only run


def fresh(url: str) -> None:
    """Make an empty ledger at `url`; what stood there is gone."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{place.database}{ending}").unlink(missing_ok=True)
    else:
        is_postgresql = place.get_backend_name() == "postgresql"
        server = place.set(database="postgres" if is_postgresql else "")
        encoding = " ENCODING 'UTF8' TEMPLATE template0" if is_postgresql else " CHARACTER SET utf8mb4"
        with closing(create_engine(server, isolation_level="AUTOCOMMIT").connect()) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {place.database}"))
            connection.execute(text(f"CREATE DATABASE {place.database}{encoding}"))
    Ledger.open(url).close()


def drop(url: str) -> None:
    """Remove the ledger of a measurement."""
    place = make_url(url)
    if place.get_backend_name() == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{place.database}{ending}").unlink(missing_ok=True)
    else:
        server = place.set(database="postgres" if place.get_backend_name() == "postgresql" else "")
        with closing(create_engine(server, isolation_level="AUTOCOMMIT").connect()) as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {place.database}"))


def stage_and_publish(results: Results, policy: str, url: str) -> None:
    """Open the ledger at `url`, stage the run and publish it: all that it costs a user."""
    with Ledger.open(url) as ledger:
        ledger.stage(results, policy)
        ledger.publish(results.meta.run_id)


def bulk_write(results: Results, url: str) -> Callable[[], None]:
    """Prepare the rows of `results`; returns the function that writes them.

    They go into the fresh ledger at `url`, with the run's header, which has no digests; nothing goes into the chain.
    """
    kind = make_url(url).get_backend_name()
    tables = {name: table for name, table in tables_of(results).items() if table.num_rows}
    write = {"sqlite": _sqlite, "postgresql": _postgresql}.get(kind, _mariadb)
    return write(header_of(results), tables, url)


def _sqlite(header: dict[str, Any], tables: dict[str, pa.Table], url: str) -> Callable[[], None]:
    prepared = [(_insert(name, "?"), [_tuples(batch) for batch in _batches(table)]) for name, table in tables.items()]

    def write() -> None:
        with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            for statement, values in _header(header, "?"):
                connection.execute(statement, values)
            for statement, batches in prepared:
                for rows in batches:
                    connection.executemany(statement, rows)
            connection.execute("COMMIT")

    return write


def _postgresql(header: dict[str, Any], tables: dict[str, pa.Table], url: str) -> Callable[[], None]:
    import psycopg

    prepared = [(name, _columns(name), [_csv(batch) for batch in _batches(table)]) for name, table in tables.items()]
    place = make_url(url)
    address = place.set(drivername="postgresql").render_as_string(hide_password=False)

    def write() -> None:
        with psycopg.connect(address) as connection, connection.cursor() as cursor:
            for statement, values in _header(header, "%s"):
                cursor.execute(statement, values)
            for name, columns, parts in prepared:
                with cursor.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                    for part in parts:
                        copy.write(part)

    return write


def _mariadb(header: dict[str, Any], tables: dict[str, pa.Table], url: str) -> Callable[[], None]:
    import pymysql

    place = make_url(url)
    folder = tempfile.TemporaryDirectory(prefix="payengine-floor-")
    prepared = []
    for name, table in tables.items():
        file = Path(folder.name) / f"{name}.csv"
        file.write_bytes(b"".join(bytes(_csv(batch)) for batch in _batches(table)))
        columns = ", ".join(f"`{column}`" for column in _columns(name).split(", "))
        prepared.append(
            f"LOAD DATA LOCAL INFILE '{file.as_posix()}' INTO TABLE {name} CHARACTER SET utf8mb4"
            " FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES TERMINATED BY '\\n'"
            f" ({columns})"
        )

    def write() -> None:
        assert folder  # kept as long as the function
        connection = pymysql.connect(
            host=str(place.host), port=place.port or 3306, user=str(place.username), password=place.password or "",
            database=str(place.database), charset="utf8mb4", local_infile=True,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            for statement, values in _header(header, "%s", "`"):
                cursor.execute(statement, values)
            for statement in prepared:
                cursor.execute(statement)
            connection.commit()

    return write


def _header(header: dict[str, Any], mark: str, quote: str = '"') -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield f"INSERT INTO policy_text (digest, text) VALUES ({mark}, {mark})", (header["policy"], "")
    row = {**header, "digests": "{}", "complete": 1, "key": _KEY, "staged_at": "", "staged_by": ""}
    columns = ", ".join(f"{quote}{name}{quote}" for name in row)
    yield f"INSERT INTO run ({columns}) VALUES ({', '.join([mark] * len(row))})", tuple(row.values())


def _columns(name: str) -> str:
    return ", ".join(["run_key", *RUN_TABLES[name].arrow.names])


def _insert(name: str, mark: str) -> str:
    columns = _columns(name)
    return f"INSERT INTO {name} ({columns}) VALUES ({', '.join([mark] * len(columns.split(', ')))})"


def _batches(table: pa.Table) -> list[pa.RecordBatch]:
    return list(table.to_batches(max_chunksize=_BATCH_ROWS))


def _tuples(batch: pa.RecordBatch) -> list[tuple[Any, ...]]:
    return list(zip([_KEY] * batch.num_rows, *(column.to_pylist() for column in batch.columns), strict=True))


def _csv(batch: pa.RecordBatch) -> memoryview:
    sink = io.BytesIO()
    keyed = batch.add_column(0, "run_key", pa.array([_KEY] * batch.num_rows, pa.int64()))
    pyarrow.csv.write_csv(keyed, sink, pyarrow.csv.WriteOptions(include_header=False))
    return sink.getbuffer()

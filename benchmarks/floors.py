"""Floors of freezing: fetch the same columns, let DuckDB sort the same rows into Parquet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from adbc_driver_sqlite import dbapi

from batch.input_tables import RECORD

# Twice what a freeze gives its own sorter: with less DuckDB cannot sort ten million such rows in one piece.
SORT_MEMORY = "256MB"
COLUMNS = ", ".join(f'"{column.name}"' for column in RECORD.columns)


@contextmanager
def _sorter() -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    folder = Path(tempfile.mkdtemp())
    try:
        with duckdb.connect() as connection:
            connection.execute(f"set memory_limit = '{SORT_MEMORY}'")
            connection.execute("set temp_directory = ?", [str(folder / "spill")])
            connection.execute("set preserve_insertion_order = false")
            yield connection, folder / "sorted.parquet"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def from_sqlite(path: Path) -> None:
    """Fetch by ADBC, sort by record_id."""
    with _sorter() as (connection, out), dbapi.connect(str(path)) as source, source.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from {RECORD.name}")
        rows = cursor.fetch_record_batch()  # noqa: F841  (DuckDB reads the local variable by its name)
        connection.execute(
            f"copy (select * from rows order by record_id) to '{out}' (format parquet, compression zstd)"
        )


def from_parquet(folder: Path) -> None:
    """Read the file, sort by record_id."""
    file = folder / f"{RECORD.name}.parquet"
    with _sorter() as (connection, out):
        connection.execute(
            f"copy (select {COLUMNS} from '{file}' order by record_id) to '{out}' (format parquet, compression zstd)"
        )

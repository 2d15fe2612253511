"""Floors of freezing: merely fetch the same columns; fetch and let DuckDB sort them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from adbc_driver_sqlite import dbapi

from batch.input_tables import RECORD

SORT_MEMORY = "600 MB"  # what the whole process of a freeze may take
NAMES = [column.name for column in RECORD.columns]
COLUMNS = ", ".join(f'"{name}"' for name in NAMES)
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Floor:
    """Least work on a source: fetch its records; fetch and sort them."""

    fetch: Callable[[], object]
    fetch_and_sort: Callable[[], object]


def of_sqlite(path: Path) -> Floor:
    """Fetch by ADBC."""
    return Floor(partial(_fetch_sqlite, path, _drain), partial(_fetch_sqlite, path, _sort))


def of_postgresql(url: str) -> Floor:
    """Fetch by ADBC."""
    return Floor(partial(_fetch_postgresql, url, _drain), partial(_fetch_postgresql, url, _sort))


def of_parquet(folder: Path) -> Floor:
    """Fetch by Arrow's batches; sort what DuckDB reads by itself."""
    file = folder / f"{RECORD.name}.parquet"
    return Floor(partial(_fetch_parquet, file), partial(_sort_parquet, file))


Take = Callable[[pa.RecordBatchReader], None]


def _fetch_sqlite(path: Path, take: Take) -> None:
    with dbapi.connect(str(path)) as source, source.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from {RECORD.name}")
        take(cursor.fetch_record_batch())


def _fetch_postgresql(url: str, take: Take) -> None:
    from adbc_driver_postgresql import dbapi as postgresql

    with postgresql.connect(url) as source, source.cursor() as cursor:
        cursor.execute(f"select {COLUMNS} from {RECORD.name}")
        take(cursor.fetch_record_batch())


def _fetch_parquet(file: Path) -> None:
    with pq.ParquetFile(file) as source:
        for _ in source.iter_batches(BATCH_ROWS, columns=NAMES):
            pass


def _drain(rows: pa.RecordBatchReader) -> None:
    for _ in rows:
        pass


def _sort(rows: pa.RecordBatchReader) -> None:
    with _sorter() as (connection, out):
        connection.register("fetched", rows)
        _write_sorted(connection, "fetched", out)


def _sort_parquet(file: Path) -> None:
    with _sorter() as (connection, out):
        _write_sorted(connection, f"'{file}'", out)


def _write_sorted(connection: duckdb.DuckDBPyConnection, rows: str, out: Path) -> None:
    sorted_rows = f"select {COLUMNS} from {rows} order by record_id"
    connection.execute(f"copy ({sorted_rows}) to '{out}' (format parquet, compression zstd)")


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

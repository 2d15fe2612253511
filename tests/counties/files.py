"""Writers of the tables of a county (dicts of text) to folders of files and to databases.

Every writer takes `typed`: dates, exact numbers, whole numbers and flags in the store's own types with NULL where
nothing stands, or else everything as text. Texts stay texts ('' where nothing stands).
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from tests.counties import COLUMNS, Tables

DAYS = {"from", "until", "service_date", "died", "first_worked", "cancelled_on"}
DECIMALS = {
    "equivalents": 4, "share": 4, "quantity": 2, "fte": 4, "post_coefficient": 4, "coefficient": 4, "score": 4,
    "full_score": 4, "amount": 2, "value": 4, "mean": 2, "heads": 2,
}  # fmt: skip
COUNTS = {"limit_count", "count", "public_class"}
FLAGS = {"director", "blocks_service", "joint"}
YES = {"yes", "true", "1", "是"}


def typed_value(column: str, text: str) -> Any:
    """The value of a text in the type of its column; None where nothing stands."""
    if column in DAYS:
        return date.fromisoformat(text) if text else None
    if column in DECIMALS:
        return Decimal(text) if text else None
    if column in COUNTS:
        return int(text) if text else None
    return text in YES if column in FLAGS else text


def columns_of(table: str, rows: Sequence[Mapping[str, str]] = ()) -> list[str]:
    """The columns of a table, without those that its rows lack."""
    return [name for name in COLUMNS[table].split() if not rows or name in rows[0]]


def write_csv(tables: Tables, folder: Path, encoding: str = "utf-8") -> Path:
    """One CSV file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, columns_of(table, rows))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def arrow_table(table: str, rows: list[dict[str, str]], typed: bool) -> pa.Table:
    """The rows as an Arrow table."""
    if not typed:
        return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in columns_of(table, rows)})
    arrays = {
        name: pa.array([typed_value(name, row[name]) for row in rows], arrow_type(name))
        for name in columns_of(table, rows)
    }
    return pa.table(arrays)


def arrow_type(column: str) -> pa.DataType:
    if column in DAYS:
        return pa.date32()
    if column in DECIMALS:
        return pa.decimal128(18, DECIMALS[column])
    if column in COUNTS:
        return pa.int64()
    return pa.bool_() if column in FLAGS else pa.string()


def write_parquet(tables: Tables, folder: Path, typed: bool = True) -> Path:
    """One Parquet file a table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        pq.write_table(arrow_table(table, rows, typed), folder / f"{table}.parquet", row_group_size=200)
    return folder


def write_duckdb(tables: Tables, path: Path, typed: bool = True) -> Path:
    """A DuckDB file."""
    with duckdb.connect(str(path)) as connection:
        for table, rows in tables.items():
            connection.register("rows_of_table", arrow_table(table, rows, typed))
            connection.execute(f'create table "{table}" as select * from rows_of_table')
            connection.unregister("rows_of_table")
    return path


def write_sqlite(tables: Tables, path: Path, typed: bool = False) -> Path:
    """Write a SQLite file.

    Typed: exact numbers as doubles (SQLite has no others), flags as 1 and 0, dates as text.
    """
    connection = sqlite3.connect(path)
    with connection:
        for table, rows in tables.items():
            names = columns_of(table, rows)
            declared = ", ".join(f'"{name}" {sqlite_type(name) if typed else "TEXT"}' for name in names)
            connection.execute(f'create table "{table}" ({declared})')
            values = [[sqlite_value(name, row[name], typed) for name in names] for row in rows]
            connection.executemany(f'insert into "{table}" values ({", ".join("?" * len(names))})', values)
    connection.close()
    return path


def sqlite_type(column: str) -> str:
    return "REAL" if column in DECIMALS else "INTEGER" if column in COUNTS or column in FLAGS else "TEXT"


def sqlite_value(column: str, text: str, typed: bool) -> Any:
    value = typed_value(column, text) if typed else text
    return float(value) if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else value


def write_server(tables: Tables, url: str, typed: bool = True) -> str:
    """Any database that SQLAlchemy knows: tables are created (dropped first) and filled."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    made = {
        table: sa.Table(
            table, metadata, *(sa.Column(name, server_type(name, typed)) for name in columns_of(table, tables[table]))
        )
        for table in tables
    }
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table, rows in tables.items():
            values: list[Mapping[str, Any]] = [
                {name: typed_value(name, text) if typed else text for name, text in row.items()} for row in rows
            ]
            if values:
                connection.execute(sa.insert(made[table]), values)
    engine.dispose()
    return url


def server_type(column: str, typed: bool) -> Any:
    if typed and column in DAYS:
        return sa.Date()
    if typed and column in DECIMALS:
        return sa.Numeric(18, DECIMALS[column])
    if typed and column in COUNTS:
        return sa.BigInteger()
    return sa.Boolean() if typed and column in FLAGS else sa.String(120)

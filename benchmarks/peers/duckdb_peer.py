"""Peer DuckDB: joins and one grouping, in memory or on files; and its plain sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

from benchmarks.peers.rows import TABLES, IntegerRows, Work, plain_file, zstd_file

SQL = """
with decided as (
    select *, dense_rank() over (partition by patient, item, span order by service) as nth from {limited}
), paid as (
    select owner, item_row, difficulty_row, amount from {rows}
    union all
    select owner, item_row, difficulty_row, amount from decided
    where nth <= limit_count and counting_only = 0 and refund < 2
)
select (owner::integer * {categories} + category)::bigint as cell, count(*) filter (amount > 0) as services,
    sum(amount::bigint * equivalents * coefficient)::bigint as units
from paid join {items} using (item_row) join {difficulties} using (difficulty_row)
group by cell
"""
CELL_BITS = 20  # so many that owners x categories of the largest county measured fit
PLAIN_SUM = "select owner, sum(amount) from {rows} group by owner"


def in_memory(tables: IntegerRows) -> Work:
    """Prepare DuckDB on tables of its own in memory."""
    database = _database()
    for name in TABLES:
        _take(database, tables, name)
    text = SQL.format(categories=tables.categories, **{name: f"{name}_" for name in TABLES})
    return lambda: database.sql(text).to_arrow_table()


def from_files(folder: Path, categories: int) -> Work:
    """Prepare DuckDB on uncompressed Parquet files."""
    database = _database()
    text = SQL.format(categories=categories, **{name: f"'{plain_file(folder, name)}'" for name in TABLES})
    return lambda: database.sql(text).to_arrow_table()


def _sum_of_file(file: Path) -> Callable[[], object]:
    database = _database()
    text = PLAIN_SUM.format(rows=f"'{file}'")
    return lambda: database.sql(text).to_arrow_table()


def _sum_in_memory(tables: IntegerRows) -> Callable[[], object]:
    database = _database()
    _take(database, tables, "rows")
    text = PLAIN_SUM.format(rows="rows_")
    return lambda: database.sql(text).to_arrow_table()


# The least work that anything can do on the rows: DuckDB's sum per owner of one column, by where the column lies.
PLAIN_SUMS: Mapping[str, Callable[[IntegerRows, Path], Callable[[], object]]] = {
    "from zstd Parquet": lambda rows, folder: _sum_of_file(zstd_file(folder, "rows")),
    "from narrow uncompressed Parquet": lambda rows, folder: _sum_of_file(plain_file(folder, "rows")),
    "from its own table in memory": lambda rows, folder: _sum_in_memory(rows),
}


def _database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute("set preserve_insertion_order = false")
    database.execute(f"set perfect_ht_threshold = {CELL_BITS}")  # cells are counted in an array, not hashed
    return database


def _take(database: duckdb.DuckDBPyConnection, tables: IntegerRows, name: str) -> None:
    database.register("given", getattr(tables, name))
    database.execute(f"create table {name}_ as from given")
    database.unregister("given")

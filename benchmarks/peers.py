"""Peers: the same exact work in DuckDB, Polars and pandas, each on rows as it likes them.

The work: decide the limits (the first `limit_count` services of a patient and item in the calendar period), look up
equivalents, category and difficulty, price what is paid, and sum services and points exactly per owner and category.
The peers get more than they would find at a source: codes are integers already, the row of an item or a difficulty that
is in force is known, patients are numbered, the limit's period is a column, the services of the limited items are
numbered in order. Each looks up as it does fastest: DuckDB joins, Polars and pandas take by position. All three results
are checked equal to ours. Polars and pandas sum in 64 bits, which this data just fits; DuckDB in 128.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Callable

Cells: TypeAlias = pa.Table  # owner, category, services, units: int64, ordered by owner and category; units of 10**-14


TABLES = ("rows", "limited", "items", "difficulties")


@dataclass(frozen=True)
class IntegerRows:
    """Rows of a snapshot as integers.

    rows: owner, item_row, difficulty_row, amount; limited: the same and patient, item, span (the limit's calendar
    period), service (a number in order of date and record), limit_count, counting_only, refund (0 no, 1 yes, 2 in
    excess); items: item_row, category, equivalents; difficulties: difficulty_row, coefficient.
    """

    rows: pa.Table
    limited: pa.Table
    items: pa.Table
    difficulties: pa.Table

    def write(self, folder: Path) -> None:
        """Write the tables as Parquet files into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in TABLES:
            pq.write_table(getattr(self, name), folder / f"{name}.parquet", compression="zstd")


KEEP = ["owner", "item_row", "difficulty_row", "amount"]
SQL = """
with decided as (
    select *, dense_rank() over (partition by patient, item, span order by service) as nth from {limited}
), paid as (
    select owner, item_row, difficulty_row, amount from {rows}
    union all
    select owner, item_row, difficulty_row, amount from decided
    where nth <= limit_count and counting_only = 0 and refund < 2
)
select owner, category, count(*) filter (amount > 0) as services,
    sum(amount * equivalents * coefficient)::bigint as units
from paid join {items} using (item_row) join {difficulties} using (difficulty_row)
group by owner, category order by owner, category
"""


def duckdb_memory(tables: IntegerRows) -> Callable[[], Cells]:
    """Prepare DuckDB on tables of its own in memory."""
    database = duckdb.connect()
    for name in TABLES:
        database.register("given", getattr(tables, name))
        database.execute(f"create table {name}_ as from given")
    text = SQL.format(**{name: f"{name}_" for name in TABLES})
    return lambda: database.sql(text).to_arrow_table()


def duckdb_files(folder: Path) -> Callable[[], Cells]:
    """Prepare DuckDB from Parquet files."""
    database = duckdb.connect()
    text = SQL.format(**{name: f"'{folder / name}.parquet'" for name in TABLES})
    return lambda: database.sql(text).to_arrow_table()


def duckdb_plain_sum(folder: Path) -> Callable[[], object]:
    """Prepare the least work on the rows: DuckDB's sum per owner of one Parquet column."""
    database = duckdb.connect()
    text = f"select owner, sum(amount) from '{folder / 'rows.parquet'}' group by owner"
    return lambda: database.sql(text).to_arrow_table()


def _polars(rows: pl.LazyFrame, limited: pl.LazyFrame, items: pl.DataFrame, difficulties: pl.DataFrame) -> Cells:
    nth = pl.col("service").rank("dense").over("patient", "item", "span")
    decided = limited.filter(nth <= pl.col("limit_count")).filter(
        (pl.col("counting_only") == 0) & (pl.col("refund") < 2)
    )
    paid = pl.concat([rows.select(KEEP), decided.select(KEEP)]).select(
        "owner",
        pl.lit(items["category"]).gather(pl.col("item_row")).alias("category"),
        (pl.col("amount") > 0).alias("service"),
        pl.col("amount")
        * pl.lit(items["equivalents"]).gather(pl.col("item_row"))
        * pl.lit(difficulties["coefficient"]).gather(pl.col("difficulty_row")),
    )
    cells = paid.group_by("owner", "category").agg(
        services=pl.col("service").sum().cast(pl.Int64), units=pl.col("amount").sum()
    )
    return cells.sort("owner", "category").collect().to_arrow()


def polars_memory(tables: IntegerRows) -> Callable[[], Cells]:
    """Prepare Polars on frames in memory."""
    rows, limited, items, difficulties = (pl.DataFrame(getattr(tables, name)) for name in TABLES)
    return lambda: _polars(rows.lazy(), limited.lazy(), items, difficulties)


def polars_files(folder: Path) -> Callable[[], Cells]:
    """Prepare Polars from Parquet files, lazily."""
    rows, limited, items, difficulties = (folder / f"{name}.parquet" for name in TABLES)
    return lambda: _polars(
        pl.scan_parquet(rows), pl.scan_parquet(limited), pl.read_parquet(items), pl.read_parquet(difficulties)
    )


def _pandas(rows: pd.DataFrame, limited: pd.DataFrame, items: pd.DataFrame, difficulties: pd.DataFrame) -> Cells:
    ordered = limited.sort_values(["patient", "item", "span", "service"], kind="stable")
    first = (
        ordered[["patient", "item", "span", "service"]]
        .ne(ordered[["patient", "item", "span", "service"]].shift())
        .any(axis=1)
    )
    nth = first.astype("int64").groupby([ordered["patient"], ordered["item"], ordered["span"]], sort=False).cumsum()
    decided = ordered[(nth <= ordered["limit_count"]) & (ordered["counting_only"] == 0) & (ordered["refund"] < 2)]
    paid = pd.concat([rows[KEEP], decided[KEEP]], ignore_index=True)
    item, difficulty = paid["item_row"].to_numpy(), paid["difficulty_row"].to_numpy()
    equivalents, coefficient = items["equivalents"].to_numpy()[item], difficulties["coefficient"].to_numpy()[difficulty]
    work = pd.DataFrame(
        {
            "owner": paid["owner"],
            "category": items["category"].to_numpy()[item],
            "services": (paid["amount"] > 0).astype("int64"),
            "units": paid["amount"] * equivalents * coefficient,
        }
    )
    return pa.Table.from_pandas(work.groupby(["owner", "category"], as_index=False).sum(), preserve_index=False)


def pandas_memory(tables: IntegerRows) -> Callable[[], Cells]:
    """Prepare pandas on frames in memory."""
    frames = [getattr(tables, name).to_pandas() for name in TABLES]
    return lambda: _pandas(*frames)


def pandas_files(folder: Path) -> Callable[[], Cells]:
    """Prepare pandas from Parquet files."""
    return lambda: _pandas(*(pd.read_parquet(folder / f"{name}.parquet") for name in TABLES))


def same(cells: Cells, services: np.ndarray, points_micro: np.ndarray, categories: int) -> bool:
    """Check that a peer's cells, rounded half up to 6 decimals, are ours (owner x category)."""
    at = cells["owner"].to_numpy() * categories + cells["category"].to_numpy()
    units = cells["units"].to_numpy()
    stated = np.sign(units) * ((np.abs(units) + 50_000_000) // 100_000_000)
    theirs_services, theirs_points = np.zeros_like(services).ravel(), np.zeros_like(points_micro).ravel()
    theirs_services[at], theirs_points[at] = cells["services"].to_numpy(), stated
    return bool((theirs_services == services.ravel()).all() and (theirs_points == points_micro.ravel()).all())

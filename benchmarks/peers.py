"""The same exact work in DuckDB, Polars and pandas, each on the rows in its own favourite form.

The work: decide the limits (the first `limit_count` services of a patient and item in the calendar period), price
what is paid, and sum services and points exactly per owner and category. The peers get more than they would find at a
source: codes are integers already, patients are numbered, the limit's period is a column, the services of the limited
items are numbered in order, equivalents and difficulty are multiplied in advance. All three results are checked equal
to ours. Polars and pandas sum in 64 bits, which this data just fits; DuckDB in 128.
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


@dataclass(frozen=True)
class Coded:
    """The rows of a snapshot as integers.

    rows: owner, category, weight, amount; limited: the same and patient, item, span (the limit's calendar period),
    service (a number in order of date and record), limit_count, counting_only, refund (0 no, 1 yes, 2 in excess).
    """

    rows: pa.Table
    limited: pa.Table

    def write(self, folder: Path) -> None:
        """Both tables as Parquet files in the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(self.rows, folder / "rows.parquet", compression="zstd")
        pq.write_table(self.limited, folder / "limited.parquet", compression="zstd")


SQL = """
with decided as (
    select *, dense_rank() over (partition by patient, item, span order by service) as nth from {limited}
), paid as (
    select owner, category, weight, amount from {rows}
    union all
    select owner, category, weight, amount from decided where nth <= limit_count and counting_only = 0 and refund < 2
)
select owner, category, count(*) filter (amount > 0) as services, sum(amount * weight)::bigint as units
from paid group by owner, category order by owner, category
"""


def duckdb_memory(coded: Coded) -> Callable[[], Cells]:
    """DuckDB on tables of its own in memory."""
    database = duckdb.connect()
    rows, limited = coded.rows, coded.limited
    database.register("r", rows)
    database.register("l", limited)
    database.execute("create table rows as from r")
    database.execute("create table limited as from l")
    return lambda: database.sql(SQL.format(rows="rows", limited="limited")).to_arrow_table()


def duckdb_files(folder: Path) -> Callable[[], Cells]:
    """DuckDB from Parquet files."""
    database = duckdb.connect()
    text = SQL.format(rows=f"'{folder / 'rows.parquet'}'", limited=f"'{folder / 'limited.parquet'}'")
    return lambda: database.sql(text).to_arrow_table()


def duckdb_plain_sum(folder: Path) -> Callable[[], object]:
    """The least that anything can do with the rows: DuckDB's sum per owner of one column of the coded Parquet file."""
    database = duckdb.connect()
    text = f"select owner, sum(amount) from '{folder / 'rows.parquet'}' group by owner"
    return lambda: database.sql(text).to_arrow_table()


def _polars(rows: pl.LazyFrame, limited: pl.LazyFrame) -> Cells:
    keep = ["owner", "category", "weight", "amount"]
    nth = pl.col("service").rank("dense").over("patient", "item", "span")
    decided = limited.filter(nth <= pl.col("limit_count")).filter(
        (pl.col("counting_only") == 0) & (pl.col("refund") < 2)
    )
    paid = pl.concat([rows.select(keep), decided.select(keep)])
    cells = paid.group_by("owner", "category").agg(
        services=(pl.col("amount") > 0).sum().cast(pl.Int64), units=(pl.col("amount") * pl.col("weight")).sum()
    )
    return cells.sort("owner", "category").collect().to_arrow()


def polars_memory(coded: Coded) -> Callable[[], Cells]:
    """Polars on frames in memory."""
    rows, limited = pl.from_arrow(coded.rows), pl.from_arrow(coded.limited)
    assert isinstance(rows, pl.DataFrame)
    assert isinstance(limited, pl.DataFrame)
    return lambda: _polars(rows.lazy(), limited.lazy())


def polars_files(folder: Path) -> Callable[[], Cells]:
    """Polars from Parquet files, lazily."""
    return lambda: _polars(pl.scan_parquet(folder / "rows.parquet"), pl.scan_parquet(folder / "limited.parquet"))


def _pandas(rows: pd.DataFrame, limited: pd.DataFrame) -> Cells:
    ordered = limited.sort_values(["patient", "item", "span", "service"], kind="stable")
    first = (
        ordered[["patient", "item", "span", "service"]]
        .ne(ordered[["patient", "item", "span", "service"]].shift())
        .any(axis=1)
    )
    nth = first.astype("int64").groupby([ordered["patient"], ordered["item"], ordered["span"]], sort=False).cumsum()
    decided = ordered[(nth <= ordered["limit_count"]) & (ordered["counting_only"] == 0) & (ordered["refund"] < 2)]
    keep = ["owner", "category", "weight", "amount"]
    paid = pd.concat([rows[keep], decided[keep]], ignore_index=True)
    work = pd.DataFrame(
        {
            "owner": paid["owner"],
            "category": paid["category"],
            "services": (paid["amount"] > 0).astype("int64"),
            "units": paid["amount"] * paid["weight"],
        }
    )
    return pa.Table.from_pandas(work.groupby(["owner", "category"], as_index=False).sum(), preserve_index=False)


def pandas_memory(coded: Coded) -> Callable[[], Cells]:
    """pandas on frames in memory."""
    rows, limited = coded.rows.to_pandas(), coded.limited.to_pandas()
    return lambda: _pandas(rows, limited)


def pandas_files(folder: Path) -> Callable[[], Cells]:
    """pandas from Parquet files."""
    return lambda: _pandas(pd.read_parquet(folder / "rows.parquet"), pd.read_parquet(folder / "limited.parquet"))


def same(cells: Cells, services: np.ndarray, points_micro: np.ndarray, categories: int) -> bool:
    """Whether a peer's cells, stated at 6 decimals half up, are the product's (arrays by owner x category)."""
    at = cells["owner"].to_numpy() * categories + cells["category"].to_numpy()
    units = cells["units"].to_numpy()
    stated = np.sign(units) * ((np.abs(units) + 50_000_000) // 100_000_000)
    theirs_services, theirs_points = np.zeros_like(services).ravel(), np.zeros_like(points_micro).ravel()
    theirs_services[at], theirs_points[at] = cells["services"].to_numpy(), stated
    return bool((theirs_services == services.ravel()).all() and (theirs_points == points_micro.ravel()).all())

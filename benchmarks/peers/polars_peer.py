"""Peer Polars: one lazy query, streamed, on frames in memory or on Parquet files."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from benchmarks.peers.rows import KEEP, TABLES, Cells, IntegerRows, Work, plain_file


def in_memory(tables: IntegerRows) -> Work:
    """Prepare Polars on frames in memory."""
    rows, limited, items, difficulties = (pl.DataFrame(getattr(tables, name)) for name in TABLES)
    return lambda: _work(rows.lazy(), limited.lazy(), items, difficulties, tables.categories)


def from_files(folder: Path, categories: int) -> Work:
    """Prepare Polars on uncompressed Parquet files, lazily."""
    rows, limited, items, difficulties = (plain_file(folder, name) for name in TABLES)
    return lambda: _work(
        pl.scan_parquet(rows), pl.scan_parquet(limited), pl.read_parquet(items), pl.read_parquet(difficulties),
        categories,
    )  # fmt: skip


def _work(
    rows: pl.LazyFrame, limited: pl.LazyFrame, items: pl.DataFrame, difficulties: pl.DataFrame, categories: int
) -> Cells:
    nth = pl.col("service").rank("dense").over("patient", "item", "span")
    decided = limited.filter(nth <= pl.col("limit_count")).filter(
        (pl.col("counting_only") == 0) & (pl.col("refund") < 2)
    )
    category, equivalents = items["category"].cast(pl.UInt32), items["equivalents"].cast(pl.Int64)
    coefficient = difficulties["coefficient"].cast(pl.Int64)
    paid = pl.concat([rows.select(KEEP), decided.select(KEEP)]).select(
        (pl.col("owner").cast(pl.UInt32) * categories + pl.lit(category).gather(pl.col("item_row"))).alias("cell"),
        (pl.col("amount") > 0).alias("service"),
        pl.col("amount").cast(pl.Int64)
        * pl.lit(equivalents).gather(pl.col("item_row"))
        * pl.lit(coefficient).gather(pl.col("difficulty_row")),
    )
    cells = paid.group_by("cell").agg(services=pl.col("service").sum(), units=pl.col("amount").sum())
    whole = cells.select(pl.col("cell").cast(pl.Int64), pl.col("services").cast(pl.Int64), "units")
    return whole.collect(engine="streaming").to_arrow()

"""The demo county as a source database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
from adbc_driver_sqlite import dbapi

from batch.demo import records
from batch.demo.reference_tables import build_county
from batch.demo.tables import County
from batch.demo.vocabulary import Vocabulary
from batch.input_tables import BY_NAME, RECORD, Table
from payengine.periods import Period
from payengine.policy import Policy


def write_county(
    path: Path,
    *,
    records: int,
    staff: int,
    institutions: int,
    period: Period,
    seed: int,
    policy: Policy | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Write the county to a new SQLite file; memory does not grow with `records`.

    `records` is the number of rows dated in each month of the period; those of limited items since 1 January come on
    top. The county reports what `policy` asks for; without one, what the demo policy does.
    `progress` is told the rows written so far. The file appears under its name when it is whole. `UsageError` for
    a county too small to hold every case.
    """
    vocabulary = Vocabulary.by(policy, period) if policy else None
    county = build_county(staff, institutions, period, np.random.default_rng([seed, 0]), vocabulary)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial)) as database, database:
        # No journal: a torn file never gets its name.
        database.execute("pragma journal_mode = off")
        for name in (*county.tables, RECORD.name):
            database.execute(_create(BY_NAME[name]))
        for name, rows in county.tables.items():
            marks = ", ".join("?" * len(BY_NAME[name].required_columns))
            database.executemany(f'insert into "{name}" values ({marks})', rows)
    _write_records(partial, county, count=records, period=period, seed=seed, progress=progress)
    partial.replace(path)


def _create(table: Table) -> str:
    """Write the DDL of a table's required columns, all as text: a decimal stays what it is."""
    columns = ", ".join(f'"{column.name}" text not null' for column in table.required_columns)
    return f'create table "{table.name}" ({columns})'


def _write_records(
    path: Path,
    county: County,
    *,
    count: int,
    period: Period,
    seed: int,
    progress: Callable[[int], None] | None,
) -> None:
    written = 0
    with dbapi.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("pragma journal_mode = off")
        cursor.execute("pragma synchronous = off")
        for batch in records.stream(county, count, period, seed):
            cursor.adbc_ingest(RECORD.name, batch, mode="append")
            written += batch.num_rows
            if progress is not None:
                progress(written)

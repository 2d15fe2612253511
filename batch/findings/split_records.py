"""Findings of records whose rows are dated in different months.

A month compares the rows that it reads: rows of one record id in another month it does not see, and each month pays its
own. Only a pass over the whole source finds them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers_of, record_batch
from batch.findings.finding import GRAVE, MOST_SHOWN, Finding
from batch.findings.kinds import SPLIT_RECORD
from batch.freeze.sorting.duckdb_sort import sorter
from batch.input_tables import RECORD
from batch.sources import Binds, Source
from batch.values.parse import parse_batch
from payengine.periods import from_day_number
from payengine.texts import say

ALL_DATES = Binds(date(1, 1, 1), date(9999, 12, 31), date(1, 1, 1))
DATED = pa.schema([pa.field("record_id", pa.string()), pa.field("day", pa.int32()), pa.field("month", pa.int32())])
SPLIT = """
    select record_id, min(day) as first_day, max(day) as last_day from dated
    group by record_id having min(month) <> max(month) order by record_id
    """


def split_records(source: Source) -> list[Finding]:
    """Find the records of a source that have rows in more than one month.

    All are read, of whatever date. Rows whose date cannot be read are left out: they refuse the freeze of any month. A
    query that stands for the table is asked for all dates. `Refused` for a source that cannot be read.
    """
    count = 0
    first: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        sorter(Path(folder)) as sorting,
        sorting.given("dated", DATED, _dated(source)),
    ):
        for batch in sorting.stream(SPLIT):
            count += batch.num_rows
            first += batch.slice(0, MOST_SHOWN - len(first)).to_pylist()
    if not count:
        return []
    told = tuple(
        say("{record}: {day} and {other}", record=row["record_id"], day=from_day_number(row["first_day"]),
            other=from_day_number(row["last_day"]))
        for row in first
    )  # fmt: skip
    what = say("{n} record(s) have rows in more than one month, and each month pays its own", n=f"{count:,}")
    remedy = say("give different services different record ids, and the rows of one service one date")
    return [Finding(SPLIT_RECORD, GRAVE, count, what, told, remedy)]


def _dated(source: Source) -> Iterator[pa.RecordBatch]:
    for raw in source.read(RECORD.name, ALL_DATES):
        rows, faults = parse_batch(RECORD, raw)
        day = numbers_of(rows["service_date"], np.int32)
        months = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
        readable = np.ones(day.size, bool)
        for found in faults:
            if found.column.name == "service_date":
                readable[found.rows] = False
        dated = record_batch(DATED, record_id=rows["record_id"], day=day, month=months)
        yield dated.filter(pa.array(readable))

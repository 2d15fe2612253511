"""Counts of the source's records by month, the same from whatever holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from batch.freeze import freeze_period
from batch.snapshot.record_months import MonthCounts, RecordMonths
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from payengine.periods import Period, from_day_number
from tests.support import input_county, servers

OCTOBER = Period.parse("2026-10")
CONTENT = input_county.changed(
    service_record=[
        "+R0100|2062-10-05|I02|S01|A01|1|1|P01|",
        "+R0101|2025-12-31|I02|S01|A01|1|1|P01|",
        "+R0102|2026-11-01|I02|S01|A01|1|1|P01|",
        "+R0103|2026-09-30|I02|S01|A01|1|1|P01|",
        "+R0104|2019-02-28|I02|S01|A01|1|1|P01|R0001",
    ]
)
ROWS = {
    "2019-02": 1, "2025-12": 1, "2026-01": 1, "2026-03": 1, "2026-09": 1, "2026-10": 5, "2026-11": 2, "2062-10": 1,
}  # fmt: skip
LIMITED = {"2026-01": 1, "2026-03": 1}
FORMS: dict[str, Callable[[Path, ExitStack], dict[str, str]]] = {
    "csv": lambda folder, stack: input_county.csv_folder(folder / "input", content=CONTENT),
    "sqlite": lambda folder, stack: input_county.sqlite(folder / "his.sqlite", CONTENT),
    "duckdb": lambda folder, stack: input_county.duckdb_file(folder / "his.duckdb", CONTENT),
    "postgresql": lambda folder, stack: input_county.postgresql(
        stack.enter_context(servers.database("postgresql")), CONTENT
    ),
    "mariadb": lambda folder, stack: input_county.mariadb(stack.enter_context(servers.database("mariadb")), CONTENT),
}


def frozen(settings: SourceSettings, folder: Path) -> Snapshot:
    with open_source(settings, folder) as source:
        return freeze_period(source, OCTOBER, folder / "snapshots", patient_key=b"k" * 32)


@pytest.mark.parametrize("form", FORMS)
def test_the_rows_of_every_month_are_counted_from_every_source(form: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        settings = SourceSettings.parse(FORMS[form](tmp_path, stack))
        snapshot = frozen(settings, tmp_path)
    assert snapshot.record_months == RecordMonths(ROWS, LIMITED)
    assert "record_months" not in snapshot.logical


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_dates_kept_as_text_and_empty_reversals_are_counted_too(kind: str, tmp_path: Path) -> None:
    """A condition on a `reverses` that is NULL is neither true nor false."""
    with servers.database(kind) as url:
        settings = SourceSettings.parse(
            (input_county.postgresql if kind == "postgresql" else input_county.mariadb)(url, CONTENT)
        )
        engine = create_engine(url)
        using = " USING service_date::text" if kind == "postgresql" else ""
        change = f"ALTER COLUMN service_date TYPE varchar(40){using}"
        with engine.begin() as connection:
            if kind == "mariadb":
                change = "MODIFY service_date varchar(40)"
            connection.execute(text(f"ALTER TABLE service_record {change}"))
            connection.execute(text("UPDATE service_record SET reverses = NULL WHERE reverses = ''"))
        engine.dispose()
        snapshot = frozen(settings, tmp_path)
    assert snapshot.record_months == RecordMonths(ROWS, LIMITED)


def test_a_query_in_the_place_of_the_table_is_not_counted_as_the_table(tmp_path: Path) -> None:
    url = input_county.sqlite(tmp_path / "his.sqlite", CONTENT)["url"]
    query = "select * from service_record where service_date >= :first_day and service_date < :next_period"
    snapshot = frozen(SourceSettings(url=url, queries={"service_record": query}), tmp_path)
    assert snapshot.record_months == RecordMonths(
        {"2026-10": 5}, {}, is_whole=False, query={"binds": ["first_day", "next_period"], "asks_reversals": False}
    )


@given(st.lists(st.lists(st.integers(-700_000, 2_900_000) | st.integers(20_000, 20_400))))
def test_days_are_counted_by_their_months(batches: list[list[int]]) -> None:
    counts = MonthCounts()
    for days in batches:
        counts.add(np.array(days, np.int32))
    dates = [from_day_number(day) for days in batches for day in days]
    expected = Counter(f"{day.year:04}-{day.month:02}" for day in dates if day is not None)
    assert counts.by_month() == dict(sorted(expected.items()))
    assert date(1970, 1, 1) + timedelta(days=2_900_000) < date.max

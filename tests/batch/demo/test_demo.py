"""The demo county: the same for the same seed, of the size asked for, with every reason.

Every special case is in it too.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from batch.demo import records
from batch.demo.catalogue import ITEMS
from batch.demo.county import write_county
from batch.demo.reference_tables import build_county
from batch.input_tables import BY_NAME, REASONS, RECORD
from batch.workspace import Workspace
from payengine.errors import UsageError
from payengine.periods import Period

OCTOBER = Period.parse("2026-10")


def rows(path: Path, table: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f'select * from "{table}"').fetchall()


def write(
    path: Path, *, records: int = 3000, staff: int = 60, institutions: int = 10, period: Period = OCTOBER, seed: int = 1
) -> Path:
    write_county(path, records=records, staff=staff, institutions=institutions, period=period, seed=seed)
    return path


def test_a_seed_is_a_county(tmp_path: Path) -> None:
    first, again, other = (write(tmp_path / name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    for table in BY_NAME:
        if table in (
            "contract",
            "comparator",
            "calendar",
            "adjustment",
            "opening_balance",
            "service_summary",
            "second_distribution",
        ):
            continue
        assert rows(first, table) == rows(again, table)
    assert rows(first, RECORD.name) != rows(other, RECORD.name)


@pytest.mark.parametrize("count", [3000, 12_345])
def test_as_many_records_as_asked_for_are_dated_in_the_month(tmp_path: Path, count: int) -> None:
    found = rows(write(tmp_path / "county", records=count), RECORD.name)
    assert sum(1 for row in found if row[1].startswith("2026-10")) == count
    limited = {item.code for item in ITEMS if item.limit_count}
    assert {row[4] for row in found if not row[1].startswith("2026-10")} <= limited


def test_records_are_streamed_in_batches_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "CHUNK", 1000)
    county = build_county(60, 10, OCTOBER, np.random.default_rng(1))
    batches = list(records.stream(county, 5500, OCTOBER, 1))
    assert max(batch.num_rows for batch in batches) <= 1000
    assert pa.Table.from_batches(batches).num_rows >= 5500


@pytest.mark.parametrize("size", [{"institutions": 7}, {"staff": 39}])
def test_a_county_too_small_for_its_special_cases_is_refused(tmp_path: Path, size: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        write(tmp_path / "county", **size)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("month", ["2026-10", "2024-02", "2025-01"])
def test_every_reason_is_there_and_the_work_is_skewed(tmp_path: Path, month: str) -> None:
    """Every reason occurs a few times; much more is paid than refused.

    The busiest do far more than the least busy.
    """
    period = Period.parse(month)
    county = Workspace.create(
        tmp_path / "county", "demo", source='url = "sqlite:///source.sqlite"', patient="as given", own_layer=False
    )
    write(county.folder / "source.sqlite", records=6000, staff=40, institutions=8, period=period)
    county.freeze(period)
    results = county.run(period).results
    reasons = results.rejections["reason"].to_pylist()
    assert set(reasons) == set(REASONS)
    assert len(reasons) < 200
    work = results.workload.group_by("staff").aggregate([("services", "sum")])
    by_person = sorted(row["services_sum"] for row in work.to_pylist() if row["staff"])
    assert by_person[-1] > 5 * max(by_person[len(by_person) // 4], 1)


def test_the_special_cases_are_there(tmp_path: Path) -> None:
    """The county has the special cases.

    These are a change of post in mid month, a secondment, leave, teams, a changed price and a changed limit.
    """
    path = write(tmp_path / "county")
    engagements = rows(path, "engagement")
    staff = [row[0] for row in engagements]
    assert any(row[14] == "2026-10-16" for row in engagements)
    assert any(row[13] == "2026-10-16" for row in engagements)
    assert any(row[2] and row[2] != row[1] and staff.count(row[0]) == 2 for row in engagements)
    assert rows(path, "absence")
    assert rows(path, "team_member")
    changed = {row[0] for row in rows(path, "service_item") if row[7] == "2026-10-16"}
    assert len(changed) == 2


def test_illustrative_equivalents_say_so(tmp_path: Path) -> None:
    assert all("示例当量" in row[1] for row in rows(write(tmp_path / "county"), "service_item"))

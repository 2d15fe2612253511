"""Times of freezing beside its floor: fetching the same columns and sorting the same rows."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import floors, work
from benchmarks.conftest import SIZE

ROUNDS = 3


@pytest.mark.parametrize("source", ["parquet", "sqlite"])
@pytest.mark.benchmark(group="freeze")
def test_freeze(benchmark: BenchmarkFixture, request: pytest.FixtureRequest, folder: Path, source: str) -> None:
    out = folder / "again"
    place = request.getfixturevalue(source)
    made = benchmark.pedantic(
        partial(work.freeze, place, out),
        setup=partial(shutil.rmtree, out, ignore_errors=True),
        rounds=ROUNDS,
    )
    assert made.counts["read"] == SIZE.records


@pytest.mark.parametrize("source", ["parquet", "sqlite"])
@pytest.mark.benchmark(group="freeze")
def test_floor(benchmark: BenchmarkFixture, request: pytest.FixtureRequest, source: str) -> None:
    floor = (floors.of_parquet if source == "parquet" else floors.of_sqlite)(request.getfixturevalue(source))
    assert benchmark.pedantic(floor.fetch_and_sort, rounds=ROUNDS) is None

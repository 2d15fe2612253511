"""The county that the benchmarks share, of PAYENGINE_BENCHMARK_RECORDS (1,000,000) records."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batch.snapshot.snapshot import Snapshot
from benchmarks import county, work
from benchmarks.integer_rows import read_integer_rows
from benchmarks.peers import IntegerRows

SIZE = county.Size.of(int(os.environ.get("PAYENGINE_BENCHMARK_RECORDS", "1000000")))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="session")
def parquet(folder: Path) -> Path:
    county.write_parquet(folder / "parquet", SIZE)
    return folder / "parquet"


@pytest.fixture(scope="session")
def sqlite(folder: Path) -> Path:
    county.write_sqlite(folder / "county.sqlite", SIZE)
    return folder / "county.sqlite"


@pytest.fixture(scope="session")
def snapshot(parquet: Path, folder: Path) -> Snapshot:
    return work.freeze(parquet, folder / "snapshots")


@pytest.fixture(scope="session")
def rows(snapshot: Snapshot, folder: Path) -> IntegerRows:
    made = read_integer_rows(snapshot)
    made.write(folder / "integer_rows")
    return made

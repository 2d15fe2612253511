"""Times of the formula graph by number of people, and of starting."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from batch.snapshot.snapshot import Snapshot
from benchmarks.graph import Formulas, demo_county, graph_of_period
from benchmarks.measure import as_installed, first_record, start_seconds
from benchmarks.work import policy


@pytest.mark.benchmark(group="formula graph")
@pytest.mark.parametrize("engagements", [50_000, 100_000])
def test_graph(benchmark: BenchmarkFixture, snapshot: Snapshot, engagements: int) -> None:
    formulas = Formulas(snapshot, policy(), engagements)
    assert benchmark(formulas.evaluate) is not None


@pytest.mark.benchmark(group="formula graph of a region")
@pytest.mark.parametrize("period", ["2026-12", "2026"])
def test_graph_of_a_region(benchmark: BenchmarkFixture, folder: Path, period: str) -> None:
    """The history is added up in the first call, which does not count."""
    formulas = graph_of_period(demo_county(folder / "xining", "xining", 500, 50), period, 50_000)
    assert formulas.evaluate() is not None
    assert benchmark(formulas.evaluate) is not None


@pytest.mark.benchmark(group="start")
def test_help(benchmark: BenchmarkFixture, folder: Path) -> None:
    code = "import sys; sys.argv = ['payengine', '--help']\nfrom batch.cli import main; main()"
    assert benchmark.pedantic(partial(start_seconds, code, as_installed(folder / "bytecode")), rounds=5) > 0


@pytest.mark.benchmark(group="start")
def test_first_record(benchmark: BenchmarkFixture, folder: Path, snapshot: Snapshot) -> None:
    """A new process with warm kernels, up to a priced snapshot."""
    code = first_record(snapshot.path)
    assert benchmark.pedantic(partial(start_seconds, code, as_installed(folder / "bytecode")), rounds=5) > 0

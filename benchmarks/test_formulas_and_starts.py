"""The formula graph by the number of people, and how long it takes to begin."""

from __future__ import annotations

import os
from functools import partial

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from batch.snapshot import Snapshot
from benchmarks.graph import Formulas, policy
from benchmarks.measure import start_seconds


@pytest.mark.benchmark(group="formula graph")
@pytest.mark.parametrize("engagements", [50_000, 100_000])
def test_graph(benchmark: BenchmarkFixture, engagements: int) -> None:
    formulas = Formulas(policy(), engagements)
    assert benchmark(formulas.evaluate) is not None


@pytest.mark.benchmark(group="start")
def test_help(benchmark: BenchmarkFixture) -> None:
    code = "import sys; sys.argv = ['payengine', '--help']\nfrom batch.cli import main; main()"
    assert benchmark.pedantic(partial(start_seconds, code, dict(os.environ)), rounds=5) > 0


@pytest.mark.benchmark(group="start")
def test_first_record(benchmark: BenchmarkFixture, snapshot: Snapshot) -> None:
    """A new process with warm kernels, up to a priced snapshot."""
    code = f"from pathlib import Path\nfrom benchmarks.work import price\nprice(Path({str(snapshot.path)!r}))"
    assert benchmark.pedantic(partial(start_seconds, code, dict(os.environ)), rounds=5) > 0

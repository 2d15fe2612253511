"""Times of pricing: kernels alone, a run from a snapshot, the same exact work by the peers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from batch.pricing.limits import decide
from batch.pricing.price_snapshot import HOT, price_snapshot
from batch.snapshot.snapshot import Snapshot
from benchmarks import peers, work
from payengine.exact.points import PointSums, PriceTables


@pytest.mark.benchmark(group="kernels")
def test_price_kernel(benchmark: BenchmarkFixture, snapshot: Snapshot) -> None:
    """One thread, rows in memory."""
    coding = snapshot.coding
    tables = PriceTables(
        coding.priced_equivalents, coding.coefficient, coding.category_of_row, coding.owners, len(coding.categories)
    )
    batches = []
    for part in snapshot.hot_parts():
        with part.open() as reader:
            for number in range(reader.num_record_batches):
                batch = reader.get_batch(number)
                batches.append(tuple(batch.column(name).to_numpy().copy() for name in HOT))

    def price() -> PointSums:
        sums = PointSums(tables)
        for batch in batches:
            sums.add(*batch)
        return sums

    assert benchmark(price).rows == sum(len(batch[0]) for batch in batches)


@pytest.mark.benchmark(group="kernels")
def test_limit_kernel(benchmark: BenchmarkFixture, snapshot: Snapshot) -> None:
    """The rows of limited items, from the mapped file."""
    (part,) = snapshot.limited_parts()
    decided = benchmark(partial(decide, part, snapshot.coding))
    assert decided is not None


@pytest.mark.benchmark(group="the same exact work")
def test_run_from_a_snapshot(benchmark: BenchmarkFixture, snapshot: Snapshot) -> None:
    priced = benchmark(partial(work.price, snapshot.path))
    assert np.array_equal(priced.points_micro, price_snapshot(snapshot, threads=1).points_micro)


@pytest.mark.benchmark(group="the same exact work")
@pytest.mark.parametrize("name", peers.IN_MEMORY)
def test_peer_in_memory(benchmark: BenchmarkFixture, snapshot: Snapshot, rows: peers.IntegerRows, name: str) -> None:
    cells = benchmark(peers.IN_MEMORY[name](rows))
    priced = price_snapshot(snapshot)
    assert peers.same(cells, priced.services, priced.points_micro)


@pytest.mark.benchmark(group="the same exact work")
@pytest.mark.parametrize("name", peers.FROM_FILES)
def test_peer_from_files(
    benchmark: BenchmarkFixture, snapshot: Snapshot, rows: peers.IntegerRows, folder: Path, name: str
) -> None:
    cells = benchmark(peers.FROM_FILES[name](folder / "integer_rows", rows.categories))
    priced = price_snapshot(snapshot)
    assert peers.same(cells, priced.services, priced.points_micro)


@pytest.mark.benchmark(group="the same exact work")
@pytest.mark.parametrize("name", peers.PLAIN_SUMS)
def test_plain_sum(benchmark: BenchmarkFixture, rows: peers.IntegerRows, folder: Path, name: str) -> None:
    """The least that anything can do: DuckDB's sum of one column by owner."""
    assert benchmark(peers.PLAIN_SUMS[name](rows, folder / "integer_rows")) is not None


@pytest.mark.benchmark(group="a whole run")
def test_run_with_formulas(benchmark: BenchmarkFixture, snapshot: Snapshot) -> None:
    results = benchmark(partial(work.run, snapshot.path))
    assert results.pay_lines.num_rows

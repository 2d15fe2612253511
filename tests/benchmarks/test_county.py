"""County of the measurements, and the peers' results on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from batch.pricing.price_snapshot import PricedWork, price_snapshot
from batch.snapshot.snapshot import Snapshot
from benchmarks import county, work
from benchmarks.county import Size, popularity
from benchmarks.held_snapshot import HeldSnapshot
from benchmarks.integer_rows import read_integer_rows
from benchmarks.peers import FROM_FILES, IN_MEMORY, Cells, IntegerRows, numpy_peer, same

SIZE = Size(20_000, staff=120, institutions=20, items=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("county")
    county.write_parquet(made / "parquet", SIZE)
    return made


@pytest.fixture(scope="module")
def snapshot(folder: Path) -> Snapshot:
    return work.freeze(folder / "parquet", folder / "snapshots")


@pytest.fixture(scope="module")
def priced(snapshot: Snapshot) -> PricedWork:
    return price_snapshot(snapshot)


@pytest.fixture(scope="module")
def rows(snapshot: Snapshot, folder: Path) -> IntegerRows:
    made = read_integer_rows(snapshot)
    made.write(folder / "rows")
    return made


def test_files_and_databases_give_the_same_snapshot(folder: Path, snapshot: Snapshot) -> None:
    county.write_sqlite(folder / "county.sqlite", SIZE)
    assert work.freeze(folder / "county.sqlite", folder / "again").digest == snapshot.digest


def test_the_month_has_what_real_months_have(snapshot: Snapshot, priced: PricedWork) -> None:
    assert snapshot.counts["read"] == SIZE.records
    assert {"duplicate_row", "reversed", "absent"} <= snapshot.counts["rejected"].keys()
    assert snapshot.counts["limited"]
    assert any(len(refusals.rows) for refusals in priced.refused), "limits refuse some"
    assert priced.counts["refunds"]


def test_work_is_skewed_as_in_life() -> None:
    draws = popularity(400, np.random.default_rng(0).random(400_000))
    most = np.sort(np.bincount(draws, minlength=400))[::-1] / len(draws)
    harmonic = (1 / np.arange(1, 401)).sum()
    assert most[0] == pytest.approx(1 / harmonic, rel=0.02)
    assert most[9] == pytest.approx(0.1 / harmonic, rel=0.05)
    assert most[-1] > 0


def test_every_draw_is_an_item() -> None:
    draws = popularity(5, np.array([0, 0.5, np.nextafter(1, 0)]))
    assert ((draws >= 0) & (draws < 5)).all()


@pytest.mark.parametrize("name", IN_MEMORY)
def test_a_peer_gives_our_result_from_memory(name: str, rows: IntegerRows, priced: PricedWork) -> None:
    assert same(IN_MEMORY[name](rows)(), priced.services, priced.points_micro)


@pytest.mark.parametrize("name", FROM_FILES)
def test_a_peer_gives_our_result_from_files(name: str, folder: Path, rows: IntegerRows, priced: PricedWork) -> None:
    assert same(FROM_FILES[name](folder / "rows", rows.categories)(), priced.services, priced.points_micro)


def test_rows_held_in_memory_are_priced_alike(snapshot: Snapshot, priced: PricedWork) -> None:
    held = HeldSnapshot(snapshot)
    found = price_snapshot(held)
    assert np.array_equal(found.points_micro, priced.points_micro)
    assert np.array_equal(found.services, priced.services)


def test_numpy_adds_block_by_block(rows: IntegerRows, priced: PricedWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numpy_peer, "BLOCK", 997)
    assert same(IN_MEMORY["NumPy"](rows)(), priced.services, priced.points_micro)


def changed(cells: Cells, column: str, by: int) -> Cells:
    """Change one cell that has work."""
    values = cells[column].to_numpy().copy()
    values[int(np.flatnonzero(cells["services"].to_numpy())[0])] += by
    return cells.set_column(cells.column_names.index(column), column, [values])


@pytest.mark.parametrize(("column", "by"), [("services", 1), ("units", 10**8), ("units", -(10**8)), ("cell", 10**6)])
def test_another_result_is_not_the_same(column: str, by: int, rows: IntegerRows, priced: PricedWork) -> None:
    cells = IN_MEMORY["DuckDB"](rows)()
    assert not same(changed(cells, column, by), priced.services, priced.points_micro)


def test_a_missing_cell_is_not_the_same(rows: IntegerRows, priced: PricedWork) -> None:
    cells = IN_MEMORY["DuckDB"](rows)()
    at = int(np.flatnonzero(cells["services"].to_numpy())[0])
    assert not same(
        cells.filter(np.arange(len(cells)) != at), priced.services, priced.points_micro
    )  # fmt: skip

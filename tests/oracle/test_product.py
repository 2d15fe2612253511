"""The product against the oracle on random faulty counties.

They agree in every workload cell, rejection and line of money.

`PAYENGINE_ORACLE_SEEDS=1000-1500` (or a number: that many from 0) tries other seeds than the few of every day.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from batch.compute.compute import compute
from batch.freeze import freeze_period
from payengine.errors import Refused
from payengine.periods import Period
from tests.counties import County, county
from tests.counties.files import write_csv, write_duckdb, write_parquet, write_sqlite
from tests.support import product
from tests.support.against_oracle import differences
from tests.support.freeze_case import Given

POLICIES = (("demo", "by_point_price"), ("demo-point-value", "by_point_value"))


def seeds() -> range:
    """The seeds to try: `first-last`, or how many from 0."""
    first, _, last = os.environ.get("PAYENGINE_ORACLE_SEEDS", "24").rpartition("-")
    return range(int(first or 0), int(last) + bool(first))


def source(made: County, folder: Path) -> str:
    """The county in one kind of source, by its seed: the content of [source]."""
    folder.mkdir()
    place = "folder = 'input'"
    match made.seed % 7:
        case 0:
            write_csv(made.tables, folder / "input")
        case 1:
            write_csv(made.tables, folder / "input", "utf-8-sig")
        case 2:
            write_parquet(made.tables, folder / "input", typed=True)
        case 3:
            write_parquet(made.tables, folder / "input", typed=False)
        case 4:
            place = f"url = 'sqlite:///{write_sqlite(made.tables, folder / 'his.sqlite').name}'"
        case 5:
            place = f"url = 'sqlite:///{write_sqlite(made.tables, folder / 'his.sqlite', typed=True).name}'"
        case _:
            place = f"url = 'duckdb:///{write_duckdb(made.tables, folder / 'his.duckdb').name}'"
    return place


@pytest.mark.parametrize("seed", seeds())
def test_a_county_comes_out_the_same(seed: int, tmp_path: Path) -> None:
    """A county comes out the same from every kind of file source, under both policies.

    It goes through the workspace; some counties have a hold.
    """
    policy, workload_pay = POLICIES[seed // 2 % 2]
    made = county(seed, pool=workload_pay == "by_point_value")
    held = sorted({row["code"] for row in made.tables["institution"]})[: seed % 3 == 2]
    workspace = product.workspace(tmp_path / "county", source(made, tmp_path / "county"), policy)
    workspace.freeze(made.month)
    outcome = workspace.run(made.month, hold=dict.fromkeys(held, "scores missing"))
    assert not differences(made, outcome.results, workload_pay, held)


SMALL = {
    "BATCH_ROWS": 16, "PART_BATCHES": 2, "LIMITED_PART_ROWS": 32, "FEWEST_CELLS": 64, "MOST_CELLS": 64,
    "BATCHES_AT_ONCE": 1,
}  # fmt: skip


def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patch the sizes of `batch` wherever a module holds one.

    These are sizes of batches, parts, the counting filter and the spans of a worker thread.
    """
    modules = [module for name, module in sys.modules.items() if name.startswith("batch.")]
    for name, size in SMALL.items():
        holders = [module for module in modules if hasattr(module, name)]
        assert holders, f"no module of batch has {name} any more"
        for module in holders:
            monkeypatch.setattr(module, name, size)
    monkeypatch.setattr("batch.snapshot.part_writer.even.__defaults__", (SMALL["BATCH_ROWS"],))


@pytest.mark.parametrize("seed", [5, 11, 17])
def test_in_small_pieces_and_several_threads_it_is_the_same(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small pieces and several threads give the same results.

    Batches, parts, counting filter and spans are so small that records, patients and teams lie across all of their
    borders.
    """
    made = county(seed)
    in_small_pieces(monkeypatch)
    policy = product.workspace(tmp_path / "county", "folder = 'input'").policy()
    given = Given(made.tables, 23)
    snapshot = freeze_period(
        given, Period.parse(made.month), tmp_path / "snapshots", patient_key=None, privacy="as given"
    )
    assert len(snapshot.hot_parts()) > 2
    assert len(snapshot.limited_parts()) > 2
    assert not differences(made, compute(snapshot, policy, threads=3), "by_point_price")


def test_a_hold_lets_an_institution_without_scores_wait(tmp_path: Path) -> None:
    """A hold lets an institution without scores wait.

    Without it the run is refused, and names every indicator that is missing.
    """
    made = county(4)
    wanting = made.tables["institution"][0]["code"]
    scores = [row for row in made.tables["appraisal"] if row["institution"] != wanting]
    made = replace(made, tables=made.tables | {"appraisal": scores})
    workspace = product.workspace(tmp_path / "county", source(made, tmp_path / "county"))
    workspace.freeze(made.month)
    with pytest.raises(Refused) as refused:
        workspace.run(made.month)
    told = "\n".join(str(problem) for problem in refused.value.problems)
    assert all(indicator in told for indicator in ("workload", "quality", "ethics", "satisfaction"))
    assert wanting in told
    outcome = workspace.run(made.month, hold={wanting: "scores missing"})
    assert not differences(made, outcome.results, "by_point_price", [wanting])

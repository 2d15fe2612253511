"""Snapshots and ledgers of every form that was ever written are read, shown and replayed."""

from __future__ import annotations

import io
import json
import lzma
import shutil
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batch.arrow_columns import written_out
from batch.cli.root import root
from batch.compute.result_rows import workload_lines
from batch.inputs.roster import build_roster
from batch.ledger import Ledger
from batch.ledger.migrations.migrate import MIGRATIONS
from batch.pricing.price_snapshot import price_snapshot
from batch.reports.register import Names, register
from batch.snapshot.layout import READABLE, SCHEMA_VERSION
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine.periods import Period

FOLDER = Path(__file__).parents[1] / "stored_samples"
SAMPLES: Mapping[str, Any] = tomllib.loads((FOLDER / "samples.toml").read_text(encoding="utf-8"))
PACKS = sorted(FOLDER.glob("*.tar.xz"))


@dataclass(frozen=True)
class Sample:
    """Stored sample, unpacked, and what its program told of it."""

    told: Mapping[str, Any]
    workspace: Workspace

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    @property
    def snapshots(self) -> list[Snapshot]:
        return [Snapshot.open(file.parent) for file in sorted(self.folder.glob("snapshots/2*/*/manifest.json"))]


@cache
def packed(file: Path) -> bytes:
    return lzma.decompress(file.read_bytes())


def names_in(file: Path) -> set[str]:
    with tarfile.open(fileobj=io.BytesIO(packed(file))) as content:
        return {member.name.partition("/")[0] for member in content.getmembers()}


@pytest.fixture(scope="module", params=SAMPLES)
def unpacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    name, folder = str(request.param), tmp_path_factory.mktemp("sample")
    file = next(file for file in PACKS if name in names_in(file))
    with tarfile.open(fileobj=io.BytesIO(packed(file))) as content:
        chosen = [member for member in content.getmembers() if member.name.startswith(f"{name}/")]
        content.extractall(folder, chosen, filter="data")
    yield name, folder / name
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def sample(unpacked: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """The sample with its ledger brought forward, as the next command that writes does."""
    name, stored = unpacked
    folder = shutil.copytree(stored, tmp_path_factory.mktemp("county") / "county")
    workspace = Workspace(folder)
    Ledger.open(workspace.settings.ledger, folder).close()
    yield Sample(SAMPLES[name], workspace)
    shutil.rmtree(folder)


def call(folder: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(root, ["--workspace", str(folder), "--lang", "en", *words])
    assert result.exit_code == code, result.output + result.stderr
    return result


def test_every_version_has_a_stored_sample() -> None:
    """A new number needs its sample first: see tests/stored_samples/README.md."""
    assert {name for file in PACKS for name in names_in(file)} == set(SAMPLES)
    assert {one["schema"] for one in SAMPLES.values()} == set(READABLE) == set(range(1, SCHEMA_VERSION + 1))
    assert {one["ledger"] for one in SAMPLES.values()} == {each.number for each in MIGRATIONS}


def test_a_sample_is_of_the_versions_that_it_stands_for(unpacked: tuple[str, Path]) -> None:
    name, folder = unpacked
    schemas = [json.loads(file.read_text("utf-8"))["schema"] for file in folder.glob("snapshots/2*/*/manifest.json")]
    assert set(schemas) == {SAMPLES[name]["schema"]}
    if SAMPLES[name]["ledger"] < MIGRATIONS[-1].number:
        told = call(folder, "runs", code=6).stderr
        assert f"has schema version {SAMPLES[name]['ledger']}; this payengine reads version" in told
        assert "bring it forward with a command that writes" in told
    else:
        call(folder, "runs")


def test_ledger_and_snapshots_are_verified(sample: Sample) -> None:
    found = sample.workspace.verify(everything=True)
    assert found.snapshots == found.runs == found.publications >= len(sample.told["publications"])
    assert not found.missing


def test_the_figures_are_those_that_were_published(sample: Sample) -> None:
    for period, told in sample.told["publications"].items():
        total = register(sample.workspace.results(period), Names({}, {})).total
        assert total.gross_fen == told["gross"]
        if "paid" in told:
            assert (total.purchase_fen, total.services) == (told["purchase"], told["paid"])
        shown = json.loads(call(sample.folder, "--json", "show", period).output)
        assert shown["register"]["total"]["gross_fen"] == told["gross"]


def test_work_priced_again_is_the_work_that_was_paid(sample: Sample) -> None:
    """Points and rejections are the same whatever formulas say today."""
    for snapshot in sample.snapshots:
        if snapshot.period.kind != "month":
            continue
        stored = sample.workspace.results(str(snapshot.period))
        roster = build_roster(snapshot.coding, snapshot.table("institution"), snapshot.period, {})
        priced = price_snapshot(snapshot, {})
        assert written_out(workload_lines(priced, roster)).equals(stored.workload)
        assert priced.rejections.equals(stored.rejections)
        least = sample.told.get("least_rows", 10)
        assert stored.workload.num_rows >= least
        assert stored.rejections.num_rows >= least


def test_a_replay_gives_the_published_results(sample: Sample) -> None:
    for snapshot in sample.snapshots:
        period = str(snapshot.period)
        if sample.told["outcome"] == "identical":
            found = sample.workspace.replay(period)
            found.require_identical()
            assert found.differing == 0
            assert "every result is identical" in call(sample.folder, "replay", period).output
            line = sample.workspace.results(period).pay_lines.slice(0, 1).to_pylist()[0]
            call(sample.folder, "explain", period, "--staff", line["staff"], "--institution", line["institution"])
        else:
            told = call(sample.folder, "replay", period, code=4).stderr
            assert "cannot be computed again" in told
            assert "replay it with the version that made it" in told


def test_a_snapshot_that_lacks_what_formulas_read_makes_no_new_run(sample: Sample) -> None:
    lacking = [str(one.period) for one in sample.snapshots if not one.keeps_past_work]
    assert bool(lacking) == (sample.told["outcome"] == "refused")
    for period in lacking:
        told = call(sample.folder, "run", period, code=3).stderr
        assert "was frozen by an earlier payengine" in told
        assert "freeze the period again" in told


def form_of(snapshot: Snapshot) -> set[str]:
    """Name every part of a snapshot: entries of its manifest, columns with their types, files."""
    manifest, logical = snapshot.manifest, snapshot.logical
    others = {name: one for name, one in logical.items() if isinstance(one, dict) and "columns" in one}
    described = {**logical["tables"], **others}
    return {
        *manifest, *(f"frozen.{name}" for name in manifest["frozen"]), *(f"logical.{name}" for name in logical),
        *(f"counts.{name}" for name in snapshot.counts), *(name.partition("/")[0] for name in manifest["files"]),
        *(f"{table}.{column['name']} {column['type']}" for table, one in described.items() for column in one["columns"]
          if table != "hot"),  # whose widths are the county's own
        *(f"hot.{column['name']}" for column in logical["hot"]["columns"]),
    }  # fmt: skip


def test_what_a_freeze_writes_today_stands_in_a_sample(tmp_path: Path) -> None:
    """A form may change without a number, by a note or a column.

    It needs a sample all the same.
    """
    words = ("--records", "400", "--staff", "32", "--institutions", "8")
    result = CliRunner().invoke(root, ["demo", str(tmp_path / "today"), *words])
    assert result.exit_code == 0, result.stderr
    today = form_of(Snapshot.open(next((tmp_path / "today").glob("snapshots/2*/*/manifest.json")).parent))
    stored: list[set[str]] = []
    for file in PACKS:
        with tarfile.open(fileobj=io.BytesIO(packed(file))) as content:
            content.extractall(tmp_path / file.name, filter="data")
        stored += [form_of(Snapshot.open(one.parent)) for one in tmp_path.glob(f"{file.name}/*/snapshots/*/*/*.json")
                   if one.name == "manifest.json"]  # fmt: skip
    assert today in stored, min((today ^ form for form in stored), key=len)


def test_periods_of_the_samples() -> None:
    kinds = {Period.parse(period).kind for one in SAMPLES.values() for period in one["publications"]}
    assert kinds == {"month", "quarter"}

"""Work to measure; also `python -m benchmarks.work freeze|run ...` for peak memory."""

from __future__ import annotations

import sys
from pathlib import Path

from batch.compute.compute import compute
from batch.freeze import freeze_period
from batch.pricing.price_snapshot import price_snapshot
from batch.settings import policy_folders
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from benchmarks.county import PERIOD
from benchmarks.measure import own_peak
from payengine.policy import Policy, load_policy


def policy() -> Policy:
    """Load the demo policy with the categories of the measurements' county."""
    return load_policy("benchmark", [Path(__file__).parent / "policies", *policy_folders(Path())])


def source_of(place: Path) -> SourceSettings:
    """Describe a source: a folder of Parquet files, or a SQLite file."""
    return SourceSettings(folder=str(place)) if place.is_dir() else SourceSettings(url=f"sqlite:///{place}")


def freeze(place: Path, snapshots: Path) -> Snapshot:
    """Freeze the county at `place`."""
    with open_source(source_of(place), place.parent) as source:
        return freeze_period(source, PERIOD, snapshots, patient_key=b"k" * 32)


def price(path: Path) -> object:
    """Open a snapshot, read it, decide the limits, price, sum."""
    return price_snapshot(Snapshot.open(path))


def run(path: Path) -> object:
    """Compute everything that a run computes, formulas and listings included."""
    return compute(Snapshot.open(path), policy())


if __name__ == "__main__":
    what, *places = sys.argv[1:]
    if what == "freeze":
        freeze(Path(places[0]), Path(places[1]))
    else:
        run(Path(places[0]))
    print(own_peak())

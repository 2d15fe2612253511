"""Work to measure, here or by `python -m benchmarks.work WORK ...`.

There it is done in a process of its own, which tells of it in a line of JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from batch.audit.invariants import check
from batch.cli import absent_modules
from batch.compute.compute import compute
from batch.freeze import freeze_period
from batch.freeze.pipeline import Progress
from batch.ledger import Ledger
from batch.pricing.price_snapshot import price_snapshot
from batch.results import Results
from batch.run import policy_text
from batch.settings import policy_folders
from batch.snapshot.snapshot import Snapshot
from batch.source_texts import installed_sources
from batch.sources import SourceSettings, open_source
from batch.workspace import Workspace
from benchmarks.county import PERIOD
from benchmarks.measure import Parts, Side, own_peak, time_interleaved
from payengine.kernels.compile import warm_up
from payengine.policy import Policy, load_policy


def policy() -> Policy:
    """Load the demo policy with the categories of the measurements' county."""
    return load_policy("benchmark", [Path(__file__).parent / "policies", *policy_folders(Path())])


def source_of(place: Path) -> SourceSettings:
    """Describe a source: a folder of Parquet files, or a SQLite file."""
    return SourceSettings(folder=str(place)) if place.is_dir() else SourceSettings(url=f"sqlite:///{place}")


def freeze(place: Path, snapshots: Path, progress: Progress | None = None) -> Snapshot:
    """Freeze the county at `place`."""
    with open_source(source_of(place), place.parent) as source:
        return freeze_period(source, PERIOD, snapshots, patient_key=b"k" * 32, progress=progress)


class Stages:
    """Seconds of the stages that a piece of work tells of."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._begun = "", time.perf_counter()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take in the stage that goes on."""
        if stage != self._stage:
            self.end()
            self._stage = stage

    def end(self) -> None:
        """End the stage that goes on."""
        now = time.perf_counter()
        if self._stage:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + now - self._begun
        self._stage, self._begun = "", now


def price(path: Path) -> object:
    """Open a snapshot, read it, decide the limits, price, sum."""
    return price_snapshot(Snapshot.open(path))


def run(path: Path) -> Results:
    """Compute everything that a run computes, formulas and listings included."""
    return compute(Snapshot.open(path), policy())


def identities(results: Results) -> None:
    """Check what must agree in the results before they are stored."""
    check(results)


def store(ledger: Ledger, results: Results, rules: Policy, parts: Parts | None = None) -> None:
    """Stage results in a ledger and publish them."""
    parts = parts or Parts()
    with parts.part("stage"):
        ledger.stage(results, policy_text(rules), computed_by=installed_sources(), steps=rules.steps)
    with parts.part("publish"):
        ledger.publish(results.meta.run_id)


def new_ledger(url: str) -> Ledger:
    """Make a ledger, or open it, with a secret for the payslips' proofs as a workspace has one."""
    return Ledger.open(url, Path("/"), create=True, secret=lambda make: b"k" * 32)


# Work of a process of its own: a function of the texts behind its name, which tells what it counted.


def _freeze(place: str, snapshots: str) -> Mapping[str, Any]:
    shutil.rmtree(snapshots, ignore_errors=True)
    stages = Stages()
    frozen = freeze(Path(place), Path(snapshots), stages)
    stages.end()
    return {"records": frozen.counts["read"], "snapshot": str(frozen.path), "parts": stages.seconds}


def _price(path: str) -> Mapping[str, Any]:
    priced = price_snapshot(Snapshot.open(Path(path)))
    return {"services": int(priced.services.sum())}


def _run(path: str) -> Mapping[str, Any]:
    return {"pay_lines": run(Path(path)).pay_lines.num_rows}


def _store(path: str, url: str) -> Mapping[str, Any]:
    """Stage and publish; the seconds are without computing what is stored."""
    results, rules = run(Path(path)), policy()
    identities(results)
    with new_ledger(url) as ledger:
        start = time.perf_counter()
        store(ledger, results, rules)
        return {"seconds": time.perf_counter() - start, "pay_lines": results.pay_lines.num_rows}


def _month(folder: str, period: str) -> Mapping[str, Any]:
    """Freeze a published month of a workspace again, and compute it, with its history."""
    county = Workspace(folder)
    start = time.perf_counter()
    frozen = county.freeze(period)
    froze = time.perf_counter() - start
    outcome = county.run(period, dry_run=True)
    return {
        "freeze": froze, "run": time.perf_counter() - start - froze, "history": len(frozen.history()),
        "pay_lines": outcome.results.pay_lines.num_rows,
    }  # fmt: skip


def _graph(folder: str, period: str, engagements: str, rounds: str = "3") -> Mapping[str, Any]:
    """Evaluate a month of many engagements; then prepare, evaluate and list it.

    Each is done some times. The first time of each does not count.
    """
    from benchmarks.graph import graph_of_period

    formulas = graph_of_period(Workspace(folder), period, int(engagements))
    count = formulas.engagements
    evaluated = time_interleaved([Side("evaluate", formulas.evaluate)], int(rounds))["evaluate"]
    formulas.release()
    whole = time_interleaved([Side("whole", formulas.whole)], int(rounds))["whole"]
    return {
        "seconds": whole.least, "median": whole.median, "engagements": count,
        "evaluate": evaluated.least, "evaluate_median": evaluated.median,
    }  # fmt: skip


WORKS: Mapping[str, Callable[..., Mapping[str, Any]]] = {
    "freeze": _freeze, "price": _price, "run": _run, "store": _store, "month": _month, "graph": _graph,
}  # fmt: skip


if __name__ == "__main__":
    absent_modules.leave_out()  # as in the process of a command
    what, *arguments = sys.argv[1:]
    warm_up("batch.freeze", "batch.pricing.price_snapshot")
    begun = time.perf_counter()
    counted = WORKS[what](*arguments)
    print(json.dumps({"seconds": time.perf_counter() - begun, **counted, "peak_mb": own_peak()}))

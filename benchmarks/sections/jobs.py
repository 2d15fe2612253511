"""Section: a month from the source to the published ledger, beside its floors.

A job is what an office does: `Workspace.freeze`, `run`, `publish`, in a workspace without a snapshot and a ledger.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field

from batch.workspace import Workspace
from benchmarks import county, desk, floors, servers
from benchmarks.bench import Bench
from benchmarks.county import PERIOD
from benchmarks.figures import Goal
from benchmarks.measure import Parts, Side, time_interleaved
from payengine.kernels.compile import warm_up
from payengine.texts import say

GOAL_RECORDS = 10_000_000


def measure(bench: Bench) -> None:
    """Measure the job from Parquet, SQLite and, where it answers, PostgreSQL."""
    warm_up("batch.freeze", "batch.pricing.price_snapshot")
    _measure(bench, "Parquet", str(bench.parquet), floors.of_parquet(bench.parquet))
    _measure(bench, "SQLite", f"sqlite:///{bench.sqlite}", floors.of_sqlite(bench.sqlite))
    why = servers.missing()
    if why:
        bench.figures.note(f"No PostgreSQL at {servers.server().render_as_string()}: not a source here ({why})")
        return
    with servers.database() as url:
        bench.figures.say("writing the same county into PostgreSQL")
        county.write_postgresql(servers.plain(url), bench.size)
        _measure(bench, "PostgreSQL", servers.written(url), floors.of_postgresql(servers.plain(url)))


def _measure(bench: Bench, name: str, source: str, floor: floors.Floor) -> None:
    figures = bench.figures
    figures.say(f"the whole job from {name}, with its floors")
    job = _Job(desk.workspace(bench.folder / "job", source))
    job.accept(bench)
    rounds = 1 if bench.is_large else bench.few_rounds
    seconds = time_interleaved(
        [Side("job", job.do, job.clear), Side("sort", floor.fetch_and_sort), Side("fetch", floor.fetch)],
        rounds,
        warm_up=False,
    )
    job.clear()
    goal = None
    if name == "Parquet":
        goal = Goal(0.7, applies=bench.size.records >= GOAL_RECORDS, condition=f"at {GOAL_RECORDS:,}")
    sorting = f"DuckDB sorting in {floors.SORT_MEMORY}"
    what = f"{bench.size.records:,} records from {name} to a published SQLite ledger / fetching + {sorting}"
    figures.over(what, seconds["job"], seconds["sort"], goal)
    parts = job.parts.seconds(rounds)
    for part, took in parts.items():
        figures.seconds(f"of it, {part}, from {name}", took)
    froze = parts["freeze"]
    figures.over(f"freeze / (fetching + {sorting}, by record_id), from {name}", froze, seconds["sort"])
    figures.over(f"freeze / merely fetching, from {name}", froze, seconds["fetch"])


@dataclass
class _Job:
    """The job in a workspace, with the seconds of its parts."""

    made: Workspace
    parts: Parts = field(default_factory=Parts)
    accepted: desk.Acceptances = field(default_factory=list)

    def accept(self, bench: Bench) -> None:
        """Learn which findings there will be, from the workspace where the same month is published."""
        self.accepted = desk.acceptances(bench.month)

    def clear(self) -> None:
        """Remove snapshots and ledger."""
        shutil.rmtree(self.made.snapshots, ignore_errors=True)
        for file in self.made.folder.glob("ledger.sqlite*"):
            file.unlink()

    def do(self) -> None:
        """Freeze, run and publish the month."""
        with self.parts.part("freeze"):
            self.made.freeze(PERIOD)
        stages: list[tuple[str, float]] = []
        outcome = self.made.run(PERIOD, progress=lambda stage, _done, _all: stages.append((stage, time.perf_counter())))
        end = time.perf_counter()
        computing, storing = _begun(stages, say("computing")), _begun(stages, say("storing"))
        self.parts.add("computing with formulas, listings and identities", storing - computing)
        self.parts.add("stage", end - storing)
        with self.parts.part("publish with its check for what is implausible"):
            self.made.publish(outcome.run, self.accepted)


def _begun(stages: list[tuple[str, float]], named: str) -> float:
    return next(begun for stage, begun in stages if stage == named)

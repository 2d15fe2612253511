"""Formula graphs of any number of people: no record is priced, all else is as in a run.

A frozen county gives the people, amounts and published months; `Copies` gives each of them as often as it takes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.compute.compute import PreparedRun, prepare
from batch.inputs.history import HistoryInputs
from batch.inputs.provider import InputProvider, Workload
from batch.results import REJECTIONS, Results
from batch.snapshot.snapshot import Snapshot, find_snapshot
from batch.workspace import Workspace
from benchmarks.copies import Copies
from payengine.graph import INSTITUTION, STAFF, Evaluation
from payengine.periods import Period
from payengine.policy import Policy

DRAWN_RECORDS = 2000  # a month: they only make that there is work in every month


@dataclass(frozen=True)
class DrawnWork:
    """Drawn services and points, owners x categories, in place of priced ones.

    Nothing is rejected.
    """

    services: np.ndarray
    refunds: np.ndarray
    points_micro: np.ndarray
    rejections: pa.Table = field(default_factory=REJECTIONS.empty_table)
    counts: Mapping[str, int] = field(
        default_factory=lambda: dict.fromkeys(("paid", "refunds", "held", "counted_only", "held_rejected"), 0)
    )
    summaries: None = None

    @classmethod
    def of(cls, owners: int, categories: int) -> DrawnWork:
        """Draw work, always alike."""
        rng, cells = np.random.default_rng(3), (owners, categories)
        points = rng.integers(0, 90_000_000, cells, dtype=np.int64)
        return cls(rng.integers(0, 40, cells), np.zeros(cells, np.int64), points)


class InputsAtHand:
    """Inputs that are looked up once, as OpenFisca is given its own before it is timed."""

    def __init__(self, data: InputProvider) -> None:
        self._data = data
        self.frame = data.frame
        self.value = cache(data.value)

    def keys(self, axis: str) -> Sequence[str]:
        return self._data.keys(axis)


class Formulas:
    """The formula graph of a policy over about as many engagements, copied from a snapshot."""

    def __init__(self, snapshot: Snapshot, policy: Policy, engagements: int) -> None:
        self.people = Copies(snapshot, max(1, round(engagements / snapshot.coding.engagements.num_rows)))
        self.policy = policy
        self.run: PreparedRun = prepare(self.people, policy, {})  # type: ignore[arg-type]

    @property
    def engagements(self) -> int:
        return int(self.people.coding.engagements.num_rows)

    @property
    def lines(self) -> int:
        """Count the lines that the year's other runs published."""
        return len(self.people.history())

    @cached_property
    def work(self) -> Workload:
        """Give the work of its months to a settlement, drawn work to a month."""
        if self.run.settles:
            return self.run.history.work(self.run.categories)
        return self.drawn

    @cached_property
    def drawn(self) -> DrawnWork:
        """Draw work of a month; a settlement takes none of it."""
        return DrawnWork.of(self.people.coding.owners, len(self.run.categories))

    def evaluate(self) -> Evaluation:
        """Evaluate all outputs; inputs are looked up again, as in a run."""
        return self.run.graph.evaluate(self._inputs, self.run.period)

    @property
    def _inputs(self) -> InputProvider:
        run = self.run
        return InputProvider(run.tables, run.history, self.work, run.known, run.categories)

    @cached_property
    def _at_hand(self) -> InputsAtHand:
        return InputsAtHand(self._inputs)

    def evaluate_at_hand(self) -> Evaluation:
        """Evaluate all outputs on inputs that were looked up the first time."""
        return self.run.graph.evaluate(self._at_hand, self.run.period)

    def release(self) -> None:
        """Keep what `whole` needs and no more: tables as a snapshot has them, drawn work."""
        _ = self.drawn
        self.people = self.people.opened_anew()
        del self.run

    def whole(self) -> Results:
        """Do all that a run does beside pricing: code, check, evaluate, list."""
        run = prepare(self.people.opened_anew(), self.policy, {})  # type: ignore[arg-type]
        return run.finish(self.drawn)  # type: ignore[arg-type]

    def add_up_history(self) -> object:
        """Add up the lines of the year's other runs, as a run does once."""
        history = HistoryInputs.of(self.people, self.run.roster)  # type: ignore[arg-type]
        return [history.paid("before", "pay", level) for level in (STAFF, INSTITUTION)]


def demo_county(folder: Path, policy: str, staff: int, institutions: int, period: str = "2026") -> Workspace:
    """Make a policy's demo county with a period published, a year with its months."""
    if not folder.exists():
        code = "from batch.cli import main; main()"
        size = {
            "policy": policy, "period": period, "records": DRAWN_RECORDS, "staff": staff, "institutions": institutions,
        }  # fmt: skip
        options = [text for name, value in size.items() for text in (f"--{name}", str(value))]
        subprocess.run([sys.executable, "-c", code, "demo", str(folder), *options], check=True, capture_output=True)
    return Workspace(folder)


def graph_of_period(county: Workspace, period: str, engagements: int) -> Formulas:
    """Build the formula graph of a county's period."""
    return Formulas(find_snapshot(county.snapshots, Period.parse(period)), county.policy(), engagements)

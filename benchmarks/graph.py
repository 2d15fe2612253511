"""A run of a million engagements that is all formulas: people, amounts and points are drawn, no record is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from batch.coding import Coding
from batch.compute import Run, prepare
from batch.provide import Provided
from batch.snapshot import HISTORY, HISTORY_FIGURES, HISTORY_WORK
from batch.tables import BY_NAME, REFERENCE
from batch.values import parse_batch
from batch.workspace import policy_folders
from benchmarks.county import PERIOD, Size, reference
from payengine.policy import Policy, load_policy

INSTITUTIONS = 300


@dataclass(frozen=True)
class Work:
    """Drawn services and points, owners x categories."""

    services: np.ndarray
    refunds: np.ndarray
    points_micro: np.ndarray


class People:
    """What `prepare` and the graph read of a snapshot, made in memory."""

    period = PERIOD
    digest = "drawn"
    absent_tables: tuple[str, ...] = ()
    logical: Mapping[str, Mapping[str, Sequence[str]]] = MappingProxyType({"history": {"publications": ()}})

    def __init__(self, engagements: int) -> None:
        self._tables = _tables(engagements)

    def tables(self) -> dict[str, pa.Table]:
        return self._tables

    def history(self) -> pa.Table:
        return HISTORY.empty_table()

    def history_work(self) -> pa.Table:
        return HISTORY_WORK.empty_table()

    def history_figures(self) -> pa.Table:
        return HISTORY_FIGURES.empty_table()

    @cached_property
    def coding(self) -> Coding:
        return Coding.of(self._tables)


class Formulas:
    """The graph of a policy over drawn people: `evaluate` computes everything once."""

    def __init__(self, policy: Policy, engagements: int) -> None:
        people = People(engagements)
        self.run: Run = prepare(people, policy, {})  # type: ignore[arg-type]
        rng = np.random.default_rng(3)
        cells = (people.coding.owners, len(people.coding.categories))
        self.work = Work(
            rng.integers(0, 40, cells), np.zeros(cells, np.int64), rng.integers(0, 90_000_000, cells, dtype=np.int64)
        )

    def evaluate(self) -> object:
        """All outputs; inputs are looked up anew, as in a run."""
        data = Provided(self.run.tables, self.run.past, self.work, self.run.known)
        return self.run.graph.evaluate(data, PERIOD)


def _tables(engagements: int) -> dict[str, pa.Table]:
    """The measurements' county with this many people."""
    small = reference(Size(records=0, staff=INSTITUTIONS, institutions=INSTITUTIONS))
    number = pa.array(np.arange(engagements))
    people = pa.array([f"S{n:07}" for n in range(engagements)])
    place = np.arange(engagements) % INSTITUTIONS
    tables = {}
    for table in REFERENCE:
        columns = [column.name for column in table.columns]
        rows = small.get(table.name, [])
        if table.name in ("staff", "engagement", "pay_component"):
            # Every person is one of the small county's, under a number of its own.
            each = {"staff": 1, "engagement": 1, "pay_component": 4}[table.name]
            source = {
                name: pa.array([row[at] for row in rows[: INSTITUTIONS * each]]) for at, name in enumerate(columns)
            }
            index = (np.repeat(place, each) * each + np.tile(np.arange(each), engagements)).astype(np.int64)
            found = {name: values.take(pa.array(index)) for name, values in source.items()}
            found[columns[0]] = people.take(pa.array(np.repeat(number.to_numpy(), each)))
        else:
            found = {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(columns)}
        raw = pa.RecordBatch.from_pydict(found)
        typed, faults = parse_batch(BY_NAME[table.name], raw)
        assert not faults
        tables[table.name] = pa.Table.from_batches([typed])
    return tables


def policy() -> Policy:
    """The demo policy with the categories of the measurements' county."""
    return load_policy("benchmark", [Path(__file__).parent / "policies", *policy_folders(Path())])

"""A small county of a policy, run in memory with some of its input tables taken away.

The county is frozen once as a month and once as a year; a `Lacking` snapshot then shows the same freeze without rows of
some tables. What the year's months gave is the one month, twelve times over, so that a table is empty from the first
month on.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import batch.compute.compute as compute_module
import formulas
from batch.compute.compute import compute, prepare
from batch.demo.county import write_county
from batch.freeze import freeze_period
from batch.inputs.catalogue import BY_NAME
from batch.ledger.records import History, Publication
from batch.results import Results
from batch.snapshot.schemas import FIGURES, HISTORY, HISTORY_FIGURES, HISTORY_WORK, LINES, WORK
from batch.snapshot.snapshot import Snapshot
from batch.sources.open import open_source
from batch.sources.settings import SourceSettings
from payengine.errors import Refused
from payengine.graph import Graph, Rules
from payengine.periods import Period
from payengine.policy import Policy, load_policy

YEAR = Period.parse("2026")
MONTH = Period.parse("2026-10")
PERIODS: Mapping[str, Period] = {"month": MONTH, "quarter": Period.parse("2026-Q4"), "year": YEAR}
SIZE: Mapping[str, int] = {"records": 60, "staff": 40, "institutions": 8}


class Whole(Snapshot):
    """A snapshot whose tables are read once, for all that lack some of them."""

    def __init__(self, frozen: Snapshot) -> None:
        super().__init__(frozen.path, frozen.manifest)
        self._read: dict[str, pa.Table] = {}

    def table(self, name: str) -> pa.Table:
        if name not in self._read:
            self._read[name] = super().table(name)
        return self._read[name]


class Lacking(Snapshot):
    """A snapshot without the rows of some tables, and with another history.

    The tables `empty` have a header only, or with `absent` are not there. Nobody is engaged at the institutions
    `deserted`, which only a snapshot without records can show.
    """

    def __init__(
        self, whole: Snapshot, empty: Collection[str] = (), absent: bool = False, history: History | None = None,
        deserted: Collection[str] = (),
    ) -> None:  # fmt: skip
        super().__init__(whole.path, whole.manifest)
        self._whole = whole
        self._empty, self._absent, self._history, self._deserted = empty, absent, history, deserted

    @property
    def absent_tables(self) -> list[str]:
        return [*super().absent_tables, *(self._empty if self._absent else ())]

    def table(self, name: str) -> pa.Table:
        table = self._whole.table(name)
        if name == "engagement" and self._deserted:
            there = pc.is_in(table["institution"], value_set=pa.array(sorted(self._deserted)))
            table = table.filter(pc.invert(there))
        return table.slice(0, 0) if name in self._empty else table

    def _narrow_table(self, name: str) -> pa.Table:  # of these all other readings are made
        return self.table(name)

    def history(self) -> pa.Table:
        return self._whole.history() if self._history is None else self._history.lines

    def history_blocks(self) -> Iterator[pa.Table]:
        yield self.history()

    def history_work(self) -> pa.Table:
        return super().history_work() if self._history is None else self._history.work

    def history_figures(self) -> pa.Table:
        return super().history_figures() if self._history is None else self._history.figures


@contextmanager
def formulas_tried_once() -> Iterator[None]:
    """Build and try the formulas of a policy once for each kind of period.

    And for each list of categories. A trial sees no row of any table, so runs that differ in their rows only find the
    same; each run still computes every formula on its own rows.
    """
    made: dict[tuple[object, ...], tuple[Policy, Graph]] = {}
    build = compute_module._graph

    def graph(policy: Policy, period: Period, categories: Sequence[str], rules: Rules | None) -> Graph:
        key = id(policy), period, tuple(categories)
        if rules is not None:
            return build(policy, period, categories, rules)
        if key not in made:
            made[key] = policy, build(policy, period, categories, rules)  # the policy is kept, so its id stays its own
        return made[key][1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compute_module, "_graph", graph)
        patch.setattr(Graph, "check", cache(Graph.check))
        patch.setattr(Graph, "keys_tried", cache(Graph.keys_tried))
        yield


class PolicyCounty:
    """The county of one policy, frozen as a month, as quarters and as a year."""

    def __init__(self, name: str, folder: Path) -> None:
        self.policy: Policy = load_policy(name, [formulas.POLICIES])
        self.folder = folder
        write_county(folder / "source.sqlite", period=YEAR, seed=1, policy=self.policy, **SIZE)
        self._frozen: dict[str, Snapshot] = {}
        self._results: dict[str, Results] = {}

    def kinds(self) -> list[str]:
        """List the kinds of period in which the policy computes anything."""
        return [kind for kind in ("month", "quarter", "year") if self.policy.formulas(kind)[0]]

    def tables_read(self, kind: str) -> set[str]:
        """List the input tables that any formula of a kind of period reads."""
        run = prepare(self.frozen(PERIODS[kind]), self.policy, {})
        return {BY_NAME[name].table for name in run.graph.inputs_used}

    def frozen(self, period: Period, records: bool = True) -> Snapshot:
        """Freeze a period once; a settlement's months count as published."""
        key = f"{period} {records}"
        if key not in self._frozen:
            file = self.folder / ("source.sqlite" if records else "without_records.sqlite")
            if not file.exists():
                shutil.copy(self.folder / "source.sqlite", file)
                with closing(sqlite3.connect(file)) as database, database:
                    database.execute("delete from service_record")
            with open_source(SourceSettings(url=f"sqlite:///{file}"), self.folder) as source:
                frozen = freeze_period(
                    source, period, self.folder / "snapshots", patient_key=None, privacy="as given",
                    history=_published(period),
                )  # fmt: skip
            self._frozen[key] = Whole(frozen)
        return self._frozen[key]

    def run_without(self, tables: Collection[str], absent: bool) -> Results:
        """Freeze and compute a month of a source without some tables.

        They are `absent`, or have a header only.
        """
        file = self.folder / f"without_tables_{absent}.sqlite"
        shutil.copy(self.folder / "source.sqlite", file)
        with closing(sqlite3.connect(file)) as database, database:
            for table in tables:
                database.execute(f'drop table "{table}"' if absent else f'delete from "{table}"')
        with open_source(SourceSettings(url=f"sqlite:///{file}"), self.folder) as source:
            snapshot = freeze_period(source, MONTH, self.folder / file.stem, patient_key=None, privacy="as given")
        return compute(snapshot, self.policy, threads=1)

    def run(self, kind: str, empty: Collection[str] = (), absent: bool = False, **more: Any) -> Results:
        """Compute a period of a kind without the rows of some tables, its months likewise.

        `records=False`: no service record at all; `deserted`: institutions without staff; `holds`: those left out.
        """
        key = f"{kind} {sorted(empty)} {sorted(more.items())}"
        if kind == "year" or absent:
            return self._run(kind, empty, absent, **more)
        if key not in self._results:  # the months and quarters of a year are those that ran before it
            self._results[key] = self._run(kind, empty, absent, **more)
        return self._results[key]

    def _run(self, kind: str, empty: Collection[str], absent: bool, **more: Any) -> Results:
        holds, records = more.pop("holds", {}), more.pop("records", True)
        period = PERIODS[kind]
        history = None
        if kind != "month":
            given = {"holds": holds} if holds else {}
            history = self._before(kind, empty, given | ({} if records else {"records": records}) | more)
        snapshot = Lacking(self.frozen(period, records or kind != "month"), empty, absent, history, **more)
        return compute(snapshot, self.policy, holds, threads=1)

    def _before(self, kind: str, empty: Collection[str], more: Mapping[str, Any]) -> History:
        """Make the history of a settlement: one month for all, and one quarter for all of a year's.

        A month that needs the table had it; the settlement is tried all the same.
        """
        period = PERIODS[kind]
        gave = dict.fromkeys(period.months(), self._once("month", empty, more))
        if kind == "year" and "quarter" in self.kinds():
            gave |= dict.fromkeys(period.inner("quarter"), self._once("quarter", empty, more))
        return _history(gave)

    def _once(self, kind: str, empty: Collection[str], more: Mapping[str, Any]) -> Results:
        try:
            return self.run(kind, empty, **more)
        except Refused:
            if not empty:
                raise
            return self.run(kind, **more)


def _published(period: Period) -> History:
    """Make a history in which every period that is read is published, and empty."""
    found = sorted([*period.earlier(), *period.settled()], key=str)
    made = tuple(Publication(each, 1, "0" * 64, None, "", "2026-12-31T00:00:00", "test") for each in found)
    return History.of({}, made, ())


def _history(gave: Mapping[Period, Results]) -> History:
    """Make the history of what some periods gave."""
    lines, work, figures = [HISTORY.empty_table()], [HISTORY_WORK.empty_table()], [HISTORY_FIGURES.empty_table()]
    for period, results in gave.items():
        classes = {row["component"]: row["pay_class"] for row in results.components.to_pylist()}
        for kind, table in (("pay", results.pay_lines), ("statement", results.statement_lines)):
            pay_class = [classes[name] for name in table["component"].to_pylist()]
            lines.append(_of(period, table.append_column("pay_class", [pay_class]), HISTORY, kind))
        work.append(_of(period, results.workload, HISTORY_WORK))
        figures.append(_of(period, results.reports.filter(pc.field("level") != "staff"), HISTORY_FIGURES))
    tables = {LINES: lines, WORK: work, FIGURES: figures}
    return History.of({name: pa.concat_tables(found) for name, found in tables.items()}, (), ())


def _of(period: Period, table: pa.Table, schema: pa.Schema, kind: str = "") -> pa.Table:
    """Bring result rows into the form of the history; columns that they lack are ''."""
    constant = {"period": str(period), "kind": kind}
    columns = [
        table[name] if name in table.column_names else pa.array([constant.get(name, "")] * len(table), pa.string())
        for name in schema.names
    ]
    return pa.Table.from_arrays(columns, schema=schema)

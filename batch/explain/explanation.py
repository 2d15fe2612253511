"""Explanation of a run's figures: computed again, with everything recorded that is read.

It evaluates the same graph as the run. The figures of the subject must be those that are stored, to the last digit;
else there is no explanation but an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.added_reports import tables_to_compare
from batch.compute.compute import PreparedRun, prepare
from batch.explain.paid_work import ItemWork, RecordRow, by_item, rejected_of, rows_of
from batch.explain.parameter_reads import ParameterRead, ParameterReads
from batch.pricing.price_snapshot import price_snapshot
from batch.result_tables import LABEL, RESULT_TABLES
from batch.results import Meta, Results
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IdentityBroken, Problem, UsageError
from payengine.graph import ENGAGEMENT, Formula, Frame, Input, Level, Subject, Trace
from payengine.kernels.arrays import Int64
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.suggest import question
from payengine.texts import say

COMPARED = ("pay_lines", "statement_lines", "workload", "rejections", "reports", "department_reports")
MOST_TOLD = 20


@dataclass(frozen=True)
class Explanation:
    """Explanation of a person's pay, or of an institution's money.

    `stored` are the run's results as the ledger holds them, `trace` the steps of the computation, `parameters` the
    dated values behind each parameter that was read, `rows` the service records of the subject (paid or refused by the
    run, then rejected by the freeze). `same_engine` is False where the run was made by other code: the figures are
    equal all the same.
    """

    stored: Results
    institution: str
    staff: str
    trace: Trace
    parameters: Mapping[str, Sequence[ParameterRead]]
    rows: Sequence[RecordRow]
    roots: Sequence[str]
    same_engine: bool
    policy: Policy

    @property
    def meta(self) -> Meta:
        return self.stored.meta

    @property
    def items(self) -> list[ItemWork]:
        """Paid work added up by engagement, category and item."""
        return by_item(self.rows)

    def steps_from(self, roots: Sequence[str]) -> list[str]:
        """Name the figures that `roots` are made of, each once, a figure before what it is made of."""
        found: dict[str, None] = {}
        waiting = list(reversed(roots))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += reversed(self.operands(name))
        return list(found)

    def operands(self, name: str) -> list[str]:
        """Name what a figure was made of.

        Of a parameter whose value names figures: these.
        """
        if name in self.trace.steps:
            return [one.name for one in self.trace.steps[name].operands]
        figures = self.policy.parameters[name].figures if name in self.policy.parameters else ()
        named = dict.fromkeys(figure.partition("[")[0] for figure in figures)
        return [one for one in named if one in self.trace.steps or one in self.trace.given]


def explain(
    snapshot: Snapshot, policy: Policy, stored: Results, institutions: Sequence[str], staff: str = "",
    threads: int | None = None,
) -> list[Explanation]:  # fmt: skip
    """Explain the figures of a person at some institutions, or of institutions.

    One computation serves all.

    `snapshot` and `policy` are those of the run whose results are `stored`; no institution is held, the person is
    engaged at each. `IntegrityBroken` for a snapshot that is not what was frozen, `IdentityBroken` with each figure
    that is not the stored one.
    """
    with snapshot.verified():
        run = prepare(snapshot, policy, stored.meta.holds, doubts=[])  # it is stored: nothing is refused
        frame, divided = run.roster.frame, divided_lines(policy)
        places = [list(frame.institutions).index(institution) for institution in institutions]
        traces = [Trace(frame, subject_of(frame, place, staff), divided) for place in places]
        priced = price_snapshot(snapshot, run.holds, threads)
        computed = run.finish(priced, Traces(traces))
        work = run.history.work(run.categories) if run.settles else None
        reads = ParameterReads(policy, run.inputs(priced, work), run.period)
        found = []
        for institution, place, trace in zip(institutions, places, traces, strict=True):
            require_equal(stored, computed, institution, staff)
            parameters = {name: reads.of(each) for name, each in trace.given.items() if name in policy.parameters}
            rows = [] if run.settles else _records(snapshot, run, trace, institution, staff, place)
            found.append(
                Explanation(
                    stored, institution, staff, trace, parameters, rows, _roots(run, trace, staff),
                    computed.meta.run_id == stored.meta.run_id, policy,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class Traces:
    """Recorder of several traces of one computation."""

    traces: Sequence[Trace]

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        for trace in self.traces:
            trace.formula(formula, arguments, result)

    def input(self, name: str, value: Input) -> None:
        for trace in self.traces:
            trace.input(name, value)


def divided_lines(policy: Policy) -> dict[str, Level]:
    """Map the lines that share a declared pool to the pool's level.

    What they weigh is added up there.
    """
    found = {}
    for name, line in policy.components.items():
        pool = "" if line.calculation is None else line.calculation.pool.partition("[")[0]
        if pool in policy.figures:
            level = policy.figures[pool].calculation.level
            found[name] = Level[level.upper()] if level else Level.INSTITUTION
    return found


def subject_of(frame: Frame, place: int, staff: str) -> Subject:
    """Choose the rows of a person at an institution, or of the institution."""
    if not staff:
        return Subject.of_institution(frame, place)
    person = list(frame.staff_codes).index(staff)
    found = np.flatnonzero((frame.institution_of_staff == place) & (frame.staff == person))
    return Subject.of_staff(frame, int(found[0]))


def _records(
    snapshot: Snapshot, run: PreparedRun, trace: Trace, institution: str, staff: str, place: int
) -> list[RecordRow]:
    owners: Int64
    if staff:
        owners = run.roster.engagement[trace.subject.rows[ENGAGEMENT]]
    else:  # its own work, in no person's name
        owners = np.array([snapshot.coding.engagements.num_rows + int(run.roster.institution[place])], np.int64)
    return [*rows_of(snapshot, owners), *rejected_of(snapshot, institution, staff)]


def _roots(run: PreparedRun, trace: Trace, staff: str) -> list[str]:
    """Name the figures to begin with: what is paid, of an institution what is reported too."""
    policy = run.policy
    paid = policy.components if staff else policy.statements
    names = [name for name in paid if name in run.outputs and name in trace.steps]
    if not staff:
        names += [name for name in run.outputs if name in trace.steps and name not in policy.components]
    return list(dict.fromkeys(names))


def require_equal(stored: Results, computed: Results, institution: str, staff: str) -> None:
    """Raise `IdentityBroken` with each figure of a subject that is not the stored one."""
    problems = list(_differences(stored, computed, institution, staff))
    if problems:
        raise IdentityBroken(
            say("the figures of {who} are not those that were stored: {n} difference(s)",
                who=staff or institution, n=len(problems)),
            problems[:MOST_TOLD],
            remedy=say(
                "The run was made by other formulas or another engine, whose figures these are not: "
                "explain it with the version of payengine that made it."
            ),
        )  # fmt: skip


def _differences(stored: Results, computed: Results, institution: str, staff: str) -> Iterator[Problem]:
    """Compare the rows of the subject, its institution and the whole run."""
    before, (after, _) = stored.tables(), tables_to_compare(stored, computed)
    for name in COMPARED:
        columns = before[name].column_names
        keys = RESULT_TABLES[name].key
        columns = [column.name for column in RESULT_TABLES[name].columns if column.kind != LABEL]
        one, other = (_keyed(_of(table, institution, staff), keys, columns) for table in (before[name], after[name]))
        for key in sorted(one.keys() | other.keys()):
            if one.get(key) != other.get(key):
                what = say("stored {stored}, computed {computed}",
                           stored=_values(one.get(key)), computed=_values(other.get(key)))  # fmt: skip
                yield Problem(what, name, column=" ".join(part for part in key if part))


def _of(table: pa.Table, institution: str, staff: str) -> pa.Table:
    chosen = pc.is_in(table["institution"], value_set=pa.array([institution, ""]))
    if "staff" in table.column_names and staff:
        chosen = pc.and_(chosen, pc.is_in(table["staff"], value_set=pa.array([staff, ""])))
    return table.filter(chosen)


def _keyed(table: pa.Table, keys: Sequence[str], columns: Sequence[str]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    rows = table.to_pylist()
    rest = [column for column in columns if column not in keys]
    return {tuple(str(row[key]) for key in keys): tuple(row[column] for column in rest) for row in rows}


def _values(row: tuple[Any, ...] | None) -> str:
    return "-" if row is None else ", ".join(map(str, row))


def require_figure(explanations: Sequence[Explanation], name: str) -> None:
    """Raise `UsageError` for a figure that is in no explanation, with the nearest one."""
    known = {figure for one in explanations for figure in one.trace.steps}
    if name not in known:
        raise UsageError(say("no figure of this run is called {name}", name=name), remedy=question(name, known))


def calculation_of(policy: Policy, name: str) -> Calculation | None:
    """Find how the policy itself calculates a figure or a line; None where a formula does."""
    if name in policy.figures:
        return policy.figures[name].calculation
    line = policy.components.get(name) or policy.statements.get(name)
    return None if line is None else line.calculation

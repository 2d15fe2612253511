"""Cause by cause, the difference of two runs in the pay of a person or an institution.

Both runs are computed again from their snapshots and policies; their figures must be those that are stored. Between
them every line of pay is computed with some causes as they were and the others as they are (`counterfactual`), and each
cause gets its Shapley value (`shares`), so that the parts add up to the difference and no order is preferred.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.compute import PreparedRun, prepare
from batch.compute.result_rows import pay_lines, statement_lines
from batch.explain.causes import FLOOR_RULES, ORDER, Cause
from batch.explain.changes import Change, changes_of, formula_changes, record_changes, standing_change
from batch.explain.counterfactual import AFTER, BEFORE, Causes, Counterfactual, Side
from batch.explain.explanation import MOST_TOLD, Traces, divided_lines, subject_of
from batch.explain.late_records import late_records
from batch.explain.parameter_reads import ParameterReads
from batch.explain.shares import shapley, whole_fen
from batch.pricing.price_snapshot import PricedWork, price_snapshot
from batch.results import Meta
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IdentityBroken, PayengineError, Problem, UsageError
from payengine.graph import ENGAGEMENT, INSTITUTION, STAFF, Input, Level, Trace
from payengine.kernels.arrays import Int64
from payengine.policy import Policy
from payengine.texts import joined, say

PAY, STATEMENT = "pay", "statement"
JOINED, LEFT, HELD, NOT_HELD = "joined", "left", "held", "not_held"
TOGETHER = frozenset({Cause.PRICE, Cause.FORMULAS})  # told as one where they cannot be told apart


@dataclass(frozen=True)
class StoredLines:
    """Lines of a run as the ledger holds them, and its header: all that is compared."""

    meta: Meta
    pay_lines: pa.Table
    statement_lines: pa.Table


@dataclass(frozen=True)
class RunAsStored:
    """A run as the ledger and the workspace hold it."""

    snapshot: Snapshot
    policy: Policy
    results: StoredLines
    revision: int | None = None

    @property
    def meta(self) -> Meta:
        return self.results.meta


@dataclass(frozen=True)
class LineDifference:
    """Difference of one line of pay, in fen, with the part of each cause."""

    component: str
    label: str
    before_fen: int
    after_fen: int
    parts: Mapping[Cause, int]


@dataclass(frozen=True)
class Difference:
    """Difference in a person's pay at one institution, or in an institution's pay or statement.

    `standing` is `JOINED` or `LEFT` for who is in one of the runs only, `NOT_HELD` or `HELD` for an institution that
    the earlier or the later run left out; '' otherwise. `changes` say what changed, by cause.
    """

    what: str
    institution: str
    staff: str
    lines: Sequence[LineDifference]
    standing: str = ""
    changes: Sequence[Change] = ()

    @property
    def before_fen(self) -> int:
        return sum(line.before_fen for line in self.lines)

    @property
    def after_fen(self) -> int:
        return sum(line.after_fen for line in self.lines)

    @property
    def parts(self) -> dict[Cause, int]:
        """Parts in fen of the causes that have one."""
        return added(line.parts for line in self.lines)


@dataclass(frozen=True)
class Why:
    """Explanation of what changed the pay of a person or an institution between two runs.

    `differences` are by institution; `not_told_apart` gives, by line, the reason why its causes stand together under
    `OTHER`. `records_told_apart`: late and reversed records have a part of their own.
    """

    before: RunAsStored
    after: RunAsStored
    staff: str
    differences: Sequence[Difference]
    not_told_apart: Mapping[str, str] = field(default_factory=dict)
    records_told_apart: bool = False

    def of(self, what: str) -> list[Difference]:
        """List the differences in pay, or in statements."""
        return [one for one in self.differences if one.what == what]


def added(parts: Any) -> dict[Cause, int]:
    """Add up parts cause by cause, in the order in which causes are told; no part is 0."""
    total: dict[Cause, int] = defaultdict(int)
    for some in parts:
        for cause, fen in some.items():
            total[cause] += fen
    return {cause: total[cause] for cause in sorted(total, key=ORDER.__getitem__) if total[cause]}


def why(
    before: RunAsStored, after: RunAsStored, institutions: Sequence[str], staff: str = "", threads: int | None = None
) -> Why:
    """Explain the difference of two runs for a person, or for institutions.

    `institutions` are those at which the person is in either run.

    `UsageError` for periods of two kinds, `IntegrityBroken` for a snapshot that is not what was frozen,
    `IdentityBroken` where a figure computed again is not the stored one.
    """
    if before.meta.period.kind != after.meta.period.kind:
        raise UsageError(
            say("{one} and {other} are periods of two kinds", one=before.meta.period, other=after.meta.period),
            remedy=say("Compare a month with a month, a settlement with one of its kind."),
        )
    with before.snapshot.verified(), after.snapshot.verified():
        return _Comparison(before, after, institutions, staff, threads).why()


@dataclass(frozen=True)
class _Subject:
    """A person at an institution, or an institution; None in place of a run that lacks it."""

    institution: str
    staff: str
    rows: Sequence[Mapping[Level, Int64] | None]
    traces: Sequence[Trace | None]


class _Comparison:
    """Computation of both runs, of all subjects at once."""

    def __init__(
        self, before: RunAsStored, after: RunAsStored, institutions: Sequence[str], staff: str, threads: int | None
    ) -> None:
        self.stored = (before, after)
        self.staff = staff
        runs = [prepare(one.snapshot, one.policy, one.meta.holds, doubts=[]) for one in self.stored]  # both are stored
        self.subjects = [self._subject(runs, institution) for institution in institutions]
        priced = [price_snapshot(run.snapshot, run.holds, threads) for run in runs]
        sides = [self._side(place, run, work) for place, (run, work) in enumerate(zip(runs, priced, strict=True))]
        late = None
        is_revision = before.meta.period == after.meta.period and not runs[AFTER].settles
        if is_revision and before.meta.snapshot_digest != after.meta.snapshot_digest:
            late = late_records(before.snapshot, after.snapshot)
        if late is not None:
            sides = [replace(sides[BEFORE], chosen=late.gone), replace(sides[AFTER], chosen=late.came)]
        self.late = late
        self.sides = sides
        self.mixed = Counterfactual(sides[BEFORE], sides[AFTER])
        self.not_told_apart: dict[str, str] = {}

    def why(self) -> Why:
        """Make the comparison."""
        found = [self._differences(PAY)] if self.staff else [self._differences(PAY), self._differences(STATEMENT)]
        differences = [one for some in found for one in some]
        before, after = self.stored
        return Why(before, after, self.staff, differences, self.not_told_apart, self.late is not None)

    # Both runs as they are.

    def _subject(self, runs: Sequence[PreparedRun], institution: str) -> _Subject:
        rows: list[Mapping[Level, Int64] | None] = []
        traces: list[Trace | None] = []
        for run in runs:
            frame = run.roster.frame
            places = {code: place for place, code in enumerate(frame.institutions)}
            place = places.get(institution)
            if place is None or (self.staff and not _is_engaged(run, place, self.staff)):
                rows.append(None)
                traces.append(None)
                continue
            subject = subject_of(frame, place, self.staff)
            traces.append(Trace(frame, subject, divided_lines(run.policy)))
            chosen: Mapping[Level, Int64] = subject.rows
            if not self.staff:  # a trace only adds up the people of an institution
                people = np.flatnonzero(frame.institution_of_staff == place)
                posts = np.flatnonzero(np.isin(frame.staff_of_engagement, people))
                chosen = {ENGAGEMENT: posts, STAFF: people, INSTITUTION: np.array([place], np.int64)}
            rows.append(chosen)
        return _Subject(institution, self.staff, rows, traces)

    def _side(self, place: int, run: PreparedRun, priced: PricedWork) -> Side:
        """Evaluate a run with everything recorded, and compare its lines with the stored ones."""
        work = run.history.work(run.categories) if run.settles else None
        traces = [trace for one in self.subjects if (trace := one.traces[place]) is not None]
        evaluation = run.graph.evaluate(run.inputs(priced, work), run.period, Traces(traces))
        policy, day = run.policy, run.period.last_day
        paid = [policy.components[name] for name in run.outputs if name in policy.components]
        owed = [policy.statements[name] for name in run.outputs if name in policy.statements]
        stored = self.stored[place].results
        self._require_equal(stored.pay_lines, pay_lines(evaluation, paid, run.roster, day), place)
        if not self.staff:
            self._require_equal(stored.statement_lines, statement_lines(evaluation, owed, day), place)
        return Side(run, priced, evaluation)

    def _require_equal(self, stored: pa.Table, computed: pa.Table, place: int) -> None:
        """Raise `IdentityBroken` where the lines of the subjects are not those that are stored."""
        at = {one.institution for one in self.subjects}
        found = [_amounts(table, at, self.staff) for table in (stored, computed)]
        problems = [
            Problem(
                say("stored {stored}, computed {computed}",
                    stored=found[0].get(key, "-"), computed=found[1].get(key, "-")),
                "pay_line" if "staff" in stored.column_names else "statement_line", column=" ".join(filter(None, key)),
            )
            for key in sorted(found[0].keys() | found[1].keys()) if found[0].get(key) != found[1].get(key)
        ]  # fmt: skip
        if problems:
            meta = self.stored[place].meta
            raise IdentityBroken(
                say("the figures of {who} in run {run} are not those that were stored: {n} difference(s)",
                    who=self.staff or joined(sorted(at)), run=meta.run_id[:12], n=len(problems)),
                problems[:MOST_TOLD],
                remedy=say(
                    "The run was made by other formulas or another engine, whose figures these are not: "
                    "explain it with the version of payengine that made it."
                ),
            )  # fmt: skip

    # The difference.

    def _differences(self, what: str) -> list[Difference]:
        lines = self._lines(what)
        inside = [one for one in self.subjects if None not in one.rows]
        amounts = {line: self._line(line, inside) for line in lines}
        found = []
        for one in self.subjects:
            if None in one.rows:
                found.append(self._outside(one, what, lines))
            else:
                at = inside.index(one)
                of_lines = [amounts[line][at] for line in lines]
                found.append(
                    Difference(what, one.institution, one.staff, _not_empty(of_lines), "", self._changes(one, lines))
                )
        return found

    def _lines(self, what: str) -> dict[str, str]:
        """Map the lines that either run pays to their labels, in the later policy's order."""
        found: dict[str, str] = {}
        for side in (self.sides[AFTER], self.sides[BEFORE]):
            known = side.policy.components if what == PAY else side.policy.statements
            for name in side.run.outputs:
                if name in known:
                    found.setdefault(name, known[name].label)
        return found

    def _line(self, line: str, subjects: Sequence[_Subject]) -> list[LineDifference]:
        """Divide the difference of a line among its causes, for each subject."""
        causes = sorted(self.mixed.causes_of(line), key=ORDER.__getitem__)
        among = frozenset(causes)
        self.mixed.start_line()
        known: dict[Causes, list[int]] = {}

        def amounts(some: Causes) -> list[int]:
            if some not in known:
                known[some] = self._amounts(self.mixed.line(line, some, among), subjects)
            return known[some]

        ends = [self._amounts(side.evaluation.values.get(line), subjects) for side in self.sides]
        parts: list[dict[Cause, Fraction]] = []
        if not causes:  # nothing that is read differs, so neither does the line
            parts = [{Cause.OTHER: Fraction(now - old)} for old, now in zip(*ends, strict=True)]
        elif self._is_floor(line):
            parts = [{Cause.FLOORS: Fraction(now - old)} for old, now in zip(*ends, strict=True)]
        else:
            for groups in _ways_to_divide(causes):
                try:
                    parts = [_divided(groups, lambda some, at=at: amounts(some)[at]) for at in range(len(subjects))]
                    break
                except PayengineError as error:
                    self.not_told_apart[line] = say("; ").join(
                        [error.what, *(each.what for each in error.problems[:1])]
                    )
            else:
                parts = [{Cause.OTHER: Fraction(now - old)} for old, now in zip(*ends, strict=True)]
        label = self._lines_label(line)
        return [
            LineDifference(line, label, old, now, {
                cause: fen for cause, fen in whole_fen(shares, now - old).items() if fen
            })
            for shares, old, now in zip(parts, *ends, strict=True)
        ]  # fmt: skip

    def _lines_label(self, line: str) -> str:
        return {**self._lines(STATEMENT), **self._lines(PAY)}[line]

    def _is_floor(self, line: str) -> bool:
        rules = [side.formulas[line].function.__module__ for side in self.sides if line in side.formulas]
        return any(rule in FLOOR_RULES for rule in rules)

    def _amounts(self, value: Input | None, subjects: Sequence[_Subject]) -> list[int]:
        """Add up a line over the rows of each subject, in fen; 0 where the run has no such line."""
        if value is None:
            return [0] * len(subjects)
        place = AFTER if value.scope.frame is self.sides[AFTER].frame else BEFORE
        return [_sum(value, one.rows[place]) for one in subjects]

    def _outside(self, one: _Subject, what: str, lines: Mapping[str, str]) -> Difference:
        """Tell the difference of who is in one run only: all of it is that cause."""
        place = BEFORE if one.rows[AFTER] is None else AFTER
        held = one.institution in self.stored[1 - place].meta.holds
        cause = Cause.OTHER if held else Cause.ENGAGEMENT
        standing = (HELD if held else LEFT) if place == BEFORE else (NOT_HELD if held else JOINED)
        values, sign = self.sides[place].evaluation.values, 1 if place == AFTER else -1
        found = []
        for line, label in lines.items():
            rows = one.rows[place]
            fen = _sum(values[line], rows) if line in values and rows is not None else 0
            ends = (fen, 0) if place == BEFORE else (0, fen)
            found.append(LineDifference(line, label, *ends, {cause: sign * fen} if fen else {}))
        changes = [standing_change(cause, standing, self.sides[place], one.traces[place])]
        return Difference(what, one.institution, one.staff, _not_empty(found), standing, changes)

    def _changes(self, one: _Subject, lines: Mapping[str, str]) -> list[Change]:
        """List what changed of everything the lines of a subject are computed from."""
        traces = [trace for trace in one.traces if trace is not None]
        read = [self.mixed.read_by(lines, place) for place in (BEFORE, AFTER)]
        parameters = [ParameterReads(side.policy, side.inputs(side.run.known), side.run.period) for side in self.sides]
        found = [*changes_of(self.mixed, traces, read, parameters)]
        found += formula_changes(self.mixed, lines)
        if self.late is not None:
            found += record_changes(self.sides, one.rows, one.institution, one.staff)
        return sorted(found, key=lambda change: ORDER[change.cause])


def _is_engaged(run: PreparedRun, place: int, staff: str) -> bool:
    frame = run.roster.frame
    codes = list(frame.staff_codes)
    if staff not in codes:
        return False
    return bool(((frame.institution_of_staff == place) & (frame.staff == codes.index(staff))).any())


def _ways_to_divide(causes: Sequence[Cause]) -> list[list[Causes]]:
    """List what to try: every cause by itself, then values and formulas of the policy as one."""
    ways = [[frozenset({cause}) for cause in causes]]
    if set(causes) >= TOGETHER and len(causes) > len(TOGETHER):
        ways.append([TOGETHER, *(frozenset({cause}) for cause in causes if cause not in TOGETHER)])
    return ways


def _divided(groups: Sequence[Causes], amount: Any) -> dict[Cause, Fraction]:
    """Divide one difference among groups of causes; what several share is `OTHER`."""
    shares = shapley(groups, lambda some: amount(frozenset().union(*some)))
    return {(next(iter(group)) if len(group) == 1 else Cause.OTHER): share for group, share in shares.items()}


def _sum(value: Input, rows: Mapping[Level, Int64] | None) -> int:
    assert rows is not None
    return int(value.data.values[rows[value.level]].sum())


def _not_empty(lines: Sequence[LineDifference]) -> list[LineDifference]:
    return [line for line in lines if line.before_fen or line.after_fen]


def _amounts(table: pa.Table, institutions: set[str], staff: str) -> dict[tuple[str, ...], int]:
    """Map the keys of some lines to their amounts."""
    keys = [column for column in table.column_names if column != "amount_fen"]
    chosen = pc.is_in(table["institution"], value_set=pa.array(sorted(institutions)))
    if staff:
        chosen = pc.and_(chosen, pc.equal(table["staff"], staff))
    rows = table.filter(chosen).to_pylist()
    return {tuple(str(row[key]) for key in keys): row["amount_fen"] for row in rows}

"""Payslips of a run.

Computed once, compared with what is stored, and taken apart person by person.

Whatever is printed is held to the ledger before: the tables of the run, each component of the person, and the points by
item against the stored work. Where one differs there is no payslip but an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from batch.compute.added_reports import tables_to_compare
from batch.compute.compute import PreparedRun, prepare
from batch.explain.explanation import COMPARED, divided_lines, require_equal, subject_of
from batch.explain.paid_work import ItemWork
from batch.inputs.history_lines import BEFORE
from batch.payslips.item_work import points_by_category, work_by_item
from batch.payslips.recording import Recording
from batch.pricing.price_snapshot import price_snapshot
from batch.result_tables import LABEL, RESULT_TABLES
from batch.results import Results
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IdentityBroken, Problem
from payengine.exact.amounts import decimal_text
from payengine.graph import DEPARTMENT, ENGAGEMENT, STAFF, Level, Trace
from payengine.kernels.arrays import Int64
from payengine.periods import from_day_number
from payengine.policy import Policy
from payengine.policy.model import PAY
from payengine.texts import say

DEEPEST = 4  # steps from a component down: what lies deeper is told by `payengine explain`
FEWEST = 3  # persons whose sums are printed: less would tell of one another
CASE = "case["
MICRO = 10**6

Place = tuple[str, str]  # institution, staff


@dataclass(frozen=True)
class Engagement:
    """Engagement that a payslip pays: first day, department and title as the input names them."""

    engaged_from: str
    department: str
    title: str


@dataclass(frozen=True)
class Payslip:
    """Pay of one person at one institution in one run.

    `lines` are the stored ones with label and class, `components` those of them in the policy's order; `trace` holds
    what each was computed from. `work` is the paid work by item, `unpaid` the number of rejected rows by reason,
    `cases` the adjustments that name a case, `before_fen` what the year's earlier runs paid here (None without a
    history). `small` are the levels on which the figures of others could be read from a sum.
    """

    institution: str
    staff: str
    lines: Sequence[Mapping[str, Any]]
    components: Sequence[str]
    trace: Trace
    work: Sequence[ItemWork]
    unpaid: Mapping[str, int]
    cases: Sequence[Mapping[str, Any]]
    engagements: Sequence[Engagement]
    before_fen: int | None
    small: Mapping[Level, int]

    @property
    def due_fen(self) -> int:
        return sum(line["amount_fen"] for line in self.lines)


def places_paid(stored: Results, institution: str = "") -> list[Place]:
    """List who has a line or work in a run, at one institution or at all.

    By institution and person.
    """
    found: set[Place] = set()
    for table in (stored.pay_lines, stored.workload):
        found.update(zip(table["institution"].to_pylist(), table["staff"].to_pylist(), strict=True))
    chosen = [place for place in found if place[1] and institution in ("", place[0])]
    return sorted(chosen, key=lambda place: (place[0].encode(), place[1].encode()))


def payslips(
    snapshot: Snapshot, policy: Policy, stored: Results, places: Sequence[Place], threads: int | None = None
) -> Iterator[Payslip]:
    """Make the payslips of some persons, in the order of `places`; one computation serves all.

    `IntegrityBroken` for a snapshot that is not what was frozen, `IdentityBroken` with each figure that is not the
    stored one.
    """
    with snapshot.verified():
        run = prepare(snapshot, policy, stored.meta.holds, doubts=[])  # it is stored: nothing is refused
        recording = Recording()
        computed = run.finish(price_snapshot(snapshot, run.holds, threads), recording)
        if not _same_tables(stored, computed):
            for institution, staff in places:
                require_equal(stored, computed, institution, staff)
        yield from _Maker(run, policy, stored, recording).make(places)


def _same_tables(stored: Results, computed: Results) -> bool:
    """Tell if the whole run is the stored one, row for row; labels are words."""
    before, (after, _) = stored.tables(), tables_to_compare(stored, computed)
    for name in COMPARED:
        columns = [column.name for column in RESULT_TABLES[name].columns if column.kind != LABEL]
        if not before[name].select(columns).equals(after[name].select(columns)):
            return False
    return True


class _Maker:
    """Maker of the payslips of one computation."""

    def __init__(self, run: PreparedRun, policy: Policy, stored: Results, recording: Recording) -> None:
        self.run, self.policy, self.recording = run, policy, recording
        self.frame = run.roster.frame
        self.divided = divided_lines(policy)
        self.components = [name for name in policy.components if name in run.outputs]
        self.names = recording.names_from(self.components, DEEPEST)
        self.lines = _ByPlace(stored.pay_lines)
        self.workload = _ByPlace(stored.workload)
        self.rejections = _ByPlace(stored.rejections)
        self.reports = _ByPlace(stored.reports)
        self.described = {row["component"]: row for row in stored.components.to_pylist() if row["kind"] == PAY}
        before = run.history.paid(BEFORE, PAY, STAFF)
        self.before: Int64 | None = before if before.any() else None

    def make(self, places: Sequence[Place]) -> Iterator[Payslip]:
        subjects = [subject_of(self.frame, list(self.frame.institutions).index(at), who) for at, who in places]
        owners = [self.run.roster.engagement[subject.rows[ENGAGEMENT]] for subject in subjects]
        work: dict[int, list[ItemWork]] = {}
        if not self.run.settles and owners:
            work = work_by_item(self.run.snapshot, np.concatenate(owners))
        for place, subject, mine in zip(places, subjects, owners, strict=True):
            trace = self.recording.trace(self.frame, subject, self.divided, self.names)
            lines = self._labelled(place)
            items = [one for owner in mine.tolist() for one in work.get(owner, [])]
            problems = [
                *self._other_amounts(trace, lines),
                *([] if self.run.settles else self._other_work(place, items)),
            ]
            if problems:
                raise IdentityBroken(
                    say("the payslip of {staff} at {institution} does not add up to what is stored: {n} difference(s)",
                        staff=place[1], institution=place[0], n=len(problems)), problems,
                )  # fmt: skip
            row = int(subject.rows[STAFF][0])
            paid = {line["component"] for line in lines}
            yield Payslip(
                *place, lines, [name for name in self.components if name in paid], trace, items,
                self._unpaid(place), self._cases(place), self._engagements(mine),
                None if self.before is None else int(self.before[row]), self._small(row, subject.rows[DEPARTMENT]),
            )  # fmt: skip

    def _labelled(self, place: Place) -> list[Mapping[str, Any]]:
        order = {name: number for number, name in enumerate(self.described)}
        found = [
            {**line, "label": self.described[line["component"]]["label"],
             "pay_class": self.described[line["component"]]["pay_class"]}
            for line in self.lines.of(place)
        ]  # fmt: skip
        return sorted(found, key=lambda line: (line["engagement_from"], order[line["component"]]))

    def _other_amounts(self, trace: Trace, lines: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
        """Find components whose figures, as they are traced, are not the stored lines."""
        for name in self.components:
            stored = sum(line["amount_fen"] for line in lines if line["component"] == name)
            cells = trace.steps[name].cells if name in trace.steps else ()
            traced = sum(int(Decimal(cell.value) * 100) for cell in cells if cell.value is not None)
            if stored != traced:
                yield Problem(
                    say("stored {stored}, computed {computed}",
                        stored=decimal_text(stored, 2), computed=decimal_text(traced, 2)), "pay_lines", column=name,
                )  # fmt: skip

    def _other_work(self, place: Place, items: Sequence[ItemWork]) -> Iterator[Problem]:
        """Find categories whose points by item do not add up to the stored work."""
        stored: dict[str, tuple[int, int]] = {}
        for row in self.workload.of(place):
            services, points = stored.get(row["category"], (0, 0))
            stored[row["category"]] = (services + row["services"], points + row["points_micro"])
        computed: dict[str, tuple[int, int]] = {}
        for day in dict.fromkeys(one.engaged_from for one in items):  # points are stated for each engagement
            here = [one for one in items if one.engaged_from == day]
            for category, exact in points_by_category(here).items():
                before = computed.get(category, (0, 0))
                services = sum(one.rows for one in here if one.category == category)
                computed[category] = (before[0] + services, before[1] + _stated(exact))
        for category in sorted(stored.keys() | computed.keys()):
            one, other = stored.get(category, (0, 0)), computed.get(category, (0, 0))
            if one != other:
                what = say("stored {stored}, computed {computed}", stored=f"{one[0]}, {decimal_text(one[1], 6)}",
                           computed=f"{other[0]}, {decimal_text(other[1], 6)}")  # fmt: skip
                yield Problem(what, "workload", column=category)

    def _unpaid(self, place: Place) -> dict[str, int]:
        found: dict[str, int] = {}
        for row in self.rejections.of(place):
            found[row["reason"]] = found.get(row["reason"], 0) + 1
        return found

    def _cases(self, place: Place) -> list[Mapping[str, Any]]:
        return [row for row in self.reports.of(place) if row["level"] == "staff" and row["name"].startswith(CASE)]

    def _engagements(self, owners: Int64) -> list[Engagement]:
        table = self.run.snapshot.coding.engagements.take(pa.array(owners))
        return [
            Engagement(str(from_day_number(row["from"])), row.get("department", ""), row.get("title", ""))
            for row in table.to_pylist()
        ]

    def _small(self, row: int, departments: Int64) -> dict[Level, int]:
        """Count the engagements of institution and departments, where few persons share them."""
        found: dict[Level, int] = {}
        there = self.frame.institution_of_staff == self.frame.institution_of_staff[row]
        if int(there.sum()) < FEWEST:
            found[Level.INSTITUTION] = int(there[self.frame.staff_of_engagement].sum())
        of_engagement = self.frame.parent(ENGAGEMENT, DEPARTMENT)
        for department in departments.tolist():
            members = self.frame.staff_of_engagement[of_engagement == department]
            if len(np.unique(members)) < FEWEST:
                found[DEPARTMENT] = max(found.get(DEPARTMENT, 0), len(members))
        return found


def _stated(points: Fraction) -> int:
    """State points in millionths, half away from zero, as the run does."""
    units = abs(points) * MICRO
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return -whole if points < 0 else whole


class _ByPlace:
    """Rows of a table by (institution, staff), found without looking at all of them."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.rows: dict[Place, list[int]] = {}
        pairs = zip(table["institution"].to_pylist(), table["staff"].to_pylist(), strict=True)
        for number, place in enumerate(pairs):
            self.rows.setdefault(place, []).append(number)

    def of(self, place: Place) -> list[dict[str, Any]]:
        return self.table.take(pa.array(self.rows.get(place, []), pa.int64())).to_pylist()  # type: ignore[no-any-return]

"""Absences that block services: days and person-months, by kind.

A day on which two kinds of absence meet counts once, for the kind that the policy names first (kinds that it does not
name come last, by their bytes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.inputs.person_months import first_of_each, parts_of_whole
from batch.inputs.roster import Roster
from batch.inputs.working_days import WorkingDays
from payengine.exact import Exact
from payengine.graph import Absence, Column, KeyedInput, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import Period, day_number


def calendar_days(start: Int64, until: Int64) -> Int64:
    """Count all days from `start` to before `until`."""
    return until - start


class AbsenceInterval(NamedTuple):
    """Absence of a person (an index of the coding) from `start` to before `until`."""

    person: int
    kind: str
    start: int
    until: int


class Absences:
    """Absences of a run's people in its period, no day of a person twice."""

    def __init__(
        self, roster: Roster, table: pa.Table | None, kinds: Sequence[str], calendar: pa.Table | None = None
    ) -> None:
        """Read the tables `absence` and `calendar`; `kinds` are the policy's, in its order."""
        self.roster = roster
        self.calendar = WorkingDays(roster, calendar)
        self.away = tuple(_once(_in_period(roster, table, kinds))) if table is not None else ()

    def days(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Count days away per engagement, while it is in force, by kind."""
        return self._given(spec, scope, {kind: self._days(kind, self.roster.period) for kind in self._kinds})

    def working_days(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Count working days away per engagement, while it is in force, by kind."""
        period, count = self.roster.period, self.calendar.between
        found = {kind: self._days(kind, period, count) for kind in self._kinds}
        return self._given(spec, scope, found, self.calendar.absent(spec, len(self.roster.engagement)))

    def person_months(self, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Compute person-months away per engagement, by kind, month by month.

        Days away / days of the month x fte in ten-thousandths half up, so that what a person is away at an institution
        in all rows and kinds adds up: who is away the whole month is so for all person-months of it.
        """
        coding, months = self.roster.coding, self.roster.months
        found = {kind: np.zeros(len(months.fte), np.int64) for kind in self._kinds}
        for month in self.roster.period.months():
            days = [self._days_of_all(kind, month) for kind in found]
            away = [np.flatnonzero(one) for one in days]
            rows = np.concatenate([*away, np.zeros(0, np.int64)])
            kinds = np.repeat(np.arange(len(away)), [len(one) for one in away])
            staff, institution = coding.engagement_staff[rows], coding.engagement_institution[rows]
            order = np.lexsort((rows, kinds, institution, staff))
            amounts = np.concatenate([*(one[one > 0] for one in days), np.zeros(0, np.int64)]) * months.fte[rows]
            parts = np.empty(len(rows), np.int64)
            parts[order] = parts_of_whole(amounts[order], first_of_each(staff[order]), month.days)
            for number, total in enumerate(found.values()):
                total[rows[kinds == number]] += parts[kinds == number]
        return self._given(spec, scope, {kind: total[self.roster.engagement] for kind, total in found.items()})

    def all_days(self) -> Int64:
        """Count days away of all kinds per engagement, while it is in force."""
        found = np.zeros(len(self.roster.engagement), np.int64)
        for kind in self._kinds:
            found += self._days(kind, self.roster.period)
        return found

    @property
    def _kinds(self) -> list[str]:
        return sorted(self._by_kind, key=str.encode)

    @cached_property
    def _by_kind(self) -> dict[str, list[AbsenceInterval]]:
        found: dict[str, list[AbsenceInterval]] = {}
        for one in self.away:
            found.setdefault(one.kind, []).append(one)
        return found

    def _given(
        self, spec: InputSpec, scope: Scope, found: dict[str, Int64], absent: tuple[Absence, ...] = ()
    ) -> KeyedInput:
        nothing = np.zeros(len(self.roster.engagement), np.int64)

        def fetch(kind: str) -> Column:
            return Column(scope, spec.level, Exact(found.get(kind, nothing), spec.scale), spec.unit, absent)

        return KeyedInput(scope, spec.axis, self._kinds, fetch, spec.pattern(scope))

    def _days(self, kind: str, period: Period, count: Callable[[Int64, Int64], Int64] = calendar_days) -> Int64:
        """Count the days of a kind in a period per engagement of the run, while it is in force."""
        return self._days_of_all(kind, period, count)[self.roster.engagement]

    def _days_of_all(self, kind: str, period: Period, count: Callable[[Int64, Int64], Int64] = calendar_days) -> Int64:
        """Count them per engagement of the snapshot, also at institutions that the run leaves out."""
        coding = self.roster.coding
        first, end = day_number(period.first_day), day_number(period.next_first_day)
        start = np.maximum(coding.engagement_from, first)
        until = np.minimum(coding.engagement_until, end)
        days = np.zeros(len(start), np.int64)
        for one in self._by_kind[kind]:
            for row in self._engagements.get(one.person, ()):
                since, before = max(one.start, int(start[row])), min(one.until, int(until[row]))
                if since < before:
                    days[row] += int(count(np.array([since]), np.array([before]))[0])
        return days

    @cached_property
    def _engagements(self) -> dict[int, list[int]]:
        """Engagements of those who are away, by person."""
        people = self.roster.coding.engagement_staff
        wanted = np.zeros(len(self.roster.coding.staff) + 1, bool)  # the last one for a person of no index
        wanted[[one.person for one in self.away]] = True
        found: dict[int, list[int]] = {}
        for row in np.flatnonzero(wanted[people]).tolist():
            found.setdefault(int(people[row]), []).append(row)
        return found


def _in_period(roster: Roster, table: pa.Table, kinds: Sequence[str]) -> list[AbsenceInterval]:
    """Cut the rows that block services to the period.

    Each person's stand in the order in which kinds count.
    """
    first, end = day_number(roster.period.first_day), day_number(roster.period.next_first_day)
    inside = pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first))
    table = table.filter(pc.and_(inside, table["blocks_service"]))
    people = roster.coding.staff.index(table["staff"]).tolist()
    rows = zip(people, *(table[name].to_pylist() for name in ("kind", "from", "until")), strict=True)
    place = {kind: number for number, kind in enumerate(kinds)}
    found = [AbsenceInterval(person, kind, max(start, first), min(until, end)) for person, kind, start, until in rows]
    return sorted(found, key=lambda one: (one.person, place.get(one.kind, len(place)), one.kind.encode(), one.start))


def _once(rows: list[AbsenceInterval]) -> Iterator[AbsenceInterval]:
    """Drop the days that an earlier row of the person has."""
    taken: list[tuple[int, int]] = []
    person = -1
    for one in rows:
        if one.person != person:
            person, taken = one.person, []
        left = [(one.start, one.until)]
        for start, until in taken:
            left = [part for a, b in left for part in ((a, min(b, start)), (max(a, until), b)) if part[0] < part[1]]
        yield from (AbsenceInterval(person, one.kind, start, until) for start, until in left)
        taken += left

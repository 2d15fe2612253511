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
        """Compute person-months away per engagement, by kind.

        Days away / days of the month x fte in ten-thousandths half up, month by month.
        """
        fte = np.asarray(self.roster.coding.engagements["fte"].to_numpy(), np.int64)[self.roster.engagement]
        found = {kind: np.zeros(len(fte), np.int64) for kind in self._kinds}
        for month in self.roster.period.months():
            for kind, total in found.items():
                total += (2 * self._days(kind, month) * fte + month.days) // (2 * month.days)
        return self._given(spec, scope, found)

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
        """Count the days of a kind in a period per engagement, while it is in force."""
        coding, rows = self.roster.coding, self.roster.engagement
        first, end = day_number(period.first_day), day_number(period.next_first_day)
        start = np.maximum(coding.engagement_from[rows], first)
        until = np.minimum(coding.engagement_until[rows], end)
        days = np.zeros(len(rows), np.int64)
        for one in self._by_kind[kind]:
            for row in self._engagements.get(one.person, ()):
                since, before = max(one.start, int(start[row])), min(one.until, int(until[row]))
                days[row] += int(count(np.array([since]), np.array([max(since, before)]))[0])
        return days

    @cached_property
    def _engagements(self) -> dict[int, list[int]]:
        """Engagements of those who are away, by person."""
        wanted = {one.person for one in self.away}
        people = self.roster.coding.engagement_staff[self.roster.engagement]
        found: dict[int, list[int]] = {}
        for row in np.flatnonzero(np.isin(people, list(wanted))).tolist():
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

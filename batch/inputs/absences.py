"""Absences that block services: days and person-months, by kind.

A day on which two kinds of absence meet counts once, for the kind that the policy names first (kinds that it does not
name come last, by their bytes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, integers
from batch.inputs.person_months import first_of_each, parts_of_whole
from batch.inputs.roster import Roster
from batch.inputs.team_pools import spans
from batch.inputs.working_days import WorkingDays
from payengine.exact import Exact
from payengine.graph import Absence, Column, KeyedInput, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import Period, day_number


def calendar_days(start: Int64, until: Int64) -> Int64:
    """Count all days from `start` to before `until`."""
    return until - start


@dataclass(frozen=True)
class Intervals:
    """Absences of persons from `start` to before `until`, by kind.

    `person` is an index of the coding, `kind` a place among `kinds`.
    """

    kinds: Sequence[str]
    person: Int64
    kind: Int64
    start: Int64
    until: Int64

    def only(self, rows: Int64 | Flags) -> Intervals:
        """Keep some of them, in this order."""
        return Intervals(self.kinds, self.person[rows], self.kind[rows], self.start[rows], self.until[rows])


class Absences:
    """Absences of a run's people in its period, no day of a person twice."""

    def __init__(
        self, roster: Roster, table: pa.Table | None, kinds: Sequence[str], calendar: pa.Table | None = None
    ) -> None:
        """Read the tables `absence` and `calendar`; `kinds` are the policy's, in its order."""
        self.roster = roster
        self.calendar = WorkingDays(roster, calendar)
        self.away = _nothing() if table is None else _once(_in_period(roster, table, kinds))

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

    @cached_property
    def _kinds(self) -> list[str]:
        return sorted((self.away.kinds[kind] for kind in np.unique(self.away.kind).tolist()), key=str.encode)

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
        away = self.away.only(self.away.kind == self.away.kinds.index(kind))
        which, row = self._engagements(away.person)
        since = np.maximum(away.start[which], np.maximum(coding.engagement_from[row], first))
        before = np.minimum(away.until[which], np.minimum(coding.engagement_until[row], end))
        there = since < before
        days = np.zeros(len(coding.engagement_from), np.int64)
        np.add.at(days, row[there], count(since[there], before[there]))
        return days

    def _engagements(self, persons: Int64) -> tuple[Int64, Int64]:
        """Find the engagements of persons, as pairs (place among `persons`, engagement)."""
        people, rows = self._engaged
        first = np.searchsorted(people, persons)
        which, place = spans(first, np.searchsorted(people, persons, side="right") - first)
        return which, rows[place]

    @cached_property
    def _engaged(self) -> tuple[Int64, Int64]:
        """Persons who are away, ascending, one for each engagement, and these engagements."""
        people = self.roster.coding.engagement_staff
        wanted = np.zeros(len(self.roster.coding.staff) + 1, bool)  # the last one for a person of no index
        wanted[self.away.person] = True
        rows = np.flatnonzero(wanted[people])
        rows = rows[np.argsort(people[rows], kind="stable")]
        return people[rows].astype(np.int64), rows


def _nothing() -> Intervals:
    none = np.zeros(0, np.int64)
    return Intervals((), none, none, none, none)


def _in_period(roster: Roster, table: pa.Table, kinds: Sequence[str]) -> Intervals:
    """Cut the rows that block services to the period.

    Each person's stand in the order in which kinds count.
    """
    first, end = day_number(roster.period.first_day), day_number(roster.period.next_first_day)
    inside = pc.and_(pc.less(table["from"], end), pc.greater(table["until"], first))
    table = table.filter(pc.and_(inside, table["blocks_service"]))
    place = {kind: number for number, kind in enumerate(kinds)}
    coded = Coded.of(table["kind"])
    texts = coded.texts
    order = sorted(range(len(texts)), key=lambda number: (place.get(texts[number], len(place)), texts[number].encode()))
    rank = np.empty(len(texts), np.int64)
    rank[order] = np.arange(len(texts))
    found = Intervals(
        [texts[number] for number in order],
        roster.coding.staff.index(table["staff"]).astype(np.int64),
        rank[coded.codes],
        np.maximum(integers(table, "from", np.int64), first),
        np.minimum(integers(table, "until", np.int64), end),
    )
    return found.only(np.lexsort((found.start, found.kind, found.person)))


def _once(rows: Intervals) -> Intervals:
    """Drop the days that an earlier row of the person has."""
    again = np.zeros(len(rows.person) + 1, bool)  # rows of the person before them
    again[1:-1] = rows.person[1:] == rows.person[:-1]
    several = again[:-1] | again[1:]
    if not several.any():
        return rows
    alone, cut = rows.only(~several), list(_cut(rows.only(several)))
    columns = [np.array(column, np.int64) for column in zip(*cut, strict=True)]
    return Intervals(
        rows.kinds,
        *(
            np.concatenate([own, more])
            for own, more in zip((alone.person, alone.kind, alone.start, alone.until), columns, strict=True)
        ),
    )


def _cut(rows: Intervals) -> Iterator[tuple[int, int, int, int]]:
    """Yield (person, kind, start, until) of what earlier rows of the person leave of each."""
    taken: list[tuple[int, int]] = []
    last = -1
    columns = (rows.person.tolist(), rows.kind.tolist(), rows.start.tolist(), rows.until.tolist())
    for person, kind, first, end in zip(*columns, strict=True):
        if person != last:
            last, taken = person, []
        left = [(first, end)]
        for start, until in taken:
            left = [part for a, b in left for part in ((a, min(b, start)), (max(a, until), b)) if part[0] < part[1]]
        yield from ((person, kind, start, until) for start, until in left)
        taken += left

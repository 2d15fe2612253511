"""Working days of a period, from the table `calendar`.

Monday to Friday are working days, but for the days that the table names: holidays, and the weekend days on which the
State Council's yearly notice has people work. A year of which the table names no day is not given: every year has some.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pyarrow as pa

from batch.inputs.period_tables import PeriodTables
from batch.inputs.roster import Roster
from payengine.exact import Exact
from payengine.graph import CONSORTIUM, Absence, Column, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import EPOCH, day_number

CALENDAR = "calendar"
_MONDAY = EPOCH.weekday()  # of day number 0
_WEEK, _WEEKDAYS = 7, 5


class WorkingDays:
    """Working days of a run's period: how many there are before each of its days."""

    def __init__(self, roster: Roster, table: pa.Table | None) -> None:
        self.roster = roster
        self._table = table
        self.first, self.end = day_number(roster.period.first_day), day_number(roster.period.next_first_day)

    @cached_property
    def given(self) -> bool:
        """True where the table names a day of the period's year."""
        if self._table is None:
            return False
        start = day_number(self.roster.period.year_start)
        days = self._table["day"].to_numpy()
        return bool(((days >= start) & (days < start + 366)).any())

    @cached_property
    def _before(self) -> Int64:
        """Working days of the period before each of its days, and before its end."""
        days = np.arange(self.first, self.end)
        working = (days + _MONDAY) % _WEEK < _WEEKDAYS
        if self._table is not None:
            named = self._table["day"].to_numpy().astype(np.int64)
            inside = (named >= self.first) & (named < self.end)
            working[named[inside] - self.first] = self._table["working"].to_numpy(zero_copy_only=False)[inside]
        return np.concatenate([[0], np.cumsum(working)]).astype(np.int64)

    def between(self, start: Int64, until: Int64) -> Int64:
        """Count the working days from `start` to before `until`, day numbers, within the period."""
        low, high = (np.clip(each, self.first, self.end) - self.first for each in (start, until))
        found: Int64 = np.maximum(self._before[high] - self._before[low], 0)
        return found

    def absent(self, spec: InputSpec, rows: int) -> tuple[Absence, ...]:
        """Mark all rows of an input where the calendar of the year is not given."""
        if self.given or not rows:
            return ()
        origin = Origin(CALENDAR, str(self.roster.period.first_day.year), CONSORTIUM)
        return (Absence(origin, np.ones(rows, bool)),)


def working_days(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Count the working days of the period."""
    days = WorkingDays(tables.roster, tables.optional(CALENDAR))
    total = days.between(np.array([days.first]), np.array([days.end]))
    return Column(scope, spec.level, Exact(total, spec.scale), spec.unit, days.absent(spec, len(total)))


def engaged_working_days(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Count the working days of each engagement while it is in force."""
    roster = tables.roster
    days = WorkingDays(roster, tables.optional(CALENDAR))
    start = np.asarray(roster.coding.engagement_from[roster.engagement], np.int64)
    total = days.between(start, np.asarray(roster.until, np.int64))
    return Column(scope, spec.level, Exact(total, spec.scale), spec.unit, days.absent(spec, len(total)))

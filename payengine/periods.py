"""Months, quarters, half-years and years, and the days they are made of.

Dates are local dates (Asia/Shanghai). In columns a date is an int32 count of days since 1970-01-01; an interval runs
from `from` (inclusive) to `until` (exclusive), and an open end is `OPEN`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import total_ordering

from payengine.errors import UsageError
from payengine.texts import in_quotes, say

OPEN = 2**31 - 1  # the `until` of an interval without an end
EPOCH = date(1970, 1, 1)
MONTH, QUARTER, HALF_YEAR, YEAR = "month", "quarter", "half_year", "year"
KINDS = (MONTH, QUARTER, HALF_YEAR, YEAR)  # from the shortest to the longest
_TOO_LATE = 3000  # a year from here on is a slip of the pen
_MONTHS = {MONTH: 1, QUARTER: 3, HALF_YEAR: 6, YEAR: 12}


def day_number(day: date) -> int:
    """Count the days since 1970-01-01."""
    return (day - EPOCH).days


def from_day_number(number: int) -> date | None:
    """Return the date of a day number; None for `OPEN`."""
    return None if number == OPEN else EPOCH + timedelta(days=int(number))


def _near(text: str) -> str:
    """Write the period that another form of it means, as tables have it; '' for any other text."""
    match = re.fullmatch(r"(\d{4})[-/.年]?\s*(?:(0?[1-9]|1[0-2])月?|([qQhH])([1-4]))", text.strip())
    if match is None or not 1900 <= int(match[1]) < _TOO_LATE or (match[3] in ("h", "H") and match[4] > "2"):
        return ""
    return f"{match[1]}-{int(match[2]):02d}" if match[2] else f"{match[1]}-{match[3].upper()}{match[4]}"


@total_ordering
@dataclass(frozen=True)
class Period:
    """A calendar month, quarter, half-year or year: `2026-10`, `2026-Q4`, `2026-H2`, `2026`.

    Periods are in the order of their first days; of those that begin together the shorter comes first.
    """

    first_day: date
    kind: str = MONTH

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period of the years 1900 to 2999 as it is written; `UsageError` otherwise."""
        match = re.fullmatch(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", text, re.ASCII)
        if match and 1900 <= int(match[1]) < _TOO_LATE:
            year, month, quarter, half = int(match[1]), match[2], match[3], match[4]
            if month is not None:
                return cls(date(year, int(month), 1), MONTH)
            if quarter is not None:
                return cls(date(year, 3 * int(quarter) - 2, 1), QUARTER)
            if half is not None:
                return cls(date(year, 6 * int(half) - 5, 1), HALF_YEAR)
            return cls(date(year, 1, 1), YEAR)
        what = say("{text} is not a period; write 2026-10, 2026-Q4, 2026-H2 or 2026", text=in_quotes(text))
        if match:
            remedy = say("The years of periods are 1900 to {last}.", last=_TOO_LATE - 1)
        else:
            near = _near(text)
            remedy = say("Did you mean {name}?", name=near) if near else ""
        raise UsageError(what, remedy=remedy)

    @classmethod
    def find(cls, text: str) -> Period | None:
        """Read a period as `parse` does; None where the text is none."""
        try:
            return cls.parse(text)
        except UsageError:
            return None

    def __lt__(self, other: Period) -> bool:
        return (self.first_day, _MONTHS[self.kind]) < (other.first_day, _MONTHS[other.kind])

    @property
    def next_first_day(self) -> date:
        """The first day after the period (the exclusive end)."""
        months = self.first_day.month - 1 + _MONTHS[self.kind]
        return date(self.first_day.year + months // 12, months % 12 + 1, 1)

    @property
    def last_day(self) -> date:
        return self.next_first_day - timedelta(days=1)

    @property
    def year_start(self) -> date:
        """1 January of the period's year, where yearly limits and the year to date begin."""
        return date(self.first_day.year, 1, 1)

    @property
    def days(self) -> int:
        return (self.next_first_day - self.first_day).days

    def months(self) -> list[Period]:
        """List the months of the period, in order."""
        first = self.first_day
        return [Period(date(first.year, first.month + offset, 1)) for offset in range(_MONTHS[self.kind])]

    def earlier_months(self) -> list[Period]:
        """List the months of the same year before the period begins: its year to date."""
        return [Period(date(self.first_day.year, month, 1)) for month in range(1, self.first_day.month)]

    def inner(self, kind: str) -> list[Period]:
        """List the shorter periods of a kind that this one is made of, in order.

        None in a period as short.
        """
        step = _MONTHS[kind]
        if step >= _MONTHS[self.kind]:
            return []
        return [Period(month.first_day, kind) for month in self.months()[::step]]

    def settlements(self) -> list[Period]:
        """List the quarters and half-years inside the period, in the order in which they end.

        Of those that end together the shorter comes first.
        """
        found = [*self.inner(QUARTER), *self.inner(HALF_YEAR)]
        return sorted(found, key=lambda each: (each.next_first_day, _MONTHS[each.kind]))

    def settled(self) -> list[Period]:
        """List the shorter periods that a settlement settles: its months, quarters and half-years."""
        return [] if self.kind == MONTH else [*self.months(), *self.settlements()]

    def earlier(self) -> list[Period]:
        """List the year's earlier months, and quarters and half-years that ended before."""
        year = Period(self.year_start, YEAR)
        ended = [each for each in year.settlements() if each.next_first_day <= self.first_day]
        return [*self.earlier_months(), *ended]

    def last_year(self) -> Period:
        """Return the same month, quarter, half-year or year a year before."""
        return Period(date(self.first_day.year - 1, self.first_day.month, 1), self.kind)

    def within(self, other: Period) -> bool:
        """Tell if every day of this period is one of `other`."""
        return other.first_day <= self.first_day and self.next_first_day <= other.next_first_day

    def __str__(self) -> str:
        if self.kind == YEAR:
            return f"{self.first_day.year:04}"
        if self.kind == QUARTER:
            return f"{self.first_day.year:04}-Q{(self.first_day.month + 2) // 3}"
        if self.kind == HALF_YEAR:
            return f"{self.first_day.year:04}-H{(self.first_day.month + 5) // 6}"
        return f"{self.first_day.year:04}-{self.first_day.month:02}"

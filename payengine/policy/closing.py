"""Closing of a policy: until when the periods of a year are still corrected.

It changes no figure, so it is no part of the policy's digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from payengine.periods import Period


@dataclass(frozen=True)
class Closing:
    """Last day, in the year after, on which a year is corrected; `source` is its document."""

    month: int
    day: int
    source: str = ""

    def last_day(self, period: Period) -> date:
        """Return the last day on which a period is still corrected."""
        return date(period.year_start.year + 1, self.month, self.day)

"""Terms of family-doctor contracts, and what their fees have earned by a day.

A fee is earned over its term by days, or by months: then a month of the term is earned when it begins, so that what is
left of a cancelled contract is whole months. Months of a term run from its first day to the day before the same day
of the next month, or to the end of a month that has no such day; a rest of days at the end of a term is a month of it.

Amounts are of all days so far, rounded once to the fen, so that periods of a term add up to its fee whatever their
lengths, and what is earned and what is given back are the fee.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from payengine.exact import FEN, Exact
from payengine.kernels.arrays import Int64


@dataclass(frozen=True)
class Terms:
    """First days, exclusive ends, days of cancellation, as day numbers; fees in fen."""

    begin: Int64
    until: Int64
    cancelled: Int64  # `OPEN` where a contract is not
    amount: Int64

    def of(self, rows: Int64) -> Terms:
        """Take the terms of some rows."""
        return Terms(self.begin[rows], self.until[rows], self.cancelled[rows], self.amount[rows])

    def earned_by_days(self, day: int) -> Int64:
        """Compute the fen earned on all days before `day`, of the days of the term."""
        served = np.maximum(self._stop(day) - self.begin, 0)
        return self._part(served, self.until - self.begin)

    def earned_by_months(self, day: int) -> Int64:
        """Compute the fen earned by all months of the term that began before `day`."""
        return self._part(months_begun(self.begin, self._stop(day)), months_begun(self.begin, self.until))

    def _stop(self, day: int) -> Int64:
        return np.minimum(np.minimum(self.until, self.cancelled), day)

    def _part(self, served: Int64, whole: Int64) -> Int64:
        earned = Exact(self.amount, FEN) * Exact(served, 0) / Exact(whole, 0)
        return earned.round(FEN).values


def months_begun(begin: Int64, stop: Int64) -> Int64:
    """Count the months of terms that begin on or after `begin` and before `stop`, day numbers."""
    first, last = (days.astype("datetime64[D]") for days in (begin, np.maximum(stop, begin + 1) - 1))
    of_first, of_last = (days.astype("datetime64[M]") for days in (first, last))
    length = ((of_last + 1).astype("datetime64[D]") - of_last.astype("datetime64[D]")).astype(np.int64)
    anniversary = np.minimum((first - of_first.astype("datetime64[D]")).astype(np.int64), length - 1)
    reached = (last - of_last.astype("datetime64[D]")).astype(np.int64) >= anniversary
    begun = (of_last - of_first).astype(np.int64) + reached
    return np.where(stop > begin, begun, 0)

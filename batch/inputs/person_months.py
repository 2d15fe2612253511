"""Person-months: days / days of the month x fte, rounded so that a person's rows add up.

They are stated at 4 decimals. Three rows of ten days are a whole month, not three times 0.3333. The rows of a person
are therefore rounded as they add up, in the order of institution and first day: a row has what the person has up to
and with it, less what the person had before it. So the rows of a month sum to the rounding of their exact sum, and
cutting an engagement into several rows moves nothing, neither of the person nor of an institution.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from batch.snapshot.codes import Coding
from payengine.kernels.arrays import Int32, Int64
from payengine.periods import Period, day_number


class PersonMonths:
    """Person-months of all engagements of a snapshot, in ten-thousandths.

    Rows are in the order of `Coding`. Institutions that a run leaves out count here too, so that holding one changes
    nobody's figures at another.
    """

    def __init__(self, coding: Coding) -> None:
        self.coding = coding

    def of(self, month: Period) -> Int64:
        """Compute the person-months of one month per engagement; 0 where it is not in force."""
        coding = self.coding
        start = np.maximum(coding.engagement_from, day_number(month.first_day))
        until = np.minimum(coding.engagement_until, day_number(month.next_first_day))
        return self.rounded(np.maximum(until.astype(np.int64) - start, 0), month)

    def rounded(self, days: Int64, month: Period) -> Int64:
        """Round days of a month per engagement x fte to person-months; a person's rows add up."""
        amounts = days * self.fte
        found: Int64 = (2 * amounts + month.days) // (2 * month.days)
        rows = np.flatnonzero(amounts)
        staff = self.coding.engagement_staff
        rows = rows[np.bincount(staff[rows], minlength=len(self.coding.staff))[staff[rows]] > 1]
        if len(rows):  # who has one row has nothing to add up, and most people have one
            rows = rows[np.argsort(staff[rows], kind="stable")]  # by staff, institution, from
            found[rows] = parts_of_whole(amounts[rows], first_of_each(staff[rows]), month.days)
        return found

    @cached_property
    def fte(self) -> Int64:
        """Share of a full post per engagement, in ten-thousandths."""
        return np.asarray(self.coding.engagements["fte"].to_numpy(), np.int64)


def first_of_each(owners: Int32) -> Int64:
    """Find, per row, the first row of the same owner; rows of an owner are neighbours."""
    rows = np.arange(len(owners), dtype=np.int64)
    same = np.zeros(len(owners), bool)
    same[1:] = owners[1:] == owners[:-1]
    return np.maximum.accumulate(np.where(same, 0, rows))


def parts_of_whole(amounts: Int64, first: Int64, divisor: int) -> Int64:
    """Divide amounts by `divisor`, half up, so that each owner's parts add up.

    Amounts are not below zero. `first` is the first row of each row's owner. The caller's amounts are days of a month
    x fte, so no sum leaves int64.
    """
    total = np.cumsum(amounts)
    up_to = (2 * (total - (total - amounts)[first]) + divisor) // (2 * divisor)
    parts: Int64 = up_to.copy()
    parts[1:] -= np.where(first[1:] == np.arange(1, len(first)), 0, up_to[:-1])
    return parts

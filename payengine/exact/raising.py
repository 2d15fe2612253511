"""Raise of the lowest of a group to a mean that rises with them.

Who is below the mean is raised to it with money from outside; that raises the mean, and perhaps others are below it
then. The fixed point is where everybody of the group reaches a mean that counts what was paid to reach it.
"""

from __future__ import annotations

import numpy as np

from payengine.exact.column import Exact, where
from payengine.exact.rounding import CEILING
from payengine.kernels.arrays import Flags, Int64


def raise_to_mean(pay: Exact, weight: Exact, members: Flags, rate: Exact, offsets: Int64) -> Exact:
    """Compute the least raise of each member to rate x mean x weight of its group.

    The raises are in the unit of `pay`. Rows are grouped by `offsets`; the mean of a group is all pay over all weight
    of its rows of weight, `rate` (one for each group) the multiple of it that is owed. `pay` per unit of weight is
    brought to a line that is stated at the scale of `pay`, rounded up, so that it is never below the mean; each amount
    is rounded up too. Rows without weight take no part. A group whose members weigh so much that no amount can do (rate
    x their weight is all of the weight, or more) is left as it is.
    """
    counted = weight.values > 0
    everything = where(counted, pay, 0).sum_by(offsets), weight.sum_by(offsets)
    chosen = np.flatnonzero(members & counted)
    own = np.searchsorted(chosen, offsets).astype(np.int64)
    group = np.repeat(np.arange(len(rate)), np.diff(own))
    raising = _Raising(*everything, rate, pay.take(chosen), weight.take(chosen), own, group)
    values = np.zeros(len(counted), np.int64)
    values[chosen] = raising.amounts().values
    return Exact(values, pay.scale)


class _Raising:
    """The members of all groups, and the totals of their groups."""

    def __init__(
        self, total: Exact, heads: Exact, rate: Exact, pay: Exact, weight: Exact, offsets: Int64, group: Int64
    ) -> None:
        self.total, self.heads, self.rate = total, heads, rate
        self.pay, self.weight, self.offsets, self.group = pay, weight, offsets, group
        self.able = rate * weight.sum_by(offsets) < heads

    def amounts(self) -> Exact:
        """Compute what every member lacks to the line of its group."""
        below = np.zeros(len(self.group), bool)
        while True:  # the line rises with those whom it finds below it, so that nobody found ever leaves
            line = self._line(below)
            found = self.able[self.group] & (self.pay < line.take(self.group) * self.weight)
            if (found == below).all():
                break
            below = found
        stated = line.round(self.pay.scale, CEILING)
        while True:  # amounts are rounded up, which raises the mean: where it overtakes the line, the line follows
            amounts = self._up_to(stated)
            mean = self.rate * (self.total + amounts.sum_by(self.offsets))
            overtaken = self.able & (mean > stated * self.heads)
            if not overtaken.any():
                return amounts
            above = self._line(amounts.values > 0, rounding=True).round(self.pay.scale, CEILING)
            stated = where(overtaken, above, stated)

    def _line(self, below: Flags, rounding: bool = False) -> Exact:
        """Compute each group's line: the rate times the mean once those below are paid it.

        With room for the rounding of each amount.
        """
        rest = self.total - where(below, self.pay, 0).sum_by(self.offsets)
        if rounding:
            rest = rest + where(below, Exact(np.ones(len(below), np.int64), self.pay.scale), 0).sum_by(self.offsets)
        others = self.heads - self.rate * where(below, self.weight, 0).sum_by(self.offsets)
        return self.rate * rest / where(self.able, others, 1)

    def _up_to(self, line: Exact) -> Exact:
        lacking = (line.take(self.group) * self.weight - self.pay).positive_part().round(self.pay.scale, CEILING)
        return where(self.able[self.group], lacking, 0)

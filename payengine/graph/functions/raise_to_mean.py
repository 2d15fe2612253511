"""Raise of an institution's lowest paid to a mean that rises with them."""

from __future__ import annotations

import numpy as np

from payengine import exact
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Flags
from payengine.graph.values.levels import INSTITUTION, STAFF
from payengine.graph.values.scope import located, meet


def raise_to_mean(pay: Column, weight: Column, members: Flags, rate: Column) -> Column:
    """Compute each member's raise to `rate` times the institution's mean, per person.

    The mean rises with what the members are paid. See `payengine.exact.raise_to_mean`. `pay` and `weight` stand at
    STAFF, `rate` at INSTITUTION or above it.
    """
    scope = pay.scope
    _, absent, names = meet(pay, weight, members)
    lost = scope.miss(STAFF, absent, INSTITUTION, STAFF)
    lost += scope.miss(INSTITUTION, rate.absent_at(INSTITUTION), down=STAFF)
    with located(scope, INSTITUTION):
        data = exact.raise_to_mean(
            pay.full(STAFF), weight.full(STAFF), np.array(members.full(STAFF)), rate.full(INSTITUTION),
            scope.frame.offsets(STAFF, INSTITUTION),
        )  # fmt: skip
    return Column(scope, STAFF, data, pay.unit, lost, names)

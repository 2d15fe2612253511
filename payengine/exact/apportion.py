"""A pool divided among rows by largest remainder, to the last unit."""

from __future__ import annotations

import numpy as np

from payengine.exact.column import Exact
from payengine.exact.errors import refused
from payengine.exact.wide import Int64
from payengine.kernels import apportion as kernel
from payengine.texts import say


def apportion(pool: Exact, weights: Exact, offsets: Int64) -> tuple[Exact, Exact]:
    """(shares, retained): pool[g] divided among rows offsets[g] to offsets[g + 1] in proportion to their weights.

    Both are stated at the pool's scale, and shares + retained = pool in every group, to the unit. Of equal remainders
    the earlier row comes first; a negative pool is divided as its magnitude; a group without weight, or without rows,
    retains its pool. `ExactError` for a negative weight.
    """
    bounds = np.ascontiguousarray(offsets, np.int64)
    amounts, parts = pool.values, weights.values
    share, retained = np.empty(len(parts), np.int64), np.empty(len(amounts), np.int64)
    rest_hi, rest_lo = np.empty(len(parts), np.uint64), np.empty(len(parts), np.uint64)
    failed = kernel.apportion(amounts, parts, bounds, rest_hi, rest_lo, share, retained)
    if failed == kernel.BAD_OFFSETS:
        raise ValueError("offsets: one more than there are pools, from 0 to the number of weights, never falling")
    if failed:
        raise refused(say("a weight is negative"), failed - 1)
    return Exact(share, pool.scale), Exact(retained, pool.scale)

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
    rest, too_wide = np.empty(len(parts), np.uint64), np.zeros(len(amounts), np.uint8)
    failed = kernel.apportion(amounts, parts, bounds, rest, share, retained, too_wide)
    if failed == kernel.BAD_OFFSETS:
        raise ValueError("offsets: one more than there are pools, from 0 to the number of weights, never falling")
    if failed:
        raise refused(say("a weight is negative"), failed - 1)
    for group in np.flatnonzero(too_wide).tolist():
        rows = slice(int(bounds[group]), int(bounds[group + 1]))
        share[rows] = divided(int(amounts[group]), parts[rows].tolist())
    return Exact(share, pool.scale), Exact(retained, pool.scale)


def divided(pool: int, weights: list[int]) -> list[int]:
    """The rule in Python's integers, for weights above zero that add up to more than 64 bits; such are rare."""
    total, amount = sum(weights), abs(pool)
    shares = [amount * weight // total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda row: (-(amount * weights[row] % total), row))
    for row in largest[: amount - sum(shares)]:
        shares[row] += 1
    return [-share for share in shares] if pool < 0 else shares

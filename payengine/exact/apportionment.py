"""Division of a pool among rows by largest remainder, to the last unit, also within limits."""

from __future__ import annotations

import numpy as np

from payengine.exact.column import Exact, where
from payengine.exact.errors import refused
from payengine.kernels import apportion as kernel
from payengine.kernels.arrays import Int64
from payengine.texts import say


def apportion(pool: Exact, weights: Exact, offsets: Int64) -> tuple[Exact, Exact]:
    """Divide each pool among its rows in proportion to their weights: (shares, retained).

    The rows of pool[g] are offsets[g] to offsets[g + 1]. Both are stated at the pool's scale, and shares + retained =
    pool in every group, to the unit. Of equal remainders the earlier row comes first; a negative pool is divided as its
    magnitude; a group without weight, or without rows, retains its pool. `ExactError` for a negative weight.
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


def apportion_within(pool: Exact, weights: Exact, limits: Exact, offsets: Int64) -> tuple[Exact, Exact]:
    """Divide as `apportion` does, no row above its limit: (shares, left over).

    A row whose share would exceed its limit has the limit; what that leaves goes to the others in proportion, again
    within their limits. What no row can take is left over. Shares, limits and pool are of one scale. `ExactError` for
    a negative weight, limit or pool.
    """
    for column, what in ((pool, say("a pool to be divided within limits is negative")),
                         (limits, say("a limit is negative"))):  # fmt: skip
        wrong = column.values < 0
        if wrong.any():
            raise refused(what, int(wrong.argmax()))
    if pool.scale != limits.scale:
        raise ValueError(f"the pool has {pool.scale} decimals, its limits {limits.scale}")
    group = np.repeat(np.arange(len(pool)), np.diff(offsets))
    full = np.zeros(len(weights), bool)  # the rows that have their limit
    while True:
        rest = pool - where(full, limits, 0).sum_by(offsets)
        others = where(full, 0, weights)
        # Once a row has its limit, the others' shares only grow: who reaches the limit now has it in the end.
        reached = others.sum_by(offsets).take(group) * limits <= rest.take(group) * others
        newly = ~full & (weights.values > 0) & reached
        if not newly.any():
            break
        full |= newly
    shares, left = apportion(rest, others, offsets)
    return where(full, limits, shares), left


def divided(pool: int, weights: list[int]) -> list[int]:
    """Divide one pool in Python's integers, for weights that add up to more than 64 bits.

    The weights are above zero; such pools are rare.
    """
    total, amount = sum(weights), abs(pool)
    shares = [amount * weight // total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda row: (-(amount * weights[row] % total), row))
    for row in largest[: amount - sum(shares)]:
        shares[row] += 1
    return [-share for share in shares] if pool < 0 else shares

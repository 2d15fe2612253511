"""Division of a pool among rows by largest remainder, to the last unit, also within limits."""

from __future__ import annotations

import numpy as np

from payengine.exact.column import Exact, where
from payengine.exact.errors import refused
from payengine.kernels import apportion as kernel
from payengine.kernels.arrays import Int64
from payengine.kernels.integers import divided
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
    for group in np.flatnonzero(too_wide).tolist():  # their weights add up to 64 bits or more; rare
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


def apportion_between(
    pool: Exact, weights: Exact, least: Exact | None, most: Exact | None, offsets: Int64
) -> tuple[Exact, Exact]:
    """Divide as `apportion` does, each share between its limits: (shares, left over).

    Rows at a limit have it, the others divide the rest in proportion, so that every share is the proportional one cut
    to its limits. A group whose pool is less than all its `least` together is divided in proportion to them. Pool and
    limits are of one scale, above or at 0, and no row's `least` is above its `most`.
    """
    groups = np.repeat(np.arange(len(pool)), np.diff(offsets))
    rows = len(weights)
    low = Exact(np.zeros(rows, np.int64), pool.scale) if least is None else least
    short = np.array(low.sum_by(offsets) > pool, bool)
    free = ~short[groups]
    fixed = Exact(np.zeros(rows, np.int64), pool.scale)
    while True:
        rest = (pool - fixed.sum_by(offsets)).take(groups)
        others = where(free, weights, 0)
        total = others.sum_by(offsets).take(groups)
        scaled = where(np.array(total == 0, bool), 1, total)
        lacking = where(free, (low * scaled - rest * others).positive_part(), 0)
        over = lacking * 0 if most is None else where(free, (rest * others - most * scaled).positive_part(), 0)
        # What the one side asks for more than the other gives: the rows of that side have their limit in the end.
        lifted = np.array(lacking.sum_by(offsets) >= over.sum_by(offsets), bool)[groups]
        lowered = np.array(lacking.sum_by(offsets) <= over.sum_by(offsets), bool)[groups]
        raised = lifted & np.array(lacking > 0, bool)
        capped = lowered & np.array(over > 0, bool)
        if not raised.any() and not capped.any():
            break
        fixed = where(raised, low, fixed)
        if most is not None:
            fixed = where(capped, most, fixed)
        free &= ~(raised | capped)
    open_pool = where(short, 0, pool - fixed.sum_by(offsets))
    shares, left = apportion(open_pool, where(free, weights, 0), offsets)
    lows, _ = apportion(where(short, pool, 0), low, offsets)
    return where(short[groups], lows, where(free, shares, fixed)), left

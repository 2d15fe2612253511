"""Division of a pool in which nobody has less than a minimum or more than a cap."""

from __future__ import annotations

import numpy as np

from payengine.exact import Exact, apportion_between
from payengine.exact import where as exact_where
from payengine.graph.functions.divide import below, checked_weights, in_fen, note_pools
from payengine.graph.values import factors
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Flags
from payengine.graph.values.levels import STAFF
from payengine.graph.values.scope import FormulaError, located, named
from payengine.texts import say


def divide_between(
    pool: Column, weights: Column, among: Flags | None = None,
    least: Column | None = None, most: Column | None = None, cut_stays: bool = False,
) -> Column:  # fmt: skip
    """Divide a pool among persons, each share between `least` and `most`, in fen.

    The shares are in proportion to the weights as far as the limits allow; in a department's pool a person is where
    the latest engagement is. What a limit gives or takes is spread over the others in proportion; with `cut_stays` what
    the caps cut stays in the pool, where it is reported as retained. A pool that is less than all minimums together is
    divided in proportion to them; where a minimum is above the cap, the cap counts. `FormulaError` as in `divide`, and
    for a pool below 0.
    """
    scope, high = pool.scope, pool.level
    parts, absent = checked_weights(pool, weights, among)
    if weights.level is not STAFF:
        raise FormulaError(say("within limits a pool is divided among persons"))
    lowest, highest = (_limit(limit, among) for limit in (least, most))
    for limit in (least, most):
        if limit is not None:
            absent += scope.miss(limit.level, limit.absent, high, high)
    if lowest is not None and highest is not None:  # where both are met, the most counts
        lowest = lowest.minimum(highest)
    offsets, order = scope.frame.offsets(STAFF, high), scope.frame.order(STAFF, high)
    if order is not None:
        parts = parts.take(order)
        lowest, highest = (None if limit is None else limit.take(order) for limit in (lowest, highest))
    with located(scope, high):
        whole = pool.full(high)
        negative = np.flatnonzero(whole.values < 0)
        if negative.size:
            codes = ["/".join(part for part in scope.frame.code(high, int(row)) if part) for row in negative]
            raise FormulaError(
                say("the pool {names} is below 0 at {codes}, so it cannot be divided within limits",
                    names=pool.display_name, codes=named(codes) or say("the whole run")),
                remedy=say('Correct what is given for it; if it may be below 0, write at_least = "0" on the pool that '
                           'is not divided from another.'),
            )  # fmt: skip
        cap = None if cut_stays else highest
        shares, _ = apportion_between(whole, parts, lowest, cap, offsets)
        if cut_stays and highest is not None:
            shares = shares.minimum(highest)
        shared = shares.sum_by(offsets).values
    if order is not None:
        values = np.empty(len(order), np.int64)
        values[order] = shares.values
        shares = Exact(values, shares.scale)
    note_pools(pool, "", high, (whole.values, shared, whole.values - shared), absent)
    followed = factors.share(pool.factors, weights.factors, scope.formula) if scope.is_trial else None
    return Column(scope, STAFF, shares, pool.unit, below(scope.frame, absent, high, STAFF), weights.names, followed)


def _limit(limit: Column | None, among: Flags | None) -> Exact | None:
    """Return a limit in fen for every person; 0 for those who do not take part."""
    if limit is None:
        return None
    in_fen(limit)
    data = limit.full(STAFF)
    return data if among is None else exact_where(among.full(STAFF), data, 0)

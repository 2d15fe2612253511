"""Division of a pool within limits, against the proportional shares cut to their limits."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from payengine.exact import Exact, apportion_between

ROW = st.tuples(
    st.sampled_from([0, 1, 2, 5, 40, 10**12]) | st.integers(0, 1000), st.integers(0, 60), st.integers(0, 90)
)
GROUPS = st.lists(st.tuples(st.integers(0, 400), st.lists(ROW, max_size=6)), min_size=1, max_size=4)


def cut(pool: int, rows: list[tuple[int, int, int]]) -> list[Fraction] | None:
    """The proportional shares, cut to their limits, that add up to the pool, or None."""

    def at(price: Fraction) -> list[Fraction]:
        return [Fraction(min(max(price * weight, low), low + room)) for weight, low, room in rows]

    turns = {Fraction(0)} | {
        Fraction(limit, weight) for weight, low, room in rows if weight for limit in (low, low + room)
    }
    prices = sorted(turns)
    if sum(at(prices[0])) > pool or sum(at(prices[-1])) < pool:
        return None
    for lower, upper in pairwise(prices):
        below, above = sum(at(lower)), sum(at(upper))
        if below <= pool <= above:
            return at(lower + (upper - lower) * Fraction(pool - below, above - below) if above > below else lower)
    return at(prices[0])


@given(GROUPS)
def test_shares_are_the_proportional_ones_cut_to_their_limits(
    groups: list[tuple[int, list[tuple[int, int, int]]]],
) -> None:
    rows = [row for _, listed in groups for row in listed]
    weights, low, room = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    offsets = np.cumsum([0, *(len(listed) for _, listed in groups)]).astype(np.int64)
    pools = Exact(np.array([pool for pool, _ in groups], np.int64), 2)
    shares, left = apportion_between(pools, Exact(weights, 0), Exact(low, 2), Exact(low + room, 2), offsets)
    for number, (pool, listed) in enumerate(groups):
        own = shares.values[offsets[number] : offsets[number + 1]].tolist()
        assert sum(own) + int(left.values[number]) == pool
        lows = [row[1] for row in listed]
        if sum(lows) > pool:  # too little for all minimums: divided in proportion to them
            assert all(
                abs(share - Fraction(pool * least, sum(lows))) < 1 for share, least in zip(own, lows, strict=True)
            )
            continue
        assert all(least <= share <= least + space for share, (_, least, space) in zip(own, listed, strict=True))
        exact = cut(pool, listed)
        if exact is not None:
            assert all(abs(share - wanted) < 1 for share, wanted in zip(own, exact, strict=True))
        else:  # nobody can have more: every cap is reached, or nobody has a weight
            assert all(
                share == least + space or not weight for share, (weight, least, space) in zip(own, listed, strict=True)
            )


def test_a_pool_without_limits_is_divided_in_proportion() -> None:
    shares, left = apportion_between(
        Exact(np.array([100]), 2), Exact(np.array([1, 2]), 0), None, None, np.array([0, 2])
    )
    assert (shares.values.tolist(), left.values.tolist()) == ([33, 67], [0])

"""Division within limits and raising to a mean, compared with plain Python.

The lowest are raised to a mean that rises with them.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.exact import Exact, ExactError, apportion_within, raise_to_mean

Row = tuple[int, int]


def divided(pool: int, rows: list[Row]) -> tuple[list[int], int]:
    """Divide a pool among rows of (weight, limit): the shares and the rest.

    This is the rule in words: again and again, every row that reaches its limit gets just that limit.
    """
    shares, there = [0] * len(rows), [row for row, (weight, _) in enumerate(rows) if weight]
    while True:
        rest = pool - sum(shares)
        total = sum(rows[row][0] for row in there)
        full = [row for row in there if Fraction(rest * rows[row][0], total) >= rows[row][1]]
        if not full:
            break
        for row in full:
            shares[row] = rows[row][1]
        there = [row for row in there if row not in full]
    for row in there:
        shares[row] = rest * rows[row][0] // total
    by_rest = sorted(there, key=lambda row: (-(rest * rows[row][0] % total), row))
    for row in by_rest[: pool - sum(shares)]:
        shares[row] += 1
    return shares, pool - sum(shares)


def within(cases: list[tuple[int, list[Row]]]) -> tuple[list[list[int]], list[int]]:
    pools = Exact(np.array([pool for pool, _ in cases], np.int64), 2)
    weights, limits = (
        Exact(np.array([row[place] for _, rows in cases for row in rows], np.int64), 2) for place in (0, 1)
    )
    offsets = np.cumsum([0, *(len(rows) for _, rows in cases)]).astype(np.int64)
    shares, left = apportion_within(pools, weights, limits, offsets)
    split = [shares.values[first:last].tolist() for first, last in pairwise(offsets)]
    return split, left.values.tolist()


amounts = st.integers(0, 10**8)
limited = st.lists(st.tuples(st.integers(0, 9) | amounts, st.integers(0, 9) | amounts), max_size=9)


@given(st.lists(st.tuples(st.integers(0, 40) | amounts, limited), max_size=5))
@example([(100, [(1, 10), (1, 1000), (2, 1000)])])  # the first has 10; 90 : 30 and 60
@example([(100, [(1, 20), (1, 30)])])  # together 50: the other 50 are left over
@example([(100, [(0, 50), (3, 100)])])  # no weight, no share
@example([(3, [(1, 1), (1, 1), (1, 9)])])  # exactly at the limits
@settings(max_examples=200)
def test_within_limits_as_in_plain_python(cases: list[tuple[int, list[Row]]]) -> None:
    shares, left = within(cases)
    assert [(one, rest) for one, rest in zip(shares, left, strict=True)] == [divided(*case) for case in cases]
    for (pool, rows), one, rest in zip(cases, shares, left, strict=True):
        assert sum(one) + rest == pool
        assert all(share <= limit for share, (_, limit) in zip(one, rows, strict=True))


@pytest.mark.parametrize(("pool", "row", "told"), [(-1, (1, 1), "pool"), (1, (1, -1), "limit"), (1, (-1, 1), "weight")])
def test_nothing_negative_is_divided_within_limits(pool: int, row: Row, told: str) -> None:
    with pytest.raises(ExactError, match=told):
        within([(pool, [row])])


Person = tuple[int, int, bool]  # pay in fen, weight in ten-thousandths, member


def line_of(people: list[Person], rate: Fraction) -> Fraction | None:
    """Compute the line that members reach, or None where no amount can do.

    It is the least x with x = rate x (all pay + what members lack to x) / all weight, found from below over the members
    in order of pay per weight.
    """
    heads = Fraction(sum(weight for _, weight, _ in people), 10**4)
    members = sorted(
        ((pay, Fraction(weight, 10**4)) for pay, weight, member in people if member and weight),
        key=lambda one: Fraction(one[0]) / one[1],
    )
    if rate * sum(weight for _, weight in members) >= heads:
        return None
    total = sum(pay for pay, weight, _ in people if weight)
    line = rate * total / heads
    for count in range(1, len(members) + 1):
        lowest = members[:count]
        if Fraction(lowest[-1][0]) >= line * lowest[-1][1]:
            break
        rest, others = total - sum(pay for pay, _ in lowest), heads - rate * sum(weight for _, weight in lowest)
        line = rate * rest / others
    return line


def raised(groups: list[tuple[list[Person], int]]) -> list[list[int]]:
    people = [person for group, _ in groups for person in group]
    pay, weight, member = (np.array([one[place] for one in people]) for place in range(3))
    offsets = np.cumsum([0, *(len(group) for group, _ in groups)]).astype(np.int64)
    rates = Exact(np.array([rate for _, rate in groups], np.int64), 4)
    result = raise_to_mean(
        Exact(pay.astype(np.int64), 2), Exact(weight.astype(np.int64), 4), member.astype(bool), rates, offsets
    )
    return [result.values[first:last].tolist() for first, last in pairwise(offsets)]


pays = st.integers(0, 300) | st.integers(0, 2 * 10**9)
heads = st.lists(st.tuples(pays, st.sampled_from([0, 10_000, 10_000, 10_000]), st.booleans()), max_size=8)
months = st.lists(st.tuples(pays, st.integers(0, 120_000), st.booleans()), max_size=8)
rates = st.sampled_from([10_000, 10_000, 9_500, 8_000, 10_500, 13_000])


@given(st.lists(st.tuples(heads, rates), max_size=4))
@example([([(9_000_000, 10_000, True), (8_200_000, 10_000, True), (13_800_000, 10_000, False)], 10_000)])
@example([([(100, 10_000, True), (200, 10_000, True)], 10_000)])  # all of them members: nobody else
@example([([(100, 10_000, False)], 10_000)])
@settings(max_examples=200)
def test_heads_reach_the_fixed_point_rounded_up(groups: list[tuple[list[Person], int]]) -> None:
    for (people, rate), lifts in zip(groups, raised(groups), strict=True):
        line = line_of(people, Fraction(rate, 10**4))
        expected = [
            max(ceil(line) - pay, 0) if member and weight and line is not None else 0 for pay, weight, member in people
        ]
        assert lifts == expected


@given(st.lists(st.tuples(heads | months, rates), max_size=4))
@example([([(3, 11_111, True), (5, 77_777, True), (100, 88_889, False)], 10_000)])  # rounding up overtakes the line
@settings(max_examples=300)
def test_nobody_is_below_the_mean_as_it_is_then(groups: list[tuple[list[Person], int]]) -> None:
    """A raised member reaches the mean that counts what was paid, whatever the weights.

    Nobody is raised far above it.
    """
    for (people, rate), lifts in zip(groups, raised(groups), strict=True):
        multiple = Fraction(rate, 10**4)
        before = line_of(people, multiple)
        if before is None:
            assert not any(lifts)
            continue
        total = sum(pay + lift for (pay, weight, _), lift in zip(people, lifts, strict=True) if weight)
        weight_of_all = Fraction(sum(weight for _, weight, _ in people), 10**4)
        line = multiple * total / weight_of_all
        others = weight_of_all - multiple * sum(
            Fraction(weight, 10**4) for _, weight, member in people if member and weight
        )
        for (pay, weight, member), lift in zip(people, lifts, strict=True):
            share = Fraction(weight, 10**4)
            assert not lift or (member and weight)
            if member and weight:
                assert pay + lift >= line * share
            if lift:  # the line rises at most by the rounding of everybody's amount
                assert pay + lift <= ceil(before + len(people) * multiple / others + 1) * share + 1

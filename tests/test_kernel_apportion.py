"""Largest remainder: shares add up to the pool to the unit, and which units go where never depends on chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.kernels.apportion import BAD_OFFSETS, apportion

INT64 = 2**63 - 1


def divide(pool: int, weights: list[int]) -> tuple[list[int], int]:
    """The rule in plain Python: (shares, retained)."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights), pool
    amount = abs(pool)
    shares = [amount * weight // total for weight in weights]
    rests = [amount * weight % total for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda row: (-rests[row], row))
    for row in by_rest[: amount - sum(shares)]:
        shares[row] += 1
    return ([-share for share in shares] if pool < 0 else shares), 0


def run(pools: list[int], groups: list[list[int]]) -> tuple[int, list[int], list[int]]:
    weights = np.array([weight for group in groups for weight in group], np.int64)
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    share, retained = np.full(len(weights), 77, np.int64), np.full(len(pools), 77, np.int64)
    rests = np.empty(len(weights), np.uint64), np.empty(len(weights), np.uint64)
    failed = apportion(np.array(pools, np.int64), weights, offsets, *rests, share, retained)
    return failed, share.tolist(), retained.tolist()


sized = st.integers(0, 63).flatmap(lambda bits: st.integers(0, 2**bits - 1 if bits else 0))
weights = st.one_of(
    st.lists(st.integers(0, 5), max_size=40), st.lists(sized, max_size=12), st.lists(st.just(INT64), max_size=9)
)
pools = st.tuples(sized, st.booleans()).map(lambda drawn: -drawn[0] if drawn[1] else drawn[0])


@given(st.lists(st.tuples(pools, weights), max_size=8))
@example([])
@example([(100, [])])  # nobody: all retained
@example([(-100, [0, 0, 0])])  # no weight: all retained
@example([(100, [7])])
@example([(100_000, [1] * 7)])  # 1,000 yuan in 7 equal shares: 1,000, not 1,001
@example([(INT64, [INT64, INT64, INT64, 1])])  # the sum of weights needs 66 bits
@example([(-(2**63), [1, 1, 1]), (-(2**63), [INT64, INT64 - 1, 3])])
@example([(INT64, [INT64, 0, 0])])
@example([(1, [1, 1, 1]), (2, [1, 1, 1]), (5, [2, 2, 2])])  # ties go to the earlier row
@settings(max_examples=300)
def test_as_the_rule_in_plain_python(cases: list[tuple[int, list[int]]]) -> None:
    failed, shares, retained = run([pool for pool, _ in cases], [group for _, group in cases])
    expected = [divide(pool, group) for pool, group in cases]
    assert failed == 0
    assert shares == [share for each, _ in expected for share in each]
    assert retained == [kept for _, kept in expected]
    place = 0
    for (pool, group), kept in zip(cases, retained, strict=True):
        assert sum(shares[place : place + len(group)]) + kept == pool
        place += len(group)


def test_golden_case_g4() -> None:
    """Budget 100,000 yuan, points 1,000 each, quality 0.9000 and 0.8500 in full, 0.8499 in proportion."""
    _, shares, _ = run([10_000_000], [[1000 * 10_000, 1000 * 10_000, 1000 * 8_499]])
    assert shares == [3_508_895, 3_508_895, 2_982_210]


def test_a_large_group_agrees_with_a_sort() -> None:
    generator = np.random.default_rng(5)
    group = generator.integers(0, 2**40, 5000).tolist()
    failed, shares, _ = run([987_654_321], [group])
    assert failed == 0
    assert shares == divide(987_654_321, group)[0]


def test_the_first_negative_weight_is_told() -> None:
    assert run([5, 5], [[1, 2], [3, -1, -1]])[0] == 4


@pytest.mark.parametrize("offsets", [[0, 2], [1, 3], [0, 4], [0, 3, 3], []])
def test_offsets_that_do_not_cover_the_rows_are_refused(offsets: list[int]) -> None:
    room = np.empty(3, np.uint64), np.empty(3, np.uint64), np.empty(3, np.int64), np.empty(1, np.int64)
    bounds = np.array(offsets, np.int64)
    assert apportion(np.array([9]), np.array([1, 1, 1]), bounds, *room) == BAD_OFFSETS

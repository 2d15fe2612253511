"""Largest remainder: shares add up to the pool, to the unit.

Which units go where never depends on chance.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.exact import Exact, ExactError, apportion

INT64 = 2**63 - 1


def divide(pool: int, weights: list[int]) -> tuple[list[int], int]:
    """Divide a pool by the rule in plain Python: (shares, retained)."""
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


def run(pools: list[int], groups: list[list[int]]) -> tuple[list[int], list[int]]:
    weights = np.array([weight for group in groups for weight in group], np.int64)
    offsets = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    shares, retained = apportion(Exact(np.array(pools, np.int64), 2), Exact(weights, 6), offsets)
    return shares.values.tolist(), retained.values.tolist()


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
@example([(INT64, [INT64, INT64, INT64, 1]), (5, [1, 1])])  # the sum of weights needs 66 bits
@example([(INT64, [INT64, INT64, 1]), (-(2**63), [INT64, INT64, 2])])  # here 64 bits, then 65
@example([(-(2**63), [1, 1, 1]), (-(2**63), [INT64, INT64 - 1, 3])])
@example([(INT64, [INT64, 0, 0])])
@example([(1, [1, 1, 1]), (2, [1, 1, 1]), (5, [2, 2, 2])])  # ties go to the earlier row
@settings(max_examples=300)
def test_as_the_rule_in_plain_python(cases: list[tuple[int, list[int]]]) -> None:
    shares, retained = run([pool for pool, _ in cases], [group for _, group in cases])
    expected = [divide(pool, group) for pool, group in cases]
    assert shares == [share for each, _ in expected for share in each]
    assert retained == [kept for _, kept in expected]
    place = 0
    for (pool, group), kept in zip(cases, retained, strict=True):
        assert sum(shares[place : place + len(group)]) + kept == pool
        place += len(group)


def test_golden_case_g4() -> None:
    """Golden case G4 is divided to the fen.

    Budget 100,000 yuan, points 1,000 each, quality 0.9000 and 0.8500 in full, 0.8499 in proportion.
    """
    shares, _ = run([10_000_000], [[1000 * 10_000, 1000 * 10_000, 1000 * 8_499]])
    assert shares == [3_508_895, 3_508_895, 2_982_210]


def test_a_large_group_agrees_with_a_sort() -> None:
    generator = np.random.default_rng(5)
    group = generator.integers(0, 2**40, 5000).tolist()
    shares, _ = run([987_654_321], [group])
    assert shares == divide(987_654_321, group)[0]


def test_the_first_negative_weight_is_told() -> None:
    with pytest.raises(ExactError) as refused:
        run([5, 5], [[1, 2], [3, -1, -1]])
    assert refused.value.problems[0].row == 4


@pytest.mark.parametrize("offsets", [[0, 2], [1, 3], [0, 4], [0, 3, 3], []])
def test_offsets_that_do_not_cover_the_rows_are_refused(offsets: list[int]) -> None:
    with pytest.raises(ValueError, match="offsets"):
        apportion(Exact.of([9]), Exact.of([1, 1, 1]), np.array(offsets, np.int64))

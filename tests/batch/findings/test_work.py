"""Buckets of quantities find every item that the exact count would find."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from batch.findings.work import BUCKETS, bucket_bounds, count_buckets
from batch.input_tables import LARGEST_QUANTITY

QUANTITIES = st.integers(-5, LARGEST_QUANTITY)


@given(st.lists(st.tuples(st.integers(0, 3), QUANTITIES), max_size=30))
def test_every_quantity_is_counted_in_the_bucket_that_holds_it(rows: list[tuple[int, int]]) -> None:
    counts = np.zeros(4 * BUCKETS, np.int64)
    count_buckets(np.array([row[0] for row in rows], np.int32), np.array([row[1] for row in rows], np.int64), counts)
    lowest, highest = bucket_bounds()
    expected = np.zeros((4, BUCKETS), np.int64)
    for item, quantity in rows:
        if quantity > 0:
            (bucket,) = np.flatnonzero((lowest <= quantity) & (quantity <= highest))
            expected[item, bucket] += 1
    assert counts.reshape(4, BUCKETS).tolist() == expected.tolist()
    assert highest[-1] >= LARGEST_QUANTITY


def test_a_bucket_is_no_wider_than_an_eighth() -> None:
    lowest, highest = bucket_bounds()
    assert (highest[:-1] + 1 == lowest[1:]).all()
    assert ((highest - lowest) * 8 <= np.maximum(lowest, 8)).all()

"""What is far from the last published periods, and what is not."""

from __future__ import annotations

import pytest

from batch.findings.robust import is_far

TWICE = 20_000


@pytest.mark.parametrize(
    ("value", "earlier", "floor", "far"),
    [
        (201, [100, 100, 100], 0, True),
        (200, [100, 100, 100], 0, False),  # not beyond the factor
        (49, [100, 100, 100], 0, True),
        (50, [100, 100, 100], 0, False),
        (0, [100], 0, True),
        (201, [100, 100, 100], 101, False),  # within the floor
        (900, [100, 100, 850, 100, 100, 850], 0, False),  # comes every third month
        (400, [100, 150, 60, 130, 90], 0, True),
        (205, [100, 150, 60, 130, 90], 0, False),  # within the spread of what varies by itself
        (5, [], 0, False),
        (5, [0, 0, 0], 4, True),  # what never was
        (-300, [100, 100, 100], 0, True),
    ],
)
def test_what_is_far(value: int, earlier: list[int], floor: int, far: bool) -> None:
    assert is_far(value, earlier, TWICE, floor) is far

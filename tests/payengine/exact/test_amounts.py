"""Exact integers as text: one function writes them, with all decimals or without zeros."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.reports.export import text_column
from payengine.exact.amounts import decimal_text
from payengine.policy.toml import exact, number_text

INT64 = st.integers(-(2**63), 2**63 - 1)


@given(INT64, st.integers(0, 18), st.integers(0, 18))
def test_no_digit_is_lost_and_only_zeros_are_dropped(value: int, scale: int, least: int) -> None:
    every, short = decimal_text(value, scale), decimal_text(value, scale, least=min(least, scale))
    assert Decimal(every) == Decimal(short) == Decimal(value).scaleb(-scale)
    assert every.startswith(short)
    assert len(every.partition(".")[2]) == scale
    assert len(short.partition(".")[2]) >= min(least, scale)


@given(st.lists(INT64, max_size=5), st.integers(0, 6))
def test_a_column_of_an_export_has_the_same_texts(values: list[int], scale: int) -> None:
    assert text_column(pa.array(values, pa.int64()), scale).to_pylist() == [decimal_text(one, scale) for one in values]


@pytest.mark.parametrize(
    ("number", "least", "text"),
    [
        (0, 0, "0"), (10_000, 0, "1"), (5_000, 0, "0.50"), (5_678, 0, "0.5678"), (12_340, 0, "1.234"),
        (-5_000, 0, "-0.50"), (10_000, 2, "1.00"), (10_001, 2, "1.0001"), (0, 2, "0.00"), (-1, 0, "-0.0001"),
    ],
)  # fmt: skip
def test_a_number_of_a_policy_has_two_decimals_or_none(number: int, least: int, text: str) -> None:
    assert number_text(number, least) == text
    assert exact(text) == number

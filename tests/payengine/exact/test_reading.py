"""Numbers as people write them: read exactly or refused with their row.

They are written back digit by digit.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact import Exact, ExactError, apportion
from payengine.exact.amounts import decimal_text


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5), st.integers(0, 18))
def test_text_comes_back_as_it_was(values: list[int], scale: int) -> None:
    column = Exact(np.array(values, np.int64), scale)
    again = Exact.of(column.text(), scale)
    assert again.values.tolist() == values
    assert Exact.of(column.decimals(), scale).values.tolist() == values
    assert [Decimal(text) for text in column.text()] == [Decimal(value).scaleb(-scale) for value in values]


@pytest.mark.parametrize(
    ("given", "scale", "units", "kept"),
    [
        ("1.84", None, 184, 2), ("1.840", None, 1840, 3), ("1.840", 2, 184, 2), ("-0.05", 2, -5, 2), ("7", 2, 700, 2),
        ("+7.", 2, 700, 2), (Decimal("1E+3"), 2, 100_000, 2), (Decimal("0.10"), None, 10, 2), (12, 4, 120_000, 4),
        (np.int64(3), None, 3, 0), ("9223372036854775807", 0, 2**63 - 1, 0), ("-9223372036854775808", 0, -(2**63), 0),
    ],
)  # fmt: skip
def test_reading(given: object, scale: int | None, units: int, kept: int) -> None:
    column = Exact.of(given, scale)
    assert (column.values.tolist(), column.scale) == ([units], kept)


def test_several_numbers_keep_the_most_decimals() -> None:
    assert Exact.of(["1", "2.5", Decimal("0.125"), 3]).text() == ["1.000", "2.500", "0.125", "3.000"]


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1,000", "1e3", ".5", "1.2.3", "ten", "１", "--1", "NaN", "0x10"])
def test_what_is_not_a_plain_number_is_refused(text: str) -> None:
    with pytest.raises(ExactError) as refused:
        Exact.of(["1", text])
    assert refused.value.problems[0].row == 2


def test_too_many_decimals_are_refused_not_rounded() -> None:
    with pytest.raises(ExactError) as refused:
        Exact.of(["0.25", "0.255"], 2)
    assert refused.value.problems[0].row == 2
    assert "0.255" in str(refused.value)


def test_too_large_a_number_is_an_overflow() -> None:
    for number in ("9223372036854775808", "-9223372036854775809"):
        with pytest.raises(ExactOverflow):
            Exact.of(number)
    with pytest.raises(ExactOverflow):
        Exact.of("92233720368547758.08", 2)
    with pytest.raises(ExactOverflow):
        Exact(np.array([2**63], np.uint64), 0)


def test_infinite_and_undefined_decimals_are_refused() -> None:
    for number in (Decimal("NaN"), Decimal("Infinity")):
        with pytest.raises(ExactError):
            Exact.of(number)


def test_no_float_and_no_flag_is_read() -> None:
    for number in (0.1, True, None, np.float64(1), [0.5], [True], np.bool_(False)):
        with pytest.raises(TypeError):
            Exact.of(number)
    with pytest.raises(TypeError):
        Exact(np.array([True]), 0)


def test_scales_have_bounds() -> None:
    for scale in (-1, 19):
        with pytest.raises(ValueError, match="decimals"):
            Exact.of("1", scale)
        with pytest.raises(ValueError, match="decimals"):
            Exact(np.array([1]), scale)


def test_writing() -> None:
    assert [decimal_text(value, 2) for value in (0, 5, -5, 99, 100, -12345)] == [
        "0.00", "0.05", "-0.05", "0.99", "1.00", "-123.45",
    ]  # fmt: skip


def test_golden_case_g2_split() -> None:
    """A rounded amount splits to the fen (golden case G2).

    1.84 x 0.2 = 0.368 -> 0.37, which splits 50:50 into 0.19 and 0.18; 3.56 splits 80:20 into 2.85 and 0.71.
    """
    part = (Exact.of("1.84") * Exact.of("0.2")).round(2)
    assert part.text() == ["0.37"]
    assert apportion(part, Exact.of(["0.5", "0.5"]), np.array([0, 2]))[0].text() == ["0.19", "0.18"]
    part = (Exact.of("5.08") * Exact.of("0.7")).round(2)
    assert part.text() == ["3.56"]
    assert apportion(part, Exact.of(["0.8", "0.2"]), np.array([0, 2]))[0].text() == ["2.85", "0.71"]


def test_apportion_tells_what_is_wrong() -> None:
    pool = Exact.of(["10.00"])
    with pytest.raises(ExactError) as refused:
        apportion(pool, Exact.of([1, -1]), np.array([0, 2]))
    assert refused.value.problems[0].row == 2
    with pytest.raises(ValueError, match="offsets"):
        apportion(pool, Exact.of([1, 1]), np.array([0, 1]))
    shares, retained = apportion(pool, Exact.of([0, 0]), np.array([0, 2]))
    assert (shares.text(), retained.text()) == (["0.00", "0.00"], ["10.00"])

"""Columns of 128 bits: every kernel gives what Python's integers give, or names a row.

The row named is the first that does not fit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from payengine.exact.rounding import Rounding, rounded
from payengine.kernels import muldiv
from tests.support.wide_numbers import MOST, PLAIN, near_powers, numbers_of, room, signed_numbers, wide


def pairs(bits: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(signed_numbers(bits), signed_numbers(bits)), max_size=20)


@given(pairs(127), st.sampled_from(["multiply", "add", "subtract"]))
@example([(2**63, -(2**63)), (-(2**63), -(2**63)), (2**64, 2**62)], "multiply")
@example([(MOST, 1)], "add")
@example([(-MOST, -1)], "add")
@example([(-MOST, 1)], "subtract")
def test_a_product_or_sum_is_exact_or_its_first_row_is_told(rows: list[tuple[int, int]], operation: str) -> None:
    expected = [{"multiply": a * b, "add": a + b, "subtract": a - b}[operation] for a, b in rows]
    hi, lo = room(len(rows))
    a, b = wide([row[0] for row in rows]), wide([row[1] for row in rows])
    if operation == "multiply":
        failed = muldiv.multiply(*a, *b, hi, lo)
    else:
        failed = muldiv.add(*a, *b, 1 if operation == "add" else -1, hi, lo)
    first = next((row for row, number in enumerate(expected, 1) if abs(number) > MOST), 0)
    assert failed == first
    sound = (first or len(rows) + 1) - 1
    assert numbers_of(hi, lo)[:sound] == expected[:sound]


@given(st.lists(st.tuples(signed_numbers(63), signed_numbers(63)), max_size=20))
@example([(-(2**63), -(2**63)), (2**63 - 1, 2**63 - 1), (-(2**63), 2**63 - 1), (0, -(2**63))])
def test_plain_columns_are_wide_columns_whose_sign_is_extended(rows: list[tuple[int, int]]) -> None:
    a = np.array([row[0] for row in rows], np.int64).view(np.uint64)
    b = np.array([row[1] for row in rows], np.int64).view(np.uint64)
    hi, lo = room(len(rows))
    assert muldiv.multiply(PLAIN, a, PLAIN, b, hi, lo) == 0
    assert numbers_of(hi, lo) == [x * y for x, y in rows]
    assert muldiv.add(PLAIN, a, PLAIN, b, -1, hi, lo) == 0
    assert numbers_of(hi, lo) == [x - y for x, y in rows]


def test_one_row_stands_for_every_row() -> None:
    hi, lo = room(3)
    assert muldiv.multiply(*wide([3, -4, 5]), *wide([-(2**70)]), hi, lo) == 0
    assert numbers_of(hi, lo) == [-3 * 2**70, 4 * 2**70, -5 * 2**70]


@given(
    st.lists(
        st.tuples(signed_numbers(127), near_powers(127), near_powers(126)).map(lambda d: (d[0], max(d[1], 1), d[2])),
        max_size=20,
    ),
    st.sampled_from(list(Rounding)),
    st.integers(-38, 38),
)
@example([(5, 10, 0), (-5, 10, 0), (15, 10, 0), (25, 10, 0), (-25, 10, 0), (4, 10, 0)], Rounding.HALF_EVEN, 0)
@example([(5, 10, 0), (-5, 10, 0), (15, 10, 0), (-4, 10, 0), (-6, 10, 0)], Rounding.HALF_UP, 0)
@example([(2**63, 1, 0)], Rounding.HALF_UP, 0)
@example([(-(2**63), 1, 0)], Rounding.HALF_UP, 0)
@example([(2 * (2**63 - 1) + 1, 2, 0)], Rounding.HALF_UP, 0)
@example([(2 * (2**63 - 1) + 1, 2, 0)], Rounding.DOWN, 0)
@example([(2**127 - 1, 2**64, 0), (2**127 - 1, 2**64 - 1, 0)], Rounding.DOWN, 0)
@settings(max_examples=300)
def test_a_quotient_is_rounded_once_as_its_mode_says(rows: list[Any], mode: Rounding, shift: int) -> None:
    numerators = [n if fits else n % 2**60 * (-1 if n < 0 else 1) for n, _, fits in rows]
    check_quotients(numerators, [d for _, d, _ in rows], mode, shift)


@given(
    st.lists(signed_numbers(127), max_size=20), near_powers(127).map(lambda d: max(d, 1)),
    st.sampled_from(list(Rounding)), st.integers(-38, 0),
)  # fmt: skip
@example([2**64 - 1, 2**64, 2**64 + 1], 3, Rounding.HALF_UP, 0)
@settings(max_examples=300)
def test_one_divisor_for_all_rows_gives_the_same(rows: list[int], divisor: int, mode: Rounding, shift: int) -> None:
    check_quotients(rows, [divisor], mode, shift)


def check_quotients(numerators: list[int], denominators: list[int], mode: Rounding, shift: int) -> None:
    up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
    out, too_wide = np.zeros(len(numerators), np.int64), np.zeros(len(numerators), np.uint8)
    words = [np.uint64(word) for factor in (up, down) for word in divmod(factor, 2**64)]
    failed = muldiv.round_quotient(*wide(numerators), *wide(denominators), *words, int(mode), out, too_wide)
    for row, numerator in enumerate(numerators):
        denominator = denominators[row if len(denominators) > 1 else 0]
        if abs(numerator) * up >= 2**128 or denominator * down >= 2**128:
            assert too_wide[row] == 1
            continue
        assert too_wide[row] == 0
        expected = rounded(Fraction(numerator * up, denominator * down), mode)
        if not -(2**63) <= expected < 2**63:
            assert failed == row + 1
            return
        assert out[row] == expected
    assert failed == 0


@given(st.fractions(), st.sampled_from(list(Rounding)))
@example(Fraction(1, 2), Rounding.HALF_UP)
@example(Fraction(-1, 2), Rounding.HALF_UP)
@example(Fraction(5, 2), Rounding.HALF_EVEN)
@example(Fraction(7, 2), Rounding.HALF_EVEN)
def test_the_modes_mean_what_their_names_say(number: Fraction, mode: Rounding) -> None:
    result = rounded(number, mode)
    magnitude = abs(number)
    below = number.__floor__()
    away = -magnitude.__ceil__() if number < 0 else magnitude.__ceil__()
    half_up = (magnitude + Fraction(1, 2)).__floor__()
    assert (
        result
        == {
            Rounding.HALF_UP: -half_up if number < 0 else half_up,
            Rounding.HALF_EVEN: round(number),
            Rounding.UP: away,
            Rounding.DOWN: number.__trunc__(),
            Rounding.CEILING: number.__ceil__(),
            Rounding.FLOOR: below,
        }[mode]
    )


ratios = st.tuples(signed_numbers(127), near_powers(127).map(lambda d: max(d, 1)))


@given(st.lists(st.tuples(ratios, ratios), max_size=20))
@example(
    [((1, 3), (2, 6)), ((-1, 3), (-2, 6)), ((0, 1), (0, 7)), ((1, 3), (-1, 3)), ((MOST, MOST - 1), (MOST - 1, MOST))]
)
def test_fractions_are_compared_exactly(rows: list[Any]) -> None:
    order = np.empty(len(rows), np.int8)
    columns = [wide([row[side][part] for row in rows]) for side in (0, 1) for part in (0, 1)]
    muldiv.compare(*columns[0], *columns[1], *columns[2], *columns[3], order)
    exact = [(Fraction(*a), Fraction(*b)) for a, b in rows]
    assert order.tolist() == [(a > b) - (a < b) for a, b in exact]


small = st.tuples(signed_numbers(60), near_powers(60).map(lambda d: max(d, 1)))


@given(st.lists(st.tuples(st.one_of(small, ratios), st.one_of(small, ratios)), max_size=20), st.sampled_from([1, -1]))
@example([((1, 6), (1, 6)), ((1, 6), (1, 4)), ((-1, 6), (1, 6)), ((5, 2**64), (7, 2**65))], 1)
@settings(max_examples=200)
def test_fractions_are_added_over_the_least_common_denominator(rows: list[Any], sign: int) -> None:
    hi, lo = room(len(rows))
    under_hi, under_lo = room(len(rows))
    too_wide = np.zeros(len(rows), np.uint8)
    columns = [wide([row[side][part] for row in rows]) for side in (0, 1) for part in (0, 1)]
    flat = [word for column in columns for word in column]
    muldiv.add_ratios(*flat, sign, hi, lo, under_hi, under_lo, too_wide)
    for row, ((n, d), (m, e)) in enumerate(rows):
        if too_wide[row]:
            assert max(abs(n), d, abs(m), e) > 2**60  # small ones always fit
            continue
        above = numbers_of(hi[row : row + 1], lo[row : row + 1])[0]
        below = numbers_of(under_hi[row : row + 1], under_lo[row : row + 1])[0]
        assert 0 < below <= MOST
        assert Fraction(above, below) == Fraction(n, d) + sign * Fraction(m, e)


def test_read_only_columns_are_taken() -> None:
    a, b = wide([2**80]), wide([3])
    for array in (*a, *b):
        array.flags.writeable = False
    hi, lo = room(1)
    assert muldiv.multiply(*a, *b, hi, lo) == 0
    assert numbers_of(hi, lo) == [3 * 2**80]


def test_floats_are_not_taken() -> None:
    hi, lo = room(1)
    with pytest.raises(TypeError):
        muldiv.multiply(PLAIN, np.array([1.5]), *wide([3]), hi, lo)

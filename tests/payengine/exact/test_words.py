"""Numbers of one machine word are what Python's integers give, up to a bound's edge."""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact import Exact, Rounding, where
from payengine.exact.wide import GREATEST, Wide
from payengine.kernels.muldiv import round_by_word, round_words

LEAST, MOST = -(2**63), 2**63 - 1
ROOT = 3_037_000_499  # the greatest whole number whose square is below 2**63
EDGES = [0, 1, 2, 3, 5, 10, ROOT - 1, ROOT, ROOT + 1, 2**31, 2**32, 10**9, 10**18, 2**62 - 1, 2**62, MOST - 1, MOST]
numbers = st.one_of(
    st.sampled_from([*EDGES, *(-each for each in EDGES), LEAST]), st.integers(LEAST, MOST), st.integers(-200, 200)
)
modes = st.sampled_from(Rounding)
OPERATORS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def rounded(number: Fraction, mode: Rounding) -> int:
    """Round by what each mode says, apart from the product's ways."""
    below, above = floor(number), ceil(number)
    half, down = below + Fraction(1, 2), above if number < 0 else below
    nearest = {-1: below, 1: above}.get((number > half) - (number < half))
    up = below + above - down
    even = below if below % 2 == 0 else above
    return {
        Rounding.HALF_UP: up if nearest is None else nearest, Rounding.HALF_EVEN: even if nearest is None else nearest,
        Rounding.UP: up, Rounding.DOWN: down, Rounding.CEILING: above, Rounding.FLOOR: below,
    }[mode]  # fmt: skip


def stated(column: Callable[[], Exact], expected: list[int]) -> None:
    """Compare a stated column with whole numbers, or see the first row that does not fit."""
    wrong = next((row for row, number in enumerate(expected) if not LEAST <= number <= MOST), None)
    if wrong is None:
        assert column().values.tolist() == expected
        return
    with pytest.raises(ExactOverflow) as caught:
        column()
    assert caught.value.problems[0].row == wrong + 1


def of(*values: int, scale: int = 0) -> Exact:
    return Exact(np.array(values, np.int64), scale)


@given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.integers(0, 6), modes)
@example((ROOT, 1), (ROOT, 1), 2, Rounding.UP)
@example((ROOT + 1, 1), (ROOT + 1, 1), 0, Rounding.DOWN)
@example((LEAST, 0), (-1, 1), 0, Rounding.HALF_UP)
@example((LEAST, 0), (1, 1), 6, Rounding.FLOOR)
def test_products_are_rounded_as_fractions(a: tuple[int, int], b: tuple[int, int], down: int, mode: Rounding) -> None:
    exact = [Fraction(x * y, 10**down) for x, y in zip(a, b, strict=True)]
    product = of(*a, scale=down) * of(*b)
    assert product.fractions() == exact
    stated(lambda: product.round(0, mode), [rounded(each, mode) for each in exact])
    one = of(*a, scale=down) * of(b[0])
    stated(lambda: one.round(0, mode), [rounded(Fraction(x * b[0], 10**down), mode) for x in a])


@given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.integers(-3, 4), modes)
@example((MOST, 7), (2, 3), 0, Rounding.HALF_UP)
@example((LEAST, 7), (2, 2), 1, Rounding.HALF_EVEN)
@example((10**18, -5), (MOST, 10), 0, Rounding.HALF_EVEN)
def test_quotients_are_rounded_as_fractions(
    a: tuple[int, int], b: tuple[int, int], decimals: int, mode: Rounding
) -> None:
    divisors = [each or 1 for each in b]
    exact = [Fraction(x, y) for x, y in zip(a, divisors, strict=True)]
    quotient = of(*a) / of(*divisors)
    assert quotient.fractions() == exact
    unit = 10**-decimals if decimals < 0 else 1  # below zero: to tens, stated at scale 0
    stated(
        lambda: quotient.round(decimals, mode),
        [rounded(each * Fraction(10) ** decimals, mode) * unit for each in exact],
    )


@given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.integers(0, 4), st.integers(0, 4))
@example((MOST, 1), (1, 1), 0, 0)
@example((LEAST, 1), (-1, 1), 0, 0)
@example((2**62, 2**62 - 1), (2**62, 2**62), 0, 0)
def test_sums_and_comparisons(a: tuple[int, int], b: tuple[int, int], one: int, other: int) -> None:
    scale = max(one, other)
    first, second = ([x * 10 ** (scale - s) for x in column] for column, s in ((a, one), (b, other)))
    if all(LEAST <= each <= MOST for each in (*first, *second)):
        stated(lambda: of(*a, scale=one) + of(*b, scale=other), [x + y for x, y in zip(first, second, strict=True)])
        stated(lambda: of(*a, scale=one) - of(*b, scale=other), [x - y for x, y in zip(first, second, strict=True)])
        stated(lambda: of(*a, scale=one).minimum(of(*b, scale=other)), list(map(min, first, second)))
        stated(lambda: of(*a, scale=one).maximum(of(*b, scale=other)), list(map(max, first, second)))
    for compare in OPERATORS:
        found: Any = compare(of(*a, scale=one), of(*b, scale=other))
        assert found.tolist() == [compare(x, y) for x, y in zip(first, second, strict=True)]


@given(st.tuples(numbers, numbers), st.tuples(numbers, numbers), st.tuples(numbers, numbers, numbers))
@example((MOST, 1), (MOST, 1), (1, 100, 20))
@example((1, 2), (3, 4), (100, 20, 20))
def test_sums_and_comparisons_of_ratios(a: tuple[int, int], b: tuple[int, int], divisors: tuple[int, int, int]) -> None:
    """Ratios of one divisor, or of one for each row, add up and compare as fractions."""
    by, other, third = (each or 1 for each in divisors)
    for below in (of(other), of(other, third)):
        first, second = of(*a) / of(by), of(*b) / below
        exact = list(zip(first.fractions(), second.fractions(), strict=True))
        assert [x for x, _ in exact] == [Fraction(each, by) for each in a]
        for sign, add in ((1, operator.add), (-1, operator.sub)):
            expected = [x + sign * y for x, y in exact]
            if all(max(abs(each.numerator), each.denominator) < 2**127 for each in expected):
                assert add(first, second).fractions() == expected
        for compare in OPERATORS:
            found: Any = compare(first, second)
            assert found.tolist() == [compare(x, y) for x, y in exact]


@given(st.tuples(numbers, numbers), st.booleans())
@example((LEAST, LEAST + 1), False)
def test_signs_and_choices(a: tuple[int, int], flag: bool) -> None:
    column = of(*a)
    stated(lambda: -column, [-each for each in a])
    stated(lambda: abs(column), [abs(each) for each in a])
    assert column.positive_part().values.tolist() == [max(each, 0) for each in a]
    assert (column * 3).positive_part().fractions() == [max(3 * each, 0) for each in a]
    assert where(np.array([flag, not flag]), column, 7).values.tolist() == [a[0], 7] if flag else [7, a[1]]


@given(numbers, st.integers(1, 2**64 - 1), modes)
@example(LEAST, 1, Rounding.UP)
@example(MOST, 2**64 - 1, Rounding.UP)
@example(LEAST, 2**63, Rounding.HALF_EVEN)
def test_a_word_divides_by_its_reciprocal(number: int, divisor: int, mode: Rounding) -> None:
    column, out = Wide.of(np.array([number], np.int64)), np.empty(1, np.int64)
    assert round_by_word(column.hi, column.lo, np.uint64(divisor), int(mode), out) == 0
    assert out[0] == rounded(Fraction(number, divisor), mode)


@given(st.integers(-(2**126), 2**126), st.integers(1, 2**64 - 1), modes)
@example(2**126, 2**63, Rounding.DOWN)
@example(-(2**64) * 7, 14, Rounding.DOWN)
@example((2**63 - 1) * 10 + 5, 10, Rounding.HALF_UP)
@example(-(2**63) * 10 - 4, 10, Rounding.HALF_UP)
def test_a_wide_number_divides_by_a_word(number: int, divisor: int, mode: Rounding) -> None:
    column, out = Wide.from_ints([number]), np.empty(1, np.int64)
    failed = round_by_word(column.hi, column.lo, np.uint64(divisor), int(mode), out)
    expected = rounded(Fraction(number, divisor), mode)
    assert failed == (not LEAST <= expected <= MOST)
    if not failed:
        assert out[0] == expected


@given(st.integers(-GREATEST, GREATEST), st.integers(1, GREATEST), st.integers(0, 18), st.integers(0, 18), modes)
@example(GREATEST, GREATEST, 0, 0, Rounding.HALF_UP)
@example(-GREATEST, 2, 0, 0, Rounding.HALF_UP)
def test_words_divide_by_words(n: int, d: int, up: int, down: int, mode: Rounding) -> None:
    n, d = n // 10**up, max(d // 10**down, 1)  # as the caller proves: n x up and d x down below 2**63
    if abs(n) * 10**up > GREATEST:
        n += 1
    out = np.empty(1, np.int64)
    round_words(np.array([n]), np.array([d]), 10**up, 10**down, int(mode), out)
    assert out[0] == rounded(Fraction(n * 10**up, d * 10**down), mode)


def test_a_bound_follows_its_column() -> None:
    """Bounds are proved from those of the operands, and never below the true magnitudes."""
    column = Wide.of(np.array([3, -7], np.int64))
    assert (column.bound, column.times(column).bound, column.plus(column, -1).bound) == (7, 49, 14)
    assert Wide.of(np.array([LEAST], np.int64)).bound == 2**63
    assert not Wide.of(np.array([LEAST])).times(Wide.of(np.array([-1]))).is_plain, "its product has no word"
    assert Wide.of(np.zeros(0, np.int64)).bound == 0

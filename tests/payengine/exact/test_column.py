"""Exact columns: every operator gives what Python's fractions give, or refuses.

A refusal says in which row.
"""

from __future__ import annotations

import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from payengine.errors import ExactOverflow
from payengine.exact import FEN, HALF_EVEN, POINTS, RATE, Exact, ExactError, Rounding, where
from payengine.exact.rounding import rounded

LEAST, GREATEST = -(2**63), 2**63 - 1
MOST = 2**127 - 1

edges = st.sampled_from([LEAST, LEAST + 1, GREATEST, GREATEST - 1, 0, 1, -1, 2**32, -(2**32), 2**62, -(2**62)])
values = st.one_of(st.integers(-(10**6), 10**6), st.integers(LEAST, GREATEST), edges)
usual = st.integers(-(10**9), 10**9)
scales = st.integers(0, 8)


def of_rows(numbers: st.SearchStrategy[int], rows: int) -> st.SearchStrategy[Exact]:
    return st.builds(
        Exact, st.lists(numbers, min_size=rows, max_size=rows).map(lambda n: np.array(n, np.int64)), scales
    )


def couples(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[Exact, Exact]]:
    """Draw two columns that meet: of one length, or one of them of one row."""
    return st.tuples(st.integers(0, 5), st.booleans(), st.booleans()).flatmap(
        lambda drawn: st.tuples(
            of_rows(numbers, 1 if drawn[1] else drawn[0]), of_rows(numbers, 1 if drawn[2] else drawn[0])
        )
    )


def met(a: Exact, b: Exact) -> list[tuple[Fraction, Fraction]]:
    first, second = a.fractions(), b.fractions()
    rows = len(second) if len(first) == 1 else len(first)
    return list(
        zip(first * rows if len(first) == 1 else first, second * rows if len(second) == 1 else second, strict=True)
    )


def fits_pending(number: Fraction, scale: int) -> bool:
    lowest = number * Fraction(10) ** scale
    return max(abs(lowest.numerator), lowest.denominator) <= MOST


@given(couples(values), st.sampled_from([operator.add, operator.sub]))
@example((Exact([GREATEST], 0), Exact([1], 0)), operator.add)
@example((Exact([LEAST], 0), Exact([-1], 0)), operator.add)
@example((Exact([LEAST], 0), Exact([1], 0)), operator.sub)
@example((Exact([0], 0), Exact([LEAST], 0)), operator.sub)
@example((Exact([10**18], 0), Exact([1], 8)), operator.add)
def test_sums_of_stated_columns_are_stated_and_exact(drawn: tuple[Exact, Exact], operation: Any) -> None:
    a, b = drawn
    scale = max(a.scale, b.scale)
    expected = [operation(x, y) for x, y in met(a, b)]
    unit = 10**scale
    inside = all(
        LEAST <= number * unit <= GREATEST for each in (expected, a.fractions(), b.fractions()) for number in each
    )
    if inside:
        result = operation(a, b)
        assert (result.fractions(), result.scale, result.pending) == (expected, scale, False)
    else:
        with pytest.raises(ExactOverflow):
            operation(a, b)


@given(couples(values))
@example((Exact([LEAST, GREATEST], 8), Exact([LEAST, LEAST], 8)))
def test_products_are_exact_in_128_bits(drawn: tuple[Exact, Exact]) -> None:
    a, b = drawn
    result = a * b
    assert result.pending
    assert result.fractions() == [x * y for x, y in met(a, b)]


@given(couples(values))
@example((Exact([LEAST], 0), Exact([LEAST], 8)))
@example((Exact([1], 0), Exact([-3], 0)))
def test_ratios_are_exact(drawn: tuple[Exact, Exact]) -> None:
    a, b = drawn
    rows = met(a, b)
    zero = next((row for row, (_, below) in enumerate(rows, 1) if below == 0), None)
    if zero is not None:
        with pytest.raises(ExactError) as refused:
            _ = a / b
        assert refused.value.problems[0].row == zero
    else:
        assert (a / b).fractions() == [x / y for x, y in rows]


steps = st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(0, 3), st.booleans()), min_size=1, max_size=5)
operators = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


@given(st.integers(0, 4).flatmap(lambda rows: st.lists(of_rows(usual, rows), min_size=4, max_size=4)), steps)
@settings(max_examples=300)
def test_whole_expressions_are_exact_or_too_wide(columns: list[Exact], expression: list[Any]) -> None:
    """A chain of operators over pending numbers is exact.

    It may fail only where 128 bits in lowest terms do not hold a number.
    """
    result, exact = columns[0], columns[0].fractions()
    for sign, place, from_left in expression:
        other, theirs = columns[place], columns[place].fractions()
        pair = (other, result) if from_left else (result, other)
        both = zip(theirs, exact, strict=True) if from_left else zip(exact, theirs, strict=True)
        if sign == "/" and any(number == 0 for number in (exact if from_left else theirs)):
            with pytest.raises(ExactError):
                operators[sign](*pair)
            return
        exact = [operators[sign](x, y) for x, y in both]
        try:
            result = operators[sign](*pair)
        except ExactOverflow:
            assert not all(fits_pending(number, -30) and fits_pending(number, 60) for number in exact)
            return
        assert result.fractions() == exact
    for mode in Rounding:
        expected = [rounded(number * 100, mode) for number in exact]
        if all(LEAST <= number <= GREATEST for number in expected):
            assert result.round(FEN, mode).values.tolist() == expected


@given(couples(usual), st.integers(-4, 20), st.sampled_from(list(Rounding)))
@example((Exact([5, -5, 15, 25], 1), Exact([1], 0)), 0, HALF_EVEN)
@example((Exact([GREATEST], 0), Exact([1], 0)), 1, HALF_EVEN)
def test_rounding_happens_once_and_as_declared(drawn: tuple[Exact, Exact], decimals: int, mode: Rounding) -> None:
    a, b = drawn
    assume(all(y != 0 for _, y in met(a, b)))
    for pending, exact in ((a * b, [x * y for x, y in met(a, b)]), (a / b, [x / y for x, y in met(a, b)])):
        expected = [rounded(number * Fraction(10) ** decimals, mode) for number in exact]
        stated = [number * 10 ** max(-decimals, 0) for number in expected]
        if decimals > 18:
            with pytest.raises(ValueError, match="decimals"):
                pending.round(decimals, mode)
        elif all(LEAST <= number <= GREATEST for number in stated):
            result = pending.round(decimals, mode)
            assert (result.values.tolist(), result.scale) == (stated, max(decimals, 0))
        else:
            with pytest.raises(ExactOverflow):
                pending.round(decimals, mode)


@given(couples(values))
@example((Exact([1, 10], 0), Exact([100, 99], 2)))
@example((Exact([GREATEST], 0), Exact([LEAST], 8)))
def test_comparisons_are_exact_across_scales(drawn: tuple[Exact, Exact]) -> None:
    a, b = drawn
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        assert compare(a, b).tolist() == [compare(x, y) for x, y in met(a, b)]
        assert compare(a * b, b).tolist() == [compare(x * y, y) for x, y in met(a, b)]


@given(couples(usual), usual)
def test_ratios_are_compared_without_rounding(drawn: tuple[Exact, Exact], number: int) -> None:
    """A gate compares the unrounded rate: 0.84999 is below 0.85."""
    a, b = drawn
    assume(all(b.fractions()))
    assert ((a / b) < number).tolist() == [x / y < number for x, y in met(a, b)]
    assert ((a / b) >= Decimal("0.85")).tolist() == [x / y >= Fraction(85, 100) for x, y in met(a, b)]
    assert (a / b == b / (b * b) * a).all()


@given(couples(st.one_of(usual, st.integers(-(2**60), 2**60))), st.data())
def test_choices(drawn: tuple[Exact, Exact], data: Any) -> None:
    a, b = (Exact(each.values, 2) for each in drawn)
    rows = met(a, b)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), bool)
    chosen = [x if flag else y for flag, (x, y) in zip(mask, rows, strict=True)]
    assert where(mask, a, b).fractions() == chosen
    assert where(mask, a * 3, b).fractions() == [3 * x if flag else y for flag, (x, y) in zip(mask, rows, strict=True)]
    thirds = where(mask, a / 3, b)
    assert thirds.fractions() == [x / 3 if flag else y for flag, (x, y) in zip(mask, rows, strict=True)]
    assert a.minimum(b).fractions() == [min(x, y) for x, y in rows]
    assert a.maximum(b).fractions() == [max(x, y) for x, y in rows]
    assert (a / 7).maximum(b).fractions() == [max(x / 7, y) for x, y in rows]
    assert a.positive_part().fractions() == [max(x, Fraction(0)) for x in a.fractions()]
    assert abs(a).fractions() == [abs(x) for x in a.fractions()]
    assert abs(a / 7).fractions() == [abs(x) / 7 for x in a.fractions()]
    assert (-a).fractions() == [-x for x in a.fractions()]


@given(st.lists(st.lists(values, max_size=5), max_size=5))
@example([[GREATEST, GREATEST, LEAST, LEAST + 2]])  # leaves 64 bits on the way
@example([[GREATEST, 1]])
@example([[LEAST]])
@example([])
def test_group_sums_are_exact(groups: list[list[int]]) -> None:
    column = Exact(np.array([value for group in groups for value in group], np.int64), 2)
    offsets = np.cumsum([0, *map(len, groups)])
    sums = [sum(group) for group in groups]
    if all(LEAST <= total <= GREATEST for total in sums):
        assert column.sum_by(offsets).values.tolist() == sums
    else:
        with pytest.raises(ExactOverflow):
            column.sum_by(offsets)
    squares = [sum(value * value for value in group) for group in groups]
    if max(squares, default=0) <= MOST:
        assert (column * column).sum_by(offsets).fractions() == [Fraction(total, 10**4) for total in squares]
    else:
        with pytest.raises(ExactOverflow):
            (column * column).sum_by(offsets)
    assert (column / 7).sum_by(offsets).fractions() == [Fraction(total, 700) for total in sums]


def test_the_sum_of_ratios_needs_one_denominator() -> None:
    ratio = Exact.of([1, 1]) / Exact.of([3, 4])
    with pytest.raises(ExactError):
        ratio.sum()
    assert (Exact.of([1, 2]) / Exact.of([3, 3])).sum().fractions() == [1]
    assert Exact(np.empty(0, np.int64), 2).sum().text() == ["0.00"]


def test_rows_are_picked_and_spread() -> None:
    column = Exact.of(["1.00", "2.00", "3.00"])
    assert column.take(np.array([2, 0, 0])).text() == ["3.00", "1.00", "1.00"]
    assert column[np.array([True, False, True])].text() == ["1.00", "3.00"]
    assert column[1:].text() == ["2.00", "3.00"]
    assert (column / 3)[np.array([1])].fractions() == [Fraction(2, 3)]
    for rows in (np.array([3]), np.array([-1])):
        with pytest.raises(IndexError):
            column.take(rows)
    with pytest.raises(TypeError):
        column.take(np.array([0.5]))


def test_no_float_comes_in() -> None:
    column = Exact.of(["1.00"])
    for number in (0.5, np.float64(2), np.array([0.5]), np.float32(1)):
        for use in (
            lambda other: column + other, lambda other: other - column, lambda other: column * other,
            lambda other: other / column, lambda other: column < other, lambda other: column == other,
            lambda other: where(np.array([True]), column, other), lambda other: column.maximum(other),
            Exact.of, lambda other: Exact(np.array([other]).ravel(), 2),
        ):  # fmt: skip
            with pytest.raises(TypeError):
                use(number)


def test_flags_and_texts_are_no_numbers() -> None:
    column = Exact.of(["1.00"])
    for other in (True, np.bool_(True), "1.00", None, np.array([True])):
        with pytest.raises(TypeError):
            _ = column * other
    with pytest.raises(TypeError):
        where(np.array([1]), column, column)
    with pytest.raises(TypeError):
        bool(column)
    with pytest.raises(TypeError):
        hash(column)


def test_numbers_of_python_and_of_numpy_meet_columns() -> None:
    column = Exact.of(["0.25", "0.50"])
    assert (1 - column).text() == ["0.75", "0.50"]
    assert (column + Decimal("0.125")).text() == ["0.375", "0.625"]
    assert (np.int64(2) * column).round(2).text() == ["0.50", "1.00"]
    assert (np.array([2, 4]) * column).round(2).text() == ["0.50", "2.00"]
    assert (1 / column).round(RATE).text() == ["4.0000", "2.0000"]
    assert sum([column, column]).text() == ["0.50", "1.00"]  # type: ignore[attr-defined]


def test_what_is_pending_must_be_rounded_before_it_is_used() -> None:
    product = Exact.of(["1.00"]) * 2
    for use in (lambda: product.values, product.text, product.decimals):
        with pytest.raises(ExactError):
            use()


def test_columns_that_do_not_meet_are_refused() -> None:
    for use in (operator.add, operator.mul, operator.truediv, operator.lt, Exact.minimum):
        with pytest.raises(ValueError, match="do not meet"):
            use(Exact.of([1, 2]), Exact.of([1, 2, 3]))


def test_the_smallest_number_has_no_opposite() -> None:
    for use in (operator.neg, operator.abs):
        with pytest.raises(ExactOverflow) as raised:
            use(Exact([1, LEAST], 0))
        assert raised.value.problems[0].row == 2
    assert (Exact([LEAST], 0) * -1).fractions() == [2**63]


def test_a_pay_formula_rounds_once() -> None:
    """Golden case G9 is rounded once, after its last factor.

    37,020 x 9.50 x 0.96; 16,885 x 1.15 x 9.50 x 0.92.
    """
    points = Exact.of(["37020.000000", "16885.000000"], POINTS)
    pay = points * Exact.of(["1.00", "1.15"], RATE) * Exact.of("9.50", RATE) * Exact.of(["0.96", "0.92"], RATE)
    assert pay.round(FEN).text() == ["337622.40", "169711.14"]

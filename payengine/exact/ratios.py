"""Arithmetic of pending numbers: a numerator of up to 128 bits over a denominator.

The denominator is above zero, or None, which stands for one. Rows that exceed 128 bits on the way are done again with
Python's own integers, which have no bound; they are rare. What exceeds 128 bits in lowest terms is an `ExactOverflow`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from payengine.errors import ExactOverflow
from payengine.exact.errors import ExactError, overflow
from payengine.exact.rounding import Rounding
from payengine.exact.rounding import rounded as rounded_fraction
from payengine.exact.wide import GREATEST, NO_WORDS, Wide, broadcast
from payengine.kernels import muldiv
from payengine.kernels.arrays import Flags, Int64
from payengine.texts import say

Ratio = tuple[Wide, Wide | None]

UNIT = Wide.of(np.array([1], np.int64))
LARGEST_POWER = 38  # 10**38 is the greatest power of ten below 2**127
LARGEST_WORD_POWER = 18  # 10**18 is the greatest power of ten below 2**63
_WORD = 2**64


def over_one(denominator: Wide | None) -> Wide:
    """Return the denominator as a column; one where there is none."""
    return UNIT if denominator is None else denominator


def fractions(numerator: Wide, denominator: Wide | None, scale: int = 0) -> list[Fraction]:
    """Return the rows of numerator / denominator x 10**-scale as Python fractions."""
    unit = Fraction(10) ** -scale
    if denominator is None:
        return [number * unit for number in numerator.ints()]
    above, below = same_rows(numerator, denominator)
    return [Fraction(n, d) * unit for n, d in zip(above.ints(), below.ints(), strict=True)]


def same_rows(a: Wide, b: Wide) -> tuple[Wide, Wide]:
    """Bring both columns to the rows of the longer."""
    rows = broadcast(len(a), len(b))
    return _repeated(a, rows), _repeated(b, rows)


def _repeated(column: Wide, rows: int) -> Wide:
    if len(column) == rows:
        return column
    high = NO_WORDS if column.is_plain else np.repeat(column.hi, rows)
    return Wide(high, np.repeat(column.lo, rows))


def _from_fractions(results: Sequence[Fraction]) -> Ratio:
    return Wide.from_ints([each.numerator for each in results]), Wide.from_ints([each.denominator for each in results])


def _by_row(a: Ratio, b: Ratio, operation: Callable[[Fraction, Fraction], Fraction]) -> Ratio:
    """Compute an operation row by row in Python's integers."""
    rows = broadcast(_rows(a), _rows(b))
    first, second = fractions(*a), fractions(*b)
    first = first * rows if len(first) == 1 else first
    second = second * rows if len(second) == 1 else second
    return _from_fractions([operation(x, y) for x, y in zip(first, second, strict=True)])


def _rows(ratio: Ratio) -> int:
    numerator, denominator = ratio
    return len(numerator) if denominator is None else broadcast(len(numerator), len(denominator))


def _times(a: Wide | None, b: Wide | None) -> Wide | None:
    if a is None or b is None:
        return b if a is None else a
    return a.times(b)


def multiply(a: Ratio, b: Ratio) -> Ratio:
    """Compute a * b."""
    try:
        return a[0].times(b[0]), _times(a[1], b[1])
    except ExactOverflow:
        if a[1] is None and b[1] is None:
            raise
        return _by_row(a, b, lambda x, y: x * y)


def divide(a: Ratio, b: Ratio) -> Ratio:
    """Compute a / b; b is nowhere zero."""
    negative = b[0].negative
    try:
        numerator = a[0] if b[1] is None else a[0].times(b[1])
        denominator = b[0]
        if negative.any():
            numerator = numerator.times(Wide.of(np.where(negative, -1, 1).astype(np.int64)))
            denominator = denominator.turned(negative)
        if a[1] is not None:
            denominator = denominator.times(a[1])
    except ExactOverflow:
        return _by_row(a, b, lambda x, y: x / y)
    if len(denominator) > 1 and is_of_one_denominator(denominator):  # as full scores are: one divisor for all rows
        rows = broadcast(len(numerator), len(denominator))
        return _repeated(numerator, rows), denominator.take(slice(0, 1))
    return numerator, denominator


def add(a: Ratio, b: Ratio, sign: int) -> Ratio:
    """Compute a + b, or a - b where `sign` is -1."""
    if _same(a[1], b[1]):
        try:
            return a[0].plus(b[0], sign), a[1]
        except ExactOverflow:
            if a[1] is None:
                raise
            return _by_row(a, b, lambda x, y: x + sign * y)
    together = _over_common_divisor(a, b, sign)
    if together is not None:
        return together
    rows = broadcast(_rows(a), _rows(b))
    if not rows:
        return Wide.of(np.zeros(0, np.int64)), None
    below_a, below_b = over_one(a[1]), over_one(b[1])
    hi, lo = np.zeros(rows, np.int64), np.zeros(rows, np.uint64)
    under_hi, under_lo = np.zeros(rows, np.int64), np.ones(rows, np.uint64)
    too_wide = np.zeros(rows, np.uint8)
    muldiv.add_ratios(
        a[0].hi, a[0].lo, below_a.hi, below_a.lo, b[0].hi, b[0].lo, below_b.hi, below_b.lo, sign,
        hi, lo, under_hi, under_lo, too_wide,
    )  # fmt: skip
    for row in np.flatnonzero(too_wide).tolist():
        exact = _row(a, row) + sign * _row(b, row)
        if max(abs(exact.numerator), exact.denominator) >= 2**127:
            raise overflow(row, 128)
        hi[row], lo[row] = exact.numerator >> 64, exact.numerator & (_WORD - 1)
        under_hi[row], under_lo[row] = exact.denominator >> 64, exact.denominator & (_WORD - 1)
    return Wide(hi, lo), Wide(under_hi, under_lo)


def _over_common_divisor(a: Ratio, b: Ratio, sign: int) -> Ratio | None:
    """Add ratios of one divisor each; None for others, and where 64 bits may not do."""
    below_a, below_b = over_one(a[1]), over_one(b[1])
    if not (len(below_a) == len(below_b) == 1 and a[0].is_plain and b[0].is_plain):
        return None
    one, other = below_a.ints()[0], below_b.ints()[0]
    common = math.lcm(one, other)
    bound = a[0].bound * (common // one) + b[0].bound * (common // other)
    if max(bound, common) > GREATEST:
        return None
    above = [part if by == 1 else part.times(Wide.of(np.array([by], np.int64)))
             for part, by in ((a[0], common // one), (b[0], common // other))]  # fmt: skip
    return above[0].plus(above[1], sign), Wide.of(np.array([common], np.int64))


def _same(a: Wide | None, b: Wide | None) -> bool:
    if a is None or b is None or a is b:
        return a is b
    if len(a) != len(b) or not np.array_equal(a.lo, b.lo):
        return False
    return (a.is_plain and b.is_plain) or np.array_equal(a.high, b.high)


def _row(ratio: Ratio, row: int) -> Fraction:
    def number(column: Wide) -> int:
        place = slice(row, row + 1) if len(column) > 1 else slice(0, 1)
        return column.take(place).ints()[0]

    numerator, denominator = ratio
    return Fraction(number(numerator), 1 if denominator is None else number(denominator))


def rounded(numerator: Wide, denominator: Wide | None, shift: int, mode: Rounding) -> Int64:
    """Round numerator / denominator x 10**shift to whole numbers.

    `ExactOverflow` for the first that does not fit int64.
    """
    narrow = _rounded_in_words(numerator, denominator, shift, mode)
    if narrow is not None:
        return narrow
    below = over_one(denominator)
    rows = broadcast(len(numerator), len(below))
    out = np.empty(rows, np.int64)
    if abs(shift) <= LARGEST_POWER:
        too_wide = np.zeros(rows, np.uint8)
        up, down = divmod(10 ** max(shift, 0), _WORD), divmod(10 ** max(-shift, 0), _WORD)
        failed = muldiv.round_quotient(
            numerator.hi, numerator.lo, below.hi, below.lo,
            np.uint64(up[0]), np.uint64(up[1]), np.uint64(down[0]), np.uint64(down[1]), int(mode), out, too_wide,
        )  # fmt: skip
        if failed:
            raise overflow(failed - 1, 64)
    else:
        too_wide = np.ones(rows, np.uint8)
    for row in np.flatnonzero(too_wide).tolist():
        value = rounded_fraction(_row((numerator, denominator), row) * Fraction(10) ** shift, mode)
        if not -(2**63) <= value < 2**63:
            raise overflow(row, 64)
        out[row] = value
    return out


def _rounded_in_words(numerator: Wide, denominator: Wide | None, shift: int, mode: Rounding) -> Int64 | None:
    """Round in machine words; None where a wider number may be needed.

    Whole numbers brought to more decimals are n x 10**shift, which their bound proves to fit. One divisor for all rows,
    as a power of ten is, divides rows of 64 or 128 bits by its reciprocal, if it is below 2**64. Where divisors differ,
    n x 10**shift and d x 10**-shift must both be below 2**63, which their bounds prove.
    """
    rows = broadcast(len(numerator), 1 if denominator is None else len(denominator))
    out = np.empty(rows, np.int64)
    if not rows:
        return out
    if abs(shift) > LARGEST_WORD_POWER:
        return None
    up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
    if denominator is None or len(denominator) == 1:
        divisor = down * (1 if denominator is None else denominator.ints()[0])
        if divisor >= _WORD or (up > 1 and not (numerator.is_plain and numerator.bound * up <= GREATEST)):
            return None
        if up > 1:
            numerator = Wide.bounded(numerator.plain * np.int64(up), numerator.bound * up)
        if divisor == 1 and numerator.is_plain:
            return numerator.plain
        failed = muldiv.round_by_word(numerator.hi, numerator.lo, np.uint64(divisor), int(mode), out)
        if failed:
            raise overflow(failed - 1, 64)
        return out
    if not (numerator.is_plain and denominator.is_plain):
        return None
    if numerator.bound * up > GREATEST or denominator.bound * down > GREATEST:
        return None
    muldiv.round_words(numerator.plain, denominator.plain, up, down, int(mode), out)
    return out


Scaled = tuple[Wide, Wide | None, int]  # a ratio and its scale


def compared(a: Scaled, b: Scaled, operate: Callable[[Any, Any], Flags]) -> Flags:
    """Compare row by row by an operator of NumPy, as `np.less`.

    Each column comes with its scale.

    Cross products that their bounds prove to fit 64 bits are compared as they are.
    """
    broadcast(_rows(a[:2]), _rows(b[:2]))
    left, right = _cross_product(a, b), _cross_product(b, a)
    if left is not None and right is not None:
        return operate(left, right)
    return operate(order(a, b), 0)


def _cross_product(a: Scaled, b: Scaled) -> Int64 | None:
    """Multiply the numerator of a by the denominator of b; None where it may not fit.

    The product stands at the scale of both.
    """
    power, below = max(b[2] - a[2], 0), b[1]
    if not a[0].is_plain or power > LARGEST_WORD_POWER or not (below is None or below.is_plain):
        return None
    if a[0].bound * 10**power * (1 if below is None else below.bound) > GREATEST:
        return None
    product = a[0].plain if power == 0 else a[0].plain * np.int64(10**power)
    return product if below is None else product * below.plain


def order(a: Scaled, b: Scaled) -> npt.NDArray[Any]:
    """Compare row by row: -1, 0 or 1 as a is less than, equal to or greater than b.

    Each comes with its scale.
    """
    (above_a, below_a, scale_a), (above_b, below_b, scale_b) = a, b
    rows = broadcast(_rows((above_a, below_a)), _rows((above_b, below_b)))
    out = np.zeros(rows, np.int8)
    try:
        by_a = _scaled(over_one(below_a), scale_a - scale_b)
        by_b = _scaled(over_one(below_b), scale_b - scale_a)
    except ExactOverflow:
        difference = (x - y for x, y in zip(fractions(*a) * rows, fractions(*b) * rows, strict=False))
        return np.array([(d > 0) - (d < 0) for _, d in zip(range(rows), difference, strict=False)], np.int8)
    muldiv.compare(above_a.hi, above_a.lo, by_a.hi, by_a.lo, above_b.hi, above_b.lo, by_b.hi, by_b.lo, out)
    return out


def _scaled(column: Wide, power: int) -> Wide:
    """Multiply a column by 10**power; a power of zero or less leaves it as it is."""
    return column.times(Wide.from_ints([10**power])) if power > 0 else column


def scaled(column: Wide, power: int) -> Wide:
    """Multiply a column by 10**power, `power` above zero; plain columns stay plain."""
    if column.is_plain and power <= LARGEST_WORD_POWER and (bound := column.bound * 10**power) <= GREATEST:
        return Wide.bounded(column.plain * np.int64(10**power), bound)
    return _scaled(column, power)


def is_of_one_denominator(denominator: Wide | None) -> bool:
    """Tell if all rows have the same denominator."""
    if denominator is None or not len(denominator):
        return True
    if not (denominator.lo == denominator.lo[0]).all():
        return False
    return denominator.is_plain or bool((denominator.hi == denominator.hi[0]).all())


def one_denominator(numerator: Wide, denominator: Wide | None) -> Ratio:
    """Bring a ratio to a denominator of one row, as sums over rows need it.

    `ExactError` where the rows differ in it.
    """
    if denominator is None:
        return numerator, None
    above, below = same_rows(numerator, denominator)
    if not is_of_one_denominator(below):
        raise ExactError(say("ratios of different denominators must be rounded before they are summed over rows"))
    return above, below.take(slice(0, 1)) if len(below) else None

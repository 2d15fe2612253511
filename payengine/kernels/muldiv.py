"""Products, sums, comparisons and rounded quotients of columns in 128 bits.

A column here is a pair (hi int64, lo uint64), see `wide`. An empty `hi` means that `lo` holds plain int64 values (their
bits), whose sign is extended on the fly; a column of one row stands for every row. Kernels return 0, or the first row
(counted from 1) that does not fit; results keep to magnitudes below 2**127, so that a sign can always be turned.
"""

from __future__ import annotations

import numpy as np

from payengine.kernels import integers
from payengine.kernels.arrays import Int8, Int64, UInt8, UInt64, Word
from payengine.kernels.compile import compiled, inlined
from payengine.kernels.rounding import goes_up
from payengine.kernels.wide import (
    ONE,
    TOP_BIT,
    ZERO,
    divide_by_known,
    divide_magnitudes,
    less,
    magnitude,
    multiply_magnitudes,
    reciprocal,
    signed,
    subtract,
)

SIGN_SHIFT = np.int64(63)
TOO_WIDE = np.uint8(1)

_WIDE = "readonly_int64, readonly_uint64"
_OUT = "int64[::1], uint64[::1]"


@inlined
def at(hi: Int64, lo: UInt64, row: int) -> tuple[np.int64, Word]:
    """Read the wide number of a row of a column."""
    if len(lo) == 1:
        row = 0
    low = lo[row]
    if len(hi) == 0:
        return np.int64(low) >> SIGN_SHIFT, low
    return hi[row], low


@inlined
def sum_that_fits(ahi: np.int64, alo: Word, bhi: np.int64, blo: Word) -> tuple[bool, np.int64, Word]:
    """Add wide numbers: (fits, high, low); fits: the magnitude is below 2**127."""
    low = alo + blo
    carry = ONE if low < alo else ZERO
    high = np.int64(np.uint64(ahi) + np.uint64(bhi) + carry)
    wrapped = ((ahi ^ high) & (bhi ^ high)) < 0
    return not wrapped and (np.uint64(high) != TOP_BIT or low != ZERO), high, low


@compiled(f"int64({_WIDE}, {_WIDE}, {_OUT})", otherwise=integers.multiply, rows="lo")
def multiply(ahi: Int64, alo: UInt64, bhi: Int64, blo: UInt64, hi: Int64, lo: UInt64) -> int:
    """Compute a * b, row by row."""
    for row in range(len(lo)):
        xhi, xlo = at(ahi, alo, row)
        yhi, ylo = at(bhi, blo, row)
        x1, x0 = magnitude(xhi, xlo)
        y1, y0 = magnitude(yhi, ylo)
        over1, over0, high, low = multiply_magnitudes(x1, x0, y1, y0)
        if over1 != ZERO or over0 != ZERO or high >= TOP_BIT:
            return row + 1
        hi[row], lo[row] = signed((xhi < 0) != (yhi < 0), high, low)
    return 0


@compiled(f"int64({_WIDE}, {_WIDE}, int64, {_OUT})", otherwise=integers.add, rows="lo")
def add(ahi: Int64, alo: UInt64, bhi: Int64, blo: UInt64, sign: int, hi: Int64, lo: UInt64) -> int:
    """Compute a + b, or a - b where `sign` is -1, row by row."""
    for row in range(len(lo)):
        xhi, xlo = at(ahi, alo, row)
        yhi, ylo = at(bhi, blo, row)
        y1, y0 = magnitude(yhi, ylo)
        yhi, ylo = signed((yhi < 0) != (sign < 0), y1, y0)
        fits, high, low = sum_that_fits(xhi, xlo, yhi, ylo)
        if not fits:
            return row + 1
        hi[row], lo[row] = high, low
    return 0


@compiled(f"void({_WIDE}, {_WIDE}, {_WIDE}, {_WIDE}, int8[::1])", otherwise=integers.compare, rows="order")
def compare(
    ahi: Int64, alo: UInt64, adhi: Int64, adlo: UInt64, bhi: Int64, blo: UInt64, bdhi: Int64, bdlo: UInt64, order: Int8
) -> None:
    """Compare a / ad with b / bd row by row: -1, 0 or 1 as less, equal or greater.

    The denominators are above zero.
    """
    for row in range(len(order)):
        xhi, xlo = at(ahi, alo, row)
        yhi, ylo = at(bhi, blo, row)
        x1, x0 = magnitude(xhi, xlo)
        y1, y0 = magnitude(yhi, ylo)
        d1, d0 = at(bdhi, bdlo, row)
        x3, x2, x1, x0 = multiply_magnitudes(x1, x0, np.uint64(d1), d0)
        d1, d0 = at(adhi, adlo, row)
        y3, y2, y1, y0 = multiply_magnitudes(y1, y0, np.uint64(d1), d0)
        sign = np.int8(-1) if xhi < 0 else np.int8(1)
        if (xhi < 0) != (yhi < 0):
            order[row] = sign
        elif x3 == y3 and x2 == y2 and x1 == y1 and x0 == y0:
            order[row] = 0
        elif less(x3, x2, y3, y2) or (x3 == y3 and x2 == y2 and less(x1, x0, y1, y0)):
            order[row] = -sign
        else:
            order[row] = sign


@inlined
def rounded_by_word(
    n1: Word, n0: Word, shift: Word, normal: Word, inverse: Word, d0: Word, mode: int, negative: bool
) -> tuple[Word, bool]:
    """Round a magnitude over a word whose reciprocal is known, n1 < d0.

    Returns as `rounded_by_magnitude`.
    """
    q0, r0 = divide_by_known(n1, n0, shift, normal, inverse)
    to_next = d0 - r0
    order = np.int64(r0 > to_next) - np.int64(r0 < to_next)
    up = np.uint64(goes_up(mode, negative, (q0 & ONE) == ONE, r0 != ZERO, order))
    return q0 + up, q0 + up < q0


@inlined
def rounded_by_magnitude(n1: Word, n0: Word, d1: Word, d0: Word, mode: int, negative: bool) -> tuple[Word, bool]:
    """Round a magnitude over a magnitude: (the quotient's lower word, more above it)."""
    q1, q0, r1, r0 = divide_magnitudes(n1, n0, d1, d0)
    h1, h0 = subtract(d1, d0, r1, r0)
    order = np.int64(less(h1, h0, r1, r0)) - np.int64(less(r1, r0, h1, h0))
    up = np.uint64(goes_up(mode, negative, (q0 & ONE) == ONE, (r1 | r0) != ZERO, order))
    return q0 + up, q1 != ZERO or q0 + up < q0


@compiled(f"int64({_WIDE}, uint64, int64, int64[::1])", otherwise=integers.round_by_word, rows="out")
def round_by_word(hi: Int64, lo: UInt64, divisor: Word, mode: int, out: Int64) -> int:
    """Round n / divisor to whole numbers by `mode`; the divisor is a word above zero.

    A quotient that does not fit int64 is an overflow. That of a plain column always fits: its magnitude is 2**63 at
    most, and rounding adds to a quotient only where the divisor is 2 or more.
    """
    shift, normal, inverse = reciprocal(divisor)
    if len(hi) == 0:
        for row in range(len(out)):
            negative = np.int64(lo[row]) < 0
            low = ~lo[row] + ONE if negative else lo[row]
            quotient, _ = rounded_by_word(ZERO, low, shift, normal, inverse, divisor, mode, negative)
            out[row] = np.int64(~quotient + ONE) if negative else np.int64(quotient)
        return 0
    for row in range(len(out)):
        negative = hi[row] < 0
        n1, n0 = magnitude(hi[row], lo[row])
        if n1 >= divisor:  # the quotient has more than a word
            return row + 1
        quotient, over = rounded_by_word(n1, n0, shift, normal, inverse, divisor, mode, negative)
        if over or quotient > TOP_BIT or (quotient == TOP_BIT and not negative):
            return row + 1
        out[row] = np.int64(~quotient + ONE) if negative else np.int64(quotient)
    return 0


@compiled(
    "void(readonly_int64, readonly_int64, int64, int64, int64, int64[::1])", otherwise=integers.round_words, rows="out"
)
def round_words(numerator: Int64, denominator: Int64, up: int, down: int, mode: int, out: Int64) -> None:
    """Round (n * up) / (d * down) to whole numbers by `mode`, row by row, in 64 bits.

    The denominators are above zero. The caller has proved that |n| * up and d * down are below 2**63; so is then the
    quotient, also where it is rounded up: a rest is only there where the divisor is 2 or more.
    """
    for row in range(len(out)):
        n = numerator[row if len(numerator) > 1 else 0] * up
        negative = n < 0
        n = -n if negative else n
        d = denominator[row] * down
        quotient = n // d
        rest = n - quotient * d
        to_next = d - rest
        order = np.int64(rest > to_next) - np.int64(rest < to_next)
        quotient += np.int64(goes_up(mode, negative, (quotient & 1) == 1, rest != 0, order))
        out[row] = -quotient if negative else quotient


@compiled(
    f"int64({_WIDE}, {_WIDE}, uint64, uint64, uint64, uint64, int64, int64[::1], uint8[::1])",
    otherwise=integers.round_quotient,
    rows="out",
)
def round_quotient(
    nhi: Int64,
    nlo: UInt64,
    dhi: Int64,
    dlo: UInt64,
    up1: Word,
    up0: Word,
    down1: Word,
    down0: Word,
    mode: int,
    out: Int64,
    too_wide: UInt8,
) -> int:
    """Round (n * up) / (d * down) to whole numbers by `mode`, row by row.

    The denominators are above zero. `up` and `down` are magnitudes. A row whose n * up or d * down exceeds 128 bits is
    marked in `too_wide` and left for the caller; a quotient that does not fit int64 is an overflow.
    """
    one_divisor = len(dlo) == 1  # as a rule a power of ten
    known = False
    shift, normal, inverse = ZERO, ONE, ZERO
    d1, d0 = ZERO, ONE
    d_fits = True
    for row in range(len(out)):
        if row == 0 or not one_divisor:
            d_hi, d_lo = at(dhi, dlo, row)
            over1, over0, d1, d0 = multiply_magnitudes(np.uint64(d_hi), d_lo, down1, down0)
            d_fits = (over1 | over0) == ZERO
            known = d_fits and d1 == ZERO and one_divisor
            if known:
                shift, normal, inverse = reciprocal(d0)
        n_hi, n_lo = at(nhi, nlo, row)
        negative = n_hi < 0
        n1, n0 = magnitude(n_hi, n_lo)
        fits = d_fits
        if up0 != ONE or up1 != ZERO:
            over1, over0, n1, n0 = multiply_magnitudes(n1, n0, up1, up0)
            fits = fits and (over1 | over0) == ZERO
        if not fits:
            too_wide[row] = TOO_WIDE
            continue
        if known and n1 < d0:
            quotient, over = rounded_by_word(n1, n0, shift, normal, inverse, d0, mode, negative)
        else:
            quotient, over = rounded_by_magnitude(n1, n0, d1, d0, mode, negative)
        if over or quotient > TOP_BIT or (quotient == TOP_BIT and not negative):
            return row + 1
        out[row] = np.int64(~quotient + ONE) if negative else np.int64(quotient)
    return 0


@inlined
def greatest_common_divisor(a1: Word, a0: Word, b1: Word, b0: Word) -> tuple[Word, Word]:
    """Find the greatest common divisor of two magnitudes above zero (Euclid)."""
    while (b1 | b0) != ZERO:
        if a1 == ZERO and b1 == ZERO:
            rest = a0 % b0
            a0, b0 = b0, rest
        else:
            _, _, r1, r0 = divide_magnitudes(a1, a0, b1, b0)
            a1, a0, b1, b0 = b1, b0, r1, r0
    return a1, a0


@inlined
def narrow_product(a1: Word, a0: Word, b1: Word, b0: Word) -> tuple[bool, Word, Word]:
    """Multiply magnitudes: (fits, high, low); fits: below 2**127."""
    over1, over0, high, low = multiply_magnitudes(a1, a0, b1, b0)
    return over1 == ZERO and over0 == ZERO and high < TOP_BIT, high, low


@compiled(
    f"void({_WIDE}, {_WIDE}, {_WIDE}, {_WIDE}, int64, {_OUT}, {_OUT}, uint8[::1])",
    otherwise=integers.add_ratios,
    rows="lo",
)
def add_ratios(
    nhi: Int64,
    nlo: UInt64,
    dhi: Int64,
    dlo: UInt64,
    mhi: Int64,
    mlo: UInt64,
    ehi: Int64,
    elo: UInt64,
    sign: int,
    hi: Int64,
    lo: UInt64,
    khi: Int64,
    klo: UInt64,
    too_wide: UInt8,
) -> None:
    """Add n / d and m / e over the least common denominator, row by row.

    Subtract where `sign` is -1. A row that exceeds 128 bits on the way is marked in `too_wide` and left for the caller.
    """
    for row in range(len(lo)):
        n_hi, n_lo = at(nhi, nlo, row)
        m_hi, m_lo = at(mhi, mlo, row)
        s_d1, d0 = at(dhi, dlo, row)
        s_e1, e0 = at(ehi, elo, row)
        d1 = np.uint64(s_d1)
        e1 = np.uint64(s_e1)
        n1, n0 = magnitude(n_hi, n_lo)
        m1, m0 = magnitude(m_hi, m_lo)
        fits = True
        if d1 != e1 or d0 != e0:
            g1, g0 = greatest_common_divisor(d1, d0, e1, e0)
            f1, f0, _, _ = divide_magnitudes(d1, d0, g1, g0)
            g1, g0, _, _ = divide_magnitudes(e1, e0, g1, g0)
            fits_n, n1, n0 = narrow_product(n1, n0, g1, g0)
            fits_m, m1, m0 = narrow_product(m1, m0, f1, f0)
            fits_d, d1, d0 = narrow_product(f1, f0, e1, e0)
            fits = fits_n and fits_m and fits_d
        if fits:
            ahi, alo = signed(n_hi < 0, n1, n0)
            bhi, blo = signed((m_hi < 0) != (sign < 0), m1, m0)
            fits, ahi, alo = sum_that_fits(ahi, alo, bhi, blo)
            if fits:
                hi[row], lo[row] = ahi, alo
                khi[row], klo[row] = np.int64(d1), d0
        if not fits:
            too_wide[row] = TOO_WIDE

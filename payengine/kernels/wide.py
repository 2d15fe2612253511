"""128-bit arithmetic in pairs of 64-bit words, for use inside kernels.

A wide number is (hi, lo): hi int64 with the sign, lo uint64, worth hi * 2**64 + lo. Magnitudes are pairs of uint64.
LLVM multiplies 64 by 64 to 128 bits in one instruction, but its 128-bit division is a library call that Numba cannot
resolve (a crash), so division is done here by halves (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D).
Every operand is cast by hand: Numba lets uint64 and int64 meet in int64, NumPy in float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from payengine.kernels.compile import Inlined, inlined

ZERO = np.uint64(0)
ONE = np.uint64(1)
WORD = np.uint64(64)
HALF_WORD = np.uint64(32)
LOW_HALF = np.uint64(0xFFFFFFFF)
BASE = np.uint64(1 << 32)
TOP_BIT = np.uint64(1 << 63)
ALL_BUT_ONE = np.uint64(63)


def _high_product() -> Callable[..., Any]:
    from llvmlite import ir  # type: ignore[import-untyped]
    from numba import types
    from numba.extending import intrinsic

    def product(context: Any, a: Any, b: Any) -> Any:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            word, wide = ir.IntType(64), ir.IntType(128)
            product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
            return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)

        return types.uint64(types.uint64, types.uint64), generate

    multiply_high: Callable[..., Any] = intrinsic(product)

    def high_product(a: Any, b: Any) -> Any:
        return multiply_high(np.uint64(a), np.uint64(b))

    return high_product


def _described(a: np.uint64, b: np.uint64) -> np.uint64:
    """Multiply two uint64 and return the upper 64 bits of the product."""
    raise NotImplementedError  # Numba builds it from the function that `_high_product` makes


high_product = Inlined(_described, _high_product)


@inlined
def magnitude(hi: np.int64, lo: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return |(hi, lo)|; that of -2**127 is 2**127."""
    if hi >= 0:
        return np.uint64(hi), np.uint64(lo)
    low = ~np.uint64(lo) + ONE
    high = ~np.uint64(hi)
    if low == ZERO:
        high = high + ONE
    return high, low


@inlined
def signed(negative: bool, high: np.uint64, low: np.uint64) -> tuple[np.int64, np.uint64]:
    """Make a wide number of a magnitude below 2**127 and a sign."""
    if not negative:
        return np.int64(high), low
    low = ~low + ONE
    high = ~high
    if low == ZERO:
        high = high + ONE
    return np.int64(high), low


@inlined
def less(ahi: np.uint64, alo: np.uint64, bhi: np.uint64, blo: np.uint64) -> bool:
    """Compare two magnitudes: a < b."""
    return bool(ahi < bhi or (ahi == bhi and alo < blo))


@inlined
def subtract(ahi: np.uint64, alo: np.uint64, bhi: np.uint64, blo: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Compute a - b of two magnitudes, a >= b."""
    borrow = ONE if alo < blo else ZERO
    return ahi - bhi - borrow, alo - blo


@inlined
def multiply_magnitudes(
    ahi: np.uint64, alo: np.uint64, bhi: np.uint64, blo: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Multiply two 128-bit magnitudes: 256 bits, most significant word first."""
    w0 = alo * blo
    carry = high_product(alo, blo)
    p = ahi * blo
    w1 = carry + p
    c1 = ONE if w1 < p else ZERO
    q = alo * bhi
    w1 = w1 + q
    c2 = ONE if w1 < q else ZERO
    w2 = high_product(ahi, blo)
    carry = high_product(alo, bhi)
    w2 = w2 + carry
    c3 = ONE if w2 < carry else ZERO
    r = ahi * bhi
    w2 = w2 + r
    c3 = c3 + (ONE if w2 < r else ZERO)
    s = w2 + c1 + c2
    c3 = c3 + (ONE if s < w2 else ZERO)
    w3 = high_product(ahi, bhi) + c3
    return w3, s, w1, w0


@inlined
def leading_zeros(word: np.uint64) -> np.uint64:
    """Count the zero bits above the highest set bit; `word` is not zero."""
    zeros = ZERO
    for step in (32, 16, 8, 4, 2, 1):
        if word >> np.uint64(64 - step) == ZERO:
            zeros = zeros + np.uint64(step)
            word = word << np.uint64(step)
    return zeros


@inlined
def divide_by_word(high: np.uint64, low: np.uint64, divisor: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Divide a 128-bit magnitude by a word: (quotient, remainder).

    high < divisor, so that the quotient is a word.
    """
    if high == ZERO:
        quotient = low // divisor
        return quotient, low - quotient * divisor
    shift = leading_zeros(divisor)
    d = divisor << shift
    d1 = d >> HALF_WORD
    d0 = d & LOW_HALF
    upper = high << shift
    if shift != ZERO:  # a shift by 64 is undefined
        upper = upper | (low >> (WORD - shift))
    lower = low << shift
    l1 = lower >> HALF_WORD
    l0 = lower & LOW_HALF

    q1 = upper // d1
    rest = upper - q1 * d1
    while q1 >= BASE or q1 * d0 > (rest << HALF_WORD) + l1:
        q1 = q1 - ONE
        rest = rest + d1
        if rest >= BASE:
            break
    middle = (upper << HALF_WORD) + l1 - q1 * d  # wraps on purpose: the true value fits

    q0 = middle // d1
    rest = middle - q0 * d1
    while q0 >= BASE or q0 * d0 > (rest << HALF_WORD) + l0:
        q0 = q0 - ONE
        rest = rest + d1
        if rest >= BASE:
            break
    remainder = (middle << HALF_WORD) + l0 - q0 * d
    return (q1 << HALF_WORD) + q0, remainder >> shift


@inlined
def reciprocal(divisor: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64]:
    """Prepare a word above zero for `divide_by_known`: (shift, normalised word, reciprocal).

    N. Moller and T. Granlund, Improved division by invariant integers, IEEE Trans. Computers 60 (2011), algorithm 4.
    """
    shift = leading_zeros(divisor)
    normal = divisor << shift
    inverse, _ = divide_by_word(~normal, ~ZERO, normal)
    return shift, normal, inverse


@inlined
def divide_by_known(
    high: np.uint64, low: np.uint64, shift: np.uint64, normal: np.uint64, inverse: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Divide as `divide_by_word`, by a word of known reciprocal; about five times as fast."""
    upper = high << shift
    if shift != ZERO:  # a shift by 64 is undefined
        upper = upper | (low >> (WORD - shift))
    lower = low << shift
    fraction = inverse * upper
    quotient = high_product(inverse, upper) + upper
    fraction = fraction + lower
    quotient = quotient + ONE + np.uint64(fraction < lower)
    rest = lower - quotient * normal  # wraps on purpose
    too_great = ZERO - np.uint64(
        rest > fraction
    )  # all bits or none: a branch here would be guessed wrong half the time
    quotient = quotient + too_great
    rest = rest + (normal & too_great)
    if rest >= normal:  # hardly ever
        quotient = quotient + ONE
        rest = rest - normal
    return quotient, rest >> shift


@inlined
def divide_magnitudes(
    nhi: np.uint64, nlo: np.uint64, dhi: np.uint64, dlo: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Divide two 128-bit magnitudes: (qhi, qlo, rhi, rlo); the divisor is not zero."""
    if dhi == ZERO and nhi < dlo:
        quotient, rlo = divide_by_word(nhi, nlo, dlo)
        return ZERO, quotient, ZERO, rlo
    if dhi == ZERO:
        qhi = nhi // dlo
        qlo, rlo = divide_by_word(nhi - qhi * dlo, nlo, dlo)
        return qhi, qlo, ZERO, rlo
    # the quotient is a word: estimated from the upper words (at most 2 too great), then corrected
    shift = leading_zeros(dhi)
    top = dhi << shift
    if shift != ZERO:
        top = top | (dlo >> (WORD - shift))
    estimate, _ = divide_by_word(nhi >> ONE, (nhi << ALL_BUT_ONE) | (nlo >> ONE), top)
    quotient = estimate >> (ALL_BUT_ONE - shift)
    if quotient != ZERO:
        quotient = quotient - ONE
    _, _, phi, plo = multiply_magnitudes(ZERO, quotient, dhi, dlo)
    rhi, rlo = subtract(nhi, nlo, phi, plo)
    while not less(rhi, rlo, dhi, dlo):
        quotient = quotient + ONE
        rhi, rlo = subtract(rhi, rlo, dhi, dlo)
    return ZERO, quotient, rhi, rlo

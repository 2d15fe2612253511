"""Largest remainder: a pool divided by weights, to the last unit, within contiguous groups and without a sort."""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import Int64, UInt64, Word
from payengine.kernels.compile import compiled, inlined
from payengine.kernels.wide import (
    ONE,
    ZERO,
    divide_by_known,
    divide_magnitudes,
    high_product,
    leading_zeros,
    less,
    magnitude,
    reciprocal,
)

BAD_OFFSETS = -1


@inlined
def rows_reaching(
    want_hi: Word, want_lo: Word, first: int, last: int, rest_hi: UInt64, rest_lo: UInt64, wide: bool
) -> int:
    """How many remainders are at least `want`."""
    reaching = 0
    if wide:
        for row in range(first, last):
            reaching += not less(rest_hi[row], rest_lo[row], want_hi, want_lo)
    else:
        for row in range(first, last):
            reaching += rest_lo[row] >= want_lo
    return reaching


@inlined
def give(units: int, first: int, last: int, rest_hi: UInt64, rest_lo: UInt64, bits: int, share: Int64) -> None:
    """One unit more for each of the `units` largest remainders, all below 2**bits; of equal ones the earlier row first.

    The smallest remainder that is served is found bit by bit: `bits` passes over the group, whatever its content.
    """
    wide = bits > 64
    least_hi = ZERO
    least_lo = ZERO
    for bit in range(bits - 1, -1, -1):
        if bit >= 64:
            want_hi = least_hi | (ONE << np.uint64(bit - 64))
            want_lo = least_lo
        else:
            want_hi = least_hi
            want_lo = least_lo | (ONE << np.uint64(bit))
        if rows_reaching(want_hi, want_lo, first, last, rest_hi, rest_lo, wide) >= units:
            least_hi = want_hi
            least_lo = want_lo
    left = units
    for row in range(first, last):
        if less(least_hi, least_lo, rest_hi[row], rest_lo[row]):
            share[row] += 1
            left -= 1
    for row in range(first, last):
        if left > 0 and rest_hi[row] == least_hi and rest_lo[row] == least_lo:
            share[row] += 1
            left -= 1


@compiled("int64(readonly_int64, readonly_int64, readonly_int64, uint64[::1], uint64[::1], int64[::1], int64[::1])")
def apportion(
    pool: Int64, weight: Int64, offsets: Int64, rest_hi: UInt64, rest_lo: UInt64, share: Int64, retained: Int64
) -> int:
    """Divide pool[g] among rows offsets[g] to offsets[g + 1] in proportion to their weights.

    Each row gets the whole units of its exact part, then the units left go to the largest remainders, of equal ones to
    the earlier row; a negative pool is divided as its magnitude. Shares and `retained` add up to the pool: a group
    without weight retains it all. `rest_hi`, `rest_lo` are room for one remainder per row.
    Returns 0, the first row (counted from 1) with a negative weight, or `BAD_OFFSETS`.
    """
    rows = len(weight)
    groups = len(pool)
    if len(offsets) != groups + 1 or offsets[0] != 0 or offsets[-1] != rows:
        return BAD_OFFSETS
    for group in range(groups):
        first = offsets[group]
        last = offsets[group + 1]
        if first > last or last > rows:
            return BAD_OFFSETS
        sum_hi = ZERO
        sum_lo = ZERO
        for row in range(first, last):
            if weight[row] < 0:
                return row + 1
            sum_lo = sum_lo + np.uint64(weight[row])
            if sum_lo < np.uint64(weight[row]):
                sum_hi = sum_hi + ONE
        retained[group] = 0
        if sum_hi == ZERO and sum_lo == ZERO:
            for row in range(first, last):
                share[row] = 0
            retained[group] = pool[group]
            continue
        _, amount = magnitude(pool[group] >> np.int64(63), np.uint64(pool[group]))
        left = amount
        shift, normal, inverse = reciprocal(sum_lo) if sum_hi == ZERO and last - first > 1 else (ZERO, ONE, ZERO)
        for row in range(first, last):
            high = high_product(amount, np.uint64(weight[row]))
            low = amount * np.uint64(weight[row])
            if sum_hi == ZERO:  # the part is at most the pool, so high < sum_lo unless the row has all the weight
                if np.uint64(weight[row]) == sum_lo:
                    quotient = amount
                    rest_hi[row] = ZERO
                    rest_lo[row] = ZERO
                else:
                    rest_hi[row] = ZERO
                    quotient, rest_lo[row] = divide_by_known(high, low, shift, normal, inverse)
            else:
                _, quotient, rest_hi[row], rest_lo[row] = divide_magnitudes(high, low, sum_hi, sum_lo)
            share[row] = np.int64(quotient)
            left = left - quotient
        units = np.int64(left)
        if units > 0:
            bits = 64 - np.int64(leading_zeros(sum_lo)) if sum_hi == ZERO else 128 - np.int64(leading_zeros(sum_hi))
            give(units, first, last, rest_hi, rest_lo, bits, share)
        if pool[group] < 0:
            for row in range(first, last):
                share[row] = -share[row]
    return 0

"""Exact sums of the rows of contiguous groups, whole and row by row."""

from __future__ import annotations

import numpy as np

from payengine.kernels import integers
from payengine.kernels.arrays import Int64, UInt64
from payengine.kernels.compile import compiled
from payengine.kernels.wide import ONE, TOP_BIT, ZERO

BAD_OFFSETS = integers.BAD_OFFSETS


@compiled(
    "int64(readonly_int64, readonly_uint64, readonly_int64, int64[::1], uint64[::1])",
    otherwise=integers.sum_by,
    rows="lo",
)
def sum_by(hi: Int64, lo: UInt64, offsets: Int64, sum_hi: Int64, sum_lo: UInt64) -> int:
    """Add up group g, rows offsets[g] to offsets[g + 1], into (sum_hi, sum_lo)[g], 128 bits.

    Summed in 192 bits, so that only the sum itself must fit, whatever the order of the rows. Returns 0, the first group
    (counted from 1) whose sum does not fit, or `BAD_OFFSETS`.
    """
    rows = len(lo)
    if len(offsets) != len(sum_lo) + 1 or offsets[0] != 0 or offsets[-1] != rows:
        return BAD_OFFSETS
    for group in range(len(sum_lo)):
        first = offsets[group]
        last = offsets[group + 1]
        if first > last or last > rows:
            return BAD_OFFSETS
        top = np.int64(0)
        high = ZERO
        low = ZERO
        for row in range(first, last):
            row_hi = hi[row] if len(hi) > 0 else np.int64(lo[row]) >> np.int64(63)
            low = low + lo[row]
            carry = ONE if low < lo[row] else ZERO
            word = np.uint64(row_hi)
            before = high
            high = high + word
            over = np.int64(high < before)
            before = high
            high = high + carry
            top = top + over + np.int64(high < before) - np.int64(row_hi < 0)
        if top != (np.int64(high) >> np.int64(63)) or (high == TOP_BIT and low == ZERO):
            return group + 1
        sum_hi[group] = np.int64(high)
        sum_lo[group] = low
    return 0


@compiled(
    "int64(readonly_int64, readonly_uint64, readonly_int64, int64[::1], uint64[::1])",
    otherwise=integers.running_by,
    rows="lo",
)
def running_by(hi: Int64, lo: UInt64, offsets: Int64, sum_hi: Int64, sum_lo: UInt64) -> int:
    """Add up group g, rows offsets[g] to offsets[g + 1], up to and with each row, 128 bits.

    Returns 0, the first row (counted from 1) whose sum does not fit, or `BAD_OFFSETS`.
    """
    rows = len(lo)
    if offsets[0] != 0 or offsets[-1] != rows or len(sum_lo) != rows:
        return BAD_OFFSETS
    for group in range(len(offsets) - 1):
        first = offsets[group]
        last = offsets[group + 1]
        if first > last or last > rows:
            return BAD_OFFSETS
        high = ZERO
        low = ZERO
        for row in range(first, last):
            word = np.uint64(hi[row] if len(hi) > 0 else np.int64(lo[row]) >> np.int64(63))
            low = low + lo[row]
            total = high + word + (ONE if low < lo[row] else ZERO)
            if ((high ^ total) & (word ^ total)) >= TOP_BIT or (total == TOP_BIT and low == ZERO):
                return row + 1
            high = total
            sum_hi[row] = np.int64(high)
            sum_lo[row] = low
    return 0

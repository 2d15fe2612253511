"""Largest remainder: a pool divided by weights to the last unit, without a sort."""

from __future__ import annotations

import numpy as np

from payengine.kernels import integers
from payengine.kernels.arrays import Int64, UInt8, UInt64, Word
from payengine.kernels.compile import compiled, inlined
from payengine.kernels.wide import ONE, TOP_BIT, ZERO, divide_by_known, high_product, leading_zeros, reciprocal

BAD_OFFSETS = integers.BAD_OFFSETS


@inlined
def give(units: int, first: int, last: int, rest: UInt64, greatest: Word, share: Int64) -> None:
    """Give one unit more to each of the `units` largest remainders, none above `greatest`.

    Of equal ones the earlier comes first. The smallest remainder that is served is found bit by bit: as many passes
    over the group as `greatest` has bits, whatever the remainders are.
    """
    least = ZERO
    bit = TOP_BIT >> leading_zeros(greatest)
    while bit != ZERO:
        reaching = 0
        for row in range(first, last):
            reaching += rest[row] >= (least | bit)
        if reaching >= units:
            least = least | bit
        bit = bit >> ONE
    left = units
    for row in range(first, last):
        if rest[row] > least:
            share[row] += 1
            left -= 1
    for row in range(first, last):
        if left > 0 and rest[row] == least:
            share[row] += 1
            left -= 1


@compiled(
    "int64(readonly_int64, readonly_int64, readonly_int64, uint64[::1], int64[::1], int64[::1], uint8[::1])",
    otherwise=integers.apportion,
    rows="weight",
)
def apportion(
    pool: Int64, weight: Int64, offsets: Int64, rest: UInt64, share: Int64, retained: Int64, too_wide: UInt8
) -> int:
    """Divide pool[g] among rows offsets[g] to offsets[g + 1] in proportion to their weights.

    Each row gets the whole units of its exact part, then the units left go to the largest remainders, of equal ones to
    the earlier row; a negative pool is divided as its magnitude. Shares and `retained` add up to the pool: a group
    without weight retains it all. `rest` is room for one remainder per row. A group whose weights add up to 64 bits or
    more is marked in `too_wide` and left for the caller.
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
        total = ZERO
        wraps = False
        for row in range(first, last):
            if weight[row] < 0:
                return row + 1
            total = total + np.uint64(weight[row])
            if total < np.uint64(weight[row]):
                wraps = True
        retained[group] = 0
        if wraps:
            too_wide[group] = 1
            continue
        if total == ZERO:
            share[first:last] = 0
            retained[group] = pool[group]
            continue
        amount = np.uint64(pool[group] if pool[group] >= 0 else -pool[group])  # of -2**63 too: its bits are 2**63
        left = amount
        shift, normal, inverse = reciprocal(total) if last - first > 1 else (ZERO, ONE, ZERO)
        for row in range(first, last):
            part = np.uint64(weight[row])
            if part == total:  # all the weight is this row's
                quotient = amount
                rest[row] = ZERO
            else:  # so the upper word of amount * part is below the total
                high = high_product(amount, part)
                quotient, rest[row] = divide_by_known(high, amount * part, shift, normal, inverse)
            share[row] = np.int64(quotient)
            left = left - quotient
        if left > ZERO:
            give(np.int64(left), first, last, rest, total, share)
        if pool[group] < 0:
            for row in range(first, last):
                share[row] = -share[row]
    return 0

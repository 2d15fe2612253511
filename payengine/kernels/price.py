"""Points of rows: quantity x share x equivalents x difficulty, by owner and category.

Neighbouring rows of one owner are added up in 64 bits, so few at a time that the sum is proved to fit, and then added
to the owner's cells in 128 bits. Rows of larger amounts, and rows that stand alone, are added in 128 bits each. Both
give the same sums.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from payengine.kernels.arrays import CodeArray, Int64, UInt64
from payengine.kernels.compile import compiled
from payengine.kernels.wide import ONE, ZERO, high_product

CODE_OUT_OF_RANGE, TOO_LARGE, OUTSIDE = 1, 2, 3
ROW_BITS = 32  # a row's points may use 96 of 128 bits, so that 2**31 rows cannot leave them
TOGETHER = 256  # rows added up in 64 bits
SHORTEST = 16  # rows of an owner; for fewer, emptying the local sums costs more than adding one by one
MOST_CATEGORIES = 64  # of which local sums are kept
CATEGORY_BITS = np.uint64(32)
CATEGORY = np.uint64(0xFFFFFFFF)
SIGN = np.int64(63)
HALF = np.int64(32)
REFUND = np.int64(0xFFFFFFFF)  # a refund, with 1 added, is one in the upper half of a count
NEXT = np.uint64(1)


class Owners(NamedTuple):
    """Owners whose rows may come, from `first` to `last`, and the places of these two.

    Every other owner's place is the owner itself.
    """

    first: int
    last: int
    first_place: int
    last_place: int


@compiled(
    "UniTuple(int64, 2)(readonly_{engagement}, readonly_{item_row}, readonly_{difficulty_row}, readonly_{amount},"
    "readonly_uint64, readonly_uint64, int64, int64, Owners(int64, int64, int64, int64),"
    "int64[::1], uint64[::1], int64[::1], int64[::1])",
    engagement=("uint16", "int32"),
    item_row=("uint16", "uint32"),
    difficulty_row=("uint16", "uint32"),
    amount=("int32", "int64"),
)
def price(
    engagement: CodeArray,
    item_row: CodeArray,
    difficulty_row: CodeArray,
    amount: CodeArray,
    prices: UInt64,
    coefficient: UInt64,
    most: int,
    categories: int,
    owners: Owners,
    hi: Int64,
    lo: UInt64,
    services: Int64,
    refunds: Int64,
) -> tuple[int, int]:
    """Add rows to the cells place * categories + category.

    amount: quantity x share, in millionths, negative for a refund. prices: by item row, the equivalents above
    `CATEGORY_BITS` and the category below; coefficient: by difficulty row; both in ten-thousandths, from 0 to
    2**31 - 1 (the caller has checked these tables). Up to `most` (either sign) `TOGETHER` amounts fit 64 bits when
    each is multiplied by any equivalents and coefficient. Cells: `hi`, `lo` the points in units of 10**-14 as wide
    numbers, `services` and `refunds` the rows counted. Nothing is added for the row at which it stops.

    Returns (0, 0), or what is wrong and the first row (counted from 1) where it is: a code in no table, points too
    large, or an owner who is none of `owners`.
    """
    items, difficulties, rows = np.uint64(len(prices)), np.uint64(len(coefficient)), np.uint64(len(engagement))
    points = np.zeros(MOST_CATEGORIES, np.int64)
    counts = np.zeros(MOST_CATEGORIES, np.int64)
    wrong = 0
    row = np.uint64(0)
    while row < rows and not wrong:
        code = engagement[row]
        owner = int(code)
        if owner < owners.first or owner > owners.last:
            wrong = OUTSIDE
            break
        place = owner
        if owner == owners.first:
            place = owners.first_place
        elif owner == owners.last:
            place = owners.last_place
        base = place * categories
        last = row + np.uint64(SHORTEST) - NEXT
        together = categories <= MOST_CATEGORIES and last < rows and engagement[last] == code
        least = -most if together else np.int64(0)
        width = np.uint64(2 * most + 1) if together else ZERO
        end = min(rows, row + np.uint64(TOGETHER))
        while row < end and engagement[row] == code:
            item, difficulty = np.uint64(item_row[row]), np.uint64(difficulty_row[row])
            if item >= items or difficulty >= difficulties:
                wrong = CODE_OUT_OF_RANGE
                break
            word = prices[item]
            category = word & CATEGORY
            factor = (word >> CATEGORY_BITS) * coefficient[difficulty]  # below 2**62
            quantity = np.int64(amount[row])
            sign = quantity >> SIGN
            if np.uint64(quantity - least) < width:
                points[category] += quantity * np.int64(factor)
                counts[category] += np.int64(1) + (sign & REFUND)
            else:
                low = np.uint64(quantity) * factor
                # the upper word of a signed by an unsigned product
                high = np.int64(high_product(np.uint64(quantity), factor)) - (np.int64(factor) & sign)
                extent = high >> np.int64(ROW_BITS)
                if extent != 0 and extent != -1:
                    wrong = TOO_LARGE
                    break
                cell = np.uint64(base) + category
                total = lo[cell] + low
                hi[cell] += high + np.int64(ONE if total < low else ZERO)
                lo[cell] = total
                if sign == 0:
                    services[cell] += 1
                else:
                    refunds[cell] += 1
            row += NEXT
        if together:
            for category in range(np.uint64(categories)):
                count = counts[category]
                if count:
                    cell = np.uint64(base) + category
                    low = np.uint64(points[category])
                    total = lo[cell] + low
                    hi[cell] += (points[category] >> SIGN) + np.int64(ONE if total < low else ZERO)
                    lo[cell] = total
                    services[cell] += count & REFUND
                    refunds[cell] += count >> HALF
                    points[category] = counts[category] = 0
    return wrong, int(row) + 1 if wrong else 0

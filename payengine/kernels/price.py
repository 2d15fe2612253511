"""Points of rows: quantity x share x equivalents x difficulty, by owner and category."""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import CodeArray, Int32, Int64, UInt64
from payengine.kernels.compile import compiled
from payengine.kernels.wide import ONE, ZERO, high_product

CODE_OUT_OF_RANGE, TOO_LARGE = 1, 2
ROW_BITS = 32  # a row's points may use 96 of 128 bits, so that 2**31 rows cannot leave them


@compiled(
    "UniTuple(int64, 2)(readonly_{engagement}, readonly_{item_row}, readonly_{difficulty_row}, readonly_{amount},"
    "readonly_int64, readonly_int64, readonly_int32, int64, int64[::1], uint64[::1], int64[::1], int64[::1])",
    engagement=("uint16", "int32"),
    item_row=("uint16", "int32"),
    difficulty_row=("uint16", "int32"),
    amount=("int32", "int64"),
)
def price(
    engagement: CodeArray,
    item_row: CodeArray,
    difficulty_row: CodeArray,
    amount: CodeArray,
    equivalents: Int64,
    coefficient: Int64,
    category: Int32,
    categories: int,
    hi: Int64,
    lo: UInt64,
    services: Int64,
    refunds: Int64,
) -> tuple[int, int]:
    """Add rows to the cells owner * categories + category.

    amount: quantity x share, in millionths, negative for a refund. equivalents and category: by item row; coefficient:
    by difficulty row; both in ten-thousandths, from 0 to 2**31 - 1 (the caller has checked these tables). Cells: `hi`,
    `lo` the points in units of 10**-14 as wide numbers, `services` and `refunds` the rows counted.
    Nothing is added for the row at which it stops.

    Returns (0, 0), or what is wrong and the first row (counted from 1) where it is.
    """
    cells = len(hi)
    items = len(equivalents)
    difficulties = len(coefficient)
    for row in range(len(engagement)):
        item = np.int64(item_row[row])
        difficulty = np.int64(difficulty_row[row])
        owner = np.int64(engagement[row])
        if item < 0 or item >= items or difficulty < 0 or difficulty >= difficulties or owner < 0:
            return CODE_OUT_OF_RANGE, row + 1
        cell = owner * categories + np.int64(category[item])
        if cell >= cells:
            return CODE_OUT_OF_RANGE, row + 1
        factor = np.uint64(equivalents[item] * coefficient[difficulty])  # below 2**62
        quantity = np.int64(amount[row])
        sign = quantity >> np.int64(63)
        low = np.uint64(quantity) * factor
        # the upper word of a signed by an unsigned product
        high = np.int64(high_product(np.uint64(quantity), factor)) - (np.int64(factor) & sign)
        extent = high >> np.int64(ROW_BITS)
        if extent != 0 and extent != -1:
            return TOO_LARGE, row + 1
        total = lo[cell] + low
        hi[cell] += high + np.int64(ONE if total < low else ZERO)
        lo[cell] = total
        if sign == 0:
            services[cell] += 1
        else:
            refunds[cell] += 1
    return 0, 0

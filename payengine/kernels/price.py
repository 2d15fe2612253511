"""Points of rows: quantity x share x equivalents x difficulty, by owner and category.

Rows come in order of their owners. They are looked at some thousands at a time: where all their codes are in the
tables, their owners do not fall and their amounts are small enough, the rows of one owner are added up in 64 bits, so
few at a time that the sum is proved to fit, with nothing left to check for a single row, and then added to the owner's
cells in 128 bits. All other rows, and owners of few rows, are checked and added in 128 bits one by one. Both give the
same sums.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from payengine.kernels.arrays import CodeArray, Int64, UInt32, UInt64
from payengine.kernels.compile import compiled, inlined
from payengine.kernels.wide import ONE, ZERO, high_product

CODE_OUT_OF_RANGE, TOO_LARGE, OUTSIDE = 1, 2, 3
ROW_BITS = 32  # a row's points may use 96 of 128 bits, so that 2**31 rows cannot leave them
BLOCK = 4096  # rows looked at together: few enough to be still at hand when they are added
SHORTEST = 16  # rows of an owner; for fewer, emptying the local sums costs more than adding one by one
STRIDE = np.uint64(32)  # rows by which the end of an owner's rows is sought
MOST_CATEGORIES = 64  # of which local sums are kept
CATEGORY_BITS = np.uint64(32)
CATEGORY = LOWER = np.uint64(0xFFFFFFFF)
SIGN = np.int64(63)
HALF = np.int64(32)
REFUND = np.int64(0xFFFFFFFF)  # a refund, with 1 added, is one in the upper half of a count
NEXT = np.uint64(1)

# Local sums come in sets, taken in turn: a sum that was just written is not read again at once, which would wait.
SETS = np.uint64(4)
COUNTS = np.uint64(MOST_CATEGORIES)  # the counts of a set, after its points
SET = np.uint64(2 * MOST_CATEGORIES)


class Owners(NamedTuple):
    """Owners whose rows may come, from `first` to `last`, and the places of these two.

    Every other owner's place is the owner itself.
    """

    first: int
    last: int
    first_place: int
    last_place: int


@inlined
def rows_together(
    engagement: CodeArray, item_row: CodeArray, difficulty_row: CodeArray, amount: CodeArray, row: np.uint64,
    stop: np.uint64, items: np.uint64, difficulties: np.uint64, room: np.uint64,
) -> np.uint64:  # fmt: skip
    """Count the rows that may be added up in 64 bits.

    0 unless all in [row, stop) are in the order of their owners and in the tables.
    """
    item, difficulty = item_row[row], difficulty_row[row]
    least, most = amount[row], amount[row]
    for each in range(row, stop):
        item, difficulty = max(item, item_row[each]), max(difficulty, difficulty_row[each])
        least, most = min(least, amount[each]), max(most, amount[each])
    falls = np.int64(0)
    for each in range(row + NEXT, stop):
        falls += np.int64(engagement[each] < engagement[each - NEXT])
    if np.uint64(item) >= items or np.uint64(difficulty) >= difficulties or falls:
        return ZERO
    below = np.uint64(-np.int64(least)) if least < 0 else ZERO
    above = np.uint64(most) if most > 0 else ZERO
    return room // max(below, above, ONE)


@inlined
def end_of_owner(engagement: CodeArray, row: np.uint64, limit: np.uint64) -> np.uint64:
    """Find the end of the rows of one owner, at most `limit`; owners do not fall up to there."""
    code = engagement[row]
    end = row + NEXT
    while end + STRIDE <= limit and engagement[end + STRIDE - NEXT] == code:
        end += STRIDE
    while end < limit and engagement[end] == code:
        end += NEXT
    return end


@inlined
def add_locally(
    local: Int64, number: np.uint64, row: np.uint64, item_row: CodeArray, difficulty_row: CodeArray, amount: CodeArray,
    prices: UInt64, coefficient: UInt32,
) -> None:  # fmt: skip
    """Add a row to a set of local sums."""
    word = prices[np.uint64(item_row[row])]
    factor = (word >> CATEGORY_BITS) * np.uint64(coefficient[np.uint64(difficulty_row[row])])
    quantity = np.int64(amount[row])
    place = number * SET + (word & CATEGORY)
    local[place] += quantity * np.int64(factor)
    local[place + COUNTS] += np.int64(1) + ((quantity >> SIGN) & REFUND)


@inlined
def take_local(local: Int64, category: np.uint64) -> tuple[np.int64, np.int64]:
    """Add up a category of all sets and empty it.

    Returns points, and rows with the refunds above `HALF`.
    """
    points = count = np.int64(0)
    for number in range(SETS):
        place = number * SET + category
        points += local[place]
        count += local[place + COUNTS]
        local[place] = local[place + COUNTS] = 0
    return points, count


def price_in_numpy(
    engagement: CodeArray, item_row: CodeArray, difficulty_row: CodeArray, amount: CodeArray, prices: UInt64,
    coefficient: UInt32, room: int, categories: int, owners: Owners, hi: Int64, lo: UInt64, services: Int64,
    refunds: Int64,
) -> Any:  # fmt: skip
    """Add rows as the kernel does, if all are in the tables and none needs more than 64 bits.

    The upper and the lower halves of the points are added up apart: no sum of 2**31 halves leaves 64 bits.
    """
    if not len(engagement):
        return 0, 0
    if item_row.max() >= len(prices) or difficulty_row.max() >= len(coefficient):
        return NotImplemented
    if engagement.min() < owners.first or engagement.max() > owners.last:
        return NotImplemented
    if max(-int(amount.min()), int(amount.max())) > int(room):
        return NotImplemented
    words, quantity = prices[item_row], amount.astype(np.int64)
    factor = ((words >> CATEGORY_BITS) * coefficient[difficulty_row]).astype(np.int64)
    place = engagement.astype(np.int64)
    place[engagement == owners.last] = owners.last_place
    place[engagement == owners.first] = owners.first_place
    cell, at = np.unique(place * categories + (words & CATEGORY).astype(np.int64), return_inverse=True)
    points = quantity * factor
    upper, lower = np.zeros(len(cell), np.int64), np.zeros(len(cell), np.uint64)
    np.add.at(upper, at, points >> HALF)
    np.add.at(lower, at, points.view(np.uint64) & LOWER)
    low = (upper.view(np.uint64) << CATEGORY_BITS) + lower
    high = (upper >> HALF) + (low < lower)
    lo[cell] += low
    hi[cell] += high + (lo[cell] < low)
    given_back = np.bincount(at[quantity < 0], minlength=len(cell))
    services[cell] += np.bincount(at, minlength=len(cell)) - given_back
    refunds[cell] += given_back
    return 0, 0


@compiled(
    "UniTuple(int64, 2)(readonly_{engagement}, readonly_{item_row}, readonly_{difficulty_row}, readonly_{amount},"
    "readonly_uint64, readonly_uint32, uint64, int64, Owners(int64, int64, int64, int64),"
    "int64[::1], uint64[::1], int64[::1], int64[::1])",
    otherwise=price_in_numpy,
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
    coefficient: UInt32,
    room: int,
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
    2**31 - 1 (the caller has checked these tables). Amounts (either sign) whose sum does not exceed `room` fit 64 bits
    when each is multiplied by any equivalents and coefficient. Cells: `hi`, `lo` the points in units of 10**-14 as
    wide numbers, `services` and `refunds` the rows counted. Nothing is added for the row at which it stops.

    Returns (0, 0), or what is wrong and the first row (counted from 1) where it is: a code in no table, points too
    large, or an owner who is none of `owners`.
    """
    items, difficulties, rows = np.uint64(len(prices)), np.uint64(len(coefficient)), np.uint64(len(engagement))
    local = np.zeros(SETS * SET, np.int64)
    wrong = 0
    row = stop = together = ZERO
    while row < rows and not wrong:
        if row == stop:
            stop = min(rows, row + np.uint64(BLOCK))
            together = ZERO
            if categories <= MOST_CATEGORIES:
                together = rows_together(
                    engagement, item_row, difficulty_row, amount, row, stop, items, difficulties, np.uint64(room)
                )
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
        base = np.uint64(place * categories)
        limit = min(stop, row + together)
        if row + np.uint64(SHORTEST) <= limit and engagement[row + np.uint64(SHORTEST - 1)] == code:
            end = end_of_owner(engagement, row, limit)
            while row + SETS <= end:
                for number in range(SETS):
                    add_locally(local, number, row + number, item_row, difficulty_row, amount, prices, coefficient)
                row += SETS
            while row < end:
                add_locally(local, ZERO, row, item_row, difficulty_row, amount, prices, coefficient)
                row += NEXT
            for category in range(np.uint64(categories)):
                points, count = take_local(local, category)
                if count:
                    cell = base + category
                    low = np.uint64(points)
                    total = lo[cell] + low
                    hi[cell] += (points >> SIGN) + np.int64(ONE if total < low else ZERO)
                    lo[cell] = total
                    services[cell] += count & REFUND
                    refunds[cell] += count >> HALF
            continue
        item, difficulty = np.uint64(item_row[row]), np.uint64(difficulty_row[row])
        if item >= items or difficulty >= difficulties:
            wrong = CODE_OUT_OF_RANGE
            break
        cell = base + (prices[item] & CATEGORY)
        factor = (prices[item] >> CATEGORY_BITS) * np.uint64(coefficient[difficulty])  # below 2**62
        quantity = np.int64(amount[row])
        sign = quantity >> SIGN
        low = np.uint64(quantity) * factor
        # the upper word of a signed by an unsigned product
        high = np.int64(high_product(np.uint64(quantity), factor)) - (np.int64(factor) & sign)
        extent = high >> np.int64(ROW_BITS)
        if extent != 0 and extent != -1:
            wrong = TOO_LARGE
            break
        total = lo[cell] + low
        hi[cell] += high + np.int64(ONE if total < low else ZERO)
        lo[cell] = total
        if sign == 0:
            services[cell] += 1
        else:
            refunds[cell] += 1
        row += NEXT
    return wrong, int(row) + 1 if wrong else 0

"""Search of many texts in a sorted list of texts.

Texts are (offsets, data): text i is the bytes data[offsets[i]:offsets[i + 1]]. The search for a text begins where the
one before it ended (exponential search, J. Bentley and A. Yao 1976), so that columns in some order of their codes, as
tables of people are, need two comparisons a row and no hash table of the list.
"""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import Int32, UInt8
from payengine.kernels.compile import compiled, inlined

FAR = 64  # steps back that any column may take; one in no order takes more, and is left to the caller
ROWS_A_STEP_BACK = 16


@inlined
def order_of_texts(one: UInt8, begin: int, end: int, other: UInt8, first: int, last: int) -> int:
    """Compare texts by bytes: below 0, 0, above 0 as one is before, at, after the other."""
    shorter = min(end - begin, last - first)
    for place in range(shorter):
        here, there = one[begin + place], other[first + place]
        if here != there:
            return -1 if here < there else 1
    return (end - begin) - (last - first)


@compiled("bool_(readonly_int32, readonly_uint8, readonly_int32, readonly_uint8, int32[::1])")
def find_texts(list_offsets: Int32, list_data: UInt8, offsets: Int32, data: UInt8, found: Int32) -> bool:
    """Find the place of each text in a sorted list of distinct texts; else -1.

    False where the texts stand in no order, so that a hash table is faster: `found` says nothing then.
    """
    count = len(list_offsets) - 1
    place = 0  # the first of the list that is not before the text
    steps_back = 0
    for row in range(len(found)):
        begin, end = np.int64(offsets[row]), np.int64(offsets[row + 1])
        low, high = place, place
        found[row] = -1
        order = -1
        if place < count:
            order = order_of_texts(data, begin, end, list_data, list_offsets[place], list_offsets[place + 1])
        if order == 0:
            found[row] = place
            continue
        if order > 0:  # gallop ahead: the text is after low - 1, and not after high
            low, high, step = place + 1, place + 1, 1
            while high < count:
                order = order_of_texts(data, begin, end, list_data, list_offsets[high], list_offsets[high + 1])
                if order <= 0:
                    break
                low = high + 1
                high = min(high + step, count)
                step = 2 * step
        elif place > 0:
            order = order_of_texts(data, begin, end, list_data, list_offsets[place - 1], list_offsets[place])
            if order <= 0:
                steps_back += 1
                if steps_back > FAR + row // ROWS_A_STEP_BACK:
                    return False
                low, high = 0, place - 1
            else:
                order = -1  # between two of the list
        while low < high:
            middle = (low + high) // 2
            if order_of_texts(data, begin, end, list_data, list_offsets[middle], list_offsets[middle + 1]) > 0:
                low = middle + 1
            else:
                high = middle
        place = low
        if (
            place < count
            and order_of_texts(data, begin, end, list_data, list_offsets[place], list_offsets[place + 1]) == 0
        ):
            found[row] = place
    return True

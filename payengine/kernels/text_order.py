"""Order of rows by a group's number, then by a text: counting, and merging inside a group."""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import Int32, Int64, UInt8
from payengine.kernels.compile import compiled, inlined

RUN = 16  # rows put in order by insertion; longer groups are merged from runs of so many


@inlined
def comes_after(a, b, offsets, data):  # type: ignore[no-untyped-def]
    """Tell if text a comes after text b, byte for byte; a text comes after its own beginning."""
    at = np.int64(offsets[a])
    of_a = np.int64(offsets[a + 1]) - at
    other = np.int64(offsets[b])
    of_b = np.int64(offsets[b + 1]) - other
    for place in range(min(of_a, of_b)):
        if data[at + place] != data[other + place]:
            return data[at + place] > data[other + place]
    return of_a > of_b


@compiled("void(readonly_int64, readonly_int32, readonly_uint8, int64[::1], int64[::1], int64[::1])")
def order_in_groups(group: Int64, offsets: Int32, data: UInt8, starts: Int64, rows: Int64, spare: Int64) -> None:
    """Put the numbers of all rows into `rows`, by group, then by text.

    Equal rows stay in their order. group: each row's, from 0 to len(starts) - 2. Row r's text is
    data[offsets[r] : offsets[r + 1]]. `starts` is zero when given, and in the end where each group's rows begin in
    `rows`. `spare` is as long as `rows`. The caller has made sure of these bounds.
    """
    for row in range(len(group)):
        starts[group[row] + 1] += 1
    for each in range(1, len(starts)):
        starts[each] += starts[each - 1]
    for row in range(len(group)):  # starts[g] moves on to where group g ends, and is put back below
        rows[starts[group[row]]] = row
        starts[group[row]] += 1
    for each in range(len(starts) - 1, 0, -1):
        starts[each] = starts[each - 1]
    starts[0] = 0
    for each in range(len(starts) - 1):
        first = starts[each]
        last = starts[each + 1]
        for begin in range(first, last, RUN):
            for place in range(begin + 1, min(begin + RUN, last)):
                row = rows[place]
                before = place - 1
                while before >= begin and comes_after(rows[before], row, offsets, data):
                    rows[before + 1] = rows[before]
                    before -= 1
                rows[before + 1] = row
        width = RUN
        while width < last - first:
            for begin in range(first, last, 2 * width):
                middle = min(begin + width, last)
                end = min(begin + 2 * width, last)
                left = begin
                right = middle
                for place in range(begin, end):
                    if left < middle and (right == end or not comes_after(rows[left], rows[right], offsets, data)):
                        spare[place] = rows[left]
                        left += 1
                    else:
                        spare[place] = rows[right]
                        right += 1
            for place in range(first, last):
                rows[place] = spare[place]
            width *= 2

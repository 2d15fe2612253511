"""Order of rows by a group's number, then by a text: counting, and merging inside a group."""

from __future__ import annotations

import numpy as np

from payengine.kernels.arrays import Int32, Int64, UInt8, UInt64
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


@inlined
def shared_beginning(offsets, data):  # type: ignore[no-untyped-def]
    """Count the bytes with which all texts begin alike; there is at least one text."""
    first = np.int64(offsets[0])
    shared = np.int64(offsets[1]) - first
    for row in range(1, len(offsets) - 1):
        begin = np.int64(offsets[row])
        shared = min(shared, np.int64(offsets[row + 1]) - begin)
        place = np.int64(0)
        while place < shared and data[begin + place] == data[first + place]:
            place += 1
        shared = place
    return shared


@inlined
def word_at(offsets, data, row, skip):  # type: ignore[no-untyped-def]
    """Read eight bytes of a text after its first `skip` as a number that orders as they do.

    Behind the end of the text stand zeros.
    """
    begin = np.int64(offsets[row]) + skip
    end = np.int64(offsets[row + 1])
    word = np.uint64(0)
    for place in range(8):
        word = word << np.uint64(8)
        if begin + place < end:
            word |= np.uint64(data[begin + place])
    return word


@compiled(
    "void(readonly_int64, readonly_int32, readonly_uint8, int64[::1], int64[::1], uint64[::1], int64[::1], uint64[::1])"
)
def order_in_groups(
    group: Int64, offsets: Int32, data: UInt8, starts: Int64, rows: Int64, words: UInt64, spare_rows: Int64,
    spare_words: UInt64,
) -> None:  # fmt: skip
    """Put the numbers of all rows into `rows`, by group, then by text.

    Equal rows stay in their order. group: each row's, from 0 to len(starts) - 2. Row r's text is
    data[offsets[r] : offsets[r + 1]]. `starts` is zero when given, and in the end where each group's rows begin in
    `rows`. The other arrays are scratch as long as `rows`. The caller has made sure of these bounds.

    The first eight bytes in which texts differ are compared as one number beside the row's own: where they decide, as
    for ids they do, no text is looked up.
    """
    count = len(group)
    if count == 0:
        return
    for row in range(count):
        starts[group[row] + 1] += 1
    for each in range(1, len(starts)):
        starts[each] += starts[each - 1]
    skip = shared_beginning(offsets, data)
    for row in range(count):  # starts[g] moves on to where group g ends, and is put back below
        place = starts[group[row]]
        rows[place] = row
        words[place] = word_at(offsets, data, row, skip)
        starts[group[row]] = place + 1
    for each in range(len(starts) - 1, 0, -1):
        starts[each] = starts[each - 1]
    starts[0] = 0
    for each in range(len(starts) - 1):
        first = starts[each]
        last = starts[each + 1]
        for begin in range(first, last, RUN):
            for place in range(begin + 1, min(begin + RUN, last)):
                row = rows[place]
                word = words[place]
                before = place - 1
                while before >= begin and (
                    words[before] > word or (words[before] == word and comes_after(rows[before], row, offsets, data))
                ):
                    rows[before + 1] = rows[before]
                    words[before + 1] = words[before]
                    before -= 1
                rows[before + 1] = row
                words[before + 1] = word
        width = RUN
        while width < last - first:
            for begin in range(first, last, 2 * width):
                middle = min(begin + width, last)
                end = min(begin + 2 * width, last)
                left = begin
                right = middle
                for place in range(begin, end):
                    takes_left = left < middle
                    if takes_left and right < end:
                        takes_left = words[left] < words[right] or (
                            words[left] == words[right] and not comes_after(rows[left], rows[right], offsets, data)
                        )
                    if takes_left:
                        spare_rows[place] = rows[left]
                        spare_words[place] = words[left]
                        left += 1
                    else:
                        spare_rows[place] = rows[right]
                        spare_words[place] = words[right]
                        right += 1
            for place in range(first, last):
                rows[place] = spare_rows[place]
                words[place] = spare_words[place]
            width *= 2

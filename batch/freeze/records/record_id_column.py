"""Writer of the sorted column of a month's record ids (batch/snapshot/record_ids.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from batch.snapshot.layout import RECORD_IDS
from batch.snapshot.part_writer import Files, HashedFile
from batch.snapshot.record_ids import STORED
from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled, inlined

SORTED_ROWS = 2**22  # ids sorted in memory at a time: 32 MB
PART_BITS = 8  # so many parts that a cache holds the end of each
PER_PLACE = 4  # ids of a part that share their leading bits, on average


def write_record_ids(root: Path, read: Callable[[], Iterable[UInt64]], rows: int, files: Files) -> None:
    """Write the column of `rows` hashes.

    `read` gives them in any order, as often as it is asked. Memory holds a range of the hashes at a time. They are
    spread evenly, so ranges are of about the same size.
    """
    bits = max(0, (rows - 1) // SORTED_ROWS).bit_length()
    file = HashedFile(root / RECORD_IDS)
    try:
        for number in range(2**bits):
            part = np.concatenate([np.zeros(0, np.uint64), *_in_range(read(), number, bits)])
            file.write(in_order(part, bits).astype(STORED, copy=False).data)
    finally:
        file.close()
    files[RECORD_IDS] = file.told()


def _in_range(batches: Iterable[UInt64], number: int, bits: int) -> Iterator[UInt64]:
    """Give the hashes whose first `bits` bits are `number`."""
    for hashes in batches:
        yield hashes if not bits else hashes[hashes >> np.uint64(64 - bits) == number]


def in_order(hashes: UInt64, same: int = 0) -> UInt64:
    """Sort hashes of which the first `same` bits are equal, in their own place."""
    sort_spread(hashes, same, np.empty_like(hashes))
    return hashes


@inlined
def distribute(numbers: Any, same: Any, bits: Any, ends: Any, out: Any) -> None:
    """Put numbers in the order of the `bits` bits after the first `same`.

    `ends` begins as zeros. Afterwards `ends` says for each value of these bits where its numbers end; its last entry
    has no meaning.
    """
    skip, shift = np.uint64(same), np.uint64(64 - bits)
    for row in range(numbers.size):
        ends[np.int64((numbers[row] << skip) >> shift) + 1] += 1
    for value in range(1, ends.size):
        ends[value] += ends[value - 1]
    for row in range(numbers.size):
        place = np.int64((numbers[row] << skip) >> shift)
        out[ends[place]] = numbers[row]
        ends[place] += 1


def sort_by_comparison(hashes: Any, same: Any, parted: Any) -> None:
    """Sort as the kernel does."""
    hashes[:] = np.sort(hashes)


@compiled("void(uint64[::1], int64, uint64[::1])", otherwise=sort_by_comparison)
def sort_spread(hashes: Any, same: Any, parted: Any) -> None:
    """Sort numbers that are evenly spread after their first `same` bits (at most 40 of them).

    By the next 8 bits, in each part by as many more as leave some four numbers to a place, and by insertion at the end:
    in half the time of a sort by comparison. `parted` is as long as `hashes`, and scratch; numbers that are spread
    unevenly are sorted too, but slowly.
    """
    begins = np.zeros(2**PART_BITS + 1, np.int64)
    distribute(hashes, same, PART_BITS, begins, parted)
    first = np.int64(0)
    for part in range(2**PART_BITS):
        last = begins[part]  # where the next row of this part would go
        bits = np.int64(1)
        while PER_PLACE << bits < last - first:
            bits += 1
        places = np.zeros((1 << bits) + 1, np.int64)
        distribute(parted[first:last], same + PART_BITS, bits, places, hashes[first:last])
        first = last
    for row in range(1, hashes.size):
        value = hashes[row]
        at = np.int64(row)
        while at > 0 and hashes[at - 1] > value:
            hashes[at] = hashes[at - 1]
            at -= 1
        hashes[at] = value

"""Writer of the sorted column of a month's record ids (batch/snapshot/record_ids.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from batch.freeze.sorting.file_pieces import append_array
from batch.snapshot.layout import RECORD_IDS
from batch.snapshot.part_writer import Files, HashedFile
from batch.snapshot.record_ids import STORED
from payengine.kernels.arrays import UInt64
from payengine.kernels.compile import compiled, inlined

PART_BITS = 8  # so many parts that a cache holds the end of each
PER_PLACE = 4  # ids of a part that share their leading bits, on average
READ_AT_ONCE = 2**18  # ids: 2 MB


class SortedIds:
    """Hashes in order, in a file: written once, read once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO = path.open("xb")

    def write(self, hashes: UInt64) -> None:
        """Append hashes, of which none is less than one written before."""
        append_array(self._file, hashes)

    def close(self) -> None:
        """End the writing; safe to call twice."""
        self._file.close()

    def read(self) -> Iterator[UInt64]:
        """Read the hashes, some at a time, and remove the file at the end."""
        with self._path.open("rb") as file:
            while (piece := np.fromfile(file, np.uint64, READ_AT_ONCE)).size:
                yield piece
        self._path.unlink()


def write_record_ids(root: Path, ids: SortedIds, late: UInt64, files: Files) -> None:
    """Write the column of the hashes of ids, in order, with those of `late` rows among them."""
    late = np.sort(late)
    file = HashedFile(root / RECORD_IDS)
    try:
        for piece in ids.read():
            count = int(np.searchsorted(late, piece[-1], "right"))
            among, late = late[:count], late[count:]
            column = np.sort(np.concatenate([piece, among])) if count else piece
            file.write(column.astype(STORED, copy=False).data)
        file.write(late.astype(STORED, copy=False).data)
    finally:
        file.close()
    files[RECORD_IDS] = file.told()


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

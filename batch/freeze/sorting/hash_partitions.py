"""Spool of 64-bit hashes, spread by their leading byte while they are written.

Hashes are evenly spread, so each of the 256 partitions has about as many: they are read back one partition after
another, each sorted in a memory that a cache holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from batch.freeze.sorting.file_pieces import append_array, read_piece
from payengine.kernels.arrays import Int64, UInt64
from payengine.kernels.compile import compiled

HELD = 2**19  # hashes: 4 MB, and as much again while they are put apart
LEADING_BITS = 8
PARTITIONS = 2**LEADING_BITS


@compiled("void(readonly_uint64, int64[::1], uint64[::1])")
def part_by_leading_byte(hashes: Any, ends: Any, parted: Any) -> None:
    """Put hashes in order of their leading byte.

    `ends` is zero when given, and in the end where the hashes of each byte begin, and where the last end.
    """
    shift = np.uint64(64 - LEADING_BITS)
    for row in range(hashes.size):
        ends[np.int64(hashes[row] >> shift) + 1] += 1
    for part in range(1, ends.size):
        ends[part] += ends[part - 1]
    for row in range(hashes.size):
        leading = np.int64(hashes[row] >> shift)
        parted[ends[leading]] = hashes[row]
        ends[leading] += 1
    for part in range(ends.size - 1, 0, -1):
        ends[part] = ends[part - 1]
    ends[0] = 0


class HashPartitions:
    """Hashes: first written, then read partition by partition, in order of their leading byte."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._held: list[UInt64] = []
        self._held_rows = 0
        self._file: BinaryIO | None = None
        self._chunks: list[tuple[int, Int64]] = []  # where each begins in the file, in hashes; where its parts begin
        self._written = 0

    def write(self, hashes: UInt64) -> None:
        """Append hashes."""
        if hashes.size:
            self._held.append(hashes)
            self._held_rows += hashes.size
            self.rows += hashes.size
            if self._held_rows >= HELD:
                self._write_chunk()

    def close(self) -> None:
        """End the writing; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Forget all hashes and remove the file, if there is one."""
        self.close()
        self._held, self._chunks = [], []
        self.path.unlink(missing_ok=True)

    def _write_chunk(self) -> None:
        if self._file is None:
            self._file = self.path.open("xb")
        parted, ends = _parted(self._all_held())
        append_array(self._file, parted)
        self._chunks.append((self._written, ends))
        self._written += parted.size
        self._held, self._held_rows = [], 0

    def _all_held(self) -> UInt64:
        return np.concatenate([np.zeros(0, np.uint64), *self._held])

    def whole(self) -> UInt64 | None:
        """Give all hashes, in the order of writing; None if some are in the file."""
        return None if self._chunks else self._all_held()

    def partitions(self) -> Iterator[UInt64]:
        """Read the partitions, one after another, in the order of the leading byte."""
        self.close()
        held, held_ends = _parted(self._all_held())
        handle = self.path.open("rb", buffering=0) if self._chunks else None
        try:
            for number in range(PARTITIONS):
                sizes = [int(ends[number + 1] - ends[number]) for _, ends in self._chunks]
                rest = held[held_ends[number] : held_ends[number + 1]]
                part = np.empty(sum(sizes) + rest.size, np.uint64)
                at = 0
                for (begin, ends), size in zip(self._chunks, sizes, strict=True):
                    if size and handle is not None:
                        read_piece(handle, (begin + int(ends[number])) * part.itemsize, part[at : at + size])
                        at += size
                part[at:] = rest
                yield part
        finally:
            if handle is not None:
                handle.close()


def together(one: HashPartitions, other: HashPartitions) -> Iterator[tuple[UInt64, UInt64, int]]:
    """Read the same partition of both, and how many leading bits its hashes share.

    All come at once where they are few.
    """
    both = one.whole(), other.whole()
    if both[0] is not None and both[1] is not None:
        yield both[0], both[1], 0
        return
    for first, second in zip(one.partitions(), other.partitions(), strict=True):
        yield first, second, LEADING_BITS


def _parted(hashes: UInt64) -> tuple[UInt64, Int64]:
    ends, parted = np.zeros(PARTITIONS + 1, np.int64), np.empty_like(hashes)
    part_by_leading_byte(hashes, ends, parted)
    return parted, ends

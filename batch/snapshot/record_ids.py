"""Record ids of a month as a sorted column of hashes, beside the snapshot's digest.

A record that was dated anew after its month was published would be paid twice. Two sorted columns show at the cost of
one look at each which hashes are in both; the record ids themselves then decide (batch/findings).

Hashed are the ids of all rows dated in the month, paid or rejected, and of the rows of other days that reverse one that
was read; 8 bytes each, little-endian, ascending. They belong to no digest: the hash is a way to find rows, no content.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from payengine.kernels.arrays import Flags, UInt64
from payengine.kernels.compile import compiled

STORED = np.dtype("<u8")
CHECKED_AT_ONCE = 2**20  # hashes: 1 MB of comparisons


@dataclass(frozen=True)
class RecordIds:
    """Sorted hashes of a snapshot's record ids, mapped from its file."""

    hashes: UInt64

    @classmethod
    def open(cls, path: Path) -> RecordIds:
        """Map the file.

        `ValueError` if it is no column of 8-byte numbers, `OSError` if it is not to be read.
        """
        if path.stat().st_size % STORED.itemsize:
            raise ValueError(f"{path} is no column of hashes")
        if not path.stat().st_size:  # which no system maps
            return cls(np.zeros(0, np.uint64))
        return cls(np.memmap(path, STORED, "r").view(np.ndarray).astype(np.uint64, copy=False))

    @property
    def is_ascending(self) -> bool:
        """Tell if the hashes stand in order, as comparisons take for granted."""
        steps = range(0, max(self.hashes.size - 1, 0), CHECKED_AT_ONCE)
        pieces = (self.hashes[start : start + CHECKED_AT_ONCE + 1] for start in steps)
        return all(bool(np.all(piece[1:] >= piece[:-1])) for piece in pieces)

    def holds(self, hashes: UInt64) -> Flags:
        """Tell which of some hashes are in the column: fast for a few, or for many in order."""
        if not self.hashes.size:
            return np.zeros(hashes.size, bool)
        place = np.minimum(np.searchsorted(self.hashes, hashes), self.hashes.size - 1)
        return np.asarray(self.hashes[place] == hashes)

    def shared(self, other: RecordIds) -> UInt64:
        """List the hashes that both columns hold, each once."""
        found = np.empty(common(self.hashes, other.hashes, np.empty(0, np.uint64)), np.uint64)
        if found.size:
            common(self.hashes, other.hashes, found)
        return found


@compiled("int64(readonly_uint64, readonly_uint64, uint64[::1])")
def common(left: Any, right: Any, found: Any) -> Any:
    """Count the numbers that two ascending columns share; list those `found` has room for."""
    one, other, count = 0, 0, 0
    while one < left.size and other < right.size:
        if left[one] < right[other]:
            one += 1
        elif left[one] > right[other]:
            other += 1
        else:
            value = left[one]
            if count < found.size:
                found[count] = value
            count += 1
            while one < left.size and left[one] == value:
                one += 1
            while other < right.size and right[other] == value:
                other += 1
    return count

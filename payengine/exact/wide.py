"""Columns of whole numbers of up to 128 bits, for products that are not rounded yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from payengine.exact.errors import overflow
from payengine.kernels import groups, muldiv
from payengine.kernels.arrays import Flags, Int64, UInt64

NO_WORDS: Int64 = np.empty(0, np.int64)
GREATEST_WIDE = 2**127 - 1
GREATEST = 2**63 - 1
_WORD = 2**64
BAD_OFFSETS = "offsets: from 0 to the number of rows, never falling"
ROWS_OF_GROUP = 16  # from which on NumPy's sums of words are faster than the kernel's of 192 bits


@dataclass(frozen=True, slots=True)
class Wide:
    """Rows hi[r] * 2**64 + lo[r]; with an empty `hi` the bits of int64 values in `lo`.

    A result of plain columns stays plain where a bound of their magnitudes proves that it fits 64 bits. So most
    products, sums and quotients of a run need one machine word a row; any other is of 128 bits.
    """

    hi: Int64
    lo: UInt64
    _bound: int | None = field(default=None, compare=False, repr=False)  # of the magnitudes, where it is known

    @classmethod
    def of(cls, values: Int64) -> Wide:
        """Make a plain column that shares the values, without a copy."""
        return cls(NO_WORDS, values.view(np.uint64))

    @classmethod
    def bounded(cls, values: Int64, bound: int) -> Wide:
        """Make a plain column of which no magnitude is above `bound`."""
        return cls(NO_WORDS, values.view(np.uint64), bound)

    @property
    def bound(self) -> int:
        """The greatest magnitude of a plain column, or a proved number above it."""
        if self._bound is None:
            values = self.plain
            greatest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
            object.__setattr__(self, "_bound", greatest)
            return greatest
        return self._bound

    @classmethod
    def from_ints(cls, numbers: Sequence[int]) -> Wide:
        """Make a column of Python integers.

        `ExactOverflow` for one that exceeds 127 bits and sign.
        """
        for row, number in enumerate(numbers):
            if abs(number) > GREATEST_WIDE:
                raise overflow(row, 128)
        high = np.array([number >> 64 for number in numbers], np.int64)
        return cls(high, np.array([number & (_WORD - 1) for number in numbers], np.uint64))

    def __len__(self) -> int:
        return len(self.lo)

    def ints(self) -> list[int]:
        """Return the rows as Python integers."""
        if self.is_plain:
            plain: list[int] = self.plain.tolist()
            return plain
        return [high * _WORD + low for high, low in zip(self.hi.tolist(), self.lo.tolist(), strict=True)]

    @property
    def is_plain(self) -> bool:
        """True where the rows are kept as int64 values."""
        return not len(self.hi)

    @property
    def plain(self) -> Int64:
        """The int64 values of a plain column."""
        return self.lo.view(np.int64)

    @property
    def high(self) -> Int64:
        """The upper words, made if the column is plain."""
        return self.plain >> np.int64(63) if self.is_plain else self.hi

    @property
    def negative(self) -> Flags:
        words = self.plain if self.is_plain else self.hi
        below: Flags = words < 0
        return below

    @property
    def zero(self) -> Flags:
        flags: Flags = self.lo == 0 if self.is_plain else (self.lo == 0) & (self.hi == 0)
        return flags

    def take(self, rows: Int64 | Flags | slice) -> Wide:
        high = NO_WORDS if self.is_plain else self.hi[rows]
        return Wide(high, np.ascontiguousarray(self.lo[rows]), self._bound)

    def repeated(self, counts: Int64) -> Wide:
        """Repeat each row as often as its count says."""
        high = NO_WORDS if self.is_plain else np.repeat(self.hi, counts)
        return Wide(high, np.repeat(self.lo, counts), self._bound)

    def narrowed(self) -> Int64:
        """Return the rows as int64; `ExactOverflow` for the first that does not fit."""
        if self.is_plain:
            return self.plain
        values = self.lo.view(np.int64)
        wrong = (values >> np.int64(63)) != self.hi
        if wrong.any():
            raise overflow(int(wrong.argmax()), 64)
        return values

    def turned(self, rows: Flags | None = None) -> Wide:
        """Change the sign, in every row or in `rows`."""
        if self.is_plain and self.bound <= GREATEST:
            values = -self.plain if rows is None else np.where(rows, -self.plain, self.plain)
            return Wide.bounded(values, self.bound)
        high = self.high
        low = ~self.lo + np.uint64(1)
        turned_high = ~high + (low == 0)
        if rows is None:
            return Wide(turned_high, low)
        return Wide(np.where(rows, turned_high, high), np.where(rows, low, self.lo))

    def times(self, other: Wide) -> Wide:
        """Multiply row by row."""
        if self.is_plain and other.is_plain and (bound := self.bound * other.bound) <= GREATEST:
            broadcast(len(self), len(other))
            return Wide.bounded(self.plain * other.plain, bound)
        hi, lo = _room(broadcast(len(self), len(other)))
        failed = muldiv.multiply(self.hi, self.lo, other.hi, other.lo, hi, lo)
        if failed:
            raise overflow(failed - 1, 128)
        return Wide(hi, lo)

    def plus(self, other: Wide, sign: int = 1) -> Wide:
        """Add row by row, or subtract where `sign` is -1."""
        if self.is_plain and other.is_plain and (bound := self.bound + other.bound) <= GREATEST:
            broadcast(len(self), len(other))
            return Wide.bounded(self.plain + other.plain if sign > 0 else self.plain - other.plain, bound)
        hi, lo = _room(broadcast(len(self), len(other)))
        failed = muldiv.add(self.hi, self.lo, other.hi, other.lo, sign, hi, lo)
        if failed:
            raise overflow(failed - 1, 128)
        return Wide(hi, lo)

    def sum_by(self, offsets: Int64) -> Wide:
        """Add up contiguous groups; group g is rows offsets[g] to offsets[g + 1]."""
        if not len(offsets):
            raise ValueError("offsets: one more than there are groups, the first 0")
        if self.is_plain and len(self) >= ROWS_OF_GROUP * len(offsets) and self.bound * len(self) <= GREATEST:
            return Wide.of(self._plain_sums(offsets))
        hi, lo = _room(len(offsets) - 1)
        failed = groups.sum_by(self.hi, self.lo, offsets, hi, lo)
        if failed == groups.BAD_OFFSETS:
            raise ValueError(BAD_OFFSETS)
        if failed:
            raise overflow(failed - 1, 128)
        return Wide(hi, lo)

    def _plain_sums(self, offsets: Int64) -> Int64:
        """Add up groups of which no sum can leave 64 bits, whatever the offsets are."""
        counts = np.diff(offsets)
        if offsets[0] != 0 or offsets[-1] != len(self) or (counts < 0).any():
            raise ValueError(BAD_OFFSETS)
        sums = np.zeros(len(counts), np.int64)
        filled = counts > 0
        sums[filled] = np.add.reduceat(self.plain, offsets[:-1][filled])
        return sums

    def running_by(self, offsets: Int64) -> Wide:
        """Add up contiguous groups row by row: each row has the sum of its group up to and with it."""
        hi, lo = _room(len(self))
        failed = groups.running_by(self.hi, self.lo, offsets, hi, lo)
        if failed == groups.BAD_OFFSETS:
            raise ValueError(BAD_OFFSETS)
        if failed:
            raise overflow(failed - 1, 128)
        return Wide(hi, lo)


def broadcast(a: int, b: int) -> int:
    """Count the rows of a result of columns of a and b rows: one row stands for every row."""
    if a != b and 1 not in (a, b):
        raise ValueError(f"columns of {a} and {b} rows do not meet")
    return b if a == 1 else a


def _room(rows: int) -> tuple[Int64, UInt64]:
    return np.empty(rows, np.int64), np.empty(rows, np.uint64)

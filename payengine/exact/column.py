"""Columns of exact decimal numbers, with operators by which a formula reads like its rule.

A *stated* column is an int64 array with a scale: 1230 at scale 2 is 12.30. Sums and differences of stated columns are
stated. Products and ratios are *pending*: whole numbers of up to 128 bits over a denominator, nothing rounded yet.
`.round(...)` states them, once, where the rule says so:

    pay = (points * price * quality).round(FEN)

A column of one row, and an int or Decimal, stands for every row. What does not fit raises `ExactOverflow`, what has no
result `ExactError`, both with the first row; nothing wraps, and no float is ever taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from payengine.exact import ratios
from payengine.exact.amounts import decimal_text
from payengine.exact.errors import ExactError, overflow, refused
from payengine.exact.reading import MOST_DECIMALS, units
from payengine.exact.rounding import HALF_UP, Rounding
from payengine.exact.wide import GREATEST, Wide, broadcast
from payengine.kernels.arrays import Flags, Int64
from payengine.texts import say

SHOWN = 6  # rows in a repr


class Exact:
    """A column of exact numbers: numerator / denominator x 10**-scale."""

    __slots__ = ("_denominator", "_numerator", "_stated", "scale")
    __array_ufunc__ = None  # `array * exact` comes to __rmul__
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: npt.ArrayLike, scale: int) -> None:
        """Make a stated column of a one-dimensional array in units of 10**-scale.

        int64 is shared, other integers are copied.
        """
        array = np.asarray(values)
        if array.dtype.kind not in "iu" and array.size:
            raise TypeError(f"exact numbers are made of integers, never of {array.dtype}")
        if array.ndim != 1:
            raise ValueError(f"a column has one dimension, not {array.ndim}")
        if not 0 <= scale <= MOST_DECIMALS:
            raise ValueError(f"{scale} decimals: 0 to {MOST_DECIMALS}")
        if array.dtype == np.uint64 and (array > np.uint64(2**63 - 1)).any():
            raise overflow(int((array > np.uint64(2**63 - 1)).argmax()), 64)
        self._numerator = Wide.of(np.ascontiguousarray(array, np.int64))
        self._denominator: Wide | None = None
        self._stated = True
        self.scale = scale

    @classmethod
    def of(cls, numbers: Any, scale: int | None = None) -> Exact:
        """Read text, Decimal or int, or several of them; scale None keeps the decimals given."""
        one = isinstance(numbers, (str, Decimal, int, np.integer, float)) or not isinstance(numbers, Iterable)
        values, chosen = units([numbers] if one else list(numbers), scale)
        return cls(values, chosen)

    @classmethod
    def _pending(cls, numerator: Wide, denominator: Wide | None, scale: int) -> Exact:
        made = cls.__new__(cls)
        made._numerator, made._denominator, made.scale, made._stated = numerator, denominator, scale, False
        return made

    @classmethod
    def _of_wide(cls, numerator: Wide, scale: int) -> Exact:
        """Make a stated column of a plain one, which keeps its bound."""
        made = cls.__new__(cls)
        made._numerator, made._denominator, made.scale, made._stated = numerator, None, scale, True
        return made

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """True for a product or a ratio that must still be rounded."""
        return not self._stated

    @property
    def values(self) -> Int64:
        """The whole numbers of units of 10**-scale; `ExactError` for a pending column."""
        if not self._stated:
            raise ExactError(say("a product or a ratio must be rounded before it is used: write .round(...)"))
        return self._numerator.plain

    def __len__(self) -> int:
        rows = len(self._numerator)
        return rows if self._denominator is None else broadcast(rows, len(self._denominator))

    def __bool__(self) -> bool:
        raise TypeError("a column is not true or false: use where(mask, a, b), .any() or .all() of a comparison")

    def fractions(self) -> list[Fraction]:
        """Return the rows as Python fractions, pending or not."""
        return ratios.fractions(self._numerator, self._denominator, self.scale)

    def decimals(self) -> list[Decimal]:
        """Return the rows as Decimal with exactly `scale` decimals."""
        return [Decimal(text) for text in self.text()]

    def text(self) -> list[str]:
        """Return the rows as text with exactly `scale` decimals."""
        return [decimal_text(value, self.scale) for value in self.values.tolist()]

    def __repr__(self) -> str:
        first = self[:SHOWN]
        shown = first.text() if self._stated else [str(fraction) for fraction in first.fractions()]
        more = ", ..." if len(self) > SHOWN else ""
        return f"Exact([{', '.join(shown)}{more}], {'pending' if self.pending else f'scale={self.scale}'})"

    # --- arithmetic ---------------------------------------------------------------------------------------------------

    def __add__(self, given: Any) -> Exact:
        other = _operand(given)
        return NotImplemented if other is None else self._sum(other, 1)

    __radd__ = __add__

    def __sub__(self, given: Any) -> Exact:
        other = _operand(given)
        return NotImplemented if other is None else self._sum(other, -1)

    def __rsub__(self, given: Any) -> Exact:
        other = _operand(given)
        return NotImplemented if other is None else other._sum(self, -1)

    def _sum(self, other: Exact, sign: int) -> Exact:
        a, b = _same_scale(self, other)
        if a._stated and b._stated:
            broadcast(len(a), len(b))
            if a._numerator.bound + b._numerator.bound <= GREATEST:
                return Exact._of_wide(a._numerator.plus(b._numerator, sign), a.scale)
            return Exact(_stated_sum(a._numerator.plain, b._numerator.plain, sign), a.scale)
        numerator, denominator = ratios.add((a._numerator, a._denominator), (b._numerator, b._denominator), sign)
        return Exact._pending(numerator, denominator, a.scale)

    def __mul__(self, given: Any) -> Exact:
        other = _operand(given)
        if other is None:
            return NotImplemented
        numerator, denominator = ratios.multiply(
            (self._numerator, self._denominator), (other._numerator, other._denominator)
        )
        return Exact._pending(numerator, denominator, self.scale + other.scale)

    __rmul__ = __mul__

    def __truediv__(self, given: Any) -> Exact:
        other = _operand(given)
        if other is None:
            return NotImplemented
        rows = broadcast(len(self), len(other))
        zero = other._numerator.zero
        if zero.any() and rows:
            raise refused(say("division by zero"), int(zero.argmax()))
        numerator, denominator = ratios.divide(
            (self._numerator, self._denominator), (other._numerator, other._denominator)
        )
        return Exact._pending(numerator, denominator, self.scale - other.scale)

    def __rtruediv__(self, other: Any) -> Exact:
        taken = _operand(other)
        if taken is None:
            return NotImplemented
        return taken.__truediv__(self)

    def __neg__(self) -> Exact:
        return self._turned(None)

    def __pos__(self) -> Exact:
        return self

    def __abs__(self) -> Exact:
        return self._turned(self._numerator.negative)

    def _with_numerator(self, numerator: Wide) -> Exact:
        """Put another numerator over the same denominator; stated, it must be plain."""
        made = Exact._pending(numerator, self._denominator, self.scale)
        made._stated = self._stated
        return made

    def _scaled(self, scale: int) -> Exact:
        """Restate the same numbers at a greater scale."""
        numerator = ratios.scaled(self._numerator, scale - self.scale)
        if self._stated and scale <= MOST_DECIMALS:
            return Exact._of_wide(numerator, scale) if numerator.is_plain else Exact(numerator.narrowed(), scale)
        return Exact._pending(numerator, self._denominator, scale)

    def _turned(self, rows: Flags | None) -> Exact:
        turned = self._numerator.turned(rows)
        if self._stated:
            return Exact._of_wide(turned, self.scale) if turned.is_plain else Exact(turned.narrowed(), self.scale)
        return Exact._pending(turned, self._denominator, self.scale)

    def round(self, decimals: int, mode: Rounding = HALF_UP) -> Exact:
        """State the numbers at `decimals` decimals, each rounded once.

        Below zero: to tens, hundreds and so on (stated at scale 0).
        """
        if not -MOST_DECIMALS <= decimals <= MOST_DECIMALS:
            raise ValueError(f"{decimals} decimals: {-MOST_DECIMALS} to {MOST_DECIMALS}")
        values = ratios.rounded(self._numerator, self._denominator, decimals - self.scale, mode)
        if decimals >= 0:
            return Exact(values, decimals)
        return Exact(Wide.of(values).times(Wide.from_ints([10**-decimals])).narrowed(), 0)

    # --- comparisons --------------------------------------------------------------------------------------------------

    def _compared(self, given: Any, operate: Callable[[Any, Any], Flags]) -> Flags:
        other = _operand(given)
        return NotImplemented if other is None else ratios.compared(self._scaled_ratio, other._scaled_ratio, operate)

    @property
    def _scaled_ratio(self) -> ratios.Scaled:
        return self._numerator, self._denominator, self.scale

    def __eq__(self, other: object) -> Flags:  # type: ignore[override]
        return self._compared(other, np.equal)

    def __ne__(self, other: object) -> Flags:  # type: ignore[override]
        return self._compared(other, np.not_equal)

    def __lt__(self, other: Any) -> Flags:
        return self._compared(other, np.less)

    def __le__(self, other: Any) -> Flags:
        return self._compared(other, np.less_equal)

    def __gt__(self, other: Any) -> Flags:
        return self._compared(other, np.greater)

    def __ge__(self, other: Any) -> Flags:
        return self._compared(other, np.greater_equal)

    # --- choice -------------------------------------------------------------------------------------------------------

    def positive_part(self) -> Exact:
        """Keep the numbers above zero and put zero for the others."""
        if self._numerator.is_plain:
            above = Wide.bounded(np.maximum(self._numerator.plain, 0), self._numerator.bound)
            return self._with_numerator(above)
        return where(~self._numerator.negative, self, 0)

    def minimum(self, other: Any) -> Exact:
        """Take the smaller of the two, row by row."""
        return self._extreme(_required(other), np.minimum, np.less_equal)

    def maximum(self, other: Any) -> Exact:
        """Take the greater of the two, row by row."""
        return self._extreme(_required(other), np.maximum, np.greater_equal)

    def _extreme(self, other: Exact, better: np.ufunc, is_better: np.ufunc) -> Exact:
        a, b = _same_scale(self, other)
        if a._stated and b._stated:
            broadcast(len(a), len(b))
            bound = max(a._numerator.bound, b._numerator.bound)
            return Exact._of_wide(Wide.bounded(better(a._numerator.plain, b._numerator.plain), bound), a.scale)
        return where(self._compared(other, is_better), self, other)

    def __getitem__(self, rows: slice | npt.NDArray[Any]) -> Exact:
        """Pick rows by slice, by flags or by indices.

        `IndexError` for an index beyond the column; negative ones are refused.
        """
        if not isinstance(rows, slice):
            rows = np.asarray(rows)
            if rows.dtype.kind not in "bui":
                raise TypeError(f"rows are picked by flags or integers, not by {rows.dtype}")
            if rows.dtype.kind == "i" and rows.size and int(rows.min()) < 0:
                raise IndexError(f"row {int(rows.min())}")
        if self._denominator is None:
            numerator, denominator = self._numerator.take(rows), None
        else:
            numerator, denominator = (each.take(rows) for each in ratios.same_rows(self._numerator, self._denominator))
        if self._stated:
            return Exact._of_wide(numerator, self.scale)
        return Exact._pending(numerator, denominator, self.scale)

    def repeated(self, counts: Int64) -> Exact:
        """Repeat each row as often as its count says, as values spread to lower neighbours.

        `ValueError` unless there are as many counts as rows.
        """
        if len(counts) != len(self):
            raise ValueError(f"{len(counts)} counts for {len(self)} rows")
        if self._denominator is None:
            return self._with_numerator(self._numerator.repeated(counts))
        numerator, denominator = (
            each.repeated(counts) for each in ratios.same_rows(self._numerator, self._denominator)
        )
        return Exact._pending(numerator, denominator, self.scale)

    def take(self, rows: npt.NDArray[Any]) -> Exact:
        """Pick the rows of these indices: how a higher level's values spread down."""
        return self[rows]

    # --- sums ---------------------------------------------------------------------------------------------------------

    def sum(self) -> Exact:
        """Add up all rows exactly into a column of one row."""
        return self.sum_by(np.array([0, len(self)], np.int64))

    def sum_by(self, offsets: Int64) -> Exact:
        """Add up contiguous groups exactly: group g is rows offsets[g] to offsets[g + 1]."""
        numerator, denominator = ratios.one_denominator(self._numerator, self._denominator)
        sums = numerator.sum_by(np.ascontiguousarray(offsets, np.int64))
        if self._stated:
            return Exact(sums.narrowed(), self.scale)
        return Exact._pending(sums, denominator, self.scale)

    @property
    def has_one_denominator(self) -> bool:
        """True for a column that sums over rows can take: no quotient, or all of one divisor."""
        return ratios.is_of_one_denominator(self._denominator)

    def running_by(self, offsets: Int64) -> Exact:
        """Add up contiguous groups row by row: each row has the sum of its group up to and with it."""
        numerator, denominator = ratios.one_denominator(self._numerator, self._denominator)
        sums = numerator.running_by(np.ascontiguousarray(offsets, np.int64))
        return Exact._pending(sums, denominator, self.scale)


def where(mask: npt.NDArray[Any], a: Any, b: Any) -> Exact:
    """Choose a where the mask is true, else b, row by row; stated if both are."""
    flags = np.asarray(mask)
    if flags.dtype != np.bool_:
        raise TypeError(f"a mask is made of flags, not of {flags.dtype}")
    first, second = _same_scale(_required(a), _required(b))
    rows = broadcast(broadcast(len(flags), len(first)), len(second))
    if first._stated and second._stated:
        chosen = np.where(flags, first._numerator.plain, second._numerator.plain)
        return Exact._of_wide(Wide.bounded(chosen, max(first._numerator.bound, second._numerator.bound)), first.scale)
    numerator = _chosen(flags, first._numerator, second._numerator, rows)
    if first._denominator is None and second._denominator is None:
        return Exact._pending(numerator, None, first.scale)
    if second._numerator.zero.all() and ratios.is_of_one_denominator(first._denominator):
        return Exact._pending(numerator, first._denominator, first.scale)  # nothing is nothing over any divisor
    below = ratios.over_one(first._denominator), ratios.over_one(second._denominator)
    denominator = _chosen(flags, *below, rows)
    return Exact._pending(numerator, denominator, first.scale)


def _chosen(flags: Flags, a: Wide, b: Wide, rows: int) -> Wide:
    if a.is_plain and b.is_plain:
        chosen = np.where(flags, a.plain, b.plain)
        return Wide.bounded(
            np.broadcast_to(chosen, rows).copy() if len(chosen) != rows else chosen, max(a.bound, b.bound)
        )
    high, low = np.where(flags, a.high, b.high), np.where(flags, a.lo, b.lo)
    return Wide(np.broadcast_to(high, rows).copy(), np.broadcast_to(low, rows).copy())


def _operand(given: Any) -> Exact | None:
    """Convert what an operator may meet to a column; None for other types.

    It may meet an exact column, an int, a Decimal and an array of integers; `TypeError` for floats.
    """
    if isinstance(given, Exact):
        return given
    if isinstance(given, (bool, np.bool_)):
        return None
    if isinstance(given, (float, np.floating)) or (isinstance(given, np.ndarray) and given.dtype.kind == "f"):
        raise TypeError("exact numbers do not meet floats: write the number as text, Exact.of('0.25')")
    if isinstance(given, (int, np.integer, Decimal)):
        return Exact.of(given)
    if isinstance(given, np.ndarray) and given.dtype.kind in "iu":
        return Exact(given, 0)
    return None


def _required(given: Any) -> Exact:
    taken = _operand(given)
    if taken is None:
        raise TypeError(f"an exact number is needed, not {type(given).__name__}")
    return taken


def _same_scale(a: Exact, b: Exact) -> tuple[Exact, Exact]:
    """Bring both columns to the greater scale."""
    if a.scale < b.scale:
        return a._scaled(b.scale), b
    if b.scale < a.scale:
        return a, b._scaled(a.scale)
    return a, b


def _stated_sum(a: Int64, b: Int64, sign: int) -> Int64:
    """Add or subtract int64 columns; an overflow shows in the signs."""
    total = a + b if sign > 0 else a - b
    wrong = ((a ^ total) & (b ^ total)) < 0 if sign > 0 else ((a ^ b) & (a ^ total)) < 0
    if wrong.any():
        raise overflow(int(wrong.argmax()), 64)
    return total

"""Kernels' work on few rows by Python's own integers, which have no bound.

Each function takes the arguments of the kernel of its name, writes into the same arrays and returns the same. A wide
column is (hi, lo), see `muldiv`; one of a single row stands for every row.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

import numpy as np

from payengine.kernels.arrays import Int8, Int64, UInt8, UInt64, Word
from payengine.kernels.compile import by_rows
from payengine.kernels.rounding import goes_up

BAD_OFFSETS = -1
LEAST, MOST = -(2**63), 2**63 - 1
WIDEST = 2**127 - 1
MAGNITUDES = 2**128  # of those that kernels divide, none reaches it
_WORD = 2**64


def _numbers(hi: Int64, lo: UInt64, rows: int) -> list[int]:
    """Read a wide column for so many rows."""
    if len(hi):
        found = [high << 64 | low for high, low in zip(hi.tolist(), lo.tolist(), strict=True)]
    else:
        found = lo.view(np.int64).tolist()
    return found * rows if len(found) == 1 else found


def _write(numbers: list[int], hi: Int64, lo: UInt64) -> None:
    """Write wide numbers into the first rows of a column."""
    hi[: len(numbers)] = np.array([number >> 64 for number in numbers], np.int64)
    lo[: len(numbers)] = np.array([number % _WORD for number in numbers], np.uint64)


def _written(numbers: Iterable[int], hi: Int64, lo: UInt64) -> int:
    """Write numbers up to the first that is too wide; return its row (counted from 1), or 0."""
    fit: list[int] = []
    for number in numbers:
        if abs(number) > WIDEST:
            break
        fit.append(number)
    _write(fit, hi, lo)
    return len(fit) + 1 if len(fit) < len(lo) else 0


@by_rows
def multiply(ahi: Int64, alo: UInt64, bhi: Int64, blo: UInt64, hi: Int64, lo: UInt64) -> int:
    """Compute a * b, row by row."""
    rows = len(lo)
    pairs = zip(_numbers(ahi, alo, rows), _numbers(bhi, blo, rows), strict=True)
    return _written((a * b for a, b in pairs), hi, lo)


@by_rows
def add(ahi: Int64, alo: UInt64, bhi: Int64, blo: UInt64, sign: int, hi: Int64, lo: UInt64) -> int:
    """Compute a + b, or a - b where `sign` is -1, row by row."""
    rows = len(lo)
    pairs = zip(_numbers(ahi, alo, rows), _numbers(bhi, blo, rows), strict=True)
    return _written((a - b if sign < 0 else a + b for a, b in pairs), hi, lo)


@by_rows
def compare(
    ahi: Int64, alo: UInt64, adhi: Int64, adlo: UInt64, bhi: Int64, blo: UInt64, bdhi: Int64, bdlo: UInt64, order: Int8
) -> None:
    """Compare a / ad with b / bd row by row: -1, 0 or 1 as less, equal or greater."""
    rows = len(order)
    columns = (_numbers(*pair, rows) for pair in ((ahi, alo), (bdhi, bdlo), (bhi, blo), (adhi, adlo)))
    crossed = [(a * bd, b * ad) for a, bd, b, ad in zip(*columns, strict=True)]
    order[:] = [(left > right) - (left < right) for left, right in crossed]


def _rounded(numerator: int, denominator: int, mode: int) -> int:
    """Round a quotient to a whole number; the denominator is above zero."""
    negative = numerator < 0
    whole, rest = divmod(abs(numerator), denominator)
    twice = (2 * rest > denominator) - (2 * rest < denominator)
    whole += bool(goes_up.function(mode, negative, whole % 2 == 1, rest != 0, twice))
    return -whole if negative else whole


def _rounded_words(quotients: Iterable[int], out: Int64) -> int:
    """Write quotients up to the first beyond 64 bits; return its row (counted from 1), or 0."""
    fit: list[int] = []
    for quotient in quotients:
        if not LEAST <= quotient <= MOST:
            break
        fit.append(quotient)
    out[: len(fit)] = fit
    return len(fit) + 1 if len(fit) < len(out) else 0


@by_rows
def round_by_word(hi: Int64, lo: UInt64, divisor: Word, mode: int, out: Int64) -> int:
    """Round n / divisor to whole numbers by `mode`."""
    return _rounded_words((_rounded(n, int(divisor), mode) for n in _numbers(hi, lo, len(out))), out)


@by_rows
def round_words(numerator: Int64, denominator: Int64, up: int, down: int, mode: int, out: Int64) -> None:
    """Round (n * up) / (d * down) to whole numbers by `mode`, row by row."""
    rows = len(out)
    above, below = (_numbers(out[:0], column.view(np.uint64), rows) for column in (numerator, denominator))
    out[:] = [_rounded(n * up, d * down, mode) for n, d in zip(above, below, strict=True)]


@by_rows
def round_quotient(
    nhi: Int64, nlo: UInt64, dhi: Int64, dlo: UInt64, up1: Word, up0: Word, down1: Word, down0: Word, mode: int,
    out: Int64, too_wide: UInt8,
) -> int:  # fmt: skip
    """Round (n * up) / (d * down) to whole numbers by `mode`; mark what is too wide."""
    rows = len(out)
    up, down = int(up1) << 64 | int(up0), int(down1) << 64 | int(down0)
    for row, (n, d) in enumerate(zip(_numbers(nhi, nlo, rows), _numbers(dhi, dlo, rows), strict=True)):
        if max(abs(n) * up, d * down) >= MAGNITUDES:
            too_wide[row] = 1
            continue
        quotient = _rounded(n * up, d * down, mode)
        if not LEAST <= quotient <= MOST:
            return row + 1
        out[row] = quotient
    return 0


@by_rows
def add_ratios(
    nhi: Int64, nlo: UInt64, dhi: Int64, dlo: UInt64, mhi: Int64, mlo: UInt64, ehi: Int64, elo: UInt64, sign: int,
    hi: Int64, lo: UInt64, khi: Int64, klo: UInt64, too_wide: UInt8,
) -> None:  # fmt: skip
    """Add n / d and m / e over the least common denominator, row by row; mark what is too wide."""
    rows = len(lo)
    columns = (_numbers(*pair, rows) for pair in ((nhi, nlo), (dhi, dlo), (mhi, mlo), (ehi, elo)))
    for row, (n, d, m, e) in enumerate(zip(*columns, strict=True)):
        common = math.lcm(d, e)
        parts = n * (common // d), m * (common // e)
        total = parts[0] - parts[1] if sign < 0 else parts[0] + parts[1]
        if max(abs(total), common, *(map(abs, parts) if d != e else ())) > WIDEST:
            too_wide[row] = 1
            continue
        _write([total], hi[row:], lo[row:])
        _write([common], khi[row:], klo[row:])


def _groups(offsets: Int64, rows: int) -> Iterator[tuple[int, int]] | None:
    """List first row and end of each group; None for offsets that are none."""
    bounds = offsets.tolist()
    if not bounds or bounds[0] != 0 or bounds[-1] != rows or any(first > last for first, last in pairwise(bounds)):
        return None
    return pairwise(bounds)


@by_rows
def sum_by(hi: Int64, lo: UInt64, offsets: Int64, sum_hi: Int64, sum_lo: UInt64) -> int:
    """Add up the rows of each group."""
    groups = _groups(offsets, len(lo))
    if groups is None or len(offsets) != len(sum_lo) + 1:
        return BAD_OFFSETS
    numbers = _numbers(hi, lo, 1)
    return _written((sum(numbers[first:last]) for first, last in groups), sum_hi, sum_lo)


@by_rows
def running_by(hi: Int64, lo: UInt64, offsets: Int64, sum_hi: Int64, sum_lo: UInt64) -> int:
    """Add up the rows of each group, up to and with each row."""
    groups = _groups(offsets, len(lo))
    if groups is None or len(sum_lo) != len(lo):
        return BAD_OFFSETS
    numbers = _numbers(hi, lo, 1)
    return _written((total for first, last in groups for total in accumulate(numbers[first:last])), sum_hi, sum_lo)


@by_rows
def apportion(
    pool: Int64, weight: Int64, offsets: Int64, rest: UInt64, share: Int64, retained: Int64, too_wide: UInt8
) -> int:
    """Divide pool[g] among the rows of its group in proportion to their weights."""
    groups = _groups(offsets, len(weight))
    if groups is None or len(offsets) != len(pool) + 1:
        return BAD_OFFSETS
    weights = weight.tolist()
    for group, (amount, (first, last)) in enumerate(zip(pool.tolist(), groups, strict=True)):
        parts = weights[first:last]
        wrong = next((row for row, part in enumerate(parts, first) if part < 0), None)
        if wrong is not None:
            return wrong + 1
        total = sum(parts)
        retained[group] = amount if total == 0 else 0
        if total >= _WORD:
            too_wide[group] = 1
        else:
            share[first:last] = divided(amount, parts) if total else 0
    return 0


def divided(pool: int, weights: list[int]) -> list[int]:
    """Divide one pool by largest remainder; no weight is below zero, and not all are zero."""
    total, amount = sum(weights), abs(pool)
    shares = [amount * weight // total for weight in weights]
    largest = sorted(range(len(weights)), key=lambda row: (-(amount * weights[row] % total), row))
    for row in largest[: amount - sum(shares)]:
        shares[row] += 1
    return [-share for share in shares] if pool < 0 else shares

"""Columns of exact numbers: int64 in units of 10**-decimals."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.values.cells import (
    ABOVE,
    BELOW,
    BLANKS,
    CLEAN,
    DECIMALS,
    DOT,
    EMPTY,
    LOWER_E,
    MINUS,
    NOT_A_NUMBER,
    PLUS,
    UPPER_E,
    ZERO,
    Bytes,
    as_numpy,
    as_text,
    blanks_around,
    buffers,
    digit,
    is_text,
    present,
    read_distinct,
    wrong_type,
)
from batch.values.written_forms import plain_number, read_again
from payengine.kernels.compile import compiled, inlined, interpreted

LARGEST_EXACT_DOUBLE = 10**15  # doubles keep every whole number and every 15 digits up to here
MOST_DIGITS = 18  # of a mantissa in int64
POWERS = np.array([10**n for n in range(MOST_DIGITS + 1)], dtype=np.int64)


@inlined
def parse_fixed(data: Any, begin: Any, end: Any, decimals: Any) -> Any:
    """Read (value, fault) of a decimal number, in units of 10**-decimals.

    It may have an exponent.
    """
    at = begin
    negative = data[at] == MINUS
    if negative or data[at] == PLUS:
        at += 1
    mantissa = np.int64(0)
    significant = 0  # digits of the mantissa, which ends in no zero
    zeros = 0  # zeros seen behind it
    digits = 0
    fraction = 0
    dot = False
    while at < end:
        byte = data[at]
        if digit(byte):
            digits += 1
            fraction += dot
            if byte == ZERO:
                zeros += mantissa != 0
            else:
                significant += zeros + 1
                if significant <= MOST_DIGITS:
                    mantissa = mantissa * POWERS[zeros + 1] + np.int64(byte - ZERO)
                else:
                    mantissa = np.int64(1)  # only known to be far too long
                zeros = 0
        elif byte == DOT and not dot:
            dot = True
        else:
            break
        at += 1
    exponent = 0
    if digits == 0:
        return np.int64(0), NOT_A_NUMBER
    if at < end:
        if data[at] != LOWER_E and data[at] != UPPER_E:
            return np.int64(0), NOT_A_NUMBER
        at += 1
        down = at < end and data[at] == MINUS
        if at < end and (down or data[at] == PLUS):
            at += 1
        if at == end:
            return np.int64(0), NOT_A_NUMBER
        while at < end:
            if not digit(data[at]):
                return np.int64(0), NOT_A_NUMBER
            if exponent < 10_000:  # far beyond every bound already
                exponent = exponent * 10 + (data[at] - ZERO)
            at += 1
        if down:
            exponent = -exponent
    if mantissa == 0:
        return np.int64(0), CLEAN
    power = exponent - fraction + zeros + decimals  # the last digit of the mantissa is worth 10**power units
    if power < 0:
        return np.int64(0), DECIMALS
    if significant + power > MOST_DIGITS:
        return np.int64(0), BELOW if negative else ABOVE
    value = mantissa * POWERS[power]
    return (-value if negative else value), CLEAN


def read_few_fixed(
    offsets: Any, data: Any, decimals: Any, least: Any, greatest: Any, may_be_empty: Any, values: Any, present: Any,
    faults: Any,
) -> Any:  # fmt: skip
    """Read numbers as the kernel does, which so few different ones are not worth."""
    settings = (decimals, least, greatest, may_be_empty)
    return read_distinct(interpreted(read_fixed), offsets, data, settings, values, present, faults)


@compiled(
    "int64(readonly_int32, readonly_uint8, int64, int64, int64, bool_, int64[::1], uint8[::1], uint8[::1])",
    otherwise=read_few_fixed,
)
def read_fixed(
    offsets: Any,
    data: Any,
    decimals: Any,
    least: Any,
    greatest: Any,
    may_be_empty: Any,
    values: Any,
    present: Any,
    faults: Any,
) -> Any:
    """Exact numbers in units of 10**-decimals; `present` is 0 where the text is empty."""
    wrong = 0
    for row in range(len(values)):
        begin, end = offsets[row], offsets[row + 1]
        value = np.int64(0)
        fault = CLEAN
        if begin == end:
            if not may_be_empty:
                fault = EMPTY
        else:
            value, fault = parse_fixed(data, begin, end, decimals)
            if fault == CLEAN:
                if value < least:
                    fault = BELOW
                elif value > greatest:
                    fault = ABOVE
            elif fault == NOT_A_NUMBER and blanks_around(data, begin, end):
                fault = BLANKS
        values[row] = value if fault == CLEAN else 0
        present[row] = begin != end
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


@compiled("int64(readonly_int64, int64, int64, int64, int64[::1], uint8[::1])")
def read_decimal128(words: Any, shift: Any, least: Any, greatest: Any, values: Any, faults: Any) -> Any:
    """Read decimals of 128 bits (low word, high word), multiplied by 10**shift.

    A negative shift divides.

    The caller has seen to it that -18 <= shift <= 18 and that no high word counts where shift is negative.
    """
    wrong = 0
    for row in range(len(values)):
        low, high = words[2 * row], words[2 * row + 1]
        value = low
        fault = CLEAN
        if high != (low >> 63):  # beyond 64 bits
            fault = BELOW if high < 0 else ABOVE
        elif shift >= 0:
            limit = POWERS[MOST_DIGITS] // POWERS[shift]
            if value > limit:
                fault = ABOVE
            elif value < -limit:
                fault = BELOW
            else:
                value = value * POWERS[shift]
        else:
            power = POWERS[-shift]
            quotient = abs(value) // power
            if value == -(2**63) or quotient * power != abs(value):
                fault = DECIMALS
            value = quotient if value >= 0 else -quotient
        if fault == CLEAN:
            if value < least:
                fault = BELOW
            elif value > greatest:
                fault = ABOVE
        values[row] = value if fault == CLEAN else 0
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


def read_number(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    """Read a raw column of numbers; returns it typed, and the fault of each row if any."""
    kind = raw.type
    values = np.empty(len(raw), np.int64)
    kinds = np.empty(len(raw), np.uint8)
    least = -column.greatest if column.least is None else column.least
    shift = column.decimals - kind.scale if pa.types.is_decimal(kind) else 0
    if pa.types.is_decimal128(kind) and abs(shift) <= MOST_DIGITS and not (shift < 0 and _has_high_words(raw)):
        here = present(raw)
        wrong = read_decimal128(_words(raw), shift, least, column.greatest, values, kinds)
    elif pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        here = present(raw)
        wrong = _read_integers(as_numpy(raw, np.int64, 0), column, least, values, kinds)
    elif pa.types.is_floating(kind) and not pa.types.is_float16(kind):
        here = present(raw)
        wrong = _read_doubles(raw, column, least, values, kinds)
    elif is_text(kind) or pa.types.is_decimal(kind) or pa.types.is_uint64(kind):
        text = as_text(raw) if is_text(kind) else pc.fill_null(raw.cast(pa.string()), "")
        bounds, data = buffers(text)
        marks = np.empty(len(raw), np.uint8)
        wrong = read_fixed(bounds, data, column.decimals, least, column.greatest, column.empty, values, marks, kinds)
        here = None if marks.all() else marks.astype(bool)
        if wrong:
            unread = np.flatnonzero((kinds == NOT_A_NUMBER) | (kinds == BLANKS))
            if unread.size:

                def read_plain(plain: pa.Array, again: npt.NDArray[Any], faults: Bytes) -> None:
                    offsets, cells = buffers(plain)
                    marks = np.empty(len(plain), np.uint8)
                    read_fixed(offsets, cells, column.decimals, least, column.greatest, False, again, marks, faults)

                read_again(text, unread, kinds, values, lambda each: plain_number(each, column), read_plain)
    else:
        return pa.array(np.zeros(len(raw), np.int64)), wrong_type(raw)
    if here is not None:
        values[~here] = tables.NO_LIMIT if column.kind == "count" else 0
        kinds[~here] = CLEAN if column.empty else EMPTY
        wrong = np.count_nonzero(kinds)
    missing = ~here if here is not None and column.kind == "fixed" and column.empty else None
    return pa.array(values, mask=missing), kinds if wrong else None


def _words(raw: pa.Array) -> npt.NDArray[np.int64]:
    words = np.frombuffer(raw.buffers()[1], np.int64) if len(raw) else np.zeros(0, np.int64)
    return words[2 * raw.offset : 2 * (raw.offset + len(raw))]


def _has_high_words(raw: pa.Array) -> bool:
    words = _words(raw)
    return bool(np.any(words[1::2] != words[0::2] >> 63))


def _read_integers(numbers: npt.NDArray[np.int64], column: tables.Column, least: int, values: Any, kinds: Bytes) -> int:
    unit = 10**column.decimals
    kinds[:] = CLEAN
    kinds[numbers > column.greatest // unit] = ABOVE
    kinds[numbers < -(-least // unit)] = BELOW
    np.multiply(numbers, unit, out=values, where=kinds == CLEAN)
    values[kinds != CLEAN] = 0
    return int(np.count_nonzero(kinds))


def _read_doubles(raw: pa.Array, column: tables.Column, least: int, values: Any, kinds: Bytes) -> int:
    """Read doubles by their shortest decimal form.

    k / 10**d, with k of at most 15 digits and correctly rounded, is the double if and only if k x 10**-d is that form:
    no two decimals of 15 digits share a double.
    """
    doubles = as_numpy(raw, np.float64, 0)  # the source's own; nothing of ours is a float behind this function
    unit = 10**column.decimals
    kinds[:] = CLEAN
    with np.errstate(invalid="ignore", over="ignore"):
        units = np.rint(doubles * unit)
        finite = np.isfinite(doubles)
        small = np.abs(units) <= LARGEST_EXACT_DOUBLE
        exact = units / unit == doubles
    if raw.type == pa.float32():
        _read_singles(raw, unit, units, exact)
    kinds[~exact] = DECIMALS
    units = np.where(finite & small, units, 0.0)
    values[:] = units.astype(np.int64)
    kinds[finite & small & exact & (values > column.greatest)] = ABOVE
    kinds[finite & small & exact & (values < least)] = BELOW
    kinds[finite & ~small & (doubles > 0)] = ABOVE
    kinds[finite & ~small & (doubles < 0)] = BELOW
    kinds[~finite] = NOT_A_NUMBER
    values[kinds != CLEAN] = 0
    return int(np.count_nonzero(kinds))


def _read_singles(raw: pa.Array, unit: int, units: npt.NDArray[np.float64], exact: npt.NDArray[np.bool_]) -> None:
    """Read 32-bit floats of a source by their shortest decimal form.

    Only what is a whole number of units then is taken. It has up to 9 digits; each distinct one is as NumPy prints it.
    """
    singles = as_numpy(raw, np.float32, 0)
    distinct, inverse = np.unique(singles, return_inverse=True)
    shortest = np.array([float(np.format_float_scientific(value, unique=True)) for value in distinct], np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(shortest * unit)
        fits = scaled / unit == shortest
    units[:] = scaled[inverse]
    exact[:] = fits[inverse]

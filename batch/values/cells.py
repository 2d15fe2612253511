"""Bytes of a cell: faults, blanks and UTF-8, for the parsers of texts, numbers and days.

A text column is (offsets, data): value i is the bytes data[offsets[i]:offsets[i + 1]]. A parser writes a value and a
fault for every row; a fault of 0 is a clean value. Each returns how many rows are faulty, so that a clean column needs
no second look.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.values.utf8 import character
from payengine.kernels.compile import inlined

Bytes = npt.NDArray[np.uint8]

# Why a value cannot be read. The kernels find those up to NUL, the rest is found beside them.
(
    CLEAN, EMPTY, NOT_UTF8, BLANKS, CUT, NOT_A_NUMBER, DECIMALS, BELOW, ABOVE, NOT_A_DATE, ZONED, NUL,
    NOT_A_FLAG, NOT_A_PERIOD, NOT_A_CHOICE, WRONG_TYPE, CUT_NUMBER,
) = range(17)  # fmt: skip
NORMALISED = 255  # no fault: a value that was written otherwise, with one reading only

ZERO, NINE, DOT, PLUS, MINUS, SLASH, COLON, SPACE, LOWER_E, UPPER_E, UPPER_T, UPPER_Z = tuple(b"09.+-/: eETZ")
DELETE = 0x7F
MOST_DISTINCT = 3_000  # texts that Python reads in the time that a kernel takes to compile


@inlined
def digit(byte: Any) -> Any:
    return ZERO <= byte <= NINE


@inlined
def blank_at(data: Any, at: Any, end: Any) -> Any:
    """Tell if a blank of Unicode begins at `at`.

    ASCII blanks and controls, no-break, ideographic, zero-width ...
    """
    first = data[at]
    if first <= 0x20 or first == 0x7F:
        return True
    if first == 0xC2:
        return at + 1 < end and (data[at + 1] == 0xA0 or data[at + 1] == 0x85)
    if at + 2 >= end:
        return False
    second, third = data[at + 1], data[at + 2]
    if first == 0xE2:
        return (second == 0x80 and (0x80 <= third <= 0x8D or 0xA8 <= third <= 0xAF)) or (
            second == 0x81 and third in (0x9F, 0xA0)
        )
    if first == 0xE3:
        return second == 0x80 and third == 0x80
    if first == 0xE1:
        return second == 0x9A and third == 0x80
    return first == 0xEF and second == 0xBB and third == 0xBF


@inlined
def blanks_around(data: Any, begin: Any, end: Any) -> Any:
    """Tell if a value, which is not empty, begins or ends with a blank."""
    if SPACE < data[begin] < DELETE and SPACE < data[end - 1] < DELETE:
        return False
    if blank_at(data, begin, end):
        return True
    last = end - 1
    while last > begin and (data[last] & 0xC0) == 0x80:
        last -= 1
    return blank_at(data, last, end)


@inlined
def valid_utf8(data: Any, begin: Any, end: Any) -> Any:
    """Tell if the bytes are well-formed UTF-8."""
    at = begin
    while at < end:
        if data[at] < 0x80:
            at += 1
            continue
        length = character(data, at, end)
        if length == 0:
            return False
        at += length
    return True


def read_distinct(
    read: Any, offsets: Any, data: Any, settings: tuple[Any, ...], values: Any, present: Any, faults: Any
) -> Any:
    """Do what a parser of numbers or days does, each distinct text once, by Python.

    `read` is the parser's own function (`interpreted`). Declines a column of many different texts.
    """
    rows = len(values)
    cells = pa.Array.from_buffers(pa.binary(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data)])
    coded = cells.dictionary_encode()
    if len(coded.dictionary) > MOST_DISTINCT:
        return NotImplemented
    bounds, texts = buffers(coded.dictionary)
    read_values = np.zeros(len(bounds) - 1, values.dtype)
    read_present, read_faults = (np.zeros(len(bounds) - 1, np.uint8) for _ in range(2))
    read(bounds.tolist(), texts.tobytes(), *settings, read_values, read_present, read_faults)
    place = coded.indices.to_numpy()
    for column, found in ((values, read_values), (present, read_present), (faults, read_faults)):
        column[:] = found[place]
    return int(np.count_nonzero(faults != CLEAN))


def is_text(kind: pa.DataType) -> bool:
    """Tell if a type is text or bytes, in any of Arrow's layouts."""
    types = pa.types
    text = types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)
    binary = types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind)
    return bool(text or binary or types.is_fixed_size_binary(kind))


def as_text(raw: pa.Array) -> pa.Array:
    """Cast bytes or text of any layout to `string`, nulls to ''.

    That the bytes are UTF-8 is not yet known.
    """
    if not pa.types.is_string(raw.type):
        raw = raw.cast(pa.binary())
        raw = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers(), raw.null_count, raw.offset)
    return pc.fill_null(raw, "") if raw.null_count else raw


def buffers(text: pa.Array) -> tuple[npt.NDArray[np.int32], Bytes]:
    """Give the offsets and bytes of a `string` array without nulls."""
    _, offsets, data = text.buffers()
    if len(text) == 0 or offsets is None:
        return np.zeros(1, np.int32), np.zeros(0, np.uint8)
    bounds = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return bounds, np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)


def present(raw: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Flag the rows that are not null; None if all are there."""
    return raw.is_valid().to_numpy(zero_copy_only=False) if raw.null_count else None


def as_numpy(raw: pa.Array, kind: Any, filler: int) -> npt.NDArray[Any]:
    """Give numbers as a NumPy array, nulls as `filler`."""
    filled = pc.fill_null(raw, filler) if raw.null_count else raw
    array: npt.NDArray[Any] = filled.to_numpy(zero_copy_only=False)
    return array.astype(kind, copy=False)


def wrong_type(raw: pa.Array) -> Bytes | None:
    """Fault every value of a column whose type cannot be read at all."""
    kinds = np.where(raw.is_valid().to_numpy(zero_copy_only=False), WRONG_TYPE, CLEAN).astype(np.uint8)
    return kinds if kinds.any() else None

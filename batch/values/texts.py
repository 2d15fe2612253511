"""Columns of texts: names, codes, choices, flags and periods."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.values import cells as kernels
from batch.values.cells import (
    BLANKS,
    CLEAN,
    CUT,
    DELETE,
    DOT,
    EMPTY,
    LOWER_E,
    MOST_DISTINCT,
    NOT_UTF8,
    NUL,
    PLUS,
    SPACE,
    UPPER_E,
    Bytes,
    as_numpy,
    as_text,
    blanks_around,
    buffers,
    digit,
    is_text,
    valid_utf8,
    wrong_type,
)
from batch.values.written_forms import plain_period
from payengine.errors import UsageError
from payengine.kernels.compile import compiled, inlined, interpreted
from payengine.periods import Period

LONGEST_WHOLE = 15  # digits that a spreadsheet keeps of a code stored as a number
LARGEST_EXACT_DOUBLE = 10**15  # doubles keep every whole number and every 15 digits up to here
FLAGS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}


@inlined
def cut_by_spreadsheet(data: Any, begin: Any, end: Any) -> Any:
    """Tell if a code, between digits, looks like 1.23457E+14.

    That has at most three digits after the plus.
    """
    mark = end - 1
    while mark > begin and end - mark <= 3 and digit(data[mark]):
        mark -= 1
    if data[mark] != PLUS or mark - 1 <= begin or (data[mark - 1] != UPPER_E and data[mark - 1] != LOWER_E):
        return False
    dots = 0
    for at in range(begin, mark - 1):
        if data[at] == DOT:
            dots += 1
        elif not digit(data[at]):
            return False
    return dots <= 1


def check_few_texts(offsets: Any, data: Any, may_be_empty: Any, is_utf8: Any, has_nul: Any, faults: Any) -> Any:
    """Check texts as the kernel does.

    By NumPy those that plainly have no fault, by Python the others if they are few.
    """
    begins, ends = offsets[:-1].astype(np.int64), offsets[1:].astype(np.int64)
    filled = begins < ends
    looked_at = np.zeros(filled.size, bool) if may_be_empty else ~filled
    if not is_utf8 or has_nul:
        looked_at[:] = True
    elif filled.any():
        first, last = data[begins[filled]], data[ends[filled] - 1]
        outside = (first <= SPACE) | (last <= SPACE) | (first >= DELETE) | (last >= DELETE)
        plus = int(offsets[0]) + np.flatnonzero(data[offsets[0] : offsets[-1]] == PLUS)
        looked_at[filled] |= outside
        looked_at[np.searchsorted(ends, plus, "right")] = True
    rows = np.flatnonzero(looked_at)
    if rows.size > MOST_DISTINCT:
        return NotImplemented
    faults[:] = CLEAN
    if rows.size:
        bounds = np.stack([begins[rows], ends[rows]], 1)
        whole = b"".join(data[begin:end].tobytes() for begin, end in bounds.tolist())
        found = np.zeros(rows.size, np.uint8)
        starts = np.concatenate([[0], np.cumsum(bounds[:, 1] - bounds[:, 0])]).tolist()
        interpreted(check_texts)(starts, whole, may_be_empty, is_utf8, has_nul, found)
        faults[rows] = found
    return int(np.count_nonzero(faults != CLEAN))


@compiled("int64(readonly_int32, readonly_uint8, bool_, bool_, bool_, uint8[::1])", otherwise=check_few_texts)
def check_texts(offsets: Any, data: Any, may_be_empty: Any, is_utf8: Any, has_nul: Any, faults: Any) -> Any:
    """Texts and codes; `is_utf8`: every value is known to be UTF-8; `has_nul`: some byte is 0.

    What is looked at here, before a function is called, spares nine values of ten the call.
    """
    wrong = 0
    for row in range(len(faults)):
        begin, end = np.int64(offsets[row]), np.int64(offsets[row + 1])
        fault = CLEAN
        if begin == end:
            if not may_be_empty:
                fault = EMPTY
        elif not is_utf8 and not valid_utf8(data, begin, end):
            fault = NOT_UTF8
        else:
            first, last = data[begin], data[end - 1]
            if (first <= SPACE or last <= SPACE or first >= DELETE or last >= DELETE) and blanks_around(
                data, begin, end
            ):
                fault = BLANKS
            elif digit(first) and digit(last) and cut_by_spreadsheet(data, begin, end):
                fault = CUT
            elif has_nul:
                for at in range(begin, end):
                    if data[at] == 0:
                        fault = NUL
        faults[row] = fault
        wrong += fault != CLEAN
    return wrong


def read_text(column: tables.Column, raw: pa.Array) -> tuple[pa.Array, Bytes | None]:
    """Read a raw column of texts; returns it typed, and the fault of each row if any."""
    text, wrong = codes_as_text(raw)
    if text is None:
        return _placeholders(column, len(raw)), wrong_type(raw)
    if column.optional:
        text = pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(column.default, text.type), text)
    bounds, data = buffers(text)
    kinds = np.empty(len(text), np.uint8)
    used = data[bounds[0] : bounds[-1]]
    has_nul = len(used) > 0 and int(used.min()) == 0
    faulty = check_texts(bounds, data, column.empty, _is_utf8(text, used), has_nul, kinds)
    if wrong is not None:
        kinds[wrong] = kernels.CUT_NUMBER
        faulty += 1
    if faulty:  # what is not even text must not travel on
        text = pc.if_else(pa.array(kinds == CLEAN), text.cast(pa.binary()), pa.scalar(b"")).cast(pa.string())
    if column.kind == "flag":
        values, faulty_here = _by_distinct(text, kinds, _flag, kernels.NOT_A_FLAG, pa.bool_())
    elif column.kind == "period":
        values, faulty_here = _by_distinct(text, kinds, _period, kernels.NOT_A_PERIOD, pa.string())
        other = (kinds == CLEAN) & pc.not_equal(values, text).to_numpy(zero_copy_only=False)
        kinds[other] = kernels.NORMALISED
        faulty_here = faulty_here or bool(other.any())
    elif column.choices:
        allowed = {*column.choices, ""}
        values, faulty_here = _by_distinct(
            text, kinds, lambda value: value if value in allowed else None, kernels.NOT_A_CHOICE, pa.string()
        )
    else:
        values, faulty_here = text, False
    return values, kinds if faulty or faulty_here else None


def _is_utf8(text: pa.Array, used: Bytes) -> bool:
    """Tell if every value is UTF-8, by Arrow's fast look at all of them."""
    if len(used) == 0 or int(used.max()) < 0x80:
        return True
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _by_distinct(text: pa.Array, kinds: Bytes, read: Any, fault: int, kind: pa.DataType) -> tuple[pa.Array, bool]:
    """Read each distinct text once, and tell if any got a fault.

    Where `read` gives None, clean rows get `fault`.
    """
    coded = text.dictionary_encode()
    results = [read(value) for value in coded.dictionary.to_pylist()]
    bad = np.array([result is None for result in results], bool)
    filler: Any = False if pa.types.is_boolean(kind) else ""
    values = pa.array([filler if result is None else result for result in results], kind).take(coded.indices)
    if not bad.any():
        return values, False
    here = bad[coded.indices.to_numpy()] & (kinds == CLEAN)
    kinds[here] = fault
    return values, bool(here.any())


def _flag(text: str) -> bool | None:
    return FLAGS.get(text.lower())


def _period(text: str) -> str | None:
    for form in (text, plain_period(text)):
        try:
            return str(Period.parse(form))
        except UsageError:
            pass
    return None


def codes_as_text(raw: pa.Array) -> tuple[pa.Array | None, npt.NDArray[np.bool_] | None]:
    """Read a raw column of codes as text without nulls: numbers as their digits.

    (None, None) for a type that no code can have.

    Second: the rows whose double has more digits than a double keeps.
    """
    kind = raw.type
    if is_text(kind):
        return as_text(raw), None
    if pa.types.is_boolean(kind):
        return pc.fill_null(pc.if_else(raw, "yes", "no"), ""), None
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return pc.fill_null(raw.cast(pa.string()), ""), None
    if pa.types.is_floating(kind):
        doubles = as_numpy(raw, np.float64, 0)  # the source's own: a code that it keeps as a number
        with np.errstate(invalid="ignore"):
            wrong = ~(np.abs(doubles) < LARGEST_EXACT_DOUBLE) & raw.is_valid().to_numpy(zero_copy_only=False)
        texts = ["" if value is None else _shortest(value) for value in raw.to_pylist()]
        return pa.array(texts, pa.string()), wrong if wrong.any() else None
    return None, None


def _shortest(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _placeholders(column: tables.Column, rows: int) -> pa.Array:
    return pa.array([False] * rows, pa.bool_()) if column.kind == "flag" else pa.array([""] * rows, pa.string())

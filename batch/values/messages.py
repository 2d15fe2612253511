"""Messages about values that cannot be read."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from batch import input_tables as tables
from batch.values import cells as kernels
from batch.values.cell_faults import cell_message
from batch.values.cells import is_text
from batch.values.choice_words import named, nearest_choice
from batch.values.written_forms import is_cut_period
from payengine.exact.amounts import decimal_text
from payengine.suggest import did_you_mean
from payengine.texts import say

LIKE_A_DATE = re.compile(r"\d{4}[-/.年]\d|\d{8}\b", re.ASCII)
HALF_OF_THE_DAY = re.compile(r"\d ?[ap]\.?m\.?$|[上下]午", re.ASCII | re.IGNORECASE)
MOST_SHOWN = 60  # characters of a value in a message


def message(column: tables.Column, fault: int, value: pa.Scalar, kind: pa.DataType) -> str:
    """Say why a value cannot be read, in a clerk's words."""
    if is_text(kind) and (told := cell_message(column, _whole(value))):
        return told
    text = say("the value") if column.private else shown(value)
    if fault == kernels.EMPTY:
        return say("is empty")
    if fault == kernels.NOT_UTF8:
        return say("{value} is not UTF-8 text", value=text)
    if fault == kernels.BLANKS:
        return say("{value} has blanks before or after it", value=f'"{text}"')
    if fault == kernels.NUL:
        return say("{value} contains a NUL character", value=text)
    if fault == kernels.CUT:
        return say("{value} is a code that a spreadsheet cut; export the column as text", value=text)
    if fault == kernels.CUT_NUMBER:
        return say(
            "{value} is a code stored as a number, which keeps 15 digits only; store the column as text", value=text
        )
    if fault == kernels.NOT_A_NUMBER:
        form = "1234" if column.decimals == 0 else "1234.5"
        return say("{value} is not a number; write it as {form}", value=text, form=form)
    if fault == kernels.DECIMALS and column.decimals == 0:
        return say("{value} is not a whole number", value=text)
    if fault == kernels.DECIMALS:
        return say("{value} has more than {n} decimals", value=text, n=column.decimals)
    if fault == kernels.BELOW:
        return say("{value} is less than {least}", value=text, least=_bound(column, column.least))
    if fault == kernels.ABOVE:
        return say("{value} is more than {greatest}", value=text, greatest=_bound(column, column.greatest))
    if fault == kernels.NOT_A_DATE:
        if HALF_OF_THE_DAY.search(text):
            return say("{value} is not a date; write its hours as 0 to 23, or the date alone", value=text)
        if not is_text(kind) or LIKE_A_DATE.match(text):  # the form is right, but there is no such day
            return say("{value} is not a date", value=text)
        return say("{value} is not a date; write it as 2026-10-03", value=text)
    if fault == kernels.ZONED:
        return say("{value} carries a time zone; give the local date", value=text)
    if fault == kernels.NOT_A_FLAG:
        return say("{value} is neither yes nor no", value=text)
    if fault == kernels.NOT_A_PERIOD:
        if is_cut_period(text):
            return say("{value} is not a period: a month behind a point has two digits, because a spreadsheet makes "
                       "2026.1 of 2026.10; write 2026-10", value=text)  # fmt: skip
        return say("{value} is not a period; write 2026-10, 2026-Q4, 2026-H2 or 2026", value=text)
    if fault == kernels.NOT_A_CHOICE:
        near = did_you_mean(nearest_choice(text, column.choices))
        return say("{value} is not one of {choices}{near}", value=text, choices=named(column.choices), near=near)
    return say("{value} is stored as {type}, which this column cannot be", value=text, type=kind)


def _whole(value: pa.Scalar) -> str:
    """Write a value of text or bytes; nothing of a null."""
    if isinstance(value, pa.DictionaryScalar):
        value = value.value
    buffer = None if value is None else value.as_buffer()
    return "" if buffer is None else buffer.to_pybytes().decode("utf-8", "backslashreplace")


def shown(value: pa.Scalar) -> str:
    """Write a raw value as a message shows it."""
    if pa.types.is_string(value.type) or pa.types.is_large_string(value.type) or pa.types.is_string_view(value.type):
        text = _whole(value)
    else:
        try:
            found = value.as_py()
        except (OverflowError, ValueError):  # a date beyond year 9999
            found = value.value
        if value.type == pa.float32():
            found = np.float32(found)  # a value of the source, whose own shortest form is shorter
        text = found.decode("utf-8", "backslashreplace") if isinstance(found, bytes) else str(found)
    text = "".join(
        character if character >= " " else f"\\x{ord(character):02x}" for character in text[: MOST_SHOWN + 1]
    )
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def _bound(column: tables.Column, units: int | None) -> str:
    return decimal_text(-column.greatest if units is None else units, column.decimals, least=0)

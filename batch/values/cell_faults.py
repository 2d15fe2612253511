"""Cells of a workbook that have no reading: their marks, and the messages about them.

A source raises nothing about a row that a period may not read. So such a cell travels as a text that no value can be,
one that begins with NUL, and every parser refuses it as a fault of its row; its message is written here. `detail` is
shown, but for a private column.
"""

from __future__ import annotations

from batch.input_tables import Column
from payengine.texts import say

MARK = "\0cell "
(
    ERROR, NOT_CALCULATED, NO_RESULT, MERGED, CUT_CODE, CODE_WITH_DECIMALS, ROUND, DATE_FOR_TEXT, DATE_FOR_NUMBER,
    TIME_OF_DAY, TRUTH, DAY_FOR_PERIOD, MIDNIGHT,
) = (
    "error", "not_calculated", "no_result", "merged", "cut_code", "code_with_decimals", "round", "date_for_text",
    "date_for_number", "time_of_day", "truth", "day_for_period", "midnight",
)  # fmt: skip


def marked(kind: str, detail: str = "") -> str:
    """Write the text that stands for a cell without a reading."""
    return f"{MARK}{kind} {detail}"


def cell_message(column: Column, text: str) -> str:
    """Say why a cell has no reading; '' for a text that stands for no such cell."""
    if not text.startswith(MARK):
        return ""
    kind, _, detail = text.removeprefix(MARK).partition(" ")
    value = say("the value") if column.private else detail
    if kind == ERROR:
        return say("the formula gives the error {error}; correct the formula, or clear the cell", error=detail)
    if kind == NOT_CALCULATED:
        return say(
            "the formula was never calculated: a program wrote it; open the workbook in a spreadsheet, save it and "
            "run the command again"
        )
    if kind == NO_RESULT:
        return say(
            "the formula has an empty result or was never calculated, which this kind of file does not tell apart; "
            "save the workbook as .xlsx"
        )
    if kind == MERGED:
        return say(
            "lies in the merged cells {range}, of which only the first holds a value; unmerge them and fill in "
            "every cell",
            range=detail,
        )
    if kind == CUT_CODE:
        return say(
            "{value} is a code stored as a number, which keeps 15 digits only; store the column as text", value=value
        )
    if kind == CODE_WITH_DECIMALS:
        return say(
            "{value} is a code stored as a number, which loses zeros at its end; store the column as text", value=value
        )
    if kind == ROUND and column.decimals == 0:
        return say("{value} is not a whole number; round it in the sheet: =ROUND(...,0)", value=value)
    if kind == ROUND:
        return say(
            "{value} has more than {n} decimals; round it in the sheet: =ROUND(...,{n})", value=value, n=column.decimals
        )
    return _message_of_type(kind, value)


def _message_of_type(kind: str, value: str) -> str:
    """Say what kind of cell stands where another belongs."""
    if kind == DATE_FOR_TEXT:
        return say(
            "{value} is a date where a text belongs: a spreadsheet makes dates of what looks like one; format the "
            "column as text and write the value again",
            value=value,
        )
    if kind == DATE_FOR_NUMBER:
        return say("{value} is a date where a number belongs; give the cell a number format", value=value)
    if kind == TIME_OF_DAY:
        return say("{value} is a time without a date", value=value)
    if kind == MIDNIGHT:
        return say(
            "{value}, or a moment before it: the time lies within a millisecond of midnight; write the date without a "
            "time of day",
            value=value,
        )
    if kind == DAY_FOR_PERIOD:
        return say("{value} is a day, not a period; write 2026-10, 2026-Q4, 2026-H2 or 2026", value=value)
    return say("{value} is a truth value, which this column cannot be", value=value)

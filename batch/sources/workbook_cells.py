"""Cells of a sheet, which come as Python values, as Arrow columns that the parser takes.

A cell is taken where it has one reading in its column; a cell that has none becomes a mark (`values.cell_faults`),
which the parser refuses in its row. Numbers become texts by their shortest decimal form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa

from batch.input_tables import Column
from batch.values import cell_faults as faults
from batch.values.written_forms import FIRST_DAYS

LARGEST_EXACT = 10**15  # doubles keep every whole number of 15 digits
_DAY_NUMBERS = range(10_000, 100_000)  # of 1927 to 2173, or 1931 to 2177; any other number could be anything
_DAY_NUMBER = re.compile(r"\s*[1-9]\d{4}(?:\.\d+)?\s*", re.ASCII)
_DAYS = ("day", "from", "until", "open")
_NUMBERS = ("fixed", "count")


def column_array(
    column: Column, cells: Sequence[Any], date_system: str, note: Callable[[str, int], None], *, is_rounded: bool = True
) -> pa.Array:  # fmt: skip
    """Make the Arrow array of a column's cells; empty cells are ''.

    `note` takes the column and the number of its cells that were written otherwise. With `is_rounded` a date with a
    time of day was rounded to the millisecond where it was read: at midnight its day is not known.
    """
    kinds = set(map(type, cells))
    if kinds <= {str} and column.kind not in _DAYS:
        return pa.array(cells, pa.string())
    if kinds == {date} and column.kind in _DAYS:
        return pa.array(cells, pa.date32())
    read = _reader(column, date_system)
    if is_rounded and datetime in kinds and (column.kind in _DAYS or column.kind == "period"):
        cells = [_unless_midnight(cell) for cell in cells]
    texts: dict[tuple[type, Any], tuple[str, bool]] = {}
    found = []
    otherwise = 0
    for cell in cells:
        key = (cell.__class__, cell)  # True, 1 and 1.0 are equal
        known = texts.get(key)
        if known is None:
            known = texts[key] = read(cell)
        found.append(known[0])
        otherwise += known[1]
    if otherwise:
        note(column.name, otherwise)
    return pa.array(found, pa.string())


def _reader(column: Column, date_system: str) -> Callable[[Any], tuple[str, bool]]:
    """Choose how a cell of a column is read: as (text, whether it was written otherwise)."""
    if column.kind in _DAYS:
        return lambda cell: _day(cell, date_system)
    if column.kind in _NUMBERS:
        return lambda cell: (_number(cell, column.decimals), False)
    if column.kind == "period":
        return _period
    return lambda cell: (_text(cell, column.kind == "flag"), False)


def _unless_midnight(cell: Any) -> Any:
    """Mark a date whose time was rounded to midnight; a date without one comes as a date.

    23:59:59.999999 is a day earlier than what it was rounded to.
    """
    if isinstance(cell, datetime) and cell.time() == time.min:
        return faults.marked(faults.MIDNIGHT, _shown(cell.date()))
    return cell


def number_text(number: float) -> str:
    """Write a number by its shortest decimal form."""
    if isinstance(number, int):
        return str(number)
    return str(int(number)) if number.is_integer() and abs(number) < LARGEST_EXACT else repr(number)


def _text(cell: Any, is_flag: bool) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return ("yes" if cell else "no") if is_flag else faults.marked(faults.TRUTH, str(cell).upper())
    if isinstance(cell, int | float):
        if abs(cell) >= LARGEST_EXACT:
            return faults.marked(faults.CUT_CODE, number_text(cell))
        if not is_flag and not float(cell).is_integer():  # numbers of a cell are floats: looked at, not reckoned with
            return faults.marked(faults.CODE_WITH_DECIMALS, number_text(cell))
        return number_text(cell)
    return faults.marked(faults.DATE_FOR_TEXT, _shown(cell))


def _period(cell: Any) -> tuple[str, bool]:
    """Read a period; the first of a month is the month.

    A spreadsheet makes that of a typed 2026-10.
    """
    if isinstance(cell, date):
        if cell.day == 1:
            return f"{cell.year}-{cell.month:02}", True
        return faults.marked(faults.DAY_FOR_PERIOD, _shown(cell)), False
    if isinstance(cell, float) and not cell.is_integer():
        return number_text(cell), False  # 2026.1 may be what is left of 2026.10; the parser says so
    return _text(cell, False), False


def _number(cell: Any, decimals: int) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return faults.marked(faults.TRUTH, str(cell).upper())
    if isinstance(cell, int | float):
        text = number_text(cell)
        mantissa, _, exponent = text.lower().partition("e")
        places = len(mantissa.partition(".")[2].rstrip("0")) - int(exponent or 0)
        return faults.marked(faults.ROUND, text) if places > decimals else text
    return faults.marked(faults.DATE_FOR_NUMBER, _shown(cell))


def _day(cell: Any, date_system: str) -> tuple[str, bool]:
    """Read a day: a date without its time of day, a day number, or digits like 20261003."""
    if isinstance(cell, str):
        if _DAY_NUMBER.fullmatch(cell):
            return _of_number(float(cell), date_system), True  # a spreadsheet's day and time, no amount
        return cell, False
    if isinstance(cell, bool):
        return faults.marked(faults.TRUTH, str(cell).upper()), False
    if isinstance(cell, int | float):
        if int(cell) in _DAY_NUMBERS:
            return _of_number(cell, date_system), True
        return number_text(cell), False
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return day.isoformat(), False
    return faults.marked(faults.TIME_OF_DAY, _shown(cell)), False


def _of_number(number: float, date_system: str) -> str:
    return (FIRST_DAYS[date_system] + timedelta(days=int(number))).isoformat()


def _shown(cell: date | time | timedelta) -> str:
    """Write a date or a time as a message shows it."""
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)

"""Values of cells: exact numbers for a spreadsheet, texts that it neither runs nor changes.

A spreadsheet holds numbers as doubles, of which 15 decimal digits are exact. A number of ours is handed over as
`Decimal`, whose digits are written into the file as they are; one of more digits becomes text.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from batch.reports.sheets.sheet import COUNT, DATE, FEN, HUNDREDTHS, MICRO, RATE, TEN_THOUSANDTHS, TEXT
from payengine.characters import escaped
from payengine.exact.amounts import decimal_text
from payengine.periods import EPOCH, OPEN, from_day_number

SCALES = {FEN: 2, MICRO: 6, TEN_THOUSANDTHS: 4, RATE: 4, COUNT: 0, DATE: 0, HUNDREDTHS: 2}
NUMBER_FORMATS = {
    TEXT: "@", FEN: "#,##0.00", MICRO: "#,##0.0000##", TEN_THOUSANDTHS: "0.0000", RATE: "0.00%", COUNT: "#,##0",
    DATE: "yyyy-mm-dd", HUNDREDTHS: "#,##0.00",
}  # fmt: skip
EXACT = 10**15  # from here on a double's digits are no longer those of the number
LONGEST_TEXT = 32_767  # characters of a cell, as Excel counts them (UTF-16)
_CUT = "..."
_SERIAL_OF_EPOCH = (EPOCH - EPOCH.replace(year=1899, month=12, day=30)).days  # Excel's days begin there
_RICH = ("<r>", "</r>")  # XlsxWriter takes a text between these for markup of its own


def cell_value(value: str | int | None, kind: str) -> str | Decimal | None:
    """Return a number as a `Decimal`, all else as text; None for an empty cell.

    A number that a double cannot hold exactly is a text, with the digits that the number's format would show.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str) or kind == TEXT:
        return cell_text(str(value))
    if kind == DATE:
        return None if value == OPEN else _day(value)
    if abs(value) >= EXACT:
        return _grouped(value, kind)
    return Decimal(value).scaleb(-SCALES[kind])


def shown(value: str | int | None, kind: str) -> str:
    """Write a value about as its cell shows it, to measure a column by."""
    if value is None or isinstance(value, str) or kind == TEXT:
        return "" if value is None else cell_text(str(value))
    return "2026-10-01" if kind == DATE else _grouped(value, kind)


@lru_cache(maxsize=16_384)  # names and words stand in many rows
def cell_text(text: str) -> str:
    """Make hidden characters visible, and cut what no cell holds."""
    text = escaped(text, keep="\n")
    if text.startswith(_RICH[0]) and text.endswith(_RICH[1]):
        text = f" {text}"  # a blank before it keeps it a text
    if len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
        text = text[: LONGEST_TEXT // 2] + _CUT
    return text


def _day(number: int) -> str | Decimal:
    """Return a day as Excel counts them: rightly from 1900-03-01 on, as text before."""
    serial = number + _SERIAL_OF_EPOCH
    return Decimal(serial) if serial > 60 else str(from_day_number(number))


def _grouped(value: int, kind: str) -> str:
    """Write a number with a comma between each three digits, as its format does."""
    if kind == RATE:
        return decimal_text(value, 2) + "%"
    return decimal_text(value, SCALES[kind], least=4 if kind == MICRO else None, grouped=kind != TEN_THOUSANDTHS)

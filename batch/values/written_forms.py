"""Dates and numbers as people and spreadsheets write them, brought to a plain form.

The kernels read plain texts. What they cannot read comes here, each distinct text once, and is rewritten where only one
reading exists. A text with several readings (`1/2/2026`, `0,125`, `1,250` where a number may have three decimals) has
no plain form and stays a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch import input_tables as tables
from batch.values.cells import CLEAN, NORMALISED, Bytes
from payengine.exact import FEN

# First day of a spreadsheet's day numbers. That of 1900 counts a 29 February 1900, which there was not, so its numbers
# are right from 61 on, counted from 30 December 1899.
FIRST_DAYS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
DATE_SYSTEM = "1900"

WIDE = str.maketrans("０１２３４５６７８９．，－−＋／：￥％", "0123456789.,--+/:¥%")
BLANKS = "".join(map(chr, (*range(0x21), 0x7F, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200E), *range(0x2028, 0x2030)))) + (
    "\u205f\u2060\u3000\ufeff"
)
_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
_DAY = re.compile(
    rf"(?P<year>\d{{4}})(?:(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)|(?P<compact>\d{{4}}))(?:[ T]{_TIME})?"
    rf"|(?P<nian>\d{{4}})年(?P<yue>\d\d?)月(?P<ri>\d\d?)[日号](?: ?{_TIME})?",
    re.ASCII,
)
_PERIOD = re.compile(r"(?P<year>\d{4})(?:[-/.](?P<month>\d\d?)|年(?:(?P<yue>\d\d?)月)?|(?P<compact>\d\d))?", re.ASCII)
_CUT_PERIOD = re.compile(r"\d{4}\.\d", re.ASCII)
_DAY_NUMBER = re.compile(r"([1-9]\d{4})(?:\.\d+)?", re.ASCII)  # of 1927 to 2173
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_NUMBER = re.compile(
    r"(?P<before>[+-]?)(?P<currency>¥?)(?P<after>[+-]?)(?P<whole>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?P<rest>(?:\.\d*)?)"
    r"(?P<unit>元?)",
    re.ASCII,
)
_PERCENT = re.compile(r"(?P<sign>[+-]?)(?P<whole>\d+)(?:\.(?P<rest>\d*))?%", re.ASCII)


@dataclass
class Normalised:
    """Values of a table that were written otherwise, counted by column.

    `date_system` is "1900" or "1904".
    """

    date_system: str = DATE_SYSTEM
    counts: dict[str, int] = field(default_factory=dict)
    _rows: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)  # of the batch that was parsed last

    def note(self, column: str, rows: npt.NDArray[np.int64]) -> None:
        """Take in the rows of the batch being parsed in which this column was written otherwise."""
        self._rows[column] = rows

    def count(self, read: npt.NDArray[np.bool_] | None = None) -> None:
        """Count those of the batch that was parsed, `read` only the rows that are read."""
        for column, rows in self._rows.items():
            found = len(rows) if read is None else int(np.count_nonzero(read[rows]))
            if found:
                self.counts[column] = self.counts.get(column, 0) + found
        self._rows.clear()


def read_again(
    text: pa.Array,
    rows: npt.NDArray[np.int64],
    kinds: Bytes,
    values: npt.NDArray[np.generic],
    plain: Callable[[str], str],
    read: Callable[[pa.Array, npt.NDArray[np.generic], Bytes], object],
) -> None:
    """Read these rows once more, by the plain form of their text if it has one.

    `read` puts values and faults of plain texts into two arrays. `values` and `kinds` change in place; a row that is
    read now is `NORMALISED`.
    """
    coded = text.take(pa.array(rows)).cast(pa.binary()).dictionary_encode()
    forms = [_plain_or_empty(each, plain) for each in coded.dictionary.to_pylist()]
    again = np.empty(len(forms), values.dtype)
    faults = np.empty(len(forms), np.uint8)
    read(pa.array(forms, pa.string()), again, faults)
    faults[faults == CLEAN] = NORMALISED
    index = coded.indices.to_numpy()
    found = np.array([form != "" for form in forms], bool)[index]
    values[rows[found]] = again[index[found]]
    kinds[rows[found]] = faults[index[found]]


def _plain_or_empty(raw: bytes, plain: Callable[[str], str]) -> str:
    try:
        return plain(raw.decode().translate(WIDE).strip(BLANKS))
    except UnicodeDecodeError:
        return ""


def plain_day(text: str, date_system: str = DATE_SYSTEM) -> str:
    """Write a date as 2026-10-03, whether or not there is such a day; '' for anything else."""
    number = _DAY_NUMBER.fullmatch(text)
    if number:
        return (FIRST_DAYS[date_system] + timedelta(days=int(number[1]))).isoformat()
    found = _DAY.fullmatch(text)
    if not found:
        return ""
    if found["compact"]:
        return f"{found['year']}-{found['compact'][:2]}-{found['compact'][2:]}"
    year, month, day = (
        found[name] or found[other] for name, other in (("year", "nian"), ("month", "yue"), ("day", "ri"))
    )
    return f"{year}-{month:0>2}-{day:0>2}"


def plain_period(text: str) -> str:
    """Write a month or a year as 2026-10 or 2026; '' for anything else.

    Whether there is such a month is not looked at. Behind a point a month has two digits: 2026.1 may be what is left of
    2026.10.
    """
    found = _PERIOD.fullmatch(text.translate(WIDE).strip(BLANKS))
    if not found or is_cut_period(text):
        return ""
    month = found["month"] or found["yue"] or found["compact"]
    return f"{found['year']}-{month:0>2}" if month else found["year"]


def is_cut_period(text: str) -> bool:
    """Tell if a text is a year, a point and one digit.

    A spreadsheet leaves 2026.1 of 2026.10, too.
    """
    return _CUT_PERIOD.fullmatch(text.translate(WIDE).strip(BLANKS)) is not None


def plain_number(text: str, column: tables.Column) -> str:
    """Write a number without blanks, currency and thousands separators; '' for anything else.

    Yuan stand in columns of money only, percent in those of parts of a whole: elsewhere 50% could be 0.5 or 50.
    A comma before three digits separates thousands. Where a number may have three decimals, it could also be a decimal
    comma: such a number needs a decimal point or a second comma.
    """
    if _PLAIN.fullmatch(text):
        return text
    percent = _PERCENT.fullmatch(text) if column.sign == tables.PERCENT else None
    if percent:
        digits = percent["whole"].zfill(3)
        return f"{percent['sign']}{digits[:-2]}.{digits[-2:]}{percent['rest'] or ''}"
    found = _NUMBER.fullmatch(text)
    if not found or (found["before"] and found["after"]):
        return ""
    if (found["currency"] or found["unit"]) and column.sign != tables.YUAN:
        return ""
    if found["currency"] and found["unit"]:
        return ""
    if found["whole"].count(",") == 1 and not found["rest"] and column.decimals > FEN:
        return ""
    return f"{found['before']}{found['after']}{found['whole'].replace(',', '')}{found['rest']}"

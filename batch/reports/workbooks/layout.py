"""Layout of a printed page: A4 landscape, widths of columns, rows of a page.

Excel breaks pages by itself where a sheet is fitted to a width, and then ignores breaks that are set. A sheet with
totals of pages is scaled by a percentage instead, which is computed here from the widths, and has breaks of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from math import ceil

from batch.reports.sheets.sheet import TEXT, Row, SheetColumn
from payengine.characters import escaped

A4 = 9  # Excel's number of the paper
MARGIN, FOOT = 0.5, 0.75  # inches: at the sides and above; below, where page number and run stand
HEAD = 0.25  # inches of a page above the line that some sheets have there
_WIDTH, _HEIGHT = 11.69 - 2 * MARGIN, 8.27 - MARGIN - FOOT  # inches of an A4 page that are printed on
_CHARACTER = 7 / 96  # inches of a column's unit of width: 7 pixels in Calibri 11, the file's usual font
_PADDING = 5 / 96  # inches of a column beside its characters
_SAFE = 0.94  # other machines have other fonts: some room is left on each page
ROW, LINE = 16.5, 14.0  # points: a row, and each further line of a heading
TITLE, SUBTITLE = 30.0, 18.0
NARROWEST, WIDEST = 5, 36  # characters
_SHORT = 4  # characters that fit in any column
# Columns are measured in digits of Calibri, of 7 pixels. Where it is not installed, another font has up to 9 (DejaVu
# Sans, in LibreOffice on Linux): a sheet gets room for that as long as it stays readable.
_OTHER_FONT, _READABLE = 7 / 9, 60
_SCALES = (30, 100)  # percent: below the one nobody can read, above the other nothing is gained


@lru_cache(maxsize=16_384)
def text_width(text: str) -> float:
    """Measure the longest line of a text in characters of a column; a wide character takes two."""
    return max(map(_line_width, text.split("\n"))) if text else 0


def _line_width(line: str) -> float:
    if line.isascii():
        return len(line)
    from unicodedata import east_asian_width

    return sum(2.0 if east_asian_width(character) in "WFA" else 1.0 for character in line)


def heading_width(column: SheetColumn) -> float:
    """Compute a column's width by its heading: a long one stands in several lines."""
    if column.width is not None:
        return float(column.width)  # a width on paper
    wide = text_width(escaped(column.heading, keep="\n"))
    lines = 1 if wide <= 10 else 2 if wide <= 24 else 3
    words = max(map(text_width, column.heading.split()), default=0) if column.heading.isascii() else 0
    return min(max(ceil(wide / lines), words, NARROWEST) + 1.5, WIDEST)


def heading_lines(columns: Sequence[SheetColumn], widths: Sequence[float]) -> int:
    """Count the lines of the tallest heading."""
    return max(
        (
            sum(ceil(max(text_width(line), 1) / max(width - 1, 1)) for line in column.heading.split("\n"))
            + (1 if " " in column.heading and text_width(column.heading) > width else 0)  # words break earlier
            for column, width in zip(columns, widths, strict=True)
        ),
        default=1,
    )


def value_width(text: str, column: SheetColumn) -> float:
    """Compute a column's width by a value: numbers need all of it, texts break."""
    wide = text_width(text) + 1.5
    return wide if column.kind != TEXT else min(wide, WIDEST)


def row_lines(row: Row, columns: Sequence[SheetColumn]) -> int:
    """Count the lines of a row's tallest text; columns without a width grow to the widest."""
    return max(
        (
            sum(max(1, ceil(1.1 * text_width(line) / ((column.width or WIDEST) - 1))) for line in value.split("\n"))
            for value, column in zip(row, columns, strict=True)
            if isinstance(value, str) and column.kind == TEXT and (len(value) > _SHORT or "\n" in value)
        ),
        default=1,
    )


def scale_of(widths: Sequence[float]) -> int:
    """Compute the percentage at which the columns fit on a page."""
    inches = sum(width * _CHARACTER + _PADDING for width in widths)
    scale = 100 * _SAFE * _WIDTH / inches
    if scale * _OTHER_FONT >= _READABLE:
        scale *= _OTHER_FONT
    return int(max(_SCALES[0], min(_SCALES[1], scale)))


def rows_of_page(scale: int, repeated: float) -> int:
    """Count the rows of a page, beside what is repeated on each (in points)."""
    return max(3, int((72 * _HEIGHT * _SAFE * 100 / scale - repeated) / ROW))


def notes_height(text: str, widths: Sequence[float]) -> float:
    """Compute the height of a note that stands across all columns, in points."""
    across = max(sum(widths) - 2, 1)
    return ROW + LINE * (sum(max(1, ceil(1.05 * text_width(line) / across)) for line in text.split("\n")) - 1)


def span(widths: Sequence[float], wanted: float) -> int:
    """Count the last columns that together are as wide as is wanted, one at least."""
    sums = accumulate(reversed(widths))
    return next((number for number, wide in enumerate(sums, 1) if wide >= wanted), len(widths))


def parts(widths: Sequence[float], number: int) -> list[int]:
    """Divide the columns into parts about equally wide; return the first column of each."""
    ends = list(accumulate(widths))
    starts = [0]
    for part in range(1, number):
        near = next(place for place, end in enumerate(ends, 1) if end >= ends[-1] * part / number)
        starts.append(min(max(near, starts[-1] + 1), len(widths) - number + part))
    return starts

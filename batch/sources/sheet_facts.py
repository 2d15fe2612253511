"""Facts of a sheet beside its values: rows, errors, formulas that were never calculated.

The reader of values gives nothing for a formula's error and for a formula without a result, as for an empty cell. So
each sheet is looked at a second time, by code that reads no value; that pass counts the rows, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from batch.values.cell_faults import ERROR, MERGED, NO_RESULT, NOT_CALCULATED, marked
from payengine.kernels.arrays import Int64

Cell = tuple[int, int]  # row and column, from 0
Range = tuple[Cell, Cell]  # the first and the last cell


@dataclass
class SheetFacts:
    """Facts of one sheet: the rows with a value, ascending, and the cells without one.

    `marks` stand for such cells. Hidden rows and columns are those that the sheet does not show, a filter's too.
    """

    rows: Int64 = field(default_factory=lambda: np.zeros(0, np.int64))
    marks: dict[Cell, str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    date_system: str = "1900"
    has_day_numbers: bool = True  # dates are numbers of days, which the reader of values rounds to milliseconds
    hidden_rows: list[int] = field(default_factory=list)  # of those with a value, ascending
    hidden_columns: set[int] = field(default_factory=set)

    def error(self, cell: Cell, text: str) -> None:
        """Note a formula's error."""
        self.marks[cell] = marked(ERROR, text)

    def not_calculated(self, cell: Cell) -> None:
        """Note a formula that was never calculated."""
        self.marks[cell] = marked(NOT_CALCULATED)

    def no_result(self, cell: Cell) -> None:
        """Note a formula whose result is empty, or that was never calculated."""
        self.marks[cell] = marked(NO_RESULT)


def merged_mark(merged: Range) -> str:
    """Write the mark of a cell beneath merged ones."""
    (row, column), (last_row, last_column) = merged
    return marked(MERGED, f"{letter(column)}{row + 1}:{letter(last_column)}{last_row + 1}")


def letter(column: int) -> str:
    """Write a column as a sheet does: A, B ... Z, AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def column_number(letters: str) -> int:
    """Read a column's letters, from 0."""
    number = 0
    for each in letters:
        number = number * 26 + ord(each) - ord("A") + 1
    return number - 1

"""Workbooks as another program reads them: tabs, headings, rows of the table, totals."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineWorkbook

Cell = str | Decimal | None
HEADINGS = 2  # their row, from 0
TOTALS = ("Subtotal", "Page subtotal", "Total")


@dataclass(frozen=True)
class TableRows:
    """Rows below the headings, each by heading; headings of groups and what stands below the table are apart."""

    title: str
    headings: list[str]
    rows: list[dict[str, Cell]]
    totals: list[tuple[str, dict[str, Cell]]]
    other: list[list[Cell]]

    def sum(self, heading: str) -> Decimal:
        """Add up a column's numbers in the rows."""
        return total(row[heading] for row in self.rows)

    def totals_of(self, name: str, heading: str) -> list[Cell]:
        return [row[heading] for called, row in self.totals if called == name]


def total(cells: Iterable[Cell]) -> Decimal:
    return sum((cell for cell in cells if isinstance(cell, Decimal)), Decimal(0))


def cells(file: Path, tab: str) -> list[list[Cell]]:
    """Read the cells of a tab from its first; a number is the shortest decimal of its double."""
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_name(tab)
    return [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]


def tabs(file: Path) -> list[str]:
    return list(CalamineWorkbook.from_path(str(file)).sheet_names)


def _cell(value: object) -> Cell:
    if isinstance(value, bool):
        raise TypeError("no sheet of ours has a boolean")
    if isinstance(value, int | float):
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return None if value == "" else str(value)


def table(file: Path, tab: str) -> TableRows:
    """Read a tab as a table: its rows have a cell in every column, a group's heading has a text in the first alone."""
    every = cells(file, tab)
    headings = [str(cell) for cell in every[HEADINGS]]
    assert len(set(headings)) == len(headings), "a heading stands once"
    found = TableRows(str(every[0][0]), headings, [], [], [])
    bordered = rows_with_cells(file, tab, len(headings))
    for number, row in enumerate(every[HEADINGS + 1 :], HEADINGS + 1):
        whole = [*row, *[None] * (len(headings) - len(row))]
        named = dict(zip(headings, whole, strict=True))
        if number in bordered and whole[0] in TOTALS:
            found.totals.append((str(whole[0]), named))
        elif number not in bordered or (whole[0] is not None and not any(cell is not None for cell in whole[1:])):
            found.other.append(whole)
        else:
            found.rows.append(named)
    return found


def rows_with_cells(file: Path, tab: str, columns: int) -> set[int]:
    """Find the rows that have a cell in every column, empty or not, from 0."""
    found = re.findall(r'<row r="(\d+)"[^>]*>(.*?)</row>', xml(file, tab), re.DOTALL)
    return {int(number) - 1 for number, content in found if len(re.findall("<c ", content)) == columns}


def xml(file: Path, tab: str) -> str:
    """Read the XML of a tab."""
    with zipfile.ZipFile(file) as whole:
        return whole.read(f"xl/worksheets/sheet{tabs(file).index(tab) + 1}.xml").decode()

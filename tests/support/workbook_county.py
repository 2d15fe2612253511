"""The small county of `input_county` as a clerk's workbook, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from batch import input_tables as tables
from batch.input_words import CATEGORY_WORDS, CHOICE_WORDS, COLUMN_WORDS, FLAG_WORDS, LAST_DAY_WORDS, TABLE_WORDS
from tests.support import input_county

Cell = Any
CATEGORY = "category"


def in_words(column: tables.Column, given: str, last_day: bool = False) -> Cell:
    """A value as a clerk's sheet holds it: words, dates, numbers; None where it is empty."""
    if not given:
        return None
    if column.kind in ("day", "from", "until", "open"):
        day = date.fromisoformat(given)
        return day - timedelta(days=1) if last_day and column.kind == "until" else day
    if column.kind in ("fixed", "count"):
        return float(given)
    if column.kind == "flag":
        return FLAG_WORDS[given][0]
    if column.choices:
        return CHOICE_WORDS[given][0]
    return CATEGORY_WORDS[given][0] if column.name == CATEGORY else given


def heading(table: str, column: str, last_day: bool = False) -> str:
    """The word that heads a column."""
    return LAST_DAY_WORDS[0] if last_day and column == "until" else COLUMN_WORDS[table][column][0]


def sheet_rows(table: tables.Table, content: Mapping[str, list[str]], last_day: bool = False) -> list[list[Cell]]:
    """Headings and rows of a table in words."""
    rows = [
        [in_words(column, given, last_day) for column, given in zip(table.columns, row, strict=True)]
        for row in input_county.rows(table, content)
    ]
    return [[heading(table.name, column.name, last_day) for column in table.columns], *rows]


def book(path: Path, sheets: Mapping[str, Iterable[Sequence[Cell]]], **options: Any) -> Path:
    """Write a workbook of these sheets.

    A cell may be a function that writes it, given sheet, row and column.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), options) as workbook:
        day, hour = (workbook.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "hh:mm:ss"))
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    write(sheet, at, column, cell, hour if isinstance(cell, time) else day)
    return path


def write(sheet: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    """Write a cell by the type of its value; None is no cell at all."""
    if cell is None:
        return
    if isinstance(cell, datetime | date | time):
        sheet.write_datetime(row, column, cell, day)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, Callable):  # type: ignore[arg-type]
        cell(sheet, row, column)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    else:
        sheet.write_number(row, column, cell)


def county_book(
    path: Path, content: Mapping[str, list[str]] = input_county.CONTENT, last_day: bool = True, **options: Any
) -> Path:
    """The whole county in one workbook, sheets and headings in Chinese."""
    return book(
        path,
        {
            TABLE_WORDS[table.name][0]: sheet_rows(table, content, last_day)
            for table in tables.TABLES
            if table.name in content
        },
        **options,
    )

"""Template workbook, filled in as by a clerk and read without the product's reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from batch.input_tables import BY_NAME, Column
from batch.input_words import (
    CATEGORY_WORDS,
    CHOICE_WORDS,
    COLUMN_WORDS,
    FLAG_WORDS,
    LAST_DAY_WORDS,
    TABLE_WORDS,
    names_by_word,
)

Rows = Sequence[Sequence[str]]  # plain values: codes, exclusive ends, yes and no
EXAMPLE = ("例：", "Example: ")
FIRST = 3  # the first row to be filled in
TABS = {words[0]: table for table, words in TABLE_WORDS.items()} | {table: table for table in TABLE_WORDS}


def sheets_of(book: Workbook) -> dict[str, str]:
    """Map the input tables to the tabs of a workbook."""
    return {TABS[name]: name for name in book.sheetnames if name in TABS}


def fill_in(template: bytes, file: Path, tables: Mapping[str, Rows], labels: Mapping[str, str]) -> None:
    """Fill tables into a template, in its own words, and save it.

    `labels` are those of names that the policy asks for: they are chosen as the lists offer them.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(template)
    book = openpyxl.load_workbook(file)
    tabs = sheets_of(book)
    for table, rows in tables.items():
        page = book[tabs[table]]
        chinese = tabs[table] != table
        last_day = [LAST_DAY_WORDS[0] in str(cell.value) for cell in page[1]]
        for number, row in enumerate(rows, start=FIRST):
            for place, (column, value) in enumerate(zip(BY_NAME[table].columns, row, strict=True)):
                if value:
                    text = _written(table, column, value, chinese, last_day[place], labels)
                    page.cell(number, place + 1, text)
    book.save(file)


def _written(
    table: str, column: Column, value: str, chinese: bool, last_day: bool, labels: Mapping[str, str]
) -> str:  # fmt: skip
    if last_day:
        return (date.fromisoformat(value) - timedelta(days=1)).isoformat()
    if column.name == BY_NAME[table].axis_column and value in labels:
        return f"{labels[value]} | {value}"
    if not chinese:
        return value
    if column.kind == "flag":
        return FLAG_WORDS[value][0]
    if column.choices:
        return CHOICE_WORDS[value][0]
    return CATEGORY_WORDS.get(value, (value,))[0] if column.name == "category" else value


def read_plainly(file: Path) -> dict[str, list[tuple[str, ...]]]:
    """Read the rows of a filled template as plain values, by table."""
    book = openpyxl.load_workbook(file)
    found: dict[str, list[tuple[str, ...]]] = {}
    for table, tab in sheets_of(book).items():
        head, *rows = book[tab].iter_rows(values_only=True)
        headings = [str(cell).split("\n") for cell in head if cell]
        assert [name for _, name in headings] == [column.name for column in BY_NAME[table].columns]
        for word, name in headings:
            assert word in COLUMN_WORDS[table][name] or (name == "until" and word in LAST_DAY_WORDS)
        found[table] = [
            tuple(_plain(table, name, word, cell) for (word, name), cell in zip(headings, row, strict=False))
            for row in rows
            if any(cell is not None for cell in row) and not str(row[0]).startswith(EXAMPLE)
        ]
    return found


def _plain(table: str, name: str, word: str, cell: object) -> str:
    column, text = BY_NAME[table].column(name), "" if cell is None else str(cell)
    if not text:
        return ""
    if word in LAST_DAY_WORDS:
        return (date.fromisoformat(text) + timedelta(days=1)).isoformat()
    words = (
        names_by_word(FLAG_WORDS, FLAG_WORDS) if column.kind == "flag" else names_by_word(CHOICE_WORDS, column.choices)
    )
    if name == "category":
        words = names_by_word(CATEGORY_WORDS, CATEGORY_WORDS)
    return words.get(text, text.rpartition(" | ")[2])

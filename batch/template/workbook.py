"""Template workbook as a file: written by XlsxWriter, the same bytes for the same policy.

Every text is written as a string, so that none becomes a formula, a link or a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.file_access import PRIVATE, replacing
from batch.needs.needs import Needs
from batch.needs.table_needs import PAYS, REPORTS, REQUIRED
from batch.template.documentation import (
    Row,
    choice_heads,
    how_to,
    missing_tab,
    notes_tab,
    table_heads,
    table_row,
    value_heads,
    value_rows,
)
from batch.template.sheets import SheetColumn, TableSheet, file_name, names_tab, table_sheets
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2026, 1, 1)  # noqa: DTZ001  # a constant, so that the bytes are those of the contents
ROWS, RECORD_ROWS = 5_000, 200_000  # rows to which lists and formats reach
TAB_COLOURS = {REQUIRED: "#C00000", PAYS: "#ED7D31", REPORTS: "#4472C4"}
UNREAD_COLOUR = "#BFBFBF"
NARROWEST, WIDEST = 11, 34
RECORD_IDS, OF_RECORDS = ("record_id", "reverses"), 24  # other systems' numbers of records are long
LINE = 16  # points
NOTES_WIDTHS = (16, 18, 18, 60, 60)
MISSING_WIDTHS = (28, 30, 18, 24, 24, 34, 56, 13, 14, 28)
NAMES_WIDTHS = (16, 16, 44, 28, 10, 40, 30, 60)
MOST_IN_MESSAGE = 250  # characters that Excel shows beside a cell
MOST_IN_TITLE = 30


def write_template(needs: Needs, folder: Path, access: str = PRIVATE) -> Path:
    """Write the template into a folder and return its file; `UsageError` as in `new_file`."""
    file = new_file(folder)
    content = template_bytes(needs)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(file, access) as stream:
        stream.write(content)
    return file


def new_file(folder: Path) -> Path:
    """Name the template's file in a folder; `UsageError` if it is there: it may be filled in."""
    file = folder / file_name()
    if file.exists():
        raise UsageError(
            say("{file} exists already, and may have been filled in: it is left as it is", file=file),
            remedy=say("Move it out of the folder and run the command again, then copy its rows into the new one."),
        )
    return file


def template_bytes(needs: Needs) -> bytes:
    """Make the workbook in memory."""
    import xlsxwriter

    target = BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": file_name(), "author": "payengine", "created": CREATED})
        _Writer(book).write(needs)
    return target.getvalue()


class _Writer:
    """Sheets of one workbook and the formats that they share."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        base: dict[str, Any] = {"valign": "vcenter"}
        head: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1}
        self.must = self._format(head, bg_color="#1F4E78", font_color="#FFFFFF")
        self.may = self._format(head, bg_color="#DDEBF7")
        self.example = self._format(base, bg_color="#FFF2CC", italic=True, font_color="#7F6000", num_format="@")
        self.text = self._format(base, num_format="@")
        self.number = self._format(base, num_format="General")
        self.money = self._format(base, num_format="0.00##")
        self.wrapped = self._format({"text_wrap": True, "valign": "top"}, num_format="@")
        self.title = self._format({"bold": True, "font_size": 14, "text_wrap": True})
        self.to_fill = self._format({"border": 1, "bg_color": "#E2EFDA", "valign": "top"}, num_format="@")
        self.lists: dict[tuple[str, str], str] = {}  # where the choices of a column stand

    def _format(self, properties: dict[str, Any], **more: Any) -> Format:
        return self.book.add_format({**properties, **more})

    def write(self, needs: Needs) -> None:
        sheets = table_sheets(needs)
        notes = self.book.add_worksheet(notes_tab())
        missing = self.book.add_worksheet(missing_tab())
        pages = [self.book.add_worksheet(sheet.tab) for sheet in sheets]
        self._names(self.book.add_worksheet(names_tab()), sheets)
        for sheet, page in zip(sheets, pages, strict=True):
            self._table(page, sheet)
        self._notes(notes, needs, sheets)
        self._missing(missing, value_rows(needs))

    def _notes(self, page: Worksheet, needs: Needs, sheets: Sequence[TableSheet]) -> None:
        page.set_landscape()
        page.fit_to_pages(1, 0)
        self._columns(page, NOTES_WIDTHS)
        first, *lines = how_to(needs)
        page.merge_range(0, 0, 0, 4, "", self.title)
        page.write_string(0, 0, first, self.title)
        for row, line in enumerate(lines, start=1):
            page.merge_range(row, 0, row, 4, "", self.wrapped)
            page.write_string(row, 0, line, self.wrapped)
            page.set_row(row, _height([line], [sum(NOTES_WIDTHS)]))
        self._heads(page, len(lines) + 2, table_heads())
        for row, sheet in enumerate(sheets, start=len(lines) + 3):
            self._strings(page, row, table_row(sheet), NOTES_WIDTHS)
        page.activate()

    def _missing(self, page: Worksheet, rows: Sequence[Row]) -> None:
        page.set_landscape()
        page.fit_to_pages(1, 0)
        self._columns(page, MISSING_WIDTHS)
        self._heads(page, 0, value_heads())
        page.freeze_panes(1, 1)
        for number, row in enumerate(rows, start=1):
            self._strings(page, number, row[:-3], MISSING_WIDTHS)
            for column in range(len(row) - 3, len(row)):
                page.write_blank(number, column, None, self.to_fill)
        if not rows:
            page.write_string(1, 0, say("The policy lacks no value."), self.wrapped)

    def _names(self, page: Worksheet, sheets: Sequence[TableSheet]) -> None:
        """List everything that may be chosen; the lists of the cells point here."""
        page.set_landscape()
        page.fit_to_pages(1, 0)
        self._columns(page, NAMES_WIDTHS)
        self._heads(page, 0, choice_heads())
        page.freeze_panes(1, 3)
        row = 1
        for sheet in sheets:
            for column in sheet.columns:
                first = row
                for choice in column.choices:
                    head = column.heading.partition("\n")[0]
                    cells = (sheet.tab, head, choice.cell, choice.name, choice.unit, choice.who, choice.when,
                             choice.without)  # fmt: skip
                    self._strings(page, row, cells, NAMES_WIDTHS)
                    row += 1
                if row > first:
                    self.lists[sheet.table, column.name] = f"='{names_tab()}'!$C${first + 1}:$C${row}"

    def _table(self, page: Worksheet, sheet: TableSheet) -> None:
        page.set_tab_color(TAB_COLOURS.get(sheet.sort, UNREAD_COLOUR))
        page.freeze_panes(1, 1)
        page.set_row(0, 34)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        last = RECORD_ROWS if sheet.table == "service_record" else ROWS
        for number, (column, value) in enumerate(zip(sheet.columns, sheet.example, strict=True)):
            cells = self.text if column.is_text else self.money if column.is_money else self.number
            page.set_column(number, number, _width(column, value), cells)
            page.write_string(0, number, column.heading, self.must if column.must else self.may)
            text = f"{sheet.about}\n{column.note}" if number == 0 else column.note
            page.write_comment(0, number, text, _comment_size(text))
            self._example(page, number, column, value)
            if (sheet.table, column.name) in self.lists:
                page.data_validation(2, number, last, number, _validation(column, self.lists[sheet.table, column.name]))

    def _example(self, page: Worksheet, number: int, column: SheetColumn, value: str) -> None:
        if not value:
            page.write_blank(1, number, None, self.example)
        elif column.is_text or number == 0:
            page.write_string(1, number, value, self.example)
        else:
            page.write_number(1, number, Decimal(value), self.example)
        if number == 0:
            text = say("Example row: passed over when the workbook is read. Keep it or delete it.")
            page.write_comment(1, 0, text, _comment_size(text))

    def _heads(self, page: Worksheet, row: int, heads: Row) -> None:
        for column, text in enumerate(heads):
            page.write_string(row, column, text, self.must)

    def _columns(self, page: Worksheet, widths: Sequence[int]) -> None:
        for column, width in enumerate(widths):
            page.set_column(column, column, width, self.wrapped)

    def _strings(self, page: Worksheet, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
        page.set_row(row, _height(texts, widths))
        for column, text in enumerate(texts):
            page.write_string(row, column, text, self.wrapped)


def _width(column: SheetColumn, value: str) -> int:
    texts = [*column.heading.split("\n"), value, *(choice.cell for choice in column.choices)]
    least = OF_RECORDS if column.name in RECORD_IDS else NARROWEST
    return min(max(least, *(_cells(text) + 2 for text in texts)), WIDEST)


def _cells(text: str) -> int:
    """Count the cells of a text; Chinese characters are twice as wide."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Find the height of a row in points in which no text is cut."""
    return LINE * max(max(1, ceil(_cells(text) / width)) for text, width in zip(texts, widths, strict=False))


def _comment_size(text: str) -> dict[str, Any]:
    lines = sum(1 + _cells(line) // 40 for line in text.split("\n"))
    return {"author": "payengine", "width": 290, "height": 24 + 19 * lines, "font_size": 9}


def _validation(column: SheetColumn, place: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": place,
        "error_type": "warning",
        "error_title": say("Not in the list")[:MOST_IN_TITLE],
        "error_message": say("This is none of what may be chosen here: see the sheet {tab}.", tab=names_tab()),
        "input_title": column.heading.partition("\n")[0][:MOST_IN_TITLE],
        "input_message": column.note.partition("\n")[0][:MOST_IN_MESSAGE],
    }

"""Workbook of the forms on which departments split their pools by hand.

Its one sheet is the input table `second_distribution` itself, with the name of each person, the pool and what is left
of it beside the columns that are read: filled in, it goes into the source as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from batch.file_access import PRIVATE, replacing
from batch.input_words import COLUMN_WORDS, TABLE_WORDS, choice_cell, label_of
from payengine.errors import UsageError
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text, yuan
from payengine.texts import language, say

TABLE = "second_distribution"
READ = ("institution", "department", "component", "staff", "amount", "signed_by", "period")
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 -- of the file's properties: the same forms give the same bytes
WIDTHS = (12, 14, 28, 14, 12, 14, 14, 12, 12, 14)


@dataclass(frozen=True)
class FormRow:
    """Row of a form: a person of the department; `amount_fen` is None until it is entered."""

    department: str
    staff: str
    name: str
    amount_fen: int | None
    signed_by: str


@dataclass(frozen=True)
class SplitForm:
    """Form of one pool: `department` is '' where the pool is of the whole institution."""

    institution: str
    institution_name: str
    department: str
    component: str
    label: str
    pool_fen: int
    rows: tuple[FormRow, ...]

    @property
    def is_entered(self) -> bool:
        return any(row.amount_fen is not None for row in self.rows)


def left_of(forms: Sequence[SplitForm]) -> str:
    """Write the sum in yuan of the pools that nobody has split yet."""
    return yuan(sum(form.pool_fen for form in forms if not form.is_entered))


def write_file(forms: Sequence[SplitForm], period: str, file: Path, access: str = PRIVATE) -> None:
    """Write the workbook; an existing file is replaced at the end."""
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    with replacing(file, access) as stream:
        write_forms(forms, period, stream)


def write_forms(forms: Sequence[SplitForm], period: str, stream: BinaryIO) -> None:
    """Write forms as one sheet, a row for each person, ready to be filled in and read."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": MADE})
    chinese = language() == "zh"
    sheet = book.add_worksheet(label_of(TABLE_WORDS, TABLE) if chinese else TABLE)
    heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8E8E8"})
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
    to_fill = book.add_format({"num_format": "#,##0.00", "bg_color": "#FFF7D6"})
    signed = book.add_format({"num_format": "@", "bg_color": "#FFF7D6"})
    own = [label_of(COLUMN_WORDS[TABLE], name) if chinese else name for name in READ]
    heads = [*own[:4], say("staff name"), say("pool (yuan)"), own[4], say("left (yuan)"), own[5], own[6]]
    for column, (head, width) in enumerate(zip(heads, WIDTHS, strict=True)):
        sheet.write_string(0, column, head, heading)
        sheet.set_column(column, column, width)
    row = 1
    for form in forms:
        first, last = row + 1, row + len(form.rows)  # as a spreadsheet counts them
        given = sum(one.amount_fen or 0 for one in form.rows)
        for one in form.rows:
            component = choice_cell(form.component, form.label) if chinese else form.component
            codes = (form.institution, one.department, component, one.staff, one.name)
            for column, value in enumerate(codes):
                sheet.write_string(row, column, value, text)
            _write_fen(sheet, row, 5, form.pool_fen, money)
            if one.amount_fen is None:
                sheet.write_blank(row, 6, None, to_fill)
            else:
                _write_fen(sheet, row, 6, one.amount_fen, to_fill)
            left = Decimal(decimal_text(form.pool_fen - given, FEN))
            sheet.write_formula(row, 7, f"=ROUND(F{row + 1}-SUM($G${first}:$G${last}),2)", money, left)
            sheet.write_string(row, 8, one.signed_by, signed)
            sheet.write_string(row, 9, period, text)
            row += 1
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(row - 1, 1), len(heads) - 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    book.close()


def _write_fen(sheet: Any, row: int, column: int, fen: int, form: Any) -> None:
    """Write fen as a number: at most 15 digits, which a cell holds exactly."""
    sheet.write_number(row, column, Decimal(decimal_text(fen, FEN)), form)

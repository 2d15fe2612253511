"""Writer of one sheet: title, headings, groups, totals, notes, signatures, pages."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from batch.reports.sheets.sheet import Row, Sheet, SheetGroup
from batch.reports.workbooks import layout
from batch.reports.workbooks.cell_values import cell_text, cell_value
from batch.reports.workbooks.formats import BODY, SUBTOTAL, TOTAL, Formats
from batch.reports.workbooks.totals import Totals
from batch.reports.workbooks.widths import Widths
from payengine.errors import Refused
from payengine.texts import say

if TYPE_CHECKING:
    from xlsxwriter.format import Format

    from batch.reports.workbooks.row_cells import RowSheet

MOST_ROWS = 1_048_576  # of a sheet of Excel
_HEADINGS = 2  # the row in which they stand, below title and subtitle
_FOOT = 40  # rows kept for totals, notes and signatures
_LONGEST_FOOTER = 255  # characters, as Excel allows
_MOST_BREAKS = 1_023  # set by hand, as Excel allows


class SheetWriter:
    """Writer of one sheet, from its first row to its last: XlsxWriter keeps one row in memory."""

    def __init__(self, page: RowSheet, formats: Formats, sheet: Sheet, footer: str, marks: tuple[str, ...]) -> None:
        self.page, self.formats, self.sheet = page, formats, sheet
        self.footer, self.marks = footer, marks
        self.row = _HEADINGS + 1
        self.rows = 0  # of the table, without totals
        self.seen = Widths(sheet.columns)
        self.is_paged = sheet.has_page_totals
        self.breaks: list[int] = []
        self.page_rows = 0  # rows of a page; 0 where Excel breaks pages
        self.on_page = 0
        self.is_signed = False  # what follows on a paged sheet begins a page
        self.of_page = Totals(sheet.columns)
        if self.is_paged:  # the scale of the pages follows from the widths
            for row in chain.from_iterable(group.rows for group in sheet.groups()):
                self.seen.see(row)
                self.seen.see_in_totals(row)
        self.widths = self.seen.all()
        self.kinds = [column.kind for column in sheet.columns]
        self.formed = {style: self._forms(style) for style in (BODY, SUBTOTAL, TOTAL)}

    def write(self) -> int:
        """Write everything; return the number of rows of the table."""
        self._write_top()
        whole = Totals(self.sheet.columns)
        for number, group in enumerate(self.sheet.groups()):
            self._write_group(group, whole, number)
        self._end_page(is_last=True)
        last = self.row - 1
        if self.sheet.has_grand_total and whole:
            self._write_row(whole.row(say("Total"), len(self.widths)), TOTAL)
        self.widths = self.seen.all()
        self._write_foot()
        self._set_up(last)
        return self.rows

    def _write_top(self) -> None:
        sheet, part = self.sheet, self.formats.part
        title = "".join(f"{say('[{mark}]', mark=mark)} " for mark in self.marks) + sheet.title
        heading = layout.heading_lines(sheet.columns, self.widths)
        heights = (layout.TITLE, layout.SUBTITLE, layout.ROW + layout.LINE * (heading - 1))
        for row, height in enumerate(heights):
            self.page.set_row(row, height)
        self._across(0, title, "title")
        apart = layout.span(self.widths, layout.text_width(sheet.unit) + 1.5) if sheet.unit else 0
        apart = min(apart, len(self.widths) - 1)
        self._across(1, sheet.subtitle, "subtitle", 0, len(self.widths) - 1 - apart)
        if apart:
            self._across(1, sheet.unit, "unit", len(self.widths) - apart, len(self.widths) - 1)
        for place, column in enumerate(sheet.columns):
            self.page.write_string(_HEADINGS, place, cell_text(column.heading), part("heading"))
        if self.is_paged:
            self.page_rows = layout.rows_of_page(layout.scale_of(self.widths), sum(heights))

    def _write_group(self, group: SheetGroup, whole: Totals, number: int) -> None:
        if number and (group.starts_page or self.is_signed):
            self._end_page()
        own = Totals(self.sheet.columns)
        if group.heading:
            self._need(2)
            self._write_heading(group.heading)
        for row in group.rows:
            self._need(1)
            self._write_row(row, BODY)
            self.rows += 1
            for totals in (own, whole, self.of_page):
                totals.add(row)
        if group.has_subtotal and own:
            self._need(1)
            self._write_row(own.row(say("Subtotal"), len(self.widths)), SUBTOTAL)
        if group.has_signature and self.sheet.signatures:
            self._need(3)
            self._write_page_totals()
            self._write_signatures()
            self.is_signed = self.is_paged

    def _need(self, rows: int) -> None:
        """End the page where so many rows, and the page's totals, do not fit on it any more."""
        if self.is_paged and self.on_page + rows + 1 > self.page_rows:
            self._end_page()

    def _end_page(self, is_last: bool = False) -> None:
        """Write the totals of the rows on a page, and begin another."""
        self._write_page_totals()
        self.on_page, self.is_signed = 0, False
        if not is_last:
            self.breaks.append(self.row)

    def _write_page_totals(self) -> None:
        if self.is_paged and self.of_page and self.of_page.rows:
            self._write_row(self.of_page.row(say("Page subtotal"), len(self.widths)), SUBTOTAL)
        self.of_page = Totals(self.sheet.columns)

    def _write_heading(self, heading: str) -> None:
        """Write the heading of a group; it runs over the empty cells beside it.

        Nothing is merged: a sheet of many groups would keep all of their ranges in memory.
        """
        if self.is_paged:
            self.page.set_row(self.row, layout.ROW)
        form = self.formats.part("group")
        self.page.write_string(self.row, 0, cell_text(heading), form)
        for place in range(1, len(self.widths)):
            self.page.write_blank(self.row, place, None, form)
        self.row += 1
        self.on_page += 1

    def _write_row(self, row: Row, style: str) -> None:
        if self.row >= MOST_ROWS - _FOOT:
            raise Refused(
                say("the sheet {name} has more rows than Excel has ({n})", name=self.sheet.name, n=f"{MOST_ROWS:,}"),
                remedy=say("Leave it out with --sheet, write a workbook for each institution with --per-institution, "
                           "or export the table as .csv."),
            )  # fmt: skip
        page, at = self.page, self.row
        lines = 1 if self.is_paged or style != BODY else layout.row_lines(row, self.sheet.columns)
        if self.is_paged or lines > 1:
            page.set_row(at, layout.ROW + layout.LINE * (lines - 1))
        page.write_cells(at, list(map(cell_value, row, self.kinds)), self.formed[style])
        if not self.is_paged:
            self.seen.see(row)
        self.row += 1
        self.on_page += 1

    def _forms(self, style: str) -> list[Format]:
        wraps = style == BODY and not self.is_paged
        return [self.formats.cell(kind, style, wraps=wraps) for kind in self.kinds]

    def _write_foot(self) -> None:
        for note in self.sheet.notes:
            self.page.set_row(self.row, layout.notes_height(note, self.widths))
            self._across(self.row, note, "note")
            self.row += 1
        if self.sheet.signatures:
            self._write_signatures()

    def _write_signatures(self) -> None:
        """Write the words of those who sign, each over its part of the columns, with room to write."""
        self.page.set_row(self.row, 2 * layout.ROW)
        words = [say("{word}:", word=word) for word in self.sheet.signatures]
        form = self.formats.part("signature")
        if len(words) > len(self.widths):
            words = ["        ".join(words)]
        for word, place in zip(words, layout.parts(self.widths, len(words)), strict=True):
            self.page.write_string(self.row, place, cell_text(word), form)
        self.row += 1
        self.on_page += 2

    def _across(self, row: int, text: str, part: str, first: int = 0, last: int | None = None) -> None:
        """Write a text across columns, all of them unless said."""
        last = len(self.widths) - 1 if last is None else last
        form = self.formats.part(part)
        if last > first:
            self.page.merge_range(row, first, row, last, "", form)
        self.page.write_string(row, first, cell_text(text), form)

    def _set_up(self, last: int) -> None:
        page, columns = self.page, len(self.widths) - 1
        for place, width in enumerate(self.widths):
            page.set_column(place, place, round(width, 2))
        page.freeze_panes(_HEADINGS + 1, self.sheet.frozen)
        page.repeat_rows(0, _HEADINGS)
        page.print_area(0, 0, self.row - 1, columns)
        page.set_landscape()
        page.set_paper(layout.A4)
        side, foot = layout.MARGIN, layout.FOOT
        page.set_margins(left=side, right=side, top=side, bottom=foot)
        page.center_horizontally()
        if self.breaks or self.is_paged:
            page.set_print_scale(layout.scale_of(self.widths))
            page.set_h_pagebreaks(self.breaks[:_MOST_BREAKS])
        else:
            page.fit_to_pages(1, 0)
        if self.sheet.has_filter and last > _HEADINGS:
            page.autofilter(_HEADINGS, 0, last, columns)
        page.ignore_errors({"number_stored_as_text": f"A1:XFD{self.row}"})
        page.set_footer(self._footer(), {"margin": 0.3})
        if self.sheet.page_head:
            page.set_header(self._header(), {"margin": layout.HEAD})

    def _header(self) -> str:
        """Make the line above each page: what its sheet says there, marks."""
        right = _plain(" ".join(self.marks))
        room = _LONGEST_FOOTER - len(right) - len("&L&8 &R&8 ")
        return f"&L&8 {_plain(self.sheet.page_head)[:room]}&R&8 {right}"

    def _footer(self) -> str:
        """Make the footer: run, page, marks, as long as Excel allows."""
        left = _plain(self.footer)
        right = _plain(" ".join(self.marks))
        middle = say("page {page} of {pages}", page="&P", pages="&N")
        # A blank ends the size: digits of the text would go on with it.
        room = _LONGEST_FOOTER - len(middle) - len(right) - len("&L&8 &C&8 &R&8 ")
        return f"&L&8 {left[:room]}&C&8 {middle}&R&8 {right}"


def _plain(text: str) -> str:
    """Keep a footer's text from being read as commands: & begins these."""
    return cell_text(text).replace("\n", " ").replace("&", "&&")

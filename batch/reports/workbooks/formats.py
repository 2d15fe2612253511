"""Formats of a workbook's cells, each made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch.reports.sheets.sheet import DATE, TEXT
from batch.reports.workbooks.cell_values import NUMBER_FORMATS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

FONT = "宋体"  # of Chinese office files, on every Chinese Windows; others put one of their own in its place
BODY, SUBTOTAL, TOTAL = "body", "subtotal", "total"
_SIZE = 10
_GREY, _PALE = "#D9D9D9", "#F2F2F2"
_STYLES: dict[str, dict[str, Any]] = {
    BODY: {},
    SUBTOTAL: {"bold": True, "bg_color": _PALE},
    TOTAL: {"bold": True, "bg_color": _GREY},
}
_PARTS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"},
    "subtitle": {"align": "left", "valign": "vcenter"},
    "unit": {"align": "right", "valign": "vcenter"},
    "heading": {
        "bold": True, "align": "center", "valign": "vcenter", "text_wrap": True, "border": 1, "bg_color": _GREY,
    },
    "group": {"bold": True, "align": "left", "valign": "vcenter", "top": 1, "bottom": 1, "bg_color": _PALE},
    "note": {"align": "left", "valign": "top", "text_wrap": True},
    "signature": {"align": "left", "valign": "vcenter"},
}  # fmt: skip


class Formats:
    """Formats by what a cell holds and where it stands."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, str, bool], Format] = {}
        self._parts: dict[str, Format] = {}

    def cell(self, kind: str, style: str, *, wraps: bool = True) -> Format:
        """Return the format of a value; a text breaks into lines if it `wraps`, else shrinks."""
        key = (kind, style, wraps)
        if key not in self._made:
            made = {
                "font_name": FONT, "font_size": _SIZE, "valign": "vcenter", "border": 1,
                "num_format": NUMBER_FORMATS[kind],
            }  # fmt: skip
            if kind == TEXT:
                made |= {"align": "left", **({"text_wrap": True} if wraps else {"shrink": True})}
            else:
                made |= {"align": "center" if kind == DATE else "right"}
            self._made[key] = self._book.add_format(made | _STYLES[style])
        return self._made[key]

    def part(self, name: str) -> Format:
        """Return the format of a part around the table."""
        if name not in self._parts:
            self._parts[name] = self._book.add_format({"font_name": FONT, "font_size": _SIZE, **_PARTS[name]})
        return self._parts[name]

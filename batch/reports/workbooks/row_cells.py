"""Worksheet that writes the cells of a whole row at once.

XlsxWriter takes cells one by one, and its calls around each cost several times what the cell does. Of a row of a table
only the first cell is handed to it: when the row's turn comes, all of the row's cells are written in the place of that
one, in the very bytes that XlsxWriter makes of each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format

RowCell = str | Decimal | None
_LIKE_AN_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")


class _RowCells:
    """Values of a row from its first column on, with their formats."""

    def __init__(self, values: Sequence[RowCell], forms: Sequence[Format]) -> None:
        self.values, self.forms = values, forms


class RowSheet(Worksheet):  # type: ignore[misc]
    """Worksheet of a workbook in constant memory, whose rows come one after another."""

    def __init__(self) -> None:
        super().__init__()
        self._styles: dict[Format, int] = {}

    def write_cells(self, row: int, values: Sequence[RowCell], forms: Sequence[Format]) -> None:
        """Write a row from its first column on: texts, exact numbers, None for a blank.

        Texts have no control characters but line breaks (see `cell_text`). Its last column has a cell above, by which
        XlsxWriter knows how wide the sheet is.
        """
        self.write_blank(row, 0, None, forms[0])  # ends the row before
        self.table[row][0] = _RowCells(values, forms)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if not isinstance(cell, _RowCells):
            super()._write_cell(row, col, cell)
            return
        place, styles = row + 1, self._styles
        made = []
        for name, value, form in zip(_column_names(len(cell.values)), cell.values, cell.forms, strict=True):
            style = styles.get(form)
            if style is None:  # numbered as they are first used
                style = styles[form] = form._get_xf_index()
            if value is None:
                made.append(f'<c r="{name}{place}" s="{style}"/>')
            elif isinstance(value, str):
                made.append(f'<c r="{name}{place}" s="{style}" t="inlineStr"><is>{_text_element(value)}</is></c>')
            else:
                made.append(f'<c r="{name}{place}" s="{style}"><v>{value:.16G}</v></c>')
        self.fh.write("".join(made))
        self.row_info.pop(row, None)  # heights of what is written are kept no longer
        self.row_sizes.pop(row, None)


@cache
def _column_names(number: int) -> tuple[str, ...]:
    return tuple(xl_col_to_name(place) for place in range(number))


@lru_cache(maxsize=16_384)  # names and words stand in many rows
def _text_element(text: str) -> str:
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    plain = _LIKE_AN_ESCAPE.sub(r"_x005F\1", text).replace("\ufffe", "_xFFFE_").replace("\uffff", "_xFFFF_")
    return f"<t{kept}>{plain.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</t>"

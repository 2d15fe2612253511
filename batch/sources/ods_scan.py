"""Second look at the sheets of an .ods file (OpenDocument 1.3): rows, errors, merged cells.

Also formulas without a result: an empty text is written like that, and so does a program that calculates nothing.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

import numpy as np

from batch.sources.sheet_facts import SheetFacts

CONTENT = "content.xml"
CHUNK = 1 << 20
MOST_REPEATED = 1 << 14  # cells that a writer fills with one value; more are the empty rest of a row
_OFFICE, _TABLE = ("urn:oasis:names:tc:opendocument:xmlns:" + name for name in ("office:1.0", "table:1.0"))
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"
_VISIBILITY, _VISIBLE = f"{_TABLE} visibility", "visible"  # else "collapse" or "filter"
_CELL, _COVERED = f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"


class OdsScan:
    """Second look at a workbook of this kind."""

    date_system = "1900"  # dates are written as dates

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def facts(self, sheet: str) -> SheetFacts:
        """Look at a sheet."""
        walk = _Walk(sheet)
        with self._archive.open(CONTENT) as stream:
            while not walk.is_over and (chunk := stream.read(CHUNK)):
                walk.parser.Parse(chunk, False)
        walk.found.rows = np.array(walk.rows, np.int64)
        return walk.found


class _Walk:
    """Walk over the document up to the end of one sheet."""

    def __init__(self, sheet: str) -> None:
        self.found = SheetFacts(has_day_numbers=False)
        self.rows: list[int] = []
        self.is_over = False
        self._sheet = sheet
        self._depth = 0  # of tables inside the sheet
        self._row = self._column = 0
        self._repeated = 1
        self._is_filled = self._is_hidden = False
        self._columns = 0  # described so far
        self._error: list[tuple[int, int]] = []  # cells of the error that is being read
        self._text = ""
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters

    def _start(self, name: str, given: dict[str, Any]) -> None:
        if name == f"{_TABLE} table":
            self._depth += self._depth > 0 or given.get(f"{_TABLE} name") == self._sheet
        elif self._depth != 1:
            return
        elif name == f"{_TABLE} table-row":
            self._repeated = int(given.get(f"{_TABLE} number-rows-repeated", 1))
            self._column = 0
            self._is_filled = False
            self._is_hidden = given.get(_VISIBILITY, _VISIBLE) != _VISIBLE
        elif name == f"{_TABLE} table-column":
            repeated = int(given.get(f"{_TABLE} number-columns-repeated", 1))
            if given.get(_VISIBILITY, _VISIBLE) != _VISIBLE:
                self.found.hidden_columns.update(range(self._columns, self._columns + min(repeated, MOST_REPEATED)))
            self._columns += repeated
        elif name in (_CELL, _COVERED):
            self._cell(given)

    def _cell(self, given: dict[str, Any]) -> None:
        repeated = int(given.get(f"{_TABLE} number-columns-repeated", 1))
        place = (self._row, self._column)
        kind = given.get(f"{_OFFICE} value-type")
        has_formula = f"{_TABLE} formula" in given
        self._is_filled = self._is_filled or kind is not None or has_formula
        if given.get(f"{_CALCEXT} value-type") == "error" or (has_formula and kind is None):
            cells = [
                (self._row + row, self._column + column)
                for row in range(min(self._repeated, MOST_REPEATED))
                for column in range(min(repeated, MOST_REPEATED))
            ]
            if kind is None:
                for cell in cells:
                    self.found.no_result(cell)
            else:
                self._error, self._text = cells, ""
        spanned = [int(given.get(f"{_TABLE} number-{what}-spanned", 1)) for what in ("rows", "columns")]
        if spanned != [1, 1]:
            self.found.merged.append((place, (place[0] + spanned[0] - 1, place[1] + spanned[1] - 1)))
        self._column += repeated

    def _characters(self, text: str) -> None:
        if self._error:
            self._text += text

    def _end(self, name: str) -> None:
        if name == _CELL and self._error:
            for cell in self._error:
                self.found.error(cell, self._text.strip() or "#VALUE!")
            self._error = []
        if name == f"{_TABLE} table" and self._depth:
            self._depth -= 1
            self.is_over = self._depth == 0
        elif self._depth == 1 and name == f"{_TABLE} table-row":
            if self._is_filled:
                rows = range(self._row, self._row + min(self._repeated, MOST_REPEATED))
                self.rows += rows
                self.found.hidden_rows += rows if self._is_hidden else ()
            self._row += self._repeated

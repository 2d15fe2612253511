"""Second look at the sheets of an .xlsx or .xlsm file (ECMA-376).

It finds rows, errors and formulas without a result. It walks over the bytes of the sheet's XML, row by row, and reads
no value. What it takes for granted is what the standard's writers do: no comments and no CDATA among the rows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np

from batch.sources.sheet_facts import SheetFacts, column_number

CHUNK = 1 << 20
_ROOT = re.compile(rb"<(?:(\w[\w.-]*):)?worksheet\b")
_ATTRIBUTE = rb"""\b%s\s*=\s*["']([^"']*)["']"""
_ROW_NUMBER, _TYPE = re.compile(_ATTRIBUTE % rb"r"), re.compile(_ATTRIBUTE % rb"t")
_PLACE = re.compile(rb"([A-Z]+)(\d+)")
_YES = ("1", "true", "on")
_HIDDEN = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
_SPAN = tuple(re.compile(_ATTRIBUTE % name) for name in (rb"min", rb"max"))
_COLUMNS = 1 << 14  # of a sheet


class XlsxScan:
    """Second look at a workbook of this kind."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        main = _main_part(archive)
        root = ElementTree.fromstring(archive.read(main))
        targets = _targets(archive, main)
        self._parts: dict[str, str] = {}
        self.date_system = "1900"
        self._is_calculated = True
        for element in root.iter():
            kind = _plain(element.tag)
            named = {_plain(name): value for name, value in element.attrib.items()}
            if kind == "sheet":
                self._parts[named["name"]] = targets.get(named.get("id", ""), "")
            elif kind == "workbookPr" and named.get("date1904", "") in _YES:
                self.date_system = "1904"
            elif kind == "calcPr" and named.get("fullCalcOnLoad", "") in _YES:
                self._is_calculated = False  # a program wrote the formulas; their results are none, or 0

    def facts(self, sheet: str) -> SheetFacts:
        """Look at a sheet."""
        found = SheetFacts(date_system=self.date_system)
        part = self._parts.get(sheet, "")
        if not part:
            return found
        rows: list[int] = []
        with self._archive.open(part) as stream:
            for number, row, tags in _rows(stream):
                if not rows and not found.hidden_columns:
                    found.hidden_columns = tags.hidden_columns(row)
                filled = tags.has_value(row)
                if b"<" + tags.formula in row or b'"e"' in row or b"'e'" in row:
                    filled = self._note_cells(number, row, tags, found) or filled
                if filled:
                    rows.append(number)
                    if b"hidden" in row and tags.is_hidden(row):
                        found.hidden_rows.append(number)
        found.rows = np.array(rows, np.int64)
        return found

    def _note_cells(self, row: int, text: bytes, tags: _Tags, found: SheetFacts) -> bool:
        """Note the errors and formulas without a result of a row; tells if there are some."""
        any_found = False
        for place, kind, has_formula, value in tags.cells(text, row):
            if kind == b"e":
                found.error(place, value.decode("utf-8", "replace") or "#N/A")
            elif has_formula and (not self._is_calculated or (not value and kind != b"str")):
                found.not_calculated(place)
            else:
                continue
            any_found = True
        return any_found


class _Tags:
    """Tags of a sheet, with the prefix that its writer gave them."""

    def __init__(self, prefix: bytes) -> None:
        mark = prefix + b":" if prefix else b""
        self.row_end = b"</" + mark + b"row>"
        self.row_start = b"<" + mark + b"row"
        self.formula = mark + b"f"
        self._column = re.compile(b"<" + re.escape(mark) + rb"col\b[^>]*>")
        self._values = (b"</" + mark + b"v>", b"</" + mark + b"is>")
        self._no_value = b"<" + mark + b"v></" + mark + b"v>"
        name = re.escape(mark)
        self._cell = re.compile(rb"<" + name + rb"c\b([^>]*?)(?:/>|>(.*?)</" + name + rb"c>)", re.DOTALL)
        self._formula = re.compile(rb"<" + name + rb"f[\s/>]")
        self._value = re.compile(rb"<" + name + rb"v\b[^>]*>([^<]*)</" + name + rb"v>")

    def is_hidden(self, row: bytes) -> bool:
        """Tell if a row is not shown: by hand, or by a filter."""
        at = row.rfind(self.row_start)
        return bool(_HIDDEN.search(row, at, row.find(b">", at)))

    def hidden_columns(self, head: bytes) -> set[int]:
        """Find the columns that are not shown, in what stands before the first row."""
        found: set[int] = set()
        for column in self._column.findall(head):
            first, last = (place.search(column) for place in _SPAN)
            if first and last and _HIDDEN.search(column):
                found.update(range(int(first[1]) - 1, min(int(last[1]), _COLUMNS)))
        return found

    def has_value(self, row: bytes) -> bool:
        """Tell if a row holds a value."""
        if self._no_value in row:
            row = row.replace(self._no_value, b"")
        return self._values[0] in row or self._values[1] in row

    def cells(self, row: bytes, number: int) -> Iterator[tuple[tuple[int, int], bytes, bool, bytes]]:
        """Give the cells of a row: place, type, whether there is a formula, the value's text."""
        column = -1
        for found in self._cell.finditer(row):
            place = _ROW_NUMBER.search(found[1])
            named = place and _PLACE.fullmatch(place[1])
            column = column_number(named[1].decode()) if named else column + 1
            kind = _TYPE.search(found[1])
            inner = found[2] or b""
            value = self._value.search(inner)
            yield (
                (number, column),
                kind[1] if kind else b"",
                bool(self._formula.search(inner)),
                value[1] if value else b"",
            )


def _rows(stream: IO[bytes]) -> Iterator[tuple[int, bytes, _Tags]]:
    """Give the rows of a sheet one after another: number from 0, its XML, the tags."""
    rest = stream.read(CHUNK)
    root = _ROOT.search(rest)
    tags = _Tags((root and root[1]) or b"")
    number = -1
    while rest:
        *rows, rest = rest.split(tags.row_end)
        for row in rows:
            at = row.rfind(tags.row_start)
            begun = row.count(tags.row_start)  # more than one where empty rows stand before it
            given = _ROW_NUMBER.search(row, at, row.find(b">", at))
            number = int(given[1]) - 1 if given else number + begun
            yield number, row, tags
        chunk = stream.read(CHUNK)
        if not chunk:
            return
        rest += chunk


def _main_part(archive: ZipFile) -> str:
    """Find the part that lists the sheets."""
    for kind, target in _relations(archive, "").values():
        if kind.endswith("/officeDocument"):
            return target
    return "xl/workbook.xml"


def _targets(archive: ZipFile, part: str) -> dict[str, str]:
    return {name: target for name, (_, target) in _relations(archive, part).items()}


def _relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Read the parts that a part names, by their ids: kind and path."""
    folder, name = posixpath.split(part)
    try:
        text = archive.read(posixpath.join(folder, "_rels", f"{name}.rels"))
    except KeyError:
        return {}
    found = {}
    for element in ElementTree.fromstring(text):
        target = element.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[element.get("Id", "")] = (element.get("Type", ""), path)
    return found


def _plain(name: str) -> str:
    """Take the namespace off a name."""
    return name.rpartition("}")[2]

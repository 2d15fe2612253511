"""First pass over a CSV file: its encoding, header and number of rows, or its problem."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from batch.sources.csv_encoding import CHUNK, GB18030_MARK, UTF8_MARK, Encodings, no_encoding
from batch.sources.csv_grammar import LONGEST_ROW, RowScan, split_row
from payengine.errors import Problem
from payengine.texts import say

WORKBOOKS, UTF16, PARQUET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), (b"\xff\xfe", b"\xfe\xff"), b"PAR1"
SEPARATORS = (b"\t", b";", b"|")
FULL_WIDTH = ("，", "；", "、", "\uff5c")  # signs that a Chinese input method writes between columns


@dataclass(frozen=True)
class Scan:
    """Result of a pass: what the file is, or the problem for which it is refused.

    `rows` counts the rows after the header, blank ones included. `is_open`: the last row has no line end.
    """

    encoding: str = ""
    header: tuple[str, ...] = ()
    rows: int = 0
    is_open: bool = False
    problem: Problem | None = None


def scan(path: Path, where: str, given: str = "") -> Scan:
    """Pass over a file; `given` is the encoding that the settings name, if they do."""
    with path.open("rb") as file:
        head = file.read(4)
        other = _other_kind(head)
        if other:
            remedy = say("save it as CSV UTF-8")
            if head.startswith(WORKBOOKS):
                remedy = say("name it as what it is (.xlsx, .xls, .ods), or save it as CSV UTF-8")
            return _refused(where, other, remedy)
        begin = next((len(mark) for mark in (UTF8_MARK, GB18030_MARK) if head.startswith(mark)), 0)
        rows, encodings = RowScan(begin), Encodings(given, begin, marked=head.startswith(UTF8_MARK))
        file.seek(begin)
        while chunk := file.read(CHUNK):
            nul = chunk.find(b"\0")
            if nul >= 0:
                rows.add(chunk[:nul])
                what = say("line {line} contains a NUL byte, which no text has", line=rows.line)
                return _refused(where, what, say("the file is damaged, or UTF-16; save it as CSV UTF-8"))
            encodings.add(chunk, rows.line)
            rows.add(chunk)
            if rows.long_row[0]:
                return _too_long(file, where, *rows.long_row, begin, rows.header_end)
        encodings.end(rows.line)
        file.seek(begin)
        first = file.read(rows.header_end - begin)
    fault = _fault_of_rows(first, rows, where) or encodings.problem(where)
    if fault is not None:
        return Scan(problem=fault)
    try:
        header = split_row(first.decode(encodings.chosen))
    except UnicodeDecodeError as error:  # GB18030, of which the rest is checked where it is read
        return Scan(problem=no_encoding(where, begin + error.start, 1 + first.count(b"\n", 0, error.start)))
    return Scan(encodings.chosen, tuple(name.strip() for name in header), max(rows.rows - 1, 0), rows.is_open)


def _other_kind(head: bytes) -> str:
    """Name a kind of file that only bears the name of a CSV file; '' for text."""
    if head.startswith(WORKBOOKS):
        return say("is a workbook, not CSV")
    if head.startswith(UTF16):
        return say("is UTF-16 text, not UTF-8")
    return say("is a Parquet file, not CSV") if head.startswith(PARQUET) else ""


def _fault_of_rows(header: bytes, rows: RowScan, where: str) -> Problem | None:
    """Find what keeps the rows from being told apart: the separator, or the quotes."""
    found = next((each for each in SEPARATORS if each in header and b"," not in header), b"")
    if found:
        separator = say("tab") if found == b"\t" else found.decode()
        what = say("has no comma in its header row; its columns are separated by {separator}", separator=separator)
        return Problem(what, where, remedy=say("save it as CSV UTF-8 with commas"))
    wide = next((sign for sign in FULL_WIDTH if sign in _decoded(header)), "") if b"," not in header else ""
    if wide:
        what = say("has no comma in its header row, but {sign}, which is a full-width sign", sign=wide)
        return Problem(what, where, remedy=say("write commas with the input method set to English, in every row"))
    if rows.stray_line:
        what = say("line {line} has text after a closing quote", line=rows.stray_line)
        return Problem(what, where, remedy=say("write a quote inside a text twice"))
    if rows.open_quote_line:
        return Problem(say("the quote that opens on line {line} is never closed", line=rows.open_quote_line), where)
    return None


def _decoded(header: bytes) -> str:
    """Decode a header row well enough to find a sign in it."""
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("gb18030", "replace")


def _too_long(file: BinaryIO, where: str, row: int, start: int, begin: int, header_end: int) -> Scan:
    """Refuse a row that is too long, by the column of its longest value."""
    file.seek(begin)
    names = split_row(file.read(header_end - begin).decode("utf-8", "replace")) if row > 1 else []
    file.seek(start)
    lengths = [len(field) for field in split_row(file.read(LONGEST_ROW + 1).decode("latin-1"))]
    column = lengths.index(max(lengths))
    name = names[column].strip() if column < len(names) else ""
    what = say("is longer than {most} MB, most of it in column {column}", most=LONGEST_ROW >> 20, column=column + 1)
    return Scan(problem=Problem(what, where, row, name, remedy=say("shorten the value, or look for a missing quote")))


def _refused(where: str, what: str, remedy: str = "") -> Scan:
    return Scan(problem=Problem(what, where, remedy=remedy))

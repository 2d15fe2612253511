"""Second look at the sheets of an .xls file (MS-XLS, BIFF8).

It finds rows, errors and formulas without a result.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from batch.sources.sheet_facts import SheetFacts

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN = 0xFFFFFFFA  # and what is above it: no sector
_SMALL_STREAM = 4096
_BOF, _EOF, _BOUNDSHEET, _DATE_1904, _FILE_PASS = 0x0809, 0x000A, 0x0085, 0x0022, 0x002F
_WORKBOOK, _ENCRYPTED = ("Workbook", "Book"), ("EncryptedPackage",)
_FORMULA, _BOOL_ERROR = (0x0006, 0x0206, 0x0406), 0x0205
_ONE_CELL = (0x0203, 0x00FD, 0x0204, 0x027E, 0x00D6)  # NUMBER, LABELSST, LABEL, RK, RSTRING
_SEVERAL_CELLS = 0x00BD  # MULRK
_ROW, _COLUMN_INFO = 0x0208, 0x007D
_ROW_IS_HIDDEN, _COLUMN_IS_HIDDEN = 0x20, 0x01  # bits of their flags
_ON_LOAD = 0x0002  # of a formula's flags: to be calculated when the file is opened
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
UNKNOWN_ERROR = "#ERROR"


class XlsScan:
    """Second look at a workbook of this kind; `ValueError` for one that cannot be looked at."""

    def __init__(self, data: bytes) -> None:
        try:
            self._book = _stream(data, _WORKBOOK)
            self._sheets: dict[str, int] = {}
            self.date_system = "1900"
            for kind, record in _records(self._book, 0):
                if kind == _BOUNDSHEET:
                    self._sheets[_short_text(record, 6)] = struct.unpack_from("<I", record)[0]
                elif kind == _DATE_1904 and struct.unpack_from("<H", record)[0] == 1:
                    self.date_system = "1904"
        except (struct.error, IndexError) as error:
            raise ValueError("the compound file is damaged") from error

    def facts(self, sheet: str) -> SheetFacts:
        """Look at a sheet."""
        found = SheetFacts(date_system=self.date_system)
        rows, hidden = set[int](), set[int]()
        for kind, record in _records(self._book, self._sheets[sheet]):
            if kind in _FORMULA:
                _note_formula(record, found)
            elif kind == _BOOL_ERROR:
                row, column, _, value, is_error = struct.unpack_from("<HHHBB", record)
                if is_error:
                    found.error((row, column), _ERRORS.get(value, UNKNOWN_ERROR))
            elif kind == _ROW:
                row, flags = struct.unpack_from("<H10xH", record)
                if flags & _ROW_IS_HIDDEN:
                    hidden.add(row)
                continue
            elif kind == _COLUMN_INFO:
                begin, last, flags = struct.unpack_from("<HH4xH", record)
                if flags & _COLUMN_IS_HIDDEN:
                    found.hidden_columns.update(range(begin, last + 1))
                continue
            elif kind not in _ONE_CELL and kind != _SEVERAL_CELLS:
                continue
            rows.add(struct.unpack_from("<H", record)[0])
        found.rows = np.array(sorted(rows), np.int64)
        found.hidden_rows = sorted(rows & hidden)
        return found


def is_protected(data: bytes) -> bool:
    """Tell if a compound file is encrypted: an .xls file, or an .xlsx file inside it."""
    try:
        return not _has_no_stream(data, _ENCRYPTED) or any(
            kind == _FILE_PASS for kind, _ in _records(_stream(data, _WORKBOOK), 0)
        )
    except (struct.error, IndexError, ValueError):
        return False


def _has_no_stream(data: bytes, names: tuple[str, ...]) -> bool:
    try:
        return not _stream(data, names)
    except ValueError:
        return True


def _note_formula(record: bytes, found: SheetFacts) -> None:
    row, column, _, result, flags = struct.unpack_from("<HHH8sH", record)
    if result[6:] == b"\xff\xff" and result[0] == 2:
        found.error((row, column), _ERRORS.get(result[2], UNKNOWN_ERROR))
    elif result[6:] == b"\xff\xff" and result[0] == 3:  # an empty text; xlwt writes it for want of a result
        found.no_result((row, column))
    elif flags & _ON_LOAD:
        found.not_calculated((row, column))


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Give the records of a part of the workbook, from its beginning to its end."""
    depth = 0  # a chart inside a sheet has its own beginning and end
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, book[at + 4 : at + 4 + length]
        if kind == _EOF and depth == 0:
            return
        at += 4 + length


def _short_text(record: bytes, at: int) -> str:
    """Read a text with a length of one byte."""
    length, flags = record[at], record[at + 1]
    if flags & 1:
        return record[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
    return record[at + 2 : at + 2 + length].decode("latin-1")


def _stream(data: bytes, names: tuple[str, ...]) -> bytes:
    """Read a stream of a compound file (MS-CFB) by its name."""
    size, small_size = (1 << power for power in struct.unpack_from("<HH", data, 30))
    (first_directory,) = struct.unpack_from("<I", data, 48)
    first_small, _, next_table, _ = struct.unpack_from("<4I", data, 60)

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = list(struct.unpack_from("<109I", data, 76))
    while next_table < _END_OF_CHAIN:
        *more, next_table = struct.unpack(f"<{size // 4}I", sector(next_table))
        tables += more
    chain = [
        each for table in tables if table < _END_OF_CHAIN for each in struct.unpack(f"<{size // 4}I", sector(table))
    ]

    def chained(number: int) -> bytes:
        found: list[bytes] = []
        while number < _END_OF_CHAIN and len(found) <= len(chain):
            found.append(sector(number))
            number = chain[number]
        return b"".join(found)

    entries: dict[str, tuple[int, int]] = {}
    directory = chained(first_directory)
    for at in range(0, len(directory), 128):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        entries.setdefault(name, struct.unpack_from("<II", directory, at + 116))
    name = next((name for name in names if name in entries), "")
    if not name:
        raise ValueError("there is no workbook in the compound file")
    first, length = entries[name]
    if length >= _SMALL_STREAM:
        return chained(first)[:length]
    small = chained(entries["Root Entry"][0])
    small_chain = np.frombuffer(chained(first_small), "<u4").tolist()
    found: list[bytes] = []
    while first < _END_OF_CHAIN and len(found) <= len(small_chain):
        found.append(small[first * small_size : (first + 1) * small_size])
        first = small_chain[first]
    return b"".join(found)[:length]

"""Grammar of CSV: where rows and fields end.

It is decided here, and docs/input.md says it in words.

- Fields are separated by commas. A field whose first character is a quote is quoted: it may hold commas, line ends and
  quotes written twice, and after its closing quote only a comma or a line end may follow (RFC 4180).
- A quote inside a field that does not begin with one is a character like any other.
- A row ends with LF, CRLF or CR, outside quotes. The last row may lack its line end.

`RowScan` walks over the bytes of a file and counts its rows, independently of the parser that reads their values; who
reads them must find as many. A quote, a comma and a line end are the same bytes in UTF-8 and GB18030, and never part
of another character, so the walk needs no encoding.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from payengine.kernels.compile import compiled

LONGEST_ROW = 2 << 20  # bytes; twice as many at most in UTF-8, which is the block that the parser takes at a time
_UNQUOTED = re.compile("[^,\r\n]*")

# Places in the state of the scan. Lines are those of a text editor, rows those of a spreadsheet.
LINE, QUOTE, STRAY_LINE, OPEN_LINE, CR, ROWS, ROW_START, HEADER_END, LONG_ROW, LONG_START = range(10)
# What has just been read: the beginning of a field, a quote inside quotes, an unquoted field, the inside of quotes.
FIELD_START, QUOTE_IN_QUOTED, PLAIN, QUOTED = range(4)


@compiled("void(readonly_uint8, int64, int64[::1])")
def scan_rows(data: Any, begin: Any, state: Any) -> None:
    """Carry the state of the grammar over the next bytes; `begin` is their place in the file."""
    line, quote, rows, row_start = state[LINE], state[QUOTE], state[ROWS], state[ROW_START]
    after_cr = state[CR] != 0
    for at in range(data.size):
        byte = data[at]
        if byte == 0x22:  # a quote
            if quote == FIELD_START:
                quote = QUOTED
                state[OPEN_LINE] = line
            elif quote == QUOTED:
                quote = QUOTE_IN_QUOTED
            elif quote == QUOTE_IN_QUOTED:
                quote = QUOTED
        elif byte > 0x2C or (byte != 0x2C and byte != 0x0A and byte != 0x0D):
            if quote <= QUOTE_IN_QUOTED:  # else nothing changes: most of the time
                if quote == QUOTE_IN_QUOTED and state[STRAY_LINE] == 0:
                    state[STRAY_LINE] = line
                quote = PLAIN
        elif byte == 0x2C:
            if quote != QUOTED:
                quote = FIELD_START
        else:
            second = byte == 0x0A and after_cr  # half of a line end that is counted already
            line += not second
            if quote != QUOTED:
                quote = FIELD_START
                if not second:
                    rows += 1
                    if begin + at - row_start > LONGEST_ROW and state[LONG_ROW] == 0:
                        state[LONG_ROW], state[LONG_START] = rows, row_start
                row_start = begin + at + 1
                if rows == 1:
                    state[HEADER_END] = row_start
        after_cr = byte == 0x0D
    state[LINE], state[QUOTE], state[ROWS], state[ROW_START] = line, quote, rows, row_start
    state[CR] = after_cr


@compiled("UniTuple(int64, 2)(readonly_uint8, bool_)")
def count_line_ends(data: Any, after_cr: Any) -> Any:
    """Count the bytes LF and CR, and the pairs; `after_cr`: the byte before `data` is CR."""
    if data.size == 0:
        return 0, 0
    found = np.int64(data[0] == 0x0A or data[0] == 0x0D)
    pairs = np.int64(data[0] == 0x0A and after_cr)
    for at in range(1, data.size):
        found += (data[at] == 0x0A) | (data[at] == 0x0D)
        pairs += (data[at] == 0x0A) & (data[at - 1] == 0x0D)
    return found, pairs


class RowScan:
    """Scan of a file's rows from byte `begin`, in chunks no longer than `LONGEST_ROW`."""

    def __init__(self, begin: int = 0) -> None:
        self._state = np.zeros(10, np.int64)
        self._state[LINE] = 1
        self._state[ROW_START] = self._bytes = begin

    def add(self, chunk: bytes) -> None:
        """Walk over the next bytes of the file."""
        state = self._state
        if state[ROWS] > 1 and state[QUOTE] in (FIELD_START, PLAIN) and b'"' not in chunk:  # most of the time
            self._add_unquoted(chunk)
        else:
            scan_rows(np.frombuffer(chunk, np.uint8), self._bytes, state)
        self._bytes += len(chunk)
        self._note_length(self._bytes, int(state[ROWS]) + 1)

    def _add_unquoted(self, chunk: bytes) -> None:
        """Do what `scan_rows` does, for bytes without a quote after the header."""
        state = self._state
        found, pairs = count_line_ends(np.frombuffer(chunk, np.uint8), state[CR] != 0)
        if found:
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            other, final = chunk.find(b"\r", 0, first if first >= 0 else None), chunk.rfind(b"\r", last + 1)
            self._note_length(self._bytes + (first if other < 0 else other), int(state[ROWS]) + 1)
            state[ROWS] += found - pairs
            state[LINE] += found - pairs
            state[ROW_START] = self._bytes + max(last, final) + 1
        if chunk:
            state[QUOTE] = FIELD_START if chunk.endswith((b",", b"\n", b"\r")) else PLAIN
            state[CR] = chunk.endswith(b"\r")

    def _note_length(self, end: int, row: int) -> None:
        """Note the row that reaches to byte `end`, if it is the first that is too long."""
        state = self._state
        if end - state[ROW_START] > LONGEST_ROW and state[LONG_ROW] == 0:
            state[LONG_ROW], state[LONG_START] = row, state[ROW_START]

    @property
    def line(self) -> int:
        """Line that the scan stands in, counted from 1."""
        return int(self._state[LINE])

    @property
    def rows(self) -> int:
        """Rows so far, the header and one without a line end among them."""
        return int(self._state[ROWS]) + self.is_open

    @property
    def is_open(self) -> bool:
        """Tell if the scan stands inside a row; at the end, that is one without a line end."""
        return self._bytes > int(self._state[ROW_START])

    @property
    def header_end(self) -> int:
        """Byte at which the header has ended, its line end included."""
        return int(self._state[HEADER_END]) or self._bytes

    @property
    def stray_line(self) -> int:
        """First line with text after a closing quote, or 0."""
        return int(self._state[STRAY_LINE])

    @property
    def open_quote_line(self) -> int:
        """Line of the quote that is not closed so far, or 0."""
        return int(self._state[OPEN_LINE]) if self._state[QUOTE] == QUOTED else 0

    @property
    def long_row(self) -> tuple[int, int]:
        """First row that is too long, from 1, and the byte where it begins; else (0, 0)."""
        return int(self._state[LONG_ROW]), int(self._state[LONG_START])


def split_row(text: str) -> list[str]:
    """Split the first row of a text into its fields."""
    fields, at = [], 0
    while True:
        if text.startswith('"', at):
            end = _closing_quote(text, at + 1)
            fields.append(text[at + 1 : end].replace('""', '"'))
            at = end + 1
        else:
            end = at + len(_UNQUOTED.match(text, at)[0])  # type: ignore[index]  # it matches the empty field too
            fields.append(text[at:end])
            at = end
        if not text.startswith(",", at):
            return fields
        at += 1


def _closing_quote(text: str, at: int) -> int:
    """Find the quote that closes the field around `at`; the end of the text if none does."""
    while True:
        at = text.find('"', at)
        if at < 0:
            return len(text)
        if not text.startswith('"', at + 1):
            return at
        at += 2

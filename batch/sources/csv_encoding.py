"""Check of a CSV file before it is read: its encoding, and that its quotes close.

An encoding is never guessed: a file is UTF-8 if every byte of it is, else GB18030 if every byte is that, else it is
refused. Two kinds of file would pass and give other characters, so they are refused too: a UTF-8 file with a few
damaged characters, which is known by its well-formed characters of three bytes (all common Chinese ones) outnumbering
what is malformed; and a file whose few characters are of two bytes only, which GB18030 and UTF-8 both allow.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from payengine.errors import Problem
from payengine.kernels.compile import compiled
from payengine.texts import say

CHUNK = 1 << 20
UTF8, GB18030 = "utf-8", "gb18030"
BOM = b"\xef\xbb\xbf"
WORKBOOKS, UTF16, PARQUET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), (b"\xff\xfe", b"\xfe\xff"), b"PAR1"

# Places in the state of the quotes.
LINE, QUOTE, STRAY_LINE, OPEN_LINE = range(4)
# What has just been read: the beginning of a field, a quote inside quotes, an unquoted field, the inside of quotes.
FIELD_START, QUOTE_IN_QUOTED, PLAIN, QUOTED = range(4)


@dataclass(frozen=True)
class Scan:
    """Result of a pass: an encoding, or the problem for which the file is refused."""

    encoding: str
    problem: Problem | None = None


@compiled("UniTuple(int64, 2)(readonly_uint8)")
def count_characters(data: Any) -> Any:
    """Count the characters of two and of three bytes in well-formed UTF-8."""
    two, three = 0, 0
    for at in range(data.size):
        two += (data[at] & 0xE0) == 0xC0
        three += (data[at] & 0xF0) == 0xE0
    return two, three


class Utf8Counts:
    """Counts of a file's UTF-8 characters of two and three bytes, and malformed bytes."""

    def __init__(self) -> None:
        self.two = self.three = self.malformed = 0
        self.first_byte = self.first_line = 0  # of what is malformed
        self._decoder = _utf8_decoder("strict")

    def add(self, chunk: bytes, begin: int, line: int, *, last: bool = False) -> None:
        """Count the next bytes, which begin at byte `begin` of the file, on line `line`."""
        cut, _ = self._decoder.getstate()  # the beginning of a character that the chunk before ended in
        if not cut and chunk.isascii():  # most of the time
            return
        data = cut + chunk
        try:
            text = self._decoder.decode(chunk, last)
        except UnicodeDecodeError as error:
            self.first_byte = begin - len(cut) + error.start
            self.first_line = line + data.count(b"\n", 0, error.start)
            self._decoder = _utf8_decoder("ignore")  # from now on malformed bytes are left out, and known by that
            text = self._decoder.decode(data, last)
        whole = data[: len(data) - len(self._decoder.getstate()[0])]
        if self._decoder.errors == "ignore":
            well_formed = text.encode(UTF8)
            self.malformed += len(whole) - len(well_formed)
            whole = well_formed
        two, three = count_characters(np.frombuffer(whole, np.uint8))
        self.two += two
        self.three += three


def _utf8_decoder(errors: str) -> codecs.BufferedIncrementalDecoder:
    decoder = codecs.getincrementaldecoder(UTF8)(errors)
    assert isinstance(decoder, codecs.BufferedIncrementalDecoder)
    return decoder


@compiled("void(readonly_uint8, int64[::1])")
def scan_quotes(data: Any, state: Any) -> None:
    """Carry the state of the quotes over the next bytes.

    A quote, a comma and a line end are the same bytes in UTF-8 and GB18030, and never part of another character.
    """
    line, quote = state[LINE], state[QUOTE]
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
        else:  # a comma or a line end
            if quote != QUOTED:
                quote = FIELD_START
            line += byte == 0x0A
    state[LINE], state[QUOTE] = line, quote


def scan(path: Path, where: str, given: str = "") -> Scan:
    """Pass over a file; `given` is the encoding that the settings name, if they do."""
    quotes = np.zeros(4, np.int64)
    quotes[LINE] = 1
    counts = Utf8Counts()
    head, begin = b"", 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if not head:
                head = chunk[:4]
                other = _other_kind(head)
                if other:
                    return _refused(where, other, say("save it as CSV UTF-8"))
                if chunk.startswith(BOM):
                    begin = len(BOM)
                    chunk = chunk[len(BOM) :]
            counts.add(chunk, begin, int(quotes[LINE]))
            begin += len(chunk)
            if quotes[QUOTE] in (FIELD_START, PLAIN) and b'"' not in chunk:  # most of the time
                quotes[LINE] += chunk.count(b"\n")
                if chunk:
                    quotes[QUOTE] = FIELD_START if chunk.endswith((b",", b"\n", b"\r")) else PLAIN
            else:
                scan_quotes(np.frombuffer(chunk, np.uint8), quotes)
    counts.add(b"", begin, int(quotes[LINE]), last=True)
    return _result(quotes, counts, where, head.startswith(BOM), given)


def _other_kind(head: bytes) -> str:
    """Name a kind of file that only bears the name of a CSV file; '' for text."""
    if head.startswith(WORKBOOKS):
        return say("is a workbook, not CSV")
    if head.startswith(UTF16):
        return say("is UTF-16 text, not UTF-8")
    return say("is a Parquet file, not CSV") if head.startswith(PARQUET) else ""


def _result(state: Any, counts: Utf8Counts, where: str, marked: bool, given: str) -> Scan:
    """Choose the encoding, or the problem: first of the quotes, then of the characters."""
    if state[STRAY_LINE]:
        return _refused(
            where,
            say("line {line} has text after a closing quote", line=int(state[STRAY_LINE])),
            say("write a quote inside a text twice"),
        )
    if state[QUOTE] == QUOTED:
        return _refused(where, say("the quote that opens on line {line} is never closed", line=int(state[OPEN_LINE])))
    if not counts.malformed and not marked and not given and counts.two and not counts.three:
        return _refused(
            where, say("could be UTF-8 and GB18030, with different characters"),
            say('save it as CSV UTF-8 with a mark (BOM), or set encoding = "gb18030" or "utf-8" under [source]'),
        )  # fmt: skip
    if not counts.malformed:
        return Scan(UTF8 if marked or not given else given)
    damaged = say("is not UTF-8 at byte {byte}, line {line}", byte=counts.first_byte, line=counts.first_line)
    if marked or given == UTF8 or (not given and counts.three > counts.malformed):
        return _refused(where, damaged, say("save the file again as CSV UTF-8"))
    return Scan(GB18030)


def _refused(where: str, what: str, remedy: str = "") -> Scan:
    return Scan("", Problem(what, where, remedy=remedy))

"""One pass over a CSV file before it is read: its encoding, and whether its quotes close.

An encoding is never guessed: a file is UTF-8 if every byte of it is, else GB18030 if every byte is that, else it is
refused. Two kinds of file would pass and give other characters, so they are refused too: a UTF-8 file with a few
damaged characters, which is known by its well-formed characters of three bytes (all common Chinese ones) outnumbering
what is malformed; and a file whose few characters are of two bytes only, which GB18030 and UTF-8 both allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from batch.values.utf8 import character, following
from payengine.errors import Problem
from payengine.kernels.compile import compiled
from payengine.texts import say

CHUNK = 1 << 20
UTF8, GB18030 = "utf-8", "gb18030"
BOM = b"\xef\xbb\xbf"
WORKBOOKS, UTF16, PARQUET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), (b"\xff\xfe", b"\xfe\xff"), b"PAR1"

# Where the state of a scan stands.
AT, LINE, TWO, THREE, MALFORMED, FIRST_BYTE, FIRST_LINE, QUOTE, QUOTE_LINE, STRAY_LINE, OPEN_LINE = range(11)
# What has just been read: the beginning of a field, an unquoted field, the inside of quotes, a quote inside quotes.
FIELD_START, PLAIN, QUOTED, QUOTE_IN_QUOTED = range(4)


@dataclass(frozen=True)
class Scan:
    """What a pass found: an encoding, or the problem for which the file is refused."""

    encoding: str
    problem: Problem | None = None


@compiled("int64(readonly_uint8, int64, bool_, int64[::1])")
def scan_chunk(data: Any, end: Any, last: Any, state: Any) -> Any:
    """Carry the scan over data[:end]; returns how many bytes at the end await the next chunk (a cut character)."""
    line, quote = state[LINE], state[QUOTE]
    at = 0
    while at < end:
        first = data[at]
        if first < 0x80:
            if first == 0x22:  # a quote
                if quote == FIELD_START:
                    quote = QUOTED
                    state[OPEN_LINE] = line
                elif quote == QUOTED:
                    quote = QUOTE_IN_QUOTED
                elif quote == QUOTE_IN_QUOTED:
                    quote = QUOTED
            elif quote != QUOTED:
                if first == 0x2C or first == 0x0A or first == 0x0D:
                    quote = FIELD_START
                elif quote == QUOTE_IN_QUOTED:
                    if state[STRAY_LINE] == 0:
                        state[STRAY_LINE] = line
                    quote = PLAIN
                else:
                    quote = PLAIN
            line += first == 0x0A
            at += 1
            continue
        if quote in (FIELD_START, QUOTE_IN_QUOTED):
            if quote == QUOTE_IN_QUOTED and state[STRAY_LINE] == 0:
                state[STRAY_LINE] = line
            quote = PLAIN
        more, _, _ = following(first)
        if at + more >= end and more > 0 and not last:
            break
        length = character(data, at, end)
        if length > 0:
            state[TWO] += length == 2
            state[THREE] += length == 3
            at += length
        else:
            if state[MALFORMED] == 0:
                state[FIRST_BYTE] = state[AT] + at
                state[FIRST_LINE] = line
            state[MALFORMED] += 1
            at += 1
    state[LINE], state[QUOTE] = line, quote
    state[AT] += at
    return end - at


def scan(path: Path, where: str, given: str = "") -> Scan:
    """Pass over a file. `given` is the encoding that the settings name, if they do."""
    state = np.zeros(11, np.int64)
    state[LINE] = 1
    head, rest = b"", b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if not head:
                head = chunk[:4]
                other = _other_kind(head)
                if other:
                    return _refused(where, other, say("save it as CSV UTF-8"))
                if chunk.startswith(BOM):
                    state[AT] += len(BOM)
                    chunk = chunk[len(BOM) :]
            if (
                not rest and state[QUOTE] in (FIELD_START, PLAIN) and b'"' not in chunk and chunk.isascii()
            ):  # most of the time
                state[LINE] += chunk.count(b"\n")
                state[QUOTE] = FIELD_START if chunk.endswith((b",", b"\n", b"\r")) else PLAIN
                state[AT] += len(chunk)
                continue
            chunk = rest + chunk
            left = scan_chunk(np.frombuffer(chunk, np.uint8), len(chunk), False, state)
            rest = chunk[len(chunk) - left :] if left else b""
    if rest:
        scan_chunk(np.frombuffer(rest, np.uint8), len(rest), True, state)
    return _judged(state, where, head.startswith(BOM), given)


def _other_kind(head: bytes) -> str:
    """What a file is that only bears the name of a CSV file."""
    if head.startswith(WORKBOOKS):
        return say("is a workbook, not CSV")
    if head.startswith(UTF16):
        return say("is UTF-16 text, not UTF-8")
    return say("is a Parquet file, not CSV") if head.startswith(PARQUET) else ""


def _judged(state: Any, where: str, marked: bool, given: str) -> Scan:
    if state[STRAY_LINE]:
        return _refused(
            where,
            say("line {line} has text after a closing quote", line=int(state[STRAY_LINE])),
            say("write a quote inside a text twice"),
        )
    if state[QUOTE] == QUOTED:
        return _refused(where, say("the quote that opens on line {line} is never closed", line=int(state[OPEN_LINE])))
    if not state[MALFORMED] and not marked and not given and state[TWO] and not state[THREE]:
        return _refused(
            where, say("could be UTF-8 and GB18030, with different characters"),
            say('save it as CSV UTF-8 with a mark (BOM), or set encoding = "gb18030" or "utf-8" under [source]'),
        )  # fmt: skip
    if not state[MALFORMED]:
        return Scan(UTF8 if marked or not given else given)
    damaged = say("is not UTF-8 at byte {byte}, line {line}", byte=int(state[FIRST_BYTE]), line=int(state[FIRST_LINE]))
    if marked or given == UTF8 or (not given and state[THREE] > state[MALFORMED]):
        return _refused(where, damaged, say("save the file again as CSV UTF-8"))
    return Scan(GB18030)


def _refused(where: str, what: str, remedy: str = "") -> Scan:
    return Scan("", Problem(what, where, remedy=remedy))

"""Text of TOML files: faults by line and column, in the language in use.

Python's reader knows English only, and says of a full-width sign no more than "invalid value".
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any

from payengine.texts import say

_AT = re.compile(r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL)
# What Chinese input methods write for the signs of TOML, by its code points.
_FULL_WIDTH = {
    **dict.fromkeys(map(ord, "“”„‟＂「」『』"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛＇"), "'"),
    **{ord("［"): "[", ord("］"): "]", ord("【"): "[", ord("】"): "]", ord("｛"): "{", ord("｝"): "}"},
    **{ord("＝"): "=", ord("，"): ",", ord("、"): ",", ord("．"): ".", ord("。"): ".", ord("＃"): "#", 0x3000: " "},
}
_CLOSING = {"”": "“", "＂": "“"}  # closing quotes, each with one that would open a quotation inside a text
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*(?:\"|$)")
_BOUNDARY = 40  # characters before the place at which the reader gives up that may hold the cause


class TomlFault(Exception):
    """Fault in a file's text, with what to do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def toml_text(content: bytes) -> str:
    """Decode a TOML file; `TomlFault` where it is not UTF-8.

    A byte order mark is dropped, and line ends become LF; also those of a file whose lines all end in CR.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        return text if "\n" in text else text.replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    what = say("line {line} is not UTF-8 text", line=line)
    try:
        content.decode("gb18030")
        what = say("line {line} is not UTF-8 text; the file looks like GB18030 (GBK)", line=line)
    except UnicodeDecodeError:
        pass
    raise TomlFault(what, say("save the file as UTF-8: an editor's Save As offers it as its encoding"))


def quoted(text: str) -> str:
    """Write a text as TOML: a JSON string is a basic string of TOML."""
    return json.dumps(text, ensure_ascii=False)


def toml_tables(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Parse a TOML text; `TomlFault` names line and column."""
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError as error:
        raise _fault(text, str(error)) from error


def _fault(text: str, message: str) -> TomlFault:
    match = _AT.match(message)
    lines = text.split("\n")
    what = match["what"] if match else message
    at_end = match is None or match["line"] is None
    line, column = (len(lines), len(lines[-1]) + 1) if match is None or at_end else (int(match[2]), int(match[3]))
    wide = _full_width(lines[line - 1], column) if line <= len(lines) else None
    if wide is not None:
        column, sign = wide
        return TomlFault(
            say("line {line}, column {column}: {sign} is a full-width sign", line=line, column=column, sign=sign),
            say("write {plain} instead, with the input method set to English", plain=_FULL_WIDTH[ord(sign)]),
        )
    why, remedy = _in_words(what)
    if at_end and what == "Invalid value":
        why, remedy = say("a value or a closing bracket is missing"), ""
    if at_end:
        return TomlFault(say("the end of the file: {why}", why=why), remedy)
    return TomlFault(say("line {line}, column {column}: {why}", line=line, column=column, why=why), remedy)


def _full_width(line: str, column: int) -> tuple[int, str] | None:
    """Find a full-width sign outside quotes where the reader gave up.

    Or shortly before it.
    """
    closing = _closed_full_width(line, column)
    if closing is not None:
        return closing
    outside = _blanked(line)
    for index in range(min(column, len(line)) - 1, max(column - _BOUNDARY, 0) - 1, -1):
        if ord(outside[index]) in _FULL_WIDTH:
            return index + 1, line[index]
    return None


def _closed_full_width(line: str, column: int) -> tuple[int, str] | None:
    """Find a text that a plain quote opens and only a full-width one closes: "60”."""
    for found in _QUOTED.finditer(line[: column + _BOUNDARY]):
        for index, sign in enumerate(found[0]):
            if sign in _CLOSING and _CLOSING[sign] not in found[0]:
                return found.start() + index + 1, sign
    return None


def _blanked(line: str) -> str:
    """Blank out what stands in plain quotes, and comments."""
    return re.sub(r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|#.*", lambda found: " " * len(found[0]), line)


def _in_words(message: str) -> tuple[str, str]:
    """Say a message of Python's reader in the language in use, and what to do."""
    known = (
        ("Invalid value", say("no value that TOML knows"), say('write texts and numbers in quotes: "..."')),
        ("Expected '='", say("an equals sign is missing behind a name"), say('write name = "value"')),
        ("Expected newline", say("more stands on the line than one value"), say("begin a new line for the next name")),
        ("Invalid statement", say("no name, table or comment"), say("comments begin with #")),
        ("Invalid initial character", say("no name can begin so"), say('put such a name in quotes: "..."')),
        ("Unclosed", say("a bracket is not closed"), say("write its other half")),
        ("Expected \"'", say("a quotation mark is not closed"), say("end the text with the mark that begins it")),
        ("Unterminated", say("a quotation mark is not closed"), say("end the text with the mark that begins it")),
        (
            "Illegal character",
            say("a character that may not stand here"),
            say("is a quotation mark missing before it?"),
        ),
        ("Expected ']'", say("the name of a table is not closed"), say("write it as [name] or [[name]]")),
        ("Cannot", say("this name or table stands twice"), say("put what belongs together into one table")),
        ("Invalid date", say("no such date"), say("write a date such as 2026-01-01")),
        ("Unescaped", say("a backslash stands alone"), say("write it twice, or use single quotes")),
    )
    for beginning, why, remedy in known:
        if message.startswith(beginning):
            return why, remedy
    return say("not TOML: {why}", why=message), say("compare with the examples in docs/policy.md")

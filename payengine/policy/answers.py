"""Answers to the blanks of a policy file, written into its text.

A blank is an entry `[[parameters.NAME.values]]` with something between empty quotes, as `template.py` writes it. Only
such entries are replaced: whatever else a county has written stays as it stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from payengine.policy.keys import Where
from payengine.policy.toml_text import quoted

_HEADER = re.compile(r"\s*\[\[\s*parameters\.(?P<name>[^\]\s]+?)\.values\s*\]\]\s*(#.*)?")
_ANY_HEADER = re.compile(r"\s*\[")


@dataclass(frozen=True)
class BlankEntry:
    """Entry of a parameter that is not filled in: its lines, from `start` to before `end`.

    `where` has the keys for which the value holds; an empty name there is to be chosen.
    """

    parameter: str
    start: int
    end: int
    where: Where

    @property
    def open_key(self) -> str:
        """The key whose name is still to be chosen; '' where there is none."""
        return next((key for key, name in self.where if not name), "")


@dataclass(frozen=True)
class Answer:
    """One value of a parameter, as texts: `value` as TOML writes it, days as 2026-01-01.

    Without `until` it has no end, for the reason `continues`. `approvals` are (body, document, day).
    """

    where: Where
    value: str
    start: str
    until: str = ""
    continues: str = ""
    source: str = ""
    cause: str = ""
    approvals: Sequence[tuple[str, str, str]] = field(default=())


def blank_entries(text: str) -> list[BlankEntry]:
    """List the entries of a policy file that are not filled in, in their order."""
    lines, found = text.splitlines(), []
    heads = [number for number, line in enumerate(lines) if _ANY_HEADER.match(line) and not _is_inside(lines, number)]
    for head, following in zip(heads, [*heads[1:], len(lines)], strict=True):
        match = _HEADER.fullmatch(lines[head])
        if match is None:
            continue
        end = max((n + 1 for n in range(head, following) if lines[n].strip() and not lines[n].lstrip().startswith("#")),
                  default=head + 1)  # fmt: skip
        entry = _content(lines[head:end], match["name"].strip("\"'"))
        if entry is not None and _is_blank(entry):
            where = tuple(sorted((key, str(name)) for key, name in entry.get("where", {}).items()))
            found.append(BlankEntry(match["name"].strip("\"'"), head, end, where))
    return found


def _is_inside(lines: Sequence[str], number: int) -> bool:
    """Tell if a bracket that begins a line is of an array, not of a header."""
    return not re.fullmatch(r"\s*\[\[?[^\[\]=,{}]+\]\]?\s*(#.*)?", lines[number])


def _content(lines: Sequence[str], name: str) -> dict[str, Any] | None:
    try:
        content = tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:  # what is no TOML is told where the policy is loaded
        return None
    entries = content.get("parameters", {}).get(name, {}).get("values", [])
    return entries[0] if entries and isinstance(entries[0], dict) else None


def _is_blank(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_is_blank, value.values()))
    if isinstance(value, list):
        return any(map(_is_blank, value))
    return value == ""


def with_answers(text: str, entries: Sequence[BlankEntry], answers: Sequence[Answer]) -> str:
    """Write answers in the place of the blank entries of one parameter that they answer.

    An entry whose name is to be chosen gives way to all answers that choose one.
    """
    lines = text.splitlines()
    for entry in sorted(entries, key=lambda entry: entry.start, reverse=True):
        made = [answer for answer in answers if answer.where == entry.where or entry.open_key in dict(answer.where)]
        if made:
            blocks = ["\n".join(entry_lines(entry.parameter, answer)) for answer in made]
            lines[entry.start : entry.end] = "\n\n".join(blocks).splitlines()
    return "\n".join(lines) + "\n"


def entry_lines(parameter: str, answer: Answer) -> list[str]:
    """Write an answer as an entry of a policy file."""
    lines = [f"[[parameters.{parameter}.values]]", f"from = {answer.start}"]
    lines.append(f"until = {answer.until}" if answer.until else f"continues = {quoted(answer.continues)}")
    if answer.where:
        lines.append("where = { " + ", ".join(f"{key} = {quoted(name)}" for key, name in answer.where) + " }")
    lines += [f"value = {answer.value}", f"source = {quoted(answer.source)}"]
    if answer.approvals:
        lines += [f"cause = {quoted(answer.cause)}", "approvals = ["]
        lines += [
            f"  {{ body = {quoted(body)}, document = {quoted(document)}, date = {day} }},"
            for body, document, day in answer.approvals
        ]
        lines.append("]")
    return lines


def without_blanks(text: str) -> str:
    """Leave out the entries that are not filled in, so that the rest can be loaded."""
    lines = text.splitlines()
    for entry in reversed(blank_entries(text)):
        lines[entry.start : entry.end] = []
    return "\n".join(lines) + "\n"

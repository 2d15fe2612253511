"""Blanks of a policy file: keys between empty quotes, told together, one line a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from payengine.errors import Problem
from payengine.texts import joined, say

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?")
_BLANK = re.compile(r'(^|[\s,{])[a-z_]+\s*=\s*""(?!")')


@dataclass(frozen=True)
class Blank(Problem):
    """A key that is not filled in, with the keys for which its value holds."""

    key: str = ""
    keyed: str = ""


def grouped(problems: Iterable[Problem], texts: Mapping[str, str]) -> list[Problem]:
    """Put the blanks of each parameter of a file into one problem, with its keys and lines.

    `texts` are the files by their place. Other problems, blanks outside parameters among them, stay as they are, in
    their order.
    """
    found: list[Problem] = []
    blanks: dict[tuple[str, str], list[Blank]] = {}
    for problem in problems:
        if not isinstance(problem, Blank) or not problem.parameter:
            found.append(problem)
            continue
        group = (problem.where, problem.parameter)
        if group not in blanks:
            found.append(problem)  # the group stands where its first blank stood
        blanks.setdefault(group, []).append(problem)
    return [
        _together(blanks[one.where, one.parameter], texts.get(one.where, ""))
        if isinstance(one, Blank) and one.parameter
        else one
        for one in found
    ]


def _together(blanks: list[Blank], text: str) -> Problem:
    first = blanks[0]
    lines = _lines(text, first.parameter)
    if len(blanks) == 1:  # its own words name key and date
        what = say("{what} (line {lines})", what=first.what, lines=_ranges(lines)) if lines else first.what
        return replace(first, what=what)
    keys = joined(dict.fromkeys(one.key for one in blanks))
    what = say("not filled in: {keys}", keys=keys)
    if keyed := joined(dict.fromkeys(one.keyed for one in blanks if one.keyed)):
        what = say("{what}, of the values where {keyed}", what=what, keyed=keyed)
    if lines:
        what = say("{what} (line {lines})", what=what, lines=_ranges(lines))
    remedy = say("fill in what stands between empty quotes; dates are written 2026-01-01")
    return Problem(what, first.where, parameter=first.parameter, remedy=remedy)


def _lines(text: str, parameter: str) -> list[int]:
    """List the lines of a file on which a parameter has something between empty quotes."""
    found, here = [], False
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            path = [part.strip(" \"'") for part in header[1].split(".")]
            here = path[:2] == ["parameters", parameter]
        elif here and not line.lstrip().startswith("#") and _BLANK.search(line):
            found.append(number)
    return found


def _ranges(lines: list[int]) -> str:
    """Write line numbers with neighbours as a range: 12-16, 20."""
    runs: list[list[int]] = []
    for number in lines:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return joined(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)

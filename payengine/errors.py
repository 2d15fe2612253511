"""Problems as values and the errors that report them, each with its exit code.

A `Problem` is a value: what is wrong, where, and what to do. Code that checks collects problems and raises one
error with all of them. Each error class carries the exit code of the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from payengine.texts import either, joined, labelled, say, words

MOST_PRINTED = 50  # rows of a report; the rest is counted, and stands in full in the error's `problems`
MOST_ROWS = 5  # rows named of one problem
MOST_PLACES = 10  # places named of the problems that follow from one


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, with its place and its remedy.

    `where` is a file, table or policy; `row` counts data rows from 1 (a line number where the file has lines);
    `column` is a column or a key, `letter` what a sheet calls it, so that row and letter name a cell; `table` the input
    table whose column it is, where `where` names a file; `label` what the policy calls the key; `parameter` a policy
    parameter; `on` the date from which it is wrong; `remedy` says what to do, where that differs from "correct the
    value". Problems that bear the same `cause` are told at the first, with the places of the others.
    """

    what: str
    where: str = ""
    row: int | None = None
    column: str = ""
    parameter: str = ""
    on: date | None = None
    remedy: str = ""
    letter: str = ""
    table: str = ""
    label: str = ""
    cause: str = ""

    @property
    def place(self) -> str:
        """File, table or policy as printed; a table by its word, with its file's name."""
        word = words().get(self.where, "")
        table = "" if "." in self.where else "表"  # a file of ours has an ending
        return either(self.where, f"{word}{table}（{self.where}）") if word else self.where

    @property
    def heading(self) -> str:
        """Column or key as printed; a column by its word, with its name unless a cell is told."""
        if self.label:
            return self.label if self.letter else labelled(self.label, self.column)
        word = words().get(f"{self.table or self.where}.{self.column}", "")
        return either(self.column, word if self.letter else f"{word}（{self.column}）") if word else self.column

    def line(self, rows: Sequence[int] = ()) -> str:
        """Write the problem as one indented line of a report.

        `rows` are given where it is that of several rows.
        """
        place = []
        if len(rows) > 1:
            shown = joined([f"{self.letter}{row}" for row in rows[:MOST_ROWS]])
            shown += joined(["", "..."]) if len(rows) > MOST_ROWS else ""
            if self.letter:
                place.append(say("{n} cells ({cells})", n=len(rows), cells=shown))
            else:
                place.append(say("{n} rows ({rows})", n=len(rows), rows=shown))
        elif self.row is not None and self.letter:
            place.append(say("cell {cell}", cell=f"{self.letter}{self.row}"))
        elif self.row is not None:
            place.append(say("row {row}", row=self.row))
        place.extend(part for part in (self.heading, self.parameter) if part)
        if self.on is not None:
            place.append(self.on.isoformat())
        text = "  ".join([*place, self.what])
        return f"  {say('{what}; {remedy}', what=text, remedy=self.remedy)}" if self.remedy else f"  {text}"


def _by_rows(problems: Iterable[Problem]) -> list[tuple[Problem, list[int]]]:
    """Join problems that differ in their row only.

    A label in the place of a code stands in every row of a column.
    """
    found: dict[Problem, tuple[Problem, list[int]]] = {}
    for number, problem in enumerate(problems):
        same = replace(problem, row=None if problem.row is not None else -1 - number)  # without a row: its own
        rows = found.setdefault(same, (problem, []))[1]
        rows += [] if problem.row is None else [problem.row]
    return list(found.values())


def _by_cause(problems: Sequence[Problem]) -> tuple[list[Problem], dict[str, list[Problem]]]:
    """Set apart, by their cause, the problems that follow from one told before.

    A code mistyped in its own table is unknown in every table that names it.
    """
    firsts: list[Problem] = []
    places: dict[str, tuple[str, str]] = {}
    others: dict[str, list[Problem]] = {}
    for problem in problems:
        place = (problem.where, problem.column)
        if not problem.cause or places.setdefault(problem.cause, place) == place:
            firsts.append(problem)
        else:
            others.setdefault(problem.cause, []).append(problem)
    return firsts, others


def _places(problems: Sequence[Problem]) -> str:
    """List where problems stand: each file or table with its column, and in how many rows."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.where, problem.column), []).append(problem)
    told = [
        say("{place} {column}: {n} row(s)", place=each[0].place, column=each[0].heading, n=len(each))
        for each in found.values()
    ]
    return joined(told[:MOST_PLACES]) + (joined(["", "..."]) if len(told) > MOST_PLACES else "")


class PayengineError(Exception):
    """Base of all errors that a user can cause or must act on; never shown with a traceback."""

    exit_code = 1

    def __init__(self, what: str, problems: Iterable[Problem] = (), remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.problems: Sequence[Problem] = tuple(problems)
        self.remedy = remedy

    def report(self) -> str:
        """Write the whole error: what failed, every problem under its place, what to do."""
        lines = [self.what]
        printed = told = 0
        firsts, others = _by_cause(self.problems)
        for where in dict.fromkeys(problem.where for problem in firsts):
            here = [problem for problem in firsts if problem.where == where]
            if where:
                lines.append(say("{where}: {n} problem(s)", where=here[0].place, n=len(here)))
            for problem, rows in _by_rows(here):
                if printed < MOST_PRINTED:
                    lines.append(problem.line(rows))
                    printed += 1
                    told += max(1, len(rows))
                    if follow := others.get(problem.cause, ()):
                        lines.append(say("    of the same cause: {places}", places=_places(follow)))
                        told += len(follow)
        if told < len(self.problems):
            lines.append(say("  ... and {n} more", n=len(self.problems) - told))
        if self.remedy:
            lines.append(self.remedy)
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.report()


class UsageError(PayengineError):
    """A wrong command or call."""

    exit_code = 2


class Refused(PayengineError):
    """Input, a policy or a graph that is refused; nothing was written."""

    exit_code = 3


class IdentityBroken(PayengineError):
    """An identity of the results, or a replay, that does not hold."""

    exit_code = 4


class Conflict(PayengineError):
    """Another run that stands in the way."""

    exit_code = 5


class Unavailable(PayengineError):
    """A database or disk that cannot be used now."""

    exit_code = 6


class IntegrityBroken(PayengineError):
    """A digest or an audit chain that does not match what is stored."""

    exit_code = 7


class ExactOverflow(PayengineError, ArithmeticError):
    """An exact number that does not fit its 64 or 128 bits.

    Nothing wraps, so the computation stops.
    """

    exit_code = 3

"""Scope of a value: the formula that uses it, its rows, and the place for notes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from payengine.errors import ExactOverflow, PayengineError
from payengine.exact import Exact, ExactError
from payengine.graph.values.absence import Absence, Notes
from payengine.graph.values.frame import Frame
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, STAFF, Level, lowest
from payengine.texts import joined, say

MOST_NAMED = 20  # codes named in one message


class FormulaError(PayengineError):
    """A formula that asks for what cannot be done.

    The report of the graph names the formula.
    """

    exit_code = 3


@dataclass(frozen=True)
class Scope:
    """The formula under evaluation: its name and level, the rows, the notes.

    Values carry the scope of their use. `reports`: no pay depends on the formula, so that what is missing leaves its
    figure not given and stops nothing.
    """

    frame: Frame
    level: Level = CONSORTIUM  # where .sum(), .count() ... go when they name no level
    formula: str = ""
    notes: Notes = field(default_factory=Notes)
    reports: bool = False

    @property
    def is_trial(self) -> bool:
        """True where formulas are tried without rows, and factors are followed."""
        return not self.frame.consortium

    def miss(
        self, level: Level, absent: tuple[Absence, ...], up: Level | None = None, down: Level | None = None
    ) -> tuple[Absence, ...]:
        """Note that values are needed which are not there.

        Where no pay depends on them nothing is noted: the marks are returned, brought `up` to the rows that cannot be
        known without them and `down` again to those of the result.
        """
        if not self.reports:
            if absent:
                self.notes.miss(self.frame, level, absent, self.formula)
            return ()
        high = level if up is None else max(up, level)
        marks = tuple(mark.up(self.frame, level, high) for mark in absent)
        return marks if down is None or down is high else tuple(mark.down(self.frame, high, down) for mark in marks)


class Value:
    """Rows of one level: the common base of `Column`, `Flags` and `Codes`.

    `absent` marks rows without a value. `names` are the arguments that put the value on its level: messages use them.
    """

    __slots__ = ("absent", "level", "names", "scope")
    __hash__ = None  # type: ignore[assignment]  # == compares row by row

    def __init__(
        self, scope: Scope, level: Level, absent: tuple[Absence, ...] = (), names: frozenset[str] = frozenset()
    ) -> None:
        self.scope = scope
        self.level = level
        self.absent = absent
        self.names = names

    def __bool__(self) -> bool:
        raise FormulaError(
            say(
                "{names} has one value for each {level}, so it is neither true nor false",
                names=self.display_name,
                level=self.level,
            ),
            remedy=say("Choose row by row with where(flags, this, that)."),
        )

    @property
    def display_name(self) -> str:
        """The name of this value in messages."""
        return joined(sorted(self.names)) or say("this figure")

    def absent_at(self, level: Level) -> tuple[Absence, ...]:
        """Spread the marks of missing rows down to a level."""
        if level is self.level:
            return self.absent
        return tuple(one.down(self.scope.frame, self.level, level) for one in self.absent)

    def above(self, to: Level | None) -> Level:
        """Return the level to which this value is to be brought up.

        `FormulaError` where that is not up.
        """
        high = self.scope.level if to is None else to
        if not self.level.is_below(high) and (self.level, high) != (STAFF, DEPARTMENT):  # by the latest engagement
            raise FormulaError(
                say("{names} is of level {level} already, so it cannot be brought up to {high}",
                    names=self.display_name, level=self.level, high=high),
                remedy=say("Leave the sum, mean or count out, or name a higher level: .sum(INSTITUTION)."),
            )  # fmt: skip
        return high


@contextmanager
def located(scope: Scope, level: Level) -> Iterator[None]:
    """Raise errors of exact numbers again, with the codes of the row instead of its number."""
    try:
        yield
    except (ExactError, ExactOverflow) as error:
        row = error.problems[0].row if error.problems else None
        place = ""
        if row is not None and row <= scope.frame.rows(level):
            place = " ".join(part for part in scope.frame.code(level, row - 1) if part)
        what = say("{what}, first at {place}", what=error.what, place=place) if place else error.what
        raise FormulaError(what) from error


@contextmanager
def told_by_name(given: Value, divisor: Exact, level: Level) -> Iterator[None]:
    """Raise a division by zero again with what is divided by, where it is 0, and what to do.

    `divisor` is `given` on `level`, the level of the division.
    """
    try:
        yield
    except ExactError as error:
        rows = np.flatnonzero(np.asarray(divisor == 0)).tolist()
        if not rows:  # it was something else
            raise
        frame = given.scope.frame
        codes = [" ".join(part for part in frame.code(level, row) if part) for row in rows]
        places = say(" at {places}", places=named(codes)) if any(codes) else ""
        raise FormulaError(
            say("division by zero: {divisor} is 0{places}", divisor=given.display_name, places=places),
            remedy=say(
                "See whether the input behind it is there (rejected records "
                "count for nothing); where 0 is right, take these places out: among in the policy, "
                "where(...) in a formula."
            ),
        ) from error


def meet(*values: Value) -> tuple[Level, tuple[Absence, ...], frozenset[str]]:
    """Bring values of several levels to the lowest: (level, marks of absence, names).

    The names are those of what stands on that level.
    """
    level = lowest(value.level for value in values)
    absent = tuple(mark for value in values for mark in value.absent_at(level))
    names = frozenset().union(*(value.names for value in values if value.level is level))
    return level, absent, names


def named(codes: list[str]) -> str:
    """List codes for a message."""
    if len(codes) <= MOST_NAMED:
        return joined(codes)
    return say("{codes} and {n} more", codes=joined(codes[:MOST_NAMED]), n=len(codes) - MOST_NAMED)

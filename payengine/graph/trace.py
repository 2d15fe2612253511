"""Trace of a computation: what every formula read and gave, for a person or an institution.

It records the very evaluation that gives the figures: no formula is computed a second time in another way. Kept are the
rows of the subject; of what a formula adds up over other rows too (the weights of a pool) their number and sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from payengine.exact import Exact, ExactError
from payengine.exact.amounts import decimal_text
from payengine.graph.inputs import Input
from payengine.graph.rules import Formula
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Frame, Int64
from payengine.graph.values.keyed import Keyed
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.values.scope import Value

SHOWN_DECIMALS = 8  # of a number that no decimal states
MOST_DECIMALS = 18  # of one that a decimal states


@dataclass(frozen=True)
class Subject:
    """Rows that a trace follows, by level; a level without rows is only added up."""

    rows: Mapping[Level, Int64]

    @classmethod
    def of_staff(cls, frame: Frame, row: int) -> Subject:
        """Follow one STAFF row: its engagements, their departments, its institution, the whole run."""
        engagements = np.flatnonzero(frame.staff_of_engagement == row)
        departments = np.unique(frame.parent(ENGAGEMENT, DEPARTMENT)[engagements])
        institution = frame.institution_of_staff[row : row + 1]
        return cls(
            {
                ENGAGEMENT: engagements, STAFF: np.array([row], np.int64), DEPARTMENT: departments.astype(np.int64),
                INSTITUTION: institution.astype(np.int64), CONSORTIUM: np.zeros(1, np.int64),
            }
        )  # fmt: skip

    @classmethod
    def of_institution(cls, frame: Frame, row: int) -> Subject:
        """Follow one INSTITUTION row: its departments and the whole run.

        Its people are only added up.
        """
        none = np.zeros(0, np.int64)
        departments = np.flatnonzero(frame.parent(DEPARTMENT, INSTITUTION) == row)
        return cls(
            {
                ENGAGEMENT: none, STAFF: none, DEPARTMENT: departments.astype(np.int64),
                INSTITUTION: np.array([row], np.int64), CONSORTIUM: np.zeros(1, np.int64),
            }
        )  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One value: the row and the key for which it holds, and what it is.

    `value` is a decimal, "yes" or "no", or a text; None where it is not given. `exact` is the fraction where no decimal
    states it, and `value` then its beginning.
    """

    level: Level
    row: int
    key: str
    value: str | None
    exact: str = ""


@dataclass(frozen=True)
class Total:
    """Number and sum of the rows that a formula of a higher level reads.

    `value` is None where no sum is known.
    """

    level: Level
    rows: int
    key: str
    value: str | None


@dataclass(frozen=True)
class Operand:
    """Value that a formula read under one name: the subject's, and what was added up."""

    name: str
    cells: Sequence[Cell]
    totals: Sequence[Total]


@dataclass(frozen=True)
class Step:
    """A formula, what it read and what it gave for the subject."""

    formula: Formula
    operands: Sequence[Operand]
    cells: Sequence[Cell]
    totals: Sequence[Total]


class Trace:
    """Recorder of the steps of one subject, in the order of their computation."""

    def __init__(self, frame: Frame, subject: Subject, divides: Mapping[str, Level] | None = None) -> None:
        """Follow a subject.

        `divides` maps figures that share out money to the level of that money.
        """
        self.frame = frame
        self.subject = subject
        self._divides = divides or {}
        self.steps: dict[str, Step] = {}
        self.given: dict[str, Operand] = {}  # inputs and parameters, each with everything that was read of it

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        """Take a formula that was computed: its inputs know by now what was read of them."""
        level = max(formula.level, self._divides.get(formula.gives, formula.level))
        operands = tuple(self._operand(name, value, level) for name, value in arguments.items())
        self.steps[formula.gives] = Step(
            formula, operands, tuple(self._cells(result)), tuple(self._totals(result, formula.level))
        )
        for operand in operands:
            if operand.name in self.given:
                self.given[operand.name] = _together(self.given[operand.name], operand)

    def input(self, name: str, value: Input) -> None:
        """Take an input or a parameter; what of it is read is known later."""
        self.given[name] = Operand(name, (), ())

    def _operand(self, name: str, value: Input, level: Level) -> Operand:
        return Operand(name, tuple(self._cells(value)), tuple(self._totals(value, level)))

    def _cells(self, value: Input) -> Iterator[Cell]:
        for key, part in _parts(value):
            for row in self.subject.rows[part.level].tolist():
                yield self._cell(part, row, key)

    def _cell(self, part: Value, row: int, key: str) -> Cell:
        if any(mark.rows[row] if len(mark.rows) > row else False for mark in part.absent):
            return Cell(part.level, row, key, None)
        if isinstance(part, Flags):
            return Cell(part.level, row, key, "yes" if part.rows[row] else "no")
        if isinstance(part, Codes):
            return Cell(part.level, row, key, part.labels[int(part.codes[row])])
        assert isinstance(part, Column)
        data = part.data[np.array([row if len(part.data) > 1 else 0])]
        return Cell(part.level, row, key, *_written(data))

    def _totals(self, value: Input, level: Level) -> Iterator[Total]:
        """Add up what stands below `level`, where the subject has not all of it."""
        for key, part in _parts(value):
            high = self._lowest_followed(max(level, part.level))
            if not (part.level.is_below(high) or (part.level, high) == (STAFF, DEPARTMENT)):
                continue
            rows = self._rows_below(part.level, high)
            if len(rows) == len(self.subject.rows[part.level]):
                continue
            yield Total(part.level, len(rows), key, self._sum(part, rows))

    def _lowest_followed(self, level: Level) -> Level:
        """Return the level itself, or the lowest above it on which the subject has rows."""
        return next(one for one in Level if one >= level and len(self.subject.rows[one]))

    def _rows_below(self, low: Level, high: Level) -> Int64:
        if high is CONSORTIUM:
            return np.arange(self.frame.rows(low))
        return np.flatnonzero(np.isin(self.frame.parent(low, high), self.subject.rows[high]))

    def _sum(self, part: Value, rows: Int64) -> str | None:
        """Add up some rows: numbers, or how many flags hold.

        None for texts and what is not given.
        """
        if any(mark.rows[rows].any() for mark in part.absent if len(mark.rows) == self.frame.rows(part.level)):
            return None
        if isinstance(part, Flags):
            return str(int(part.rows[rows].sum()))
        if not isinstance(part, Column):
            return None
        data = part.data[rows] if len(part.data) > 1 else part.data
        try:
            return _written(data.sum())[0]
        except ExactError:  # fractions of many denominators
            return None


def _parts(value: Input) -> list[tuple[str, Value]]:
    """List (key, column) of what was read; '' where there are no keys."""
    return value.read_items() if isinstance(value, Keyed) else [("", value)]


def _written(number: Exact) -> tuple[str, str]:
    """Write one number: its decimal, and the fraction where no decimal states it."""
    if not number.pending:
        return number.text()[0], ""
    fraction: Fraction = number.fractions()[0]
    for decimals in range(MOST_DECIMALS + 1):
        if (fraction * 10**decimals).denominator == 1:
            return decimal_text((fraction * 10**decimals).numerator, decimals), ""
    units = fraction * 10**SHOWN_DECIMALS
    beginning = abs(units.numerator) // units.denominator
    return decimal_text(-beginning if units < 0 else beginning, SHOWN_DECIMALS), str(fraction)


def _together(one: Operand, other: Operand) -> Operand:
    """Put together what two formulas read under one name."""
    return Operand(
        one.name, tuple(dict.fromkeys([*one.cells, *other.cells])), tuple(dict.fromkeys([*one.totals, *other.totals]))
    )

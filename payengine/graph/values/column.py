"""Columns of exact numbers, with which formulas compute.

Values of different levels meet on the lower one: what holds for the institution holds for each of its people. Going
up is always written, because a total, a mean and a count are different things.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from payengine import exact
from payengine.exact import HALF_UP, Exact, Rounding
from payengine.graph.values import aggregate, factors
from payengine.graph.values.absence import Absence
from payengine.graph.values.flags import Flags
from payengine.graph.values.frame import Flag
from payengine.graph.values.levels import CONSORTIUM, ENGAGEMENT, STAFF, Level
from payengine.graph.values.scope import FormulaError, Scope, Value, located, meet, told_by_name
from payengine.graph.values.units import RATIO, Unit
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    from payengine.graph.values.aggregate import ChosenRows

Operand: TypeAlias = "Column | Exact | int"
Named: TypeAlias = frozenset[str]


class Column(Value):
    """Exact numbers, one for each row of a level.

    `unit` None agrees with every unit (a plain number). `factors` are followed in the trial only.
    """

    __slots__ = ("data", "factors", "unit")

    def __init__(
        self, scope: Scope, level: Level, data: Exact, unit: Unit | None = None,
        absent: tuple[Absence, ...] = (), names: Named = frozenset(), factors: factors.Followed = None,
    ) -> None:  # fmt: skip
        super().__init__(scope, level, absent, names)
        self.data = data
        self.unit = unit
        self.factors = factors

    @classmethod
    def lift(cls, value: Operand, beside: Value) -> Column:
        """Make a plain number a column of the whole run, to be used beside another value."""
        if isinstance(value, Column):
            return value
        if isinstance(value, Exact) and len(value) == 1:
            return cls(beside.scope, CONSORTIUM, value)
        if isinstance(value, int) and not isinstance(value, bool):
            never = factors.ZERO if value == 0 and beside.scope.is_trial else None
            return cls(beside.scope, CONSORTIUM, Exact.of(value), factors=never)
        raise FormulaError(
            say("{value} is not an exact number", value=in_quotes(value)),
            remedy=say('Write whole numbers, Exact.of("0.85", 4), or better a parameter of the policy.'),
        )

    def used_in(self, scope: Scope, name: str) -> Column:
        """Return the same column as an argument of a formula."""
        return Column(scope, self.level, self.data, self.unit, self.absent, frozenset({name}), self.factors)

    def at(self, level: Level) -> Exact:
        """Return the numbers for the rows of this or a lower level.

        A value of the whole run stays one number.
        """
        if level is self.level or self.level is CONSORTIUM:
            return self.data
        frame = self.scope.frame
        if frame.are_alike(level, self.level):
            return self.data
        counts = frame.counts(level, self.level)
        return self.data.take(frame.parent(level, self.level)) if counts is None else self.data.repeated(counts)

    def full(self, level: Level) -> Exact:
        """Return the numbers for every row of this or a lower level."""
        rows = self.scope.frame.rows(level)
        data = self.at(level)
        return data if len(data) == rows else data.take(np.zeros(rows, np.int32))

    # Arithmetic. Sums and comparisons ask for one unit; products make a new one.

    def _combine(
        self, other: Column, operate: Callable[[Exact, Exact], Exact], unit: Unit | None,
        followed: Callable[[factors.Followed, factors.Followed], factors.Followed] = factors.either,
    ) -> Column:  # fmt: skip
        level, absent, names = meet(self, other)
        with located(self.scope, level):
            data = operate(self.at(level), other.at(level))
        return Column(self.scope, level, data, unit, absent, names, followed(self.factors, other.factors))

    def _agreed(self, other: Column) -> Unit | None:
        if self.unit is None or other.unit is None:
            return self.unit or other.unit
        if not self.unit.agrees(other.unit):
            raise FormulaError(
                say("{one} ({unit}) and {other} ({other_unit}) are of different units",
                    one=self.display_name, unit=self.unit, other=other.display_name, other_unit=other.unit),
            )  # fmt: skip
        return self.unit

    def __add__(self, other: Operand) -> Column:
        if not _number(other):
            return NotImplemented
        other = Column.lift(other, self)
        return self._combine(other, lambda a, b: a + b, self._agreed(other))

    def __sub__(self, other: Operand) -> Column:
        if not _number(other):
            return NotImplemented
        other = Column.lift(other, self)
        return self._combine(other, lambda a, b: a - b, self._agreed(other), factors.difference)

    def __mul__(self, other: Operand) -> Column:
        if not _number(other):
            return NotImplemented
        other = Column.lift(other, self)
        unit = self.unit.times(other.unit) if self.unit and other.unit else self.unit or other.unit
        return self._combine(other, lambda a, b: a * b, unit, factors.product)

    def __truediv__(self, other: Operand) -> Column:
        if not _number(other):
            return NotImplemented
        other = Column.lift(other, self)
        level, absent, names = meet(self, other)
        divisor = other.at(level)
        for mark in other.absent_at(level):  # what is missing is told later; it must not divide by zero now
            divisor = exact.where(mark.rows, 1, divisor)
        unit = (self.unit or RATIO).per(other.unit) if other.unit else self.unit
        place = level if len(divisor) > 1 else CONSORTIUM
        with located(self.scope, place), told_by_name(other, divisor, place):
            data = self.at(level) / divisor
        return Column(self.scope, level, data, unit, absent, names, self.factors)

    def __radd__(self, other: Operand) -> Column:
        return Column.lift(other, self) + self

    def __rsub__(self, other: Operand) -> Column:
        return Column.lift(other, self) - self

    def __rmul__(self, other: Operand) -> Column:
        return Column.lift(other, self) * self

    def __rtruediv__(self, other: Operand) -> Column:
        return Column.lift(other, self) / self

    def _same(self, data: Exact) -> Column:
        return Column(self.scope, self.level, data, self.unit, self.absent, self.names, self.factors)

    def __neg__(self) -> Column:
        return self._same(-self.data)

    def __abs__(self) -> Column:
        return self._same(abs(self.data))

    def positive_part(self) -> Column:
        """Keep the numbers above zero and put zero for the others."""
        return self._same(self.data.positive_part())

    def round(self, to: int | Unit, mode: Rounding = HALF_UP) -> Column:
        """Round once, half away from zero unless the formula names another mode.

        `to` is a number of decimals (FEN, COEFFICIENT), or POINTS for the six at which points and weights are stated.
        """
        with located(self.scope, self.level):
            return self._same(self.data.round(to.decimals if isinstance(to, Unit) else to, mode))

    def round_parts(self, to: int | Unit, among: Flags | None = None) -> Column:
        """Round engagements so that those of a person at an institution add up.

        Their sum is the rounding of the exact sum, half away from zero; they follow in order of the first day. An
        engagement for which `among` does not hold has nothing, and one without a value takes no part. `FormulaError`
        for another level than ENGAGEMENT.
        """
        if self.level is not ENGAGEMENT:
            raise FormulaError(
                say("{names} is of level {level}; only figures of engagements are parts of a person's",
                    names=self.display_name, level=self.level)
            )  # fmt: skip
        frame = self.scope.frame
        taking = np.ones(frame.rows(ENGAGEMENT), bool) if among is None else among.full(ENGAGEMENT).copy()
        for mark in self.absent:
            taking &= ~mark.rows
        data = self.full(ENGAGEMENT)
        data = data if taking.all() else exact.where(taking, data, 0)
        with located(self.scope, ENGAGEMENT):
            decimals = to.decimals if isinstance(to, Unit) else to
            return self._same(exact.round_parts(data, frame.offsets(ENGAGEMENT, STAFF), decimals))

    # Comparisons, row by row.

    def _compare(self, other: Operand, operate: Callable[[Exact, Exact], Flag]) -> Flags:
        other = Column.lift(other, self)
        self._agreed(other)
        level, absent, names = meet(self, other)
        return Flags(self.scope, level, operate(self.at(level), other.at(level)), absent, names)

    def __lt__(self, other: Operand) -> Flags:
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other: Operand) -> Flags:
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other: Operand) -> Flags:
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other: Operand) -> Flags:
        return self._compare(other, lambda a, b: a >= b)

    def __eq__(self, other: Operand) -> Flags:  # type: ignore[override]
        return self._compare(other, lambda a, b: a == b)

    def __ne__(self, other: Operand) -> Flags:  # type: ignore[override]
        return self._compare(other, lambda a, b: a != b)

    # Missing values.

    def is_set(self) -> Flags:
        """Flag the rows that have a value."""
        rows = np.ones(self.scope.frame.rows(self.level), bool)
        for mark in self.absent:
            rows &= ~mark.rows
        return Flags(self.scope, self.level, rows, (), self.names)

    def or_else(self, other: Operand) -> Column:
        """Put `other` where there is no value."""
        return self if not self.absent else where(self.is_set(), self, other)

    # Up.

    def where(self, flags: Flags) -> ChosenRows:
        """Choose the rows for which `flags` hold, to be summed, averaged ..."""
        return aggregate.ChosenRows(self, flags)

    def sum(self, to: Level | None = None) -> Column:
        """Add up to the formula's level, or to a level named."""
        return aggregate.ChosenRows(self).sum(to)

    def mean(self, to: Level | None = None, otherwise: Operand | None = None) -> Column:
        """Divide the total by the number of rows, unrounded; `otherwise` where there are none."""
        return aggregate.ChosenRows(self).mean(to, otherwise)

    def max(self, to: Level | None = None, otherwise: int | Exact | None = None) -> Column:
        """Find the greatest; `otherwise` where there are no rows."""
        return aggregate.ChosenRows(self).max(to, otherwise)

    def min(self, to: Level | None = None, otherwise: int | Exact | None = None) -> Column:
        """Find the least; `otherwise` where there are no rows."""
        return aggregate.ChosenRows(self).min(to, otherwise)

    def count(self, to: Level | None = None) -> Column:
        """Count the rows."""
        return aggregate.ChosenRows(self).count(to)

    def latest(self) -> Column:
        """Take, of each person, the number on the latest engagement."""
        rows = aggregate.latest(self)
        return Column(
            self.scope, STAFF, self.full(ENGAGEMENT).take(rows), self.unit, aggregate.of_rows(self, rows), self.names,
            self.factors,
        )  # fmt: skip

    def on_latest(self) -> Column:
        """Put an amount of each person on the latest engagement, 0 on the others."""
        if self.level is not STAFF:
            raise FormulaError(
                say(
                    "{names} is of level {level}, not of level {high}",
                    names=self.display_name,
                    level=self.level,
                    high=STAFF,
                ),
            )
        return where(aggregate.latest_rows(self), self, 0)


def _number(value: object) -> bool:
    """Tell if arithmetic with `value` is the column's own; a `Keyed` takes over by itself."""
    return not (hasattr(value, "axis") and hasattr(value, "keys"))


def where(flags: Flags, chosen: Operand, other: Operand) -> Column:
    """Choose row by row the one number or the other.

    What is missing on the side not chosen is not needed.
    """
    first, second = Column.lift(chosen, flags), Column.lift(other, flags)
    level, _, names = meet(flags, first, second)
    mask = flags.at(level)
    marks = [
        one
        for value, rows in ((first, mask), (second, ~mask))
        for mark in value.absent_at(level)
        if (one := mark.only(rows))
    ]
    data = exact.where(mask, first.at(level), second.at(level))
    return Column(
        flags.scope, level, data, first._agreed(second), (*flags.absent_at(level), *marks), names,
        factors.either(first.factors, second.factors),
    )  # fmt: skip


def minimum(one: Operand, other: Operand) -> Column:
    """Take row by row the lesser of two numbers."""
    return _extreme(one, other, lambda a, b: a.minimum(b))


def maximum(one: Operand, other: Operand) -> Column:
    """Take row by row the greater of two numbers."""
    return _extreme(one, other, lambda a, b: a.maximum(b))


def _extreme(one: Operand, other: Operand, operate: Callable[[Exact, Exact], Exact]) -> Column:
    beside = one if isinstance(one, Column) else other
    if not isinstance(beside, Column):
        raise FormulaError(say("one of two numbers compared must be a column"))
    first, second = Column.lift(one, beside), Column.lift(other, beside)
    return first._combine(second, operate, first._agreed(second))

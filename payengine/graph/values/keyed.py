"""Columns by category, indicator, task, component, finance line or measure.

A `Keyed` has a column for each of its keys; operators work key by key, and two of them must have the same keys, so
that nothing is left out in silence. A `KeyedInput` is an input table: it has rows for some keys of some institutions,
is asked for the keys that the other side has, and marks what is missing.

Without any key there are no columns, and still a level and a unit: `pattern` makes a column like those that would
stand there, so that a sum over nothing is 0 on the level and in the unit that it has with keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np

from payengine.exact import HALF_UP, Exact, Rounding
from payengine.graph.values import column
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Flags
from payengine.graph.values.levels import Level
from payengine.graph.values.scope import FormulaError, Scope
from payengine.graph.values.units import Unit
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say

ColumnOrFlags: TypeAlias = Any  # a Column, or Flags where two Keyed were compared
Operand: TypeAlias = "Keyed | Column | Flags | Exact | int"
Pattern: TypeAlias = "Callable[[], ColumnOrFlags] | None"


class Keyed:
    """A column for each key of an axis, in a fixed order of the keys."""

    def __init__(
        self, scope: Scope, axis: str, columns: Mapping[str, ColumnOrFlags], pattern: Pattern = None
    ) -> None:  # fmt: skip
        self.scope = scope
        self.axis = axis
        self.pattern = pattern  # called only where there is no key
        self._columns = dict(columns)

    def keys(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, key: str) -> bool:
        return key in self.keys()

    def __getitem__(self, key: str) -> ColumnOrFlags:
        if key not in self._columns:
            raise FormulaError(unknown_key(key, self.axis, self._columns))
        return self._columns[key]

    def read_columns(self) -> list[ColumnOrFlags]:
        """List the columns that were asked for so far."""
        return list(self._columns.values())

    def read_items(self) -> list[tuple[str, ColumnOrFlags]]:
        """List (key, column) of the columns that were asked for so far."""
        return list(self._columns.items())

    def items(self) -> list[tuple[str, ColumnOrFlags]]:
        return [(key, self[key]) for key in self.keys()]

    def used_in(self, scope: Scope, name: str) -> Keyed:
        """Return the same columns as an argument of a formula."""
        columns = {key: part.used_in(scope, f"{name}[{key}]") for key, part in self.items()}
        return Keyed(scope, self.axis, columns, _after(lambda part: part.used_in(scope, name), self))

    def each(self, operate: Callable[[ColumnOrFlags], ColumnOrFlags]) -> Keyed:
        """Apply one operation to every column."""
        return Keyed(self.scope, self.axis, {key: operate(part) for key, part in self.items()}, _after(operate, self))

    def only(self, keys: Iterable[str]) -> Keyed:
        """Keep some of the columns, in the order named."""
        return Keyed(self.scope, self.axis, {key: self[key] for key in keys}, self.pattern)

    def without(self, *keys: str) -> Keyed:
        """Keep all columns but these."""
        return self.only([key for key in self.keys() if key not in keys])

    def total(self) -> Column:
        """Add up all keys.

        Of no keys it is 0, on the level and in the unit of the columns that are not there.
        """
        parts = [part for _, part in self.items()]
        if not parts:
            return self._nothing()
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total  # type: ignore[no-any-return]

    def _nothing(self) -> Column:
        like = self.pattern() if self.pattern is not None else None
        if not isinstance(like, Column):
            return Column(self.scope, Level.CONSORTIUM, Exact.of(0, 0))
        scale = 0 if like.data.pending else like.data.scale
        zeros = Exact(np.zeros(like.scope.frame.rows(like.level), np.int64), scale)
        return Column(like.scope, like.level, zeros, like.unit, (), like.names, like.factors)

    def round(self, to: int | Unit, mode: Rounding = HALF_UP) -> Keyed:
        return self.each(lambda part: part.round(to, mode))

    def positive_part(self) -> Keyed:
        return self.each(lambda part: part.positive_part())

    def is_set(self) -> Keyed:
        return self.each(lambda part: part.is_set())

    def or_else(self, other: int | Exact | Column) -> Keyed:
        return self.each(lambda part: part.or_else(other))

    def like(self, other: Keyed, otherwise: Keyed | Column | Flags | int) -> Keyed:
        """Give a figure for each key of `other`, and `otherwise` where this has none.

        So an optional parameter stands in.
        """

        def flags() -> Flags:
            rows = other.scope.frame.rows(Level.CONSORTIUM)
            return Flags(other.scope, Level.CONSORTIUM, np.full(rows, bool(otherwise)))

        def at(key: str) -> ColumnOrFlags:
            rest = otherwise[key] if isinstance(otherwise, Keyed) else otherwise
            if key in self:
                return self[key].or_else(rest)
            if isinstance(rest, bool):
                return flags()
            return rest if isinstance(rest, Column | Flags) else Column.lift(rest, other[key])

        if isinstance(otherwise, bool):
            return Keyed(other.scope, other.axis, {key: at(key) for key in other}, flags)
        rest = otherwise if isinstance(otherwise, Keyed | Column | Flags) else other
        return Keyed(other.scope, other.axis, {key: at(key) for key in other}, _pattern_of(rest))

    def sum(self, to: Level | None = None) -> Keyed:
        return self.each(lambda part: part.sum(to))

    def where(self, flags: Flags) -> KeyedChosenRows:
        return KeyedChosenRows(self, flags)

    def latest(self) -> Keyed:
        return self.each(lambda part: part.latest())

    def __neg__(self) -> Keyed:
        return self.each(lambda part: -part)

    def __invert__(self) -> Keyed:
        return self.each(lambda part: ~part)

    def __add__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a + b, self, other)

    def __radd__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a + b, other, self)

    def __sub__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a - b, self, other)

    def __rsub__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a - b, other, self)

    def __mul__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a * b, self, other)

    def __rmul__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a * b, other, self)

    def __truediv__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a / b, self, other)

    def __rtruediv__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a / b, other, self)

    def __lt__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a < b, self, other)

    def __le__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a <= b, self, other)

    def __gt__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a > b, self, other)

    def __ge__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a >= b, self, other)

    def __and__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a & b, self, other)

    def __or__(self, other: Operand) -> Keyed:
        return each_key(lambda a, b: a | b, self, other)

    def __bool__(self) -> bool:
        raise FormulaError(say("columns by {axis} are neither true nor false", axis=self.axis))


class KeyedInput(Keyed):
    """An input table by key: columns made when asked for, missing rows marked.

    `keys()` are those that the table has rows for; a key that the policy knows may be asked for all the same.
    """

    def __init__(
        self, scope: Scope, axis: str, keys: Iterable[str], fetch: Callable[[str], Column], pattern: Pattern = None
    ) -> None:  # fmt: skip
        super().__init__(scope, axis, {}, pattern)
        self._given = tuple(keys)
        self._fetch = fetch

    def keys(self) -> tuple[str, ...]:
        return self._given

    def __getitem__(self, key: str) -> Column:
        if key not in self._columns:
            self._columns[key] = self._fetch(key)
        return self._columns[key]  # type: ignore[no-any-return]

    def or_zero(self, key: str) -> Column:
        """Return the column of a key, 0 where there is no row."""
        return self[key].or_else(0)

    def used_in(self, scope: Scope, name: str) -> KeyedInput:
        pattern = _after(lambda part: part.used_in(scope, name), self)
        return KeyedInput(
            scope, self.axis, self._given, lambda key: self[key].used_in(scope, f"{name}[{key}]"), pattern
        )

    def each(self, operate: Callable[[ColumnOrFlags], ColumnOrFlags]) -> KeyedInput:
        return KeyedInput(self.scope, self.axis, self._given, lambda key: operate(self[key]), _after(operate, self))


class KeyedChosenRows:
    """Chosen rows of every column, to be brought up."""

    def __init__(self, keyed: Keyed, flags: Flags) -> None:
        self.keyed = keyed
        self.flags = flags

    def sum(self, to: Level | None = None) -> Keyed:
        return self.keyed.each(lambda part: part.where(self.flags).sum(to))


def keyed(axis: str, **columns: Column | Flags) -> Keyed:
    """Put figures under the names of an axis: keyed("why", ceiling=..., nobody=...).

    At least one.
    """
    first = next(iter(columns.values()))
    return Keyed(first.scope, axis, columns)


def each_key(operate: Callable[..., ColumnOrFlags], *values: Operand) -> Keyed:
    """Apply one operation key by key.

    Every `Keyed` gives the column of the key, other values take part as they are. Raises `FormulaError` where axes or
    keys differ; a `KeyedInput` follows the keys of the others.
    """
    keyed = [value for value in values if isinstance(value, Keyed)]
    axes = sorted({one.axis for one in keyed})
    if len(axes) > 1:
        raise FormulaError(say("columns by {one} and by {other} do not meet", one=axes[0], other=axes[1]))
    leading = [one for one in keyed if not isinstance(one, KeyedInput)]

    def at(key: str) -> ColumnOrFlags:
        return operate(*[value[key] if isinstance(value, Keyed) else value for value in values])

    if not leading:
        keys = dict.fromkeys(key for one in keyed for key in one)
        return KeyedInput(keyed[0].scope, axes[0], keys, at, _after(operate, *values))
    first = leading[0]
    for other in leading[1:]:
        _agree(first, other)
    return Keyed(first.scope, first.axis, {key: at(key) for key in first}, _after(operate, *values))


def _pattern_of(value: Operand) -> Pattern:
    return value.pattern if isinstance(value, Keyed) else lambda: value


def _after(operate: Callable[..., ColumnOrFlags], *values: Operand) -> Pattern:
    """Make the pattern of what an operation gives; None where one of the values has none."""
    patterns = [pattern for value in values if (pattern := _pattern_of(value)) is not None]
    if len(patterns) < len(values):
        return None
    return lambda: operate(*[pattern() for pattern in patterns])


def pattern_column(scope: Scope, level: Level, scale: int = 0, unit: Unit | None = None) -> Pattern:
    """Make the pattern of columns of numbers: ones, so that nothing is divided by zero."""
    return lambda: Column(scope, level, Exact(np.full(scope.frame.rows(level), 10**scale, np.int64), scale), unit)


def where(flags: Flags | Keyed, chosen: Operand, other: Operand) -> Any:
    """Choose row by row, and key by key where any of the three is keyed.

    Of two input tables the one that the whole run does not choose is never made.
    """
    if isinstance(chosen, KeyedInput) and isinstance(other, KeyedInput) and _is_settled(flags):
        return chosen if flags.rows[0] else other  # type: ignore[union-attr]
    return _each(column.where, flags, chosen, other)


def _is_settled(flags: Flags | Keyed) -> bool:
    """Tell if one flag decides for the whole run; not in the trial, which looks at both sides."""
    return isinstance(flags, Flags) and flags.level is Level.CONSORTIUM and len(flags.rows) == 1 and not flags.absent


def minimum(one: Operand, other: Operand) -> Any:
    """Take row by row the lesser of two numbers."""
    return _each(column.minimum, one, other)


def maximum(one: Operand, other: Operand) -> Any:
    """Take row by row the greater of two numbers."""
    return _each(column.maximum, one, other)


def _each(operate: Callable[..., Column], *values: Operand) -> Column | Keyed:
    if any(isinstance(value, Keyed) for value in values):
        return each_key(operate, *values)
    return operate(*values)


def _agree(one: Keyed, other: Keyed) -> None:
    lacking = [key for key in one if key not in other] or [key for key in other if key not in one]
    if lacking:
        raise FormulaError(
            say("one side has no value for {axis} {keys}", axis=one.axis, keys=joined(map(repr, lacking))),
            remedy=say("Give the parameter a value for each, or name the keys with .only(...)."),
        )


def unknown_key(key: str, axis: str, known: Iterable[str]) -> str:
    return say("no {axis} is called {key}", axis=axis, key=in_quotes(key)) + hint(key, known)

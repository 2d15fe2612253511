"""Flags and codes, by which formulas decide row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from payengine.graph.values import aggregate, factors
from payengine.graph.values.absence import Absence
from payengine.graph.values.frame import Flag, Int32
from payengine.graph.values.levels import CONSORTIUM, ENGAGEMENT, STAFF, Level
from payengine.graph.values.scope import FormulaError, Scope, Value, meet
from payengine.texts import say

if TYPE_CHECKING:
    from payengine.graph.values.column import Column

Named: TypeAlias = frozenset[str]


class Flags(Value):
    """Yes or no for each row of a level."""

    __slots__ = ("rows",)

    def __init__(
        self, scope: Scope, level: Level, rows: Flag, absent: tuple[Absence, ...] = (), names: Named = frozenset()
    ) -> None:
        super().__init__(scope, level, absent, names)
        self.rows = rows

    def used_in(self, scope: Scope, name: str) -> Flags:
        return Flags(scope, self.level, self.rows, self.absent, frozenset({name}))

    def at(self, level: Level) -> Flag:
        if level is self.level or self.level is CONSORTIUM:
            return self.rows
        frame = self.scope.frame
        if frame.are_alike(level, self.level):
            return self.rows
        counts = frame.counts(level, self.level)
        return self.rows[frame.parent(level, self.level)] if counts is None else np.repeat(self.rows, counts)

    def full(self, level: Level) -> Flag:
        return np.broadcast_to(self.at(level), self.scope.frame.rows(level))

    def _combine(self, other: Flags, operate: Callable[[Flag, Flag], Flag]) -> Flags:
        level, absent, names = meet(self, other)
        return Flags(self.scope, level, operate(self.at(level), other.at(level)), absent, names)

    def __and__(self, other: Flags) -> Flags:
        return self._combine(other, np.logical_and)

    def __or__(self, other: Flags) -> Flags:
        return self._combine(other, np.logical_or)

    def __xor__(self, other: Flags) -> Flags:
        return self._combine(other, np.logical_xor)

    def __invert__(self) -> Flags:
        return Flags(self.scope, self.level, ~self.rows, self.absent, self.names)

    def or_else(self, other: bool) -> Flags:
        """Put `other` where there is no flag: an optional flag that the policy does not set."""
        lacking = np.zeros(self.rows.shape, bool)
        for mark in self.absent:
            lacking = lacking | mark.rows
        return Flags(self.scope, self.level, np.where(lacking, other, self.rows), (), self.names)

    def count(self, to: Level | None = None) -> Column:
        """Count the rows for which the flag holds."""
        return aggregate.count(self, to)

    def any(self, to: Level | None = None) -> Flags:
        """Tell if it holds for at least one row."""
        return aggregate.count(self, to) > 0

    def all(self, to: Level | None = None) -> Flags:
        """Tell if it holds for every row (of none: yes)."""
        return aggregate.count(~self, to) == 0

    def latest(self) -> Flags:
        """Take, of each person, the flag on the latest engagement."""
        rows = aggregate.latest(self)
        return Flags(self.scope, STAFF, self.full(ENGAGEMENT)[rows], aggregate.of_rows(self, rows), self.names)


class Codes(Value):
    """A text of a closed or open list for each row of a level, kept as numbers of `labels`.

    A grade's `factors`, in the trial, are those of the score that reached it.
    """

    __slots__ = ("codes", "factors", "labels")

    def __init__(
        self, scope: Scope, level: Level, codes: Int32, labels: tuple[str, ...],
        absent: tuple[Absence, ...] = (), names: Named = frozenset(), factors: factors.Followed = None,
    ) -> None:  # fmt: skip
        super().__init__(scope, level, absent, names)
        self.codes = codes
        self.labels = labels
        self.factors = factors

    def used_in(self, scope: Scope, name: str) -> Codes:
        return Codes(scope, self.level, self.codes, self.labels, self.absent, frozenset({name}), self.factors)

    def at(self, level: Level) -> Int32:
        if level is self.level or self.level is CONSORTIUM:
            return self.codes
        return self.codes[self.scope.frame.parent(level, self.level)]

    def isin(self, texts: Iterable[str]) -> Flags:
        """Flag the rows whose text is one of several."""
        wanted = set(texts)
        chosen = np.array([label in wanted for label in self.labels], bool)
        return Flags(self.scope, self.level, chosen[self.codes], self.absent, self.names)

    def __eq__(self, other: str | Codes) -> Flags:  # type: ignore[override]
        if isinstance(other, str):
            return self.isin([other])
        if not isinstance(other, Codes):
            raise FormulaError(say("{names} is text and is compared with text", names=self.display_name))
        level, absent, names = meet(self, other)
        number = {label: code for code, label in enumerate(self.labels)}
        translated = np.array([number.get(label, -1) for label in other.labels], np.int32)
        return Flags(self.scope, level, self.at(level) == translated[other.at(level)], absent, names)

    def __ne__(self, other: str | Codes) -> Flags:  # type: ignore[override]
        return ~(self == other)

    def latest(self) -> Codes:
        """Take, of each person, the text on the latest engagement."""
        rows = aggregate.latest(self)
        return Codes(
            self.scope, STAFF, self.at(ENGAGEMENT)[rows], self.labels, aggregate.of_rows(self, rows), self.names,
            self.factors,
        )  # fmt: skip

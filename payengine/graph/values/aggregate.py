"""Sums, means, counts and extremes over the rows of one row of a higher level."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from payengine import exact
from payengine.exact import Exact
from payengine.graph.values import factors
from payengine.graph.values.absence import Absence
from payengine.graph.values.frame import Flag, Int64
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, ENGAGEMENT, STAFF, Level
from payengine.graph.values.scope import FormulaError, Value, located, named
from payengine.graph.values.units import COUNT
from payengine.texts import say

if TYPE_CHECKING:
    from payengine.graph.values.column import Column, Operand
    from payengine.graph.values.flags import Codes, Flags


class ChosenRows:
    """Rows of a column, all or those for which flags hold, to be brought up."""

    def __init__(self, column: Column, flags: Flags | None = None) -> None:
        self.column = column
        self.flags = flags
        if flags is not None and flags.level is not column.level and not column.level.is_below(flags.level):
            raise FormulaError(
                say("{names} has one value for each {level}, but is chosen by {flags}, one for each {low}",
                    names=column.display_name, level=column.level, flags=flags.display_name, low=flags.level),
            )  # fmt: skip

    def _mask(self) -> Flag | None:
        return None if self.flags is None else self.flags.full(self.column.level)

    def _needed(self, high: Level) -> tuple[Absence, ...]:
        """Note what is missing among the rows that take part.

        Where that is no error return the marks at `high`.
        """
        scope, level = self.column.scope, self.column.level
        mask = self._mask()
        marks = self.column.absent
        if mask is not None and self.flags is not None:
            marks = tuple(one for mark in marks if (one := mark.only(mask)))
            marks += self.flags.absent_at(level)
        return scope.miss(level, marks, high)

    def _offsets(self, high: Level) -> Int64:
        return self.column.scope.frame.offsets(self.column.level, high)

    def _order(self, high: Level) -> Int64 | None:
        return self.column.scope.frame.order(self.column.level, high)

    def _of_engagements(self, high: Level) -> ChosenRows:
        """Put figures of persons on their latest engagements, from where they go up to departments."""
        if (self.column.level, high) != (STAFF, DEPARTMENT):
            return self
        return ChosenRows(self.column.on_latest(), latest_rows(self.column if self.flags is None else self.flags))

    def _raise(self, data: Exact, high: Level, absent: tuple[Absence, ...]) -> Column:
        from payengine.graph.values.column import Column

        followed = factors.total(self.column.factors, high)
        return Column(self.column.scope, high, data, self.column.unit, absent, self.column.names, followed)

    def sum(self, to: Level | None = None) -> Column:
        """Add up the chosen rows; 0 where there are none."""
        high = self.column.above(to)
        if (chosen := self._of_engagements(high)) is not self:
            return chosen.sum(high)
        absent = self._needed(high)
        data, mask = self.column.full(self.column.level), self._mask()
        if mask is not None:
            data = exact.where(mask, data, 0)
        if self.column.scope.frame.are_alike(self.column.level, high) and not data.pending:
            return self._raise(data, high, absent)
        if (order := self._order(high)) is not None:
            data = data.take(order)
        with located(self.column.scope, high):
            return self._raise(data.sum_by(self._offsets(high)), high, absent)

    def count(self, to: Level | None = None) -> Column:
        """Count the chosen rows."""
        from payengine.graph.values.flags import Flags

        level = self.column.level
        rows = np.ones(self.column.scope.frame.rows(level), bool) if self.flags is None else self.flags.full(level)
        absent = () if self.flags is None else self.flags.absent_at(level)
        return count(Flags(self.column.scope, level, rows, absent, self.column.names), to)

    def mean(self, to: Level | None = None, otherwise: Operand | None = None) -> Column:
        """Divide the total by the number of chosen rows, unrounded.

        `otherwise` where there are none.
        """
        from payengine.graph.values.column import Column, where

        total, rows = self.sum(to), self.count(to)
        none = rows == 0
        if none.rows.any():
            if otherwise is None:
                self._nobody(none)
            total = where(none, Column.lift(otherwise or 0, total), total)
            rows = where(none, 1, rows)
        return total / rows

    def max(self, to: Level | None = None, otherwise: int | Exact | None = None) -> Column:
        """Find the greatest chosen number; `otherwise` where there are none."""
        return self._extreme(to, otherwise, np.maximum)

    def min(self, to: Level | None = None, otherwise: int | Exact | None = None) -> Column:
        """Find the least chosen number; `otherwise` where there are none."""
        return self._extreme(to, otherwise, np.minimum)

    def sum_alike(self, codes: Codes) -> Column:
        """Add up, for every row, the chosen rows of the whole run that have its code.

        0 where there are none.
        """
        from payengine.graph.values.column import Column

        scope, level = self.column.scope, self.column.level
        if codes.level is not level and not level.is_below(codes.level):
            raise FormulaError(
                say("{names} has one value for each {level}, but is told apart by {flags}, one for each {low}",
                    names=self.column.display_name, level=level, flags=codes.display_name, low=codes.level),
            )  # fmt: skip
        lost = scope.miss(codes.level, codes.absent, down=level)
        group, mask = codes.at(level), self._mask()
        lost = (*(mark.everywhere() for mark in lost), *_alike(self._needed(level), group.astype(np.int64)))
        chosen = np.arange(len(group)) if mask is None else np.flatnonzero(mask)
        order = chosen[np.argsort(group[chosen], kind="stable")]
        offsets = np.searchsorted(group[order], np.arange(len(codes.labels) + 1)).astype(np.int64)
        with located(scope, CONSORTIUM):
            totals = self.column.full(level).take(order).sum_by(offsets)
        data = totals.take(group) if len(codes.labels) else self.column.full(level)
        followed = factors.total(self.column.factors, CONSORTIUM)
        return Column(scope, level, data, self.column.unit, lost, self.column.names, followed)

    def _extreme(self, to: Level | None, otherwise: int | Exact | None, better: np.ufunc) -> Column:
        from payengine.graph.values.column import Column, where

        high = self.column.above(to)
        if (chosen := self._of_engagements(high)) is not self:
            return chosen._extreme(high, otherwise, better)
        absent = self._needed(high)
        rows = self.count(to)
        data, mask, counts = self.column.full(self.column.level), self._mask(), rows.data.values
        if (order := self._order(high)) is not None:
            data, mask = data.take(order), None if mask is None else mask[order]
        values = data.values if mask is None else data.values[mask]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]) if len(counts) else counts
        found = np.zeros(len(counts), np.int64)
        filled = counts > 0
        if filled.any():
            found[filled] = better.reduceat(values, starts[filled])
        result = self._raise(Exact(found, data.scale), high, absent)
        if filled.all():
            return result
        none = rows == 0
        if otherwise is None:
            self._nobody(none)
        return where(none, Column.lift(otherwise or 0, result), result)

    def _nobody(self, none: Flags) -> None:
        frame = self.column.scope.frame
        if not none.or_else(False).rows.any():  # who would be there is not given
            return
        codes = [
            " ".join(part for part in frame.code(none.level, int(row)) if part) for row in np.flatnonzero(none.rows)
        ]
        raise FormulaError(
            say(
                "{names} has no rows at {codes}",
                names=self.column.display_name,
                codes=named(codes) or say("the whole run"),
            ),
            remedy=say("Say what holds then: .mean(otherwise=0)."),
        )


def count(flags: Flags, to: Level | None = None) -> Column:
    """Count the rows for which flags hold."""
    from payengine.graph.values.column import Column

    high = flags.above(to)
    if (flags.level, high) == (STAFF, DEPARTMENT):
        flags = latest_rows(flags)
    absent = flags.scope.miss(flags.level, flags.absent, high)
    if flags.scope.frame.are_alike(flags.level, high):
        ones = flags.full(flags.level).astype(np.int64)
        return Column(flags.scope, high, Exact(ones, 0), COUNT, absent, flags.names)
    offsets = flags.scope.frame.offsets(flags.level, high)
    order = flags.scope.frame.order(flags.level, high)
    rows = flags.full(flags.level)
    in_order = rows if order is None else rows[order]
    total = np.concatenate([[0], np.cumsum(in_order, dtype=np.int64)])
    return Column(flags.scope, high, Exact(total[offsets[1:]] - total[offsets[:-1]], 0), COUNT, absent, flags.names)


def _alike(marks: tuple[Absence, ...], group: Int64) -> tuple[Absence, ...]:
    """Spread marks to all rows of the same group."""
    return tuple(replace(mark, rows=np.isin(group, group[mark.rows])) for mark in marks)


def latest_rows(value: Value) -> Flags:
    """Flag the latest engagement of every person; of flags, of those for whom they hold."""
    from payengine.graph.values.flags import Flags

    frame = value.scope.frame
    rows = np.zeros(frame.rows(ENGAGEMENT), bool)
    rows[frame.latest] = True
    if not isinstance(value, Flags):
        return Flags(value.scope, ENGAGEMENT, rows, (), value.names)
    absent = tuple(one for mark in value.absent_at(ENGAGEMENT) if (one := mark.only(rows)))
    return Flags(value.scope, ENGAGEMENT, rows & value.full(ENGAGEMENT), absent, value.names)


def latest(value: Value) -> Int64:
    """Find the rows of every person's latest engagement.

    Only a value of level ENGAGEMENT has them, or one of DEPARTMENT, which holds for its engagements.
    """
    if value.level not in (ENGAGEMENT, DEPARTMENT):
        raise FormulaError(
            say(
                "{names} is of level {level}; only a value of each engagement has a latest one",
                names=value.display_name,
                level=value.level,
            )
        )
    return value.scope.frame.latest


def of_rows(value: Value, rows: Int64) -> tuple[Absence, ...]:
    """Pick the marks of missing values on some of the ENGAGEMENT rows."""
    return tuple(replace(mark, rows=mark.rows[rows]) for mark in value.absent_at(ENGAGEMENT))

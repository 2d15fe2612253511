"""Provider of a run's inputs, each computed when a formula first asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.input_tables import TABLES
from batch.inputs.absences import Absences
from batch.inputs.catalogue import BY_NAME
from batch.inputs.contracts import Contracts
from batch.inputs.entry import (
    AbsenceFigure,
    ContractFigure,
    MonthFigure,
    RejectionCount,
    RosterFigure,
    TableColumn,
    TableFigure,
    WorkColumn,
)
from batch.inputs.history import FigureSelection, HistoryInputs, WorkSelection
from batch.inputs.history_lines import LineSelection
from batch.inputs.keyed_columns import KeyedRows, keyed_input, keyed_input_with_fallback
from batch.inputs.period_tables import PeriodTables, RowSelection, Window
from batch.inputs.readings import Readings
from batch.inputs.table_figures import coded, number
from batch.inputs.weak_methods import weakly
from batch.inputs.working_days import CALENDAR
from batch.results import REJECTIONS
from batch.snapshot.codes import DIRECTED
from payengine.graph import (
    ENGAGEMENT,
    INSTITUTION,
    STAFF,
    Column,
    Flags,
    Frame,
    Input,
    Keyed,
    KeyedInput,
    Level,
    Scope,
)
from payengine.graph.inputs import CODES, FLAG, InputSpec
from payengine.kernels.arrays import Int64


class Workload(Protocol):
    """Priced work by cell owner and category: paid rows, refunds, points in millionths."""

    @property
    def services(self) -> Int64: ...

    @property
    def refunds(self) -> Int64: ...

    @property
    def points_micro(self) -> Int64: ...


class InputProvider:
    """Inputs of a run by name.

    `history` is what the year's other runs published, `known` the names on each axis.

    `categories` are those of the workload's columns: of the items, unless a settlement's months had others;
    `rejections` the records that are not paid.
    """

    def __init__(
        self,
        tables: PeriodTables,
        history: HistoryInputs,
        workload: Workload,
        known: Mapping[str, Sequence[str]],
        categories: Sequence[str] | None = None,
        rejections: pa.Table | None = None,
    ) -> None:
        self.tables = tables
        self.roster = tables.roster
        self.frame: Frame = tables.roster.frame
        self.readings = Readings()  # what formulas asked for
        self.looks = Readings()  # what they asked without making a rule of it
        self._known = known
        self._history = history
        self._rejections = REJECTIONS.empty_table() if rejections is None else rejections
        self._categories: Sequence[str] = (
            self.roster.coding.categories.values.to_pylist() if categories is None else categories
        )
        owners = self.roster.coding.owners
        self._work = {
            "services": np.asarray(workload.services).reshape(owners, -1),
            "points": np.asarray(workload.points_micro).reshape(owners, -1),
        }
        self._by_category = cache(weakly(self._cells))
        self.scope = Scope(self.frame)

    def keys(self, axis: str) -> Sequence[str]:
        """Return the names on an axis that the policy or the input knows."""
        return self._known.get(axis, ())

    def value(self, name: str) -> Input:
        """Compute the input of that name."""
        entry = BY_NAME[name]
        match entry.source:
            case RowSelection() as selection:
                return self._rows(selection, entry)
            case LineSelection() | WorkSelection() | FigureSelection() as selection:
                return self._history.value(selection, entry, self.scope)
            case TableColumn(column):
                return self._column(column, entry)
            case WorkColumn(column):
                return self._worked(column, entry)
            case RosterFigure(compute):
                return self._plain(compute(self.roster), entry)
            case MonthFigure(compute):
                months = {f"{month.first_day.month:02}": month for month in self.roster.period.months()}
                columns = {key: self._number(compute(self.roster, month), entry) for key, month in months.items()}
                return Keyed(self.scope, entry.axis, columns, entry.pattern(self.scope))
            case TableFigure(compute):
                return compute(self.tables, entry, self.scope)
            case AbsenceFigure(compute):
                return compute(self.absences, entry, self.scope)
            case ContractFigure(compute):
                return compute(self.contracts, entry, self.scope)
            case RejectionCount():
                return self._rejected(entry)

    def unpaid(self) -> list[tuple[str, str]]:
        """List (table, name) of paid work that no formula asked for."""
        tables = [table.name for table in TABLES if table.is_paid and "amount" not in table.column_names]
        asked = {table: self.readings.keys(table) for table in tables}
        return [(table, name) for table in tables for name in self.tables.names(table) if name not in asked[table]]

    @cached_property
    def absences(self) -> Absences:
        """Absences of the run's people."""
        return Absences(
            self.roster, self.tables.optional("absence"), self.keys("absence"), self.tables.optional(CALENDAR)
        )

    @cached_property
    def contracts(self) -> Contracts:
        """Contracts of the run; `Refused` for those whose fee cannot be earned by days."""
        return Contracts(self.tables.contracts, self.tables.optional("team_member"))

    def release(self) -> None:
        """Give up what is only kept to be read again, once the formulas are computed."""
        self._by_category.cache_clear()
        self.tables.release()

    # Kinds of sources.

    def _number(self, values: npt.ArrayLike, spec: InputSpec) -> Column:
        return number(values, spec, self.scope)

    def _plain(self, values: npt.ArrayLike, spec: InputSpec) -> Column | Flags:
        if spec.kind == FLAG:
            return Flags(self.scope, spec.level, np.asarray(values, bool))
        return self._number(values, spec)

    def _column(self, name: str, spec: InputSpec) -> Input:
        """Read a column of the rows that stand for the run's engagements or institutions."""
        if spec.level is ENGAGEMENT:
            table, rows = self.roster.coding.engagements, self.roster.engagement
        else:
            table, rows = self.tables.whole(spec.table), self.roster.institution_row
        if spec.kind == CODES:
            return coded(table[name], rows, spec, self.scope)
        return self._plain(table[name].to_numpy()[rows], spec)

    def _worked(self, column: str, spec: InputSpec) -> Input:
        """Make points or services of engagements or own work, in all or by category."""
        found = self._by_category(column, spec.level)
        columns = {name: self._number(found[place], spec) for place, name in enumerate(self._categories)}
        nothing = self._number(np.zeros(self.frame.rows(spec.level), np.int64), spec)
        if not spec.axis:
            return Keyed(self.scope, "category", columns or {"": nothing}).total()
        for name in self.keys(spec.axis):
            columns.setdefault(name, nothing)
        if column == "points":
            columns.pop(DIRECTED, None)  # it earns no points, and no price stands for it
        return Keyed(self.scope, spec.axis, columns, spec.pattern(self.scope))

    def _cells(self, column: str, level: Level) -> Int64:
        """Take the work of the run's owners, categories x owners: a row for each category."""
        owners = self.roster.engagement
        if level is INSTITUTION:
            owners = self.roster.coding.engagements.num_rows + self.roster.institution
        table = self._work[column]
        in_one_piece = bool((np.diff(owners) == 1).all())  # nobody is left out, as a rule
        table = table[owners[0] : owners[0] + len(owners)] if in_one_piece and len(owners) else table[owners]
        return np.ascontiguousarray(table.T)

    def _rows(self, selection: RowSelection, spec: InputSpec) -> KeyedInput:
        """Make the columns of a period table by key."""
        readings = self.readings if selection.settles_key else self.looks
        asked = readings.noting(spec.table, spec.level, selection)
        if selection.fallback:
            own, theirs = (self.tables.by_key(spec.table, level, selection) for level in (STAFF, INSTITUTION))
            return keyed_input_with_fallback(spec, self.scope, own, theirs, asked)
        period = str(self.roster.period.last_year()) if selection.window is Window.LAST_YEAR else ""
        return keyed_input(spec, self.scope, self.tables.by_key(spec.table, spec.level, selection), asked, period)

    def _rejected(self, spec: InputSpec) -> KeyedInput:
        """Count the records that are not paid, by reason."""
        table = self._rejections.append_column("rows", pa.repeat(1, self._rejections.num_rows).cast(pa.int64()))
        if spec.level is STAFF:
            rows = self.roster.staff_rows(table["institution"], table["staff"])
        else:
            rows = self.roster.institution_rows(table["institution"])
        return keyed_input(spec, self.scope, KeyedRows.of(table, "reason", "rows", rows), set())

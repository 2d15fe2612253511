"""History inputs: pay, statements, work and figures of the year's other runs.

`BEFORE` is all that the year has given before this run: the earlier months, the quarters and half-years that ended
before it, and for a settlement what is inside it too: a quarter's months, a half-year's months and quarters, all of a
year. `SETTLED` is what the months, quarters and half-years inside the period gave; a month settles nothing.

Lines belong to the institution that paid them, whoever got them: a person who has no row in this run (who left before
it, or whom the table `engagement` does not hold any more) stays in the institution's figures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from batch.inputs.history_lines import SETTLED, Blocks, HistoryLines, LineSelection
from batch.inputs.history_work import SettledWork, settled_work
from batch.inputs.keyed_columns import Groups, KeyedRows, Slice, keyed_input, spread, whole_numbers
from batch.inputs.roster import Roster
from batch.report_names import LACKING, SUMMARISED
from batch.snapshot.schemas import HISTORY_FIGURES, HISTORY_WORK
from payengine.exact import Exact
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, Absence, Column, KeyedInput, Level, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import MONTH

if TYPE_CHECKING:
    from batch.snapshot.snapshot import Snapshot


PAY, STATEMENT = "pay", "statement"
FIXED, VARIABLE = "fixed", "variable"
_OF_ONE = str(INSTITUTION.name).lower()  # the level of figures of institutions


@dataclass(frozen=True)
class WorkSelection:
    """Work of the year before this run by category: the column that an input adds up."""

    column: str


@dataclass(frozen=True)
class FigureSelection:
    """Figures that the runs of one kind of period reported."""

    periods: str
    kind: str = MONTH


@dataclass(frozen=True)
class UnengagedPayee:
    """Person with pay or work in the settled months who has no row in this run."""

    institution: str
    staff: str
    paid_fen: int
    points_micro: int


class HistoryInputs:
    """History of a run, read when it is first asked for.

    Rows of other years or later periods take no part.
    """

    def __init__(
        self, lines: Blocks, work: Callable[[], pa.Table], figures: Callable[[], pa.Table], roster: Roster
    ) -> None:
        self.roster = roster
        self._read = (lines, work, figures)
        self._unengaged_work: pa.Table | None = None  # settled work of persons without a row, once it was looked for
        period = roster.period
        self._settled = [str(each) for each in period.settled()]
        self._before = [*(str(each) for each in period.earlier()), *self._settled]
        self._kinds = {str(each): each.kind for each in (*period.earlier(), *period.settled())}

    @classmethod
    def of(cls, snapshot: Snapshot, roster: Roster) -> HistoryInputs:
        """Read the history that a snapshot holds."""
        return cls(snapshot.history_blocks, snapshot.history_work, snapshot.history_figures, roster)

    @classmethod
    def none(cls, roster: Roster) -> HistoryInputs:
        """Make an empty history."""
        return cls(lambda: iter(()), HISTORY_WORK.empty_table, HISTORY_FIGURES.empty_table, roster)

    @cached_property
    def _lines(self) -> HistoryLines:
        return HistoryLines(self._read[0], self.roster, self._before, self._settled)

    @cached_property
    def _work(self) -> pa.Table:
        return of_periods(self._read[1](), self._before)

    @cached_property
    def _figures(self) -> pa.Table:
        return of_periods(self._read[2](), self._before)

    # Rows of the year before this run, settled months included.

    def lines_before(self) -> Iterator[pa.Table]:
        """Read the lines, some millions at a time.

        All those of a large county's year do not fit in memory.
        """
        for block in self._read[0]():
            yield of_periods(block, self._before)

    def work_before(self) -> pa.Table:
        """Return the work by engagement and category."""
        return self._work

    def figures_before(self) -> pa.Table:
        """Return the figures that institutions and runs reported."""
        return self._figures

    # Inputs.

    def value(
        self, source: LineSelection | WorkSelection | FigureSelection, spec: InputSpec, scope: Scope
    ) -> Column | KeyedInput:
        """Compute the input that `spec` describes, from its source in the history."""
        match source:
            case LineSelection():
                return self._paid(source, spec, scope)
            case WorkSelection():
                return self._worked(source, spec, scope)
            case FigureSelection():
                return self._reported(source, spec, scope)

    def _paid(self, selection: LineSelection, spec: InputSpec, scope: Scope) -> Column | KeyedInput:
        """Sum the money of the selected lines, by person or by institution."""

        def fetch(key: str | None = None) -> Column:
            total = self._lines.total(selection, spec.level, key)
            return Column(scope, spec.level, Exact(total, spec.scale), spec.unit)

        if not selection.key:
            return fetch()
        return KeyedInput(scope, spec.axis, self._lines.keys(selection), fetch, spec.pattern(scope))

    def _worked(self, selection: WorkSelection, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Sum the work of the year before this run, by category."""
        work = self._work
        groups = Groups.of(Coded.of(work["category"]), self._rows(work, spec.level))
        return keyed_input(spec, scope, KeyedRows(groups, whole_numbers(work, selection.column)), set())

    def _rows(self, table: pa.Table, level: Level) -> Int64:
        """Find the run's row of each row of the history; -1 where it has none."""
        if level is STAFF:
            return self.roster.staff_rows(table["institution"], table["staff"])
        return self.roster.institution_rows(table["institution"])

    def _reported(self, selection: FigureSelection, spec: InputSpec, scope: Scope) -> KeyedInput:
        """Sum the figures of a name over the runs that reported it; else it is missing."""
        periods = self._settled if selection.periods == SETTLED else self._before
        figures = of_periods(self._figures, [each for each in periods if self._kinds[each] == selection.kind])
        figures = figures.filter(pc.equal(figures["level"], str(spec.level.name).lower()))
        rows = np.zeros(len(figures), np.int64)
        if spec.level is not CONSORTIUM:
            rows = self.roster.institution_rows(figures["institution"])
        groups = Groups.of(Coded.of(figures["name"]), rows)
        values, scales = whole_numbers(figures, "value"), whole_numbers(figures, "scale")
        not_given: dict[str, list[str]] = {}
        for name in groups.keys:
            if LACKING in name:
                not_given.setdefault(name.partition(LACKING)[0], []).append(name)

        def fetch(key: str) -> Column:
            part = groups.bounds.get(key, slice(0, 0))
            places = groups.places[part]
            scale = int(scales[places].max()) if len(places) else spec.scale
            same = values[places] * 10 ** (scale - scales[places])
            total, there = spread(Slice(groups.rows[part], same), self.roster.frame.rows(spec.level))
            for name in not_given.get(key, ()):  # a period in which it was not given leaves the sum unknown
                there[groups.rows[groups.bounds[name]]] = False
            absent = () if there.all() else (Absence(Origin(spec.table, key, spec.level), ~there),)
            return Column(scope, spec.level, Exact(total, scale), spec.unit, absent)

        return KeyedInput(scope, spec.axis, groups.keys, fetch, spec.pattern(scope))

    # The months that a settlement settles.

    @cached_property
    def _settled_work(self) -> pa.Table:
        return of_periods(self._work, self._settled) if self._settled else HISTORY_WORK.empty_table()

    @cached_property
    def categories(self) -> list[str]:
        """Categories of the settled work."""
        return pc.unique(self._settled_work["category"]).to_pylist()  # type: ignore[no-any-return]

    def work(self, categories: Sequence[str]) -> SettledWork:
        """Sum the settled work by cell owner and category, in the form of a month's."""
        found, self._unengaged_work = settled_work(self._settled_work, self.roster, categories)
        return found

    def paid(self, periods: str, kind: str, level: Level, pay_class: str = "") -> Int64:
        """Sum per row of a level what a selection of lines paid, in fen."""
        return self._lines.total(LineSelection(periods, kind, pay_class=pay_class), level)

    def summarised(self) -> Int64 | None:
        """Sum per institution the services of the settled months that summary rows count.

        None where no month has any. Quarters and half-years report what their months did, and are left aside.
        """
        figures = of_periods(self._figures, [each for each in self._settled if self._kinds[each] == MONTH])
        figures = figures.filter(pc.and_(pc.equal(figures["name"], SUMMARISED), pc.equal(figures["level"], _OF_ONE)))
        if not len(figures):
            return None
        rows, values = self.roster.institution_rows(figures["institution"]), whole_numbers(figures, "value")
        total = np.zeros(self.roster.frame.rows(INSTITUTION), np.int64)
        np.add.at(total, rows[rows >= 0], values[rows >= 0])
        return total

    def unengaged_payees(self) -> list[UnengagedPayee]:
        """List persons with pay or work in the settled months but no engagement in this run."""
        return list(self._unengaged_payees)

    @cached_property
    def _unengaged_payees(self) -> list[UnengagedPayee]:
        found: dict[tuple[str, str], list[int]] = {}
        unengaged = self._unengaged_work
        if unengaged is None:
            _, unengaged = settled_work(self._settled_work, self.roster, self.categories)
        tables = (self._lines.of_unengaged_payees(), "amount_fen", 0), (unengaged, "points_micro", 1)
        for table, column, place in tables:
            for row in table.select(["institution", "staff", column]).to_pylist():
                found.setdefault((row["institution"], row["staff"]), [0, 0])[place] += row[column]
        return [UnengagedPayee(*who, *amounts) for who, amounts in sorted(found.items())]

    def left_out(self, held: Collection[str]) -> list[tuple[str, int]]:
        """List (institution, fen of the settled months) of those that are not in the run."""
        outside = self._lines.of_institutions_outside()
        found: dict[str, int] = {}
        for code, fen in zip(outside["institution"].to_pylist(), outside["amount_fen"].to_pylist(), strict=True):
            found[code] = found.get(code, 0) + fen
        for code in pc.unique(self._settled_work["institution"]).to_pylist():
            if self.roster.institution_rows(pa.chunked_array([[code]], pa.string()))[0] < 0:
                found.setdefault(code, 0)
        return sorted((code, fen) for code, fen in found.items() if code not in held)


def of_periods(table: pa.Table, periods: Sequence[str]) -> pa.Table:
    """Select the rows of some periods."""
    if {*pc.unique(table["period"]).to_pylist()} <= {*periods}:
        return table
    return table.filter(pc.is_in(table["period"], value_set=pa.array(periods, pa.string())))

"""The inputs of a run, made when a formula first asks for them: from the priced workload and the reference tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.inputs.absences import Absences
from batch.inputs.catalogue import BY_NAME
from batch.inputs.contracts import Contracts
from batch.inputs.history import Past
from batch.inputs.keyed_columns import given, given_with_fallback
from batch.inputs.period_tables import BALANCES, PAYING, PeriodTables
from batch.results import REJECTIONS
from batch.snapshot.codes import DIRECTED
from batch.special import SPECIAL
from payengine.exact import Exact
from payengine.graph import (
    ENGAGEMENT,
    INSTITUTION,
    STAFF,
    Absence,
    Codes,
    Column,
    Flags,
    Frame,
    Input,
    Keyed,
    KeyedInput,
    Origin,
    Scope,
)
from payengine.graph.inputs import CODES, FLAG, InputSpec
from payengine.periods import OPEN, YEAR, Period, day_number

Int64 = npt.NDArray[np.int64]
OF_WORK = "service_record"
# Inputs that stand in a column of another name.
COLUMNS = {
    "score": "score", "full_score": "full_score", "own_score": "score", "own_full_score": "full_score",
    "institution_score": "score", "institution_full_score": "full_score", "measure": "value",
    "directed_task": "count", "institution_directed_task": "count", "institution_directed_task_within": "count",
    "comparator_mean": "mean", "comparator_heads": "heads",
    "measure_last_year": "value", "finance_last_year": "amount",
    "institution": "code", "institution_kind": "kind", "institution_parent": "parent",
}  # fmt: skip
WITH_STAFF = "institution_directed_task"  # of the institution and all its people, whoever did them
WITH_FALLBACK = ("score", "full_score")
UNWEIGHED = ("own_score", "own_full_score")  # whether somebody has a score of his own is no rule for the indicator
LAST_YEAR = "_last_year"  # the ending of inputs that read the rows of the same period a year before
WITHIN = "_within"  # the ending of inputs that add up the rows of a settlement's shorter periods


class Workload(Protocol):
    """What pricing found, by cell owner and category: paid rows, refunds apart, and points in millionths."""

    @property
    def services(self) -> Int64: ...

    @property
    def refunds(self) -> Int64: ...

    @property
    def points_micro(self) -> Int64: ...


class Provided:
    """The provider of a run. `past` is what earlier runs published, `known` the names on each axis.

    `categories` are those of the workload's columns: of the items, unless a settlement's months had others;
    `rejections` the records that are not paid.
    """

    def __init__(
        self,
        tables: PeriodTables,
        past: Past,
        workload: Workload,
        known: Mapping[str, Sequence[str]],
        categories: Sequence[str] | None = None,
        rejections: pa.Table | None = None,
    ) -> None:
        self.tables = tables
        self.engaged = tables.engaged
        self.frame: Frame = tables.engaged.frame
        self.asked: dict[str, set[str]] = {}  # the keys that formulas asked for, by table
        self._known = known
        self._past = past
        self.rejections = REJECTIONS.empty_table() if rejections is None else rejections
        self._categories: Sequence[str] = (
            self.engaged.coding.categories.values.to_pylist() if categories is None else categories
        )
        owners = self.engaged.coding.owners
        self._services = np.asarray(workload.services).reshape(owners, -1)
        self._points = np.asarray(workload.points_micro).reshape(owners, -1)
        self.scope = Scope(self.frame)

    def keys(self, axis: str) -> Sequence[str]:
        """The names on an axis that the policy or the input knows."""
        return self._known.get(axis, ())

    def value(self, name: str) -> Input:
        """The input of that name."""
        spec = BY_NAME[name]
        if name in _OWN:
            return _OWN[name](self, spec)
        if spec.table == "history":
            return self._past.value(spec, self.scope)
        if spec.name.endswith(LAST_YEAR):
            return given(spec, self.scope, self.tables.by_key_last_year(spec.table, COLUMNS[spec.name]), set())
        if spec.name.endswith(WITHIN):
            rows = self.tables.by_key_within(spec.table, COLUMNS.get(spec.name, "amount"))
            return given(spec, self.scope, rows, set())
        if spec.axis and spec.given:
            return self._given(spec)
        if spec.table == OF_WORK:
            return self._work(spec)
        if spec.level is ENGAGEMENT:
            return self._plain(spec, self.engaged.coding.engagements, self.engaged.engagement)
        return self._plain(spec, self.tables.whole("institution"), self.engaged.institution_row)

    def unpaid(self) -> list[tuple[str, str]]:
        """(table, name) of money or paid work that was given and that no formula asked for.

        Balances are there for the year's settlement, so only a year tells of those that nothing reads.
        """
        tables = (*PAYING, BALANCES) if self.engaged.period.kind == YEAR else PAYING
        asked = {table: self.asked.get(table, set()) for table in tables}
        return [(table, name) for table in tables for name in self.tables.names(table) if name not in asked[table]]

    # Rows of the tables `engagement` and `institution`.

    def _number(self, spec: InputSpec, values: npt.ArrayLike, absent: tuple[Absence, ...] = ()) -> Column:
        return Column(self.scope, spec.level, Exact(np.asarray(values, np.int64), spec.scale), spec.unit, absent)

    def _codes(self, spec: InputSpec, texts: pa.ChunkedArray, rows: Int64) -> Codes:
        coded = texts.combine_chunks().dictionary_encode()
        codes = np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int32)[rows]
        return Codes(self.scope, spec.level, codes, tuple(coded.dictionary.to_pylist()))

    def _plain(self, spec: InputSpec, table: pa.Table, rows: Int64) -> Input:
        column = table[COLUMNS.get(spec.name, spec.name)]
        if spec.kind == CODES:
            return self._codes(spec, column, rows)
        values = column.to_numpy()[rows]
        if spec.kind == FLAG:
            return Flags(self.scope, spec.level, np.asarray(values, bool))
        return self._number(spec, values)

    def _employer(self, spec: InputSpec) -> Codes:
        table = self.engaged.coding.engagements
        named = pc.if_else(pc.equal(table["employer"], ""), table["institution"], table["employer"])
        return self._codes(spec, named, self.engaged.engagement)

    def _engagement_days(self, spec: InputSpec) -> Column:
        return self._number(spec, self.engaged.days)

    def _person_months(self, spec: InputSpec) -> Column:
        return self._number(spec, self.engaged.person_months)

    def _person_months_by_month(self, spec: InputSpec) -> Keyed:
        return self._by_month(spec, self.engaged.months_of)

    def _by_month(self, spec: InputSpec, of_month: Callable[[Period], Int64]) -> Keyed:
        """A figure of each month of the period, by the number of the month."""
        months = {f"{month.first_day.month:02}": month for month in self.engaged.period.months()}
        columns = {number: self._number(spec, of_month(month)) for number, month in months.items()}
        return Keyed(self.scope, spec.axis, columns)

    def _engaged_on_last_day(self, spec: InputSpec) -> Flags:
        return Flags(self.scope, spec.level, self.engaged.on_last_day)

    def _engaged_from(self, spec: InputSpec) -> Column:
        return self._number(spec, self.frame.engaged_from)

    def _engaged_until(self, spec: InputSpec) -> Column:
        return self._number(spec, self.engaged.coding.engagement_until[self.engaged.engagement])

    def _head(self, spec: InputSpec) -> Flags:
        return Flags(self.scope, spec.level, self.engaged.heads)

    def _heads(self, spec: InputSpec) -> Column:
        return self._number(spec, self.engaged.head_counts)

    def _heads_by_month(self, spec: InputSpec) -> Keyed:
        return self._by_month(spec, self.engaged.head_counts_of)

    def _months_of_period(self, spec: InputSpec) -> Column:
        return self._number(spec, [len(self.engaged.period.months())])

    def _months_to_date(self, spec: InputSpec) -> Column:
        return self._number(spec, [self.engaged.period.last_day.month])

    def _months_in_force(self, spec: InputSpec) -> Column:
        """Of all rows of the institution; each month in ten-thousandths half up."""
        table = self.tables.whole("institution")
        rows = self.engaged.institution_rows(table["code"])
        start, until = (table[name].to_numpy().astype(np.int64)[rows >= 0] for name in ("from", "until"))
        total = np.zeros(self.frame.rows(spec.level), np.int64)
        for month in self.engaged.period.months():
            first, end = day_number(month.first_day), day_number(month.next_first_day)
            days = np.zeros(len(total), np.int64)
            np.add.at(days, rows[rows >= 0], np.maximum(np.minimum(until, end) - np.maximum(start, first), 0))
            total += (2 * days * 10**spec.scale + month.days) // (2 * month.days)
        return self._number(spec, total)

    def _first_worked(self, spec: InputSpec) -> Column:
        table, people = self.tables.whole("staff"), self.engaged.coding.staff
        days = np.full(len(people), OPEN, np.int64)
        days[people.index(table["code"])] = table["first_worked"].cast(pa.int64()).fill_null(OPEN).to_numpy()
        of_person = days[self.frame.staff]
        lacking = of_person == OPEN
        absent = (Absence(Origin("staff", "first_worked", STAFF), lacking),) if lacking.any() else ()
        return self._number(spec, np.where(lacking, 0, of_person), absent)

    def _tenure_years(self, spec: InputSpec) -> Column:
        """Whole years: counted up on the anniversary of the first day."""
        first = self._first_worked(spec)
        years, months, days = _calendar(first.data.values)
        last = self.engaged.period.last_day
        passed = (months < last.month) | ((months == last.month) & (days <= last.day))
        return self._number(spec, np.maximum(last.year - years - np.where(passed, 0, 1), 0), first.absent)

    def _period_first_day(self, spec: InputSpec) -> Column:
        return self._number(spec, [day_number(self.engaged.period.first_day)])

    def _period_last_day(self, spec: InputSpec) -> Column:
        return self._number(spec, [day_number(self.engaged.period.last_day)])

    def _first_engaged(self, spec: InputSpec) -> Column:
        """Of the whole table: an engagement that ended before the period counts too."""
        coding = self.engaged.coding
        pair = coding.engagement_institution.astype(np.int64) * max(len(coding.staff), 1) + coding.engagement_staff
        first = np.searchsorted(pair, pair[self.engaged.engagement[self.frame.latest]])
        return self._number(spec, coding.engagement_from[first])

    # Tables that are looked at as a whole.

    @cached_property
    def absences(self) -> Absences:
        """Who of the run's people was away when."""
        return Absences(self.engaged, self.tables.optional("absence"), self.keys("absence"))

    @cached_property
    def contracts(self) -> Contracts:
        """The contracts of the run; `Refused` for those whose fee cannot be earned by days."""
        return Contracts(self.engaged, self.tables.optional("contract"), self.tables.optional("team_member"))

    # Workload.

    def _work(self, spec: InputSpec) -> Input:
        """Points or services of engagements, or of institutions themselves, in all or by category."""
        table = self._points if spec.scale else self._services
        owners = self.engaged.engagement
        if spec.level is INSTITUTION:
            owners = self.engaged.coding.engagements.num_rows + self.engaged.institution
        columns = {name: self._number(spec, table[owners, place]) for place, name in enumerate(self._categories)}
        nothing = self._number(spec, np.zeros(self.frame.rows(spec.level), np.int64))
        if not spec.axis:
            return Keyed(self.scope, "category", columns or {"": nothing}).total()
        for name in self.keys(spec.axis):
            columns.setdefault(name, nothing)
        if spec.scale:
            columns.pop(DIRECTED, None)  # it earns no points, and no price stands for it
        return Keyed(self.scope, spec.axis, columns)

    # Tables by key.

    def _given(self, spec: InputSpec) -> KeyedInput:
        asked = set() if spec.name in UNWEIGHED else self.asked.setdefault(spec.table, set())
        column = COLUMNS.get(spec.name, "amount")
        if spec.name in WITH_FALLBACK:
            own, theirs = (self.tables.by_key(spec.table, level, column) for level in (STAFF, INSTITUTION))
            return given_with_fallback(spec, self.scope, own, theirs, asked)
        return given(
            spec, self.scope, self.tables.by_key(spec.table, spec.level, column, spec.name != WITH_STAFF), asked
        )


def _calendar(numbers: Int64) -> tuple[Int64, Int64, Int64]:
    """Year, month and day of day numbers."""
    dates = numbers.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    since = months.astype(np.int64)  # since January 1970
    return since // 12 + 1970, since % 12 + 1, (dates - months).astype(np.int64) + 1


# Inputs that are computed in a way of their own.
_OWN: Mapping[str, Callable[[Provided, InputSpec], Input]] = {
    "employer": Provided._employer,
    "engagement_days": Provided._engagement_days,
    "person_months": Provided._person_months,
    "person_months_by_month": Provided._person_months_by_month,
    "engaged_on_last_day": Provided._engaged_on_last_day,
    "engaged_from": Provided._engaged_from,
    "engaged_until": Provided._engaged_until,
    "head": Provided._head,
    "heads": Provided._heads,
    "heads_by_month": Provided._heads_by_month,
    "months_of_period": Provided._months_of_period,
    "months_to_date": Provided._months_to_date,
    "months_in_force": Provided._months_in_force,
    "first_worked": Provided._first_worked,
    "tenure_years": Provided._tenure_years,
    "period_first_day": Provided._period_first_day,
    "period_last_day": Provided._period_last_day,
    "first_engaged": Provided._first_engaged,
    **SPECIAL,
}

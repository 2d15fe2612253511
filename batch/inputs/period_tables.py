"""Reference tables as a run reads them: rows of its period, at its institutions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded
from batch.input_tables import BY_NAME
from batch.inputs.contract_rows import ContractRows
from batch.inputs.keyed_columns import Groups, KeyedRows, whole_numbers
from batch.inputs.roster import Roster
from batch.inputs.weak_methods import weakly
from payengine.graph import CONSORTIUM, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.kernels.arrays import Flags, Int64
from payengine.periods import Period

# Tables whose names a policy declares, in the order in which unknown ones are told.
NAMED = ("appraisal", "finance", "measure", "pay_component", "directed_task", "adjustment")
BALANCES = "opening_balance"


class Window(Enum):
    """Periods whose rows an input takes, seen from the period of the run."""

    PERIOD = "the period itself"
    WITHIN = "the shorter periods inside a settlement's"
    INSIDE = "the period itself and the shorter ones inside it"
    LAST_YEAR = "the same period a year before"
    YEAR_SO_FAR = "the periods of the year that begin no later than the run's ends"
    BEGUN = "the periods that begin in the run's"

    def holds(self, other: Period, period: Period) -> bool:
        """Tell whether rows of another period count in a run of `period`."""
        match self:
            case Window.PERIOD:
                return other == period
            case Window.WITHIN:
                return other != period and other.within(period)
            case Window.INSIDE:
                return other.within(period)
            case Window.LAST_YEAR:
                return other == period.last_year()
            case Window.YEAR_SO_FAR:
                return other.year_start == period.year_start and other.first_day <= period.last_day
            case Window.BEGUN:
                return period.first_day <= other.first_day <= period.last_day


class Sign(Enum):
    """Amounts that count in an input; the others are 0 there."""

    ANY = "all"
    POSITIVE = "above zero"
    NEGATIVE = "below zero"

    def of(self, values: Int64) -> Int64:
        """Return the values, 0 where they do not count."""
        match self:
            case Sign.ANY:
                return values
            case Sign.POSITIVE:
                return np.maximum(values, 0)
            case Sign.NEGATIVE:
                return np.minimum(values, 0)


@dataclass(frozen=True)
class RowSelection:
    """Rows of a period table that an input adds up by key, and the column that it reads.

    At INSTITUTION the rows without staff count, with `of_everybody` those of its people too. `fallback`: a person
    without a row has the institution's. `is_rule`: a formula that reads a key of the period's own rows is a rule for
    it; an input that only asks whether there is a row is none.
    """

    column: str
    window: Window = Window.PERIOD
    of_everybody: bool = False
    fallback: bool = False
    sign: Sign = Sign.ANY
    is_rule: bool = True

    @property
    def settles_key(self) -> bool:
        """True if reading a key means that the period's rows of it are not ignored."""
        return self.is_rule and self.window in (Window.PERIOD, Window.INSIDE, Window.YEAR_SO_FAR, Window.BEGUN)


class PeriodTables:
    """Tables of a snapshot, seen from one run."""

    def __init__(self, roster: Roster, tables: Mapping[str, pa.Table]) -> None:
        self.roster = roster
        self._tables = tables
        self._table = cache(weakly(self._of_window))
        self._coded = cache(weakly(self._code))
        self._rows = cache(weakly(self._find_rows))
        self._groups = cache(weakly(self._group))
        self._are_of_persons = cache(weakly(self._find_persons))

    def release(self) -> None:
        """Give up the order of rows by key, which is found again if it is asked for."""
        self._groups.cache_clear()

    def whole(self, name: str) -> pa.Table:
        """Return a table with all its rows."""
        return self._tables[name]

    def optional(self, name: str) -> pa.Table | None:
        """Return a table with all its rows; None where the source did not have it."""
        return self._tables.get(name)

    @cached_property
    def contracts(self) -> ContractRows:
        """Rows of the table `contract` that can count in the run."""
        return ContractRows(self.roster, self.optional("contract"))

    def table(self, name: str, window: Window | None = None) -> pa.Table:
        """Select a table's rows of the periods that count; a missing table is empty."""
        return self._table(name, window or window_of(name))

    def _of_window(self, name: str, window: Window) -> pa.Table:
        table = self._tables.get(name)
        if table is None:
            return pa.table({column.name: pa.array([], pa.string()) for column in BY_NAME[name].columns})
        texts = pc.unique(table["period"]).to_pylist()
        chosen = [text for text in texts if window.holds(Period.parse(text), self.roster.period)]
        if len(chosen) == len(texts):
            return table
        return table.filter(pc.is_in(table["period"], value_set=pa.array(chosen, pa.string())))

    def coded(self, name: str, column: str, window: Window | None = None) -> Coded:
        """Code a column of a table's rows of the periods that count."""
        return self._coded(name, column, window or window_of(name))

    def _code(self, name: str, column: str, window: Window) -> Coded:
        return Coded.of(self.table(name, window)[column])

    def rows(self, name: str, level: Level, window: Window | None = None) -> Int64:
        """Find the level's row of each row of a table; -1 where it has none in this run.

        At ENGAGEMENT the table names departments.
        """
        return self._rows(name, level, window or window_of(name))

    def are_of_persons(self, name: str, window: Window | None = None) -> Flags:
        """Flag the rows of a table that name a person; the others are of the institution itself."""
        return self._are_of_persons(name, window or window_of(name))

    def _find_persons(self, name: str, window: Window) -> Flags:
        table = self.table(name, window)
        if "staff" not in table.column_names:
            return np.zeros(len(table), bool)
        return np.asarray(pc.not_equal(table["staff"], ""), bool)

    def twice_within(
        self, name: str, window: Window = Window.WITHIN
    ) -> list[tuple[tuple[str, str, str], Period, Period]]:
        """List (institution, staff, key) with rows of a period and of a longer one around it.

        With each the two periods.
        """
        found: dict[tuple[str, str, str], set[Period]] = {}
        table = self.table(name, window)
        staff = table["staff"] if "staff" in table.column_names else pa.repeat("", len(table))
        for *key, period in zip(
            *(
                column.to_pylist()
                for column in (table["institution"], staff, table[axis_column(name)], table["period"])
            ),
            strict=True,
        ):
            found.setdefault((key[0], key[1], key[2]), set()).add(Period.parse(period))
        doubled = {
            key: [(one, other) for one in periods for other in periods if one != other and one.within(other)]
            for key, periods in found.items()
        }
        return [(key, *min(pairs)) for key, pairs in sorted(doubled.items()) if pairs]

    def balances_twice(self) -> list[tuple[str, str, str]]:
        """List (institution, staff, name) of balances for two periods that both apply."""
        table = self.table(BALANCES)
        places = zip(
            *(table[name].to_pylist() for name in ("institution", "staff", axis_column(BALANCES))), strict=True
        )
        counted = Counter(places)
        return sorted(key for key, count in counted.items() if count > 1)

    def by_key(self, name: str, level: Level, selection: RowSelection) -> KeyedRows:
        """Return the selected rows of a table at a level."""
        groups = self._groups(name, level, selection.window, selection.of_everybody)
        values = whole_numbers(self.table(name, selection.window), selection.column)
        return KeyedRows(groups, selection.sign.of(values))

    def _group(self, name: str, level: Level, window: Window, of_everybody: bool) -> Groups:
        rows = self.rows(name, level, window)
        if level is INSTITUTION and not of_everybody and (persons := self.are_of_persons(name, window)).any():
            rows = np.where(persons, -1, rows)
        return Groups.of(self.coded(name, axis_column(name), window), rows)

    def _find_rows(self, name: str, level: Level, window: Window) -> Int64:
        found = self.table(name, window)
        if level is CONSORTIUM:
            return np.zeros(found.num_rows, np.int64)
        if level is ENGAGEMENT:
            return self.roster.department_rows(found["institution"], found["department"], found["staff"])
        if level is STAFF:
            return self.roster.staff_rows(found["institution"], found["staff"])
        return self.roster.institution_rows(found["institution"])

    def names(self, name: str) -> list[str]:
        """List the names in a table's rows of the period at institutions of the run."""
        coded = self.coded(name, axis_column(name))
        inside = coded.codes[self.rows(name, INSTITUTION) >= 0]
        counts = np.bincount(inside, minlength=len(coded.dictionary))
        return sorted((text for text, count in zip(coded.texts, counts.tolist(), strict=True) if count), key=str.encode)


def window_of(name: str) -> Window:
    """Return the periods whose rows of a table count in a run, unless an input says otherwise."""
    return Window.YEAR_SO_FAR if name == BALANCES else Window.PERIOD


def axis_column(name: str) -> str:
    """Return the column by which formulas ask for a table's rows."""
    return BY_NAME[name].axis_column

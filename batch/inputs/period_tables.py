"""The reference tables as a run reads them: the rows of its period, at the institutions that take part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.input_tables import BY_NAME
from batch.inputs.keyed_columns import ByKey, Groups, whole_numbers
from batch.inputs.roster import Engaged
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, Level
from payengine.periods import Period

Int64 = npt.NDArray[np.int64]

# The column by which a table is keyed; for the first six the policy declares the names that it knows.
KEYS: Mapping[str, str] = {
    "appraisal": "indicator", "finance": "line", "measure": "name", "pay_component": "component",
    "directed_task": "task", "adjustment": "component", "opening_balance": "name", "comparator": "cell",
}  # fmt: skip
NAMED = ("appraisal", "finance", "measure", "pay_component", "directed_task", "adjustment")
PAYING = ("pay_component", "directed_task", "adjustment")  # tables of money or of work that is paid
BALANCES = "opening_balance"


class PeriodTables:
    """The tables of a snapshot, seen from one run."""

    def __init__(self, engaged: Engaged, tables: Mapping[str, pa.Table]) -> None:
        self.engaged = engaged
        self._tables = tables
        self.table = cache(self._table)
        self._rows = cache(self._find_rows)
        self._groups = cache(self._group)

    def whole(self, name: str) -> pa.Table:
        """A table with all its rows."""
        return self._tables[name]

    def optional(self, name: str) -> pa.Table | None:
        """A table with all its rows; None where the source did not have it."""
        return self._tables.get(name)

    def _table(self, name: str) -> pa.Table:
        """A table's rows of the period; one that the source did not have is empty."""
        if name == BALANCES:
            return self._of_periods(name, balance_of(self.engaged.period))
        return self._of_periods(name, lambda other: other == self.engaged.period)

    def within(self, name: str) -> pa.Table:
        """A table's rows of the months and quarters that a settlement settles."""
        return self._of_periods(name, lambda other: other != self.engaged.period and other.within(self.engaged.period))

    def _of_periods(self, name: str, wanted: Callable[[Period], bool]) -> pa.Table:
        table = self._tables.get(name)
        if table is None:
            return pa.table({column.name: pa.array([], pa.string()) for column in BY_NAME[name].columns})
        chosen = [text for text in pc.unique(table["period"]).to_pylist() if wanted(Period.parse(text))]
        return table.filter(pc.is_in(table["period"], value_set=pa.array(chosen, pa.string())))

    def by_key_last_year(self, name: str, value: str) -> ByKey:
        """The rows of the same period a year before, at institutions."""
        found = self._of_periods(name, lambda other: other == self.engaged.period.last_year())
        rows = self.engaged.institution_rows(found["institution"])
        return ByKey(Groups.of(found[KEYS[name]], rows), whole_numbers(found, value))

    def by_key_within(self, name: str, value: str) -> ByKey:
        """The rows of `within` at institutions, whoever of them they are of."""
        found = self.within(name)
        rows = self.engaged.institution_rows(found["institution"])
        return ByKey(Groups.of(found[KEYS[name]], rows), whole_numbers(found, value))

    def twice_within(self, name: str) -> list[tuple[str, str, str]]:
        """(institution, staff, key) that have rows of a month and of the quarter around it: they would count twice."""
        found: dict[tuple[str, str, str], set[Period]] = {}
        table = self.within(name)
        staff = table["staff"] if "staff" in table.column_names else pa.repeat("", len(table))
        for *key, period in zip(
            *(column.to_pylist() for column in (table["institution"], staff, table[KEYS[name]], table["period"])),
            strict=True,
        ):
            found.setdefault((key[0], key[1], key[2]), set()).add(Period.parse(period))
        return sorted(
            key
            for key, periods in found.items()
            if any(one != other and one.within(other) for one in periods for other in periods)
        )

    def balances_twice(self) -> list[tuple[str, str, str]]:
        """(institution, staff, name) of opening balances that stand for two periods which both apply."""
        table = self.table(BALANCES)
        places = zip(*(table[name].to_pylist() for name in ("institution", "staff", KEYS[BALANCES])), strict=True)
        counted = Counter(places)
        return sorted(key for key, count in counted.items() if count > 1)

    def by_key(self, name: str, level: Level, value: str, own: bool = True) -> ByKey:
        """A table's rows at a level. At INSTITUTION those without staff; with `own` unset all of the institution."""
        return ByKey(self._groups(name, level, own), whole_numbers(self.table(name), value))

    def _group(self, name: str, level: Level, own: bool) -> Groups:
        rows = self._rows(name, level)
        if level is INSTITUTION and own and "staff" in self.table(name).column_names:
            rows = np.where(np.asarray(pc.equal(self.table(name)["staff"], "")), rows, -1)
        return Groups.of(self.table(name)[KEYS[name]], rows)

    def _find_rows(self, name: str, level: Level) -> Int64:
        """Per row of a table its row at a level; -1 where it has none in this run."""
        found = self.table(name)
        if level is CONSORTIUM:
            return np.zeros(found.num_rows, np.int64)
        if level is STAFF:
            return self.engaged.staff_rows(found["institution"], found["staff"])
        return self.engaged.institution_rows(found["institution"])

    def names(self, name: str) -> list[str]:
        """The names in a table's rows of the period at institutions of the run."""
        found = self.table(name)
        inside = self._rows(name, INSTITUTION) >= 0
        names: list[str] = pc.unique(found.filter(pa.array(inside))[KEYS[name]]).to_pylist()
        return sorted(names, key=str.encode)


def balance_of(period: Period) -> Callable[[Period], bool]:
    """Which opening balances apply: those of a period of the same year that begins no later than this one ends."""
    return lambda other: other.year_start == period.year_start and other.first_day <= period.last_day

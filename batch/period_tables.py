"""The reference tables as a run reads them: the rows of its period, at the institutions that take part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.engaged import Engaged
from batch.given import ByKey, Groups, whole_numbers
from batch.tables import BY_NAME
from payengine.graph import CONSORTIUM, INSTITUTION, STAFF, Level

Int64 = npt.NDArray[np.int64]

# The column by which a table is keyed; for the first six the policy declares the names that it knows.
KEYS: Mapping[str, str] = {
    "appraisal": "indicator", "finance": "line", "measure": "name", "pay_component": "component",
    "directed_task": "task", "adjustment": "component", "opening_balance": "name", "comparator": "cell",
}  # fmt: skip
NAMED = ("appraisal", "finance", "measure", "pay_component", "directed_task", "adjustment")
PAYING = ("pay_component", "directed_task", "adjustment")  # tables of money or of work that is paid
OF_PERSONS = ("pay_component", "adjustment")  # tables of money for a person


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

    def _table(self, name: str) -> pa.Table:
        """A table's rows of the period; one that the source did not have is empty."""
        table = self._tables.get(name)
        if table is None:
            return pa.table({column.name: pa.array([], pa.string()) for column in BY_NAME[name].columns})
        return table.filter(pc.equal(table["period"], str(self.engaged.period)))

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

    def strangers(self) -> Iterator[tuple[str, str, str, str]]:
        """(table, institution, staff, name) of amounts for persons who are not engaged there in the period."""
        for name in OF_PERSONS:
            found = self.table(name)
            lost = (self._rows(name, STAFF) < 0) & (self._rows(name, INSTITUTION) >= 0)
            lost &= np.asarray(pc.not_equal(found["staff"], ""), bool)
            rows = found.filter(pa.array(lost))
            places = zip(*(rows[column].to_pylist() for column in ("institution", "staff", KEYS[name])), strict=True)
            yield from ((name, *place) for place in places)

"""The reference tables as a run reads them: the rows of its period, at the institutions that take part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.engaged import Engaged
from batch.given import ByKey
from batch.tables import BY_NAME
from payengine.graph import CONSORTIUM, STAFF, Level

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
        self.by_key = cache(self._by_key)

    def whole(self, name: str) -> pa.Table:
        """A table with all its rows."""
        return self._tables[name]

    def _table(self, name: str) -> pa.Table:
        """A table's rows of the period; one that the source did not have is empty."""
        table = self._tables.get(name)
        if table is None:
            return pa.table({column.name: pa.array([], pa.string()) for column in BY_NAME[name].columns})
        return table.filter(pc.equal(table["period"], str(self.engaged.period)))

    def _by_key(self, name: str, level: Level, value: str, own: bool = True) -> ByKey:
        """A table's rows at a level. At INSTITUTION those without staff; with `own` unset all of the institution."""
        found = self.table(name)
        rows: npt.NDArray[np.int64]
        if level is CONSORTIUM:
            rows = np.zeros(found.num_rows, np.int64)
        elif level is STAFF:
            rows = self.engaged.staff_rows(found["institution"], found["staff"])
        else:
            rows = self.engaged.institution_rows(found["institution"])
            if own and "staff" in found.column_names:
                rows = np.where(np.asarray(pc.equal(found["staff"], "")), rows, -1)
        return ByKey.of(found, KEYS[name], value, rows)

    def names(self, name: str) -> list[str]:
        """The names in a table's rows of the period at institutions of the run."""
        found = self.table(name)
        inside = self.engaged.institution_rows(found["institution"]) >= 0
        names: list[str] = pc.unique(found.filter(pa.array(inside))[KEYS[name]]).to_pylist()
        return sorted(names, key=str.encode)

    def strangers(self) -> Iterator[tuple[str, str, str, str]]:
        """(table, institution, staff, name) of amounts for persons who are not engaged there in the period."""
        for name in OF_PERSONS:
            found = self.table(name)
            lost = (self.engaged.staff_rows(found["institution"], found["staff"]) < 0) & (
                self.engaged.institution_rows(found["institution"]) >= 0
            )
            lost &= np.asarray(pc.not_equal(found["staff"], ""), bool)
            rows = found.filter(pa.array(lost))
            places = zip(*(rows[column].to_pylist() for column in ("institution", "staff", KEYS[name])), strict=True)
            yield from ((name, *place) for place in places)

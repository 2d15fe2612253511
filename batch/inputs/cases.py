"""Cases of the table `adjustment` that are to be put right: open ones, and late ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.inputs.period_tables import PeriodTables
from payengine.exact import Exact
from payengine.graph import Column, Scope
from payengine.graph.inputs import InputSpec
from payengine.periods import day_number

TABLE, OPEN_STATUSES = "adjustment", ("fed_back", "reminded")


def are_open(table: pa.Table) -> npt.NDArray[np.bool_]:
    """Flag the cases that were fed back or reminded of, and are not rectified."""
    if "status" not in table.column_names:
        return np.zeros(len(table), bool)
    return np.asarray(pc.is_in(table["status"], value_set=pa.array(OPEN_STATUSES)), bool)


def are_overdue(table: pa.Table, day: int) -> npt.NDArray[np.bool_]:
    """Flag the open cases whose deadline is on or before a day."""
    if "deadline" not in table.column_names:
        return np.zeros(len(table), bool)
    late: npt.NDArray[np.bool_] = table["deadline"].to_numpy() <= day
    return are_open(table) & late


def open_cases(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Count the open cases of each institution, its staff's too."""
    return _counted(tables, spec, scope, are_open(tables.table(TABLE)))


def overdue_cases(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Count each institution's open cases whose deadline has passed."""
    day = day_number(tables.roster.period.last_day)
    return _counted(tables, spec, scope, are_overdue(tables.table(TABLE), day))


def _counted(tables: PeriodTables, spec: InputSpec, scope: Scope, chosen: npt.NDArray[np.bool_]) -> Column:
    found = tables.table(TABLE)
    rows = tables.roster.institution_rows(found["institution"]) if len(found) else np.zeros(0, np.int64)
    counted = np.bincount(rows[chosen & (rows >= 0)], minlength=scope.frame.rows(spec.level))
    return Column(scope, spec.level, Exact(counted.astype(np.int64), 0), spec.unit)

"""Figures of single inputs that are computed from whole reference tables."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.inputs.period_tables import PeriodTables
from payengine.exact import Exact
from payengine.graph import STAFF, Absence, Codes, Column, Origin, Scope
from payengine.graph.inputs import InputSpec
from payengine.kernels.arrays import Int64
from payengine.periods import OPEN, day_number


def employer(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Codes:
    """Read the employer per engagement; the institution itself where none is given."""
    table = tables.roster.coding.engagements
    own, given = (table[name].cast(pa.string()) for name in ("institution", "employer"))
    named = pc.if_else(pc.equal(given, ""), own, given)
    return coded(named, tables.roster.engagement, spec, scope)


def department_code(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Codes:
    """Read the code of every department of the run."""
    rows = np.arange(scope.frame.rows(spec.level), dtype=np.int64)
    return coded(pa.chunked_array([pa.array(scope.frame.departments, pa.string())]), rows, spec, scope)


def months_in_force(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Compute days in force / days of the month per institution, over all its rows.

    Each month in ten-thousandths half up.
    """
    roster, table = tables.roster, tables.whole("institution")
    rows = roster.institution_rows(table["code"])
    start, until = (table[name].to_numpy().astype(np.int64)[rows >= 0] for name in ("from", "until"))
    total = np.zeros(scope.frame.rows(spec.level), np.int64)
    for month in roster.period.months():
        first, end = day_number(month.first_day), day_number(month.next_first_day)
        days = np.zeros(len(total), np.int64)
        np.add.at(days, rows[rows >= 0], np.maximum(np.minimum(until, end) - np.maximum(start, first), 0))
        total += (2 * days * 10**spec.scale + month.days) // (2 * month.days)
    return number(total, spec, scope)


def first_worked(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Read the first day of working life per person; absent where it is unknown."""
    table, people = tables.whole("staff"), tables.roster.coding.staff
    days = np.full(len(people), OPEN, np.int64)
    days[people.index(table["code"])] = table["first_worked"].cast(pa.int64()).fill_null(OPEN).to_numpy()
    of_person = days[scope.frame.staff]
    lacking = of_person == OPEN
    absent = (Absence(Origin("staff", "first_worked", STAFF), lacking),) if lacking.any() else ()
    return number(np.where(lacking, 0, of_person), spec, scope, absent)


def tenure_years(tables: PeriodTables, spec: InputSpec, scope: Scope) -> Column:
    """Count whole years since the first day of working life, up to its last anniversary."""
    first = first_worked(tables, spec, scope)
    years, months, days = _calendar(first.data.values)
    last = tables.roster.period.last_day
    passed = (months < last.month) | ((months == last.month) & (days <= last.day))
    return number(np.maximum(last.year - years - np.where(passed, 0, 1), 0), spec, scope, first.absent)


def number(values: npt.ArrayLike, spec: InputSpec, scope: Scope, absent: tuple[Absence, ...] = ()) -> Column:
    """Return whole numbers in the scale and the unit of an input as its column."""
    return Column(scope, spec.level, Exact(np.asarray(values, np.int64), spec.scale), spec.unit, absent)


def coded(texts: pa.ChunkedArray, rows: Int64, spec: InputSpec, scope: Scope) -> Codes:
    """Return the texts of some rows of a table as codes."""
    found = texts.combine_chunks().dictionary_encode()
    codes = np.asarray(found.indices.to_numpy(zero_copy_only=False), np.int32)[rows]
    return Codes(scope, spec.level, codes, tuple(found.dictionary.to_pylist()))


def _calendar(numbers: Int64) -> tuple[Int64, Int64, Int64]:
    """Split day numbers into year, month and day."""
    dates = numbers.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    since = months.astype(np.int64)  # since January 1970
    return since // 12 + 1970, since % 12 + 1, (dates - months).astype(np.int64) + 1

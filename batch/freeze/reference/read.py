"""Reference tables of a period: read whole, checked whole, kept as far as needed.

Reference data decides everybody's pay, so one wrong row refuses the freeze; every problem of every table is told at
once. The rules are in `checks.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch import input_tables as tables
from batch.background import BackgroundWorker
from batch.freeze.records.item_map import ItemMap
from batch.freeze.reference.checks import check_across, check_alone
from batch.freeze.reference.count_changes import mapped_anew, priced_anew
from batch.freeze.reference.findings import ended_by_cancellation, more_than_a_post
from batch.freeze.reference.not_engaged import pairs, rows_not_engaged
from batch.freeze.reference.rows import Rows
from batch.freeze.reference.summaries import counted_items, with_items
from batch.freeze.reference.team_shares import sum_to_one, written_out
from batch.snapshot.period_rows import PeriodRows, period_rows
from batch.snapshot.table_rows import LongerRows, TableRows, rows_of_longer_periods, rows_of_period
from batch.sources.base import Binds, Source
from batch.values import parse as values
from payengine.errors import Problem, Refused
from payengine.periods import MONTH, Period, day_number
from payengine.texts import say

# Tables in which a row outside the year so far cannot matter; in the others the codes of all rows count, because a
# code in no row of its table is another reason than a code not in force.
OF_THE_YEAR = ("engagement", "license", "absence", "difficulty", "contract")
OF_RECORDS = (tables.RECORD.name, tables.SUMMARY.name, "patient")  # of a month only: no settlement sees a patient
COMPARED_WITH_LAST_YEAR = ("finance", "measure")  # tables whose rows of a year before formulas may read


@dataclass(frozen=True)
class Reference:
    """Reference tables of a period.

    `tables` holds every table of `tables.REFERENCE`, typed as `values.schema` but with equal shares of teams written
    out, in the order of the UTF-8 bytes of its key and then of `from`; `rows` counts the rows of each table that the
    source has, `missing` names the optional tables that it lacks. `normalised` counts, by table and column, the values
    written otherwise, `period_rows` describes by table and period the rows that name a period; `longer` are the rows
    of longer periods around it; `item_map` is the map of the office's own codes of services, None where there is none.
    `summaries` are the rows of `service_summary`, with items, in the order in which they were read.
    """

    period: Period
    tables: dict[str, pa.Table]
    rows: dict[str, TableRows]
    normalised: dict[str, dict[str, int]]
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    period_rows: PeriodRows = field(default_factory=dict)
    longer: tuple[LongerRows, ...] = ()
    item_map: ItemMap | None = None
    summaries: Rows | None = None


def check_reference(source: Source, period: Period) -> tuple[Reference, list[Problem]]:
    """Read and check the reference tables; problems come as values.

    The tables are those rows that could be read. The problems include what `service_record` lacks.
    """
    binds = Binds.of(period)
    wanted = [table for table in tables.TABLES if period.kind == MONTH or table.name not in OF_RECORDS]
    present = source.present()
    if period.kind == MONTH and tables.ITEM_MAP.name in present:
        wanted.append(tables.ITEM_MAP)
    problems = source.problems([table for table in wanted if table.name not in present])
    if tables.RECORD in wanted and tables.RECORD.name in present:
        problems += source.problems([tables.RECORD])
    read: dict[str, Rows] = {}
    found: list[tuple[list[Problem], Future[list[Problem]] | None]] = []
    with ThreadPoolExecutor(1) as beside:  # checks a table while the next one is read
        for table in wanted:
            if table is tables.RECORD or (table.name not in present and not table.optional):
                continue
            rows, unread = read_table(source, table, binds)
            checked = None
            if rows.whole or rows.count:
                read[table.name] = rows
                checked = beside.submit(copy_context().run, _check_rows, rows, period)
            found.append((unread, checked))
    for unread, checked in found:
        problems += unread + ([] if checked is None else checked.result())
    item_map = ItemMap.of(read[tables.ITEM_MAP.name].data) if tables.ITEM_MAP.name in read else None
    summaries = read.get(tables.SUMMARY.name)
    mapped: list[str] = []
    if summaries is not None and item_map is not None:
        mapped = mapped_anew(summaries, item_map, period)
        with_items(summaries, item_map, period)
    problems += check_across(read)
    if summaries is not None and "service_item" in read:
        problems += counted_items(summaries, read["service_item"], period)
    if tables.ITEM_MAP.name in read:
        problems += items_mapped_once(source)
    problems.sort(key=_in_order(problems))
    kept: dict[str, pa.Table] = {}
    of_periods = {}
    for table in tables.REFERENCE:
        rows = read.get(table.name, Rows(source, table))
        if any(column.kind == "period" for column in table.columns):
            of_periods[table.name] = period_rows(table, rows.data, rows.key_order.places)
        kept[table.name] = _kept(rows, period)
    of_records = (tables.RECORD, tables.SUMMARY)  # of which no table is kept
    missing = tuple(
        table.name
        for table in wanted
        if table not in of_records and table.name not in present and not table.kept_if_given
    )
    counts = {
        name: TableRows(found.data.num_rows, rows_of_period(found.table, found.data, period), kept[name].num_rows)
        for name, found in read.items()
        if name in present and name in kept
    }
    normalised = {name: rows.normalised.counts for name, rows in read.items() if rows.normalised.counts}
    warnings = (
        *rows_not_engaged(kept, period),
        *more_than_a_post(kept["engagement"], period),
        *ended_by_cancellation(kept["contract"], period),
        *(() if summaries is None else priced_anew(summaries, kept, mapped, period)),
    )
    longer = [row for rows in read.values() for row in rows_of_longer_periods(rows.table, rows.data, period)]
    reference = Reference(
        period, kept, counts, normalised, missing, warnings, of_periods, tuple(longer), item_map, summaries
    )
    return reference, problems


def _check_rows(rows: Rows, period: Period) -> list[Problem]:
    """List the problems of a table by itself.

    These are values that cannot be read, and rules that need no other table.
    """
    problems = rows.problems + check_alone(rows)
    return problems + (sum_to_one(rows, period) if rows.table.name == "team_member" else [])


def items_mapped_once(source: Source) -> list[Problem]:
    """Refuse two maps of the items of records: the table `item_map` and codes in the settings."""
    if "item" not in source.value_map.stated.get(tables.RECORD.name, {}):
        return []
    what = say("the settings map items too, under [source.values.{table}.item]", table=tables.RECORD.name)
    remedy = say("put those rows into item_map and take them out of payengine.toml")
    return [Problem(what, source.where(tables.ITEM_MAP.name), remedy=remedy)]


def read_table(source: Source, table: tables.Table, binds: Binds) -> tuple[Rows, list[Problem]]:
    """Read a reference table, and the problems that keep it from being read whole.

    Values that cannot be read are problems of the rows.
    """
    batches: list[pa.RecordBatch] = []
    rows = Rows(source, table)
    problems: list[Problem] = []

    def take(raw: pa.RecordBatch) -> None:
        typed, found = values.parse_batch(table, raw, rows.normalised)
        rows.normalised.count()
        rows.note(found)
        rows.count += typed.num_rows
        batches.append(typed)

    try:
        with BackgroundWorker(take) as worker:  # parses a batch while the next one is read
            for raw in source.read(table.name, binds):
                worker.put(raw)
        if table.name in source.present():
            problems += source.missing_rows(table.name, rows.count)
    except Refused as refused:
        rows.whole = False
        problems += refused.problems or [Problem(refused.what, source.name)]
    rows.data = pa.Table.from_batches(batches, values.schema(table)).combine_chunks()
    return rows, problems


def _in_order(problems: list[Problem]) -> Callable[[Problem], tuple[int, int]]:
    """Order problems table by table as they were read, in each by row.

    Those of a whole table come first.
    """
    places = {place: order for order, place in enumerate(dict.fromkeys(problem.where for problem in problems))}
    return lambda problem: (places[problem.where], problem.row or 0)


def _kept(rows: Rows, period: Period) -> pa.Table:
    """Take the rows that the period reads, in canonical order.

    Equal shares of teams are written out.
    """
    data, order = rows.data, rows.key_order.places
    if rows.table.name == "team_member":
        data = written_out(data.take(pa.array(order)))
        order = np.arange(data.num_rows)
    matters = _matters(rows.table, data, period)
    return data.take(pa.array(order if matters.all() else order[matters[order]]))


def _matters(table: tables.Table, data: pa.Table, period: Period) -> npt.NDArray[np.bool_]:
    """Flag the rows that the period reads.

    Rows about later days only must not change an earlier month's snapshot.
    """
    end = day_number(period.next_first_day)
    if table.name in OF_THE_YEAR:
        begun = data["from"].to_numpy() < end
        kept = np.asarray(begun & (data["until"].to_numpy() > day_number(period.year_start)))
        return begun & _same_place(data, kept) if table.name == "engagement" else kept
    if table.name == "patient":
        return np.asarray(data["died"].to_numpy() < end)
    if any(column.kind == "period" for column in table.columns):
        wanted: Callable[[Period], bool] = period_within(period)
        if table.name == "opening_balance":
            wanted = begins_by(period)
        elif table.name in COMPARED_WITH_LAST_YEAR:
            wanted = period_or_last_year(period)
        coded = data["period"].combine_chunks().dictionary_encode()
        answers = np.array(
            [wanted(Period.parse(text)) if text else False for text in coded.dictionary.to_pylist()], bool
        )
        return answers[coded.indices.to_numpy()] if len(answers) else np.zeros(data.num_rows, bool)
    return np.ones(data.num_rows, bool)


def _same_place(engagement: pa.Table, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Flag the rows of persons who have a kept row at that institution.

    Somebody who renewed a contract is not new.
    """
    keys = pairs(engagement)
    return np.asarray(pc.is_in(keys, value_set=keys.filter(pa.array(kept))), bool)


def period_within(period: Period) -> Callable[[Period], bool]:
    """Accept the period itself and, for a settlement, the periods it is made of."""
    return lambda other: other.within(period)


def period_or_last_year(period: Period) -> Callable[[Period], bool]:
    """Accept the same, and the same period a year before."""
    return lambda other: other.within(period) or other == period.last_year()


def begins_by(period: Period) -> Callable[[Period], bool]:
    """Accept every period that begins no later than this one ends."""
    return lambda other: other.first_day <= period.last_day

"""History of a period: results of the year's other periods by their current revisions.

A month is told of the year's earlier months and of the quarters and half-years that ended before it, and of what last
December left of carried pools. A settlement (a
quarter, a half-year, a year) is told of the periods that it is made of too: its months, quarters and half-years.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from batch.ledger.records import History, Publication
from batch.ledger.revisions import publications
from batch.ledger.stored_run import StoredRun
from batch.report_names import OUTSIDE
from batch.snapshot.schemas import FIGURES, HISTORY, HISTORY_FIGURES, HISTORY_TABLES, HISTORY_WORK, WORK
from batch.text_ranks import text_ranks
from payengine.periods import KINDS, MONTH, Period
from payengine.policy.pool_outputs import CARRIED, GIVEN, USED

_NAMED = ("level", "name", "unit", "scale")  # columns of the reports' names, in the order of a history's columns
PERSONS = "staff"  # the level of reports that are not kept: they are of persons, and the lines tell what these got


def read_by(period: Period) -> list[Period]:
    """List the periods whose results a period's run may read: months, quarters, half-years."""
    return sorted([*period.earlier(), *period.settled()], key=lambda each: (KINDS.index(each.kind), each.first_day))


@dataclass(frozen=True)
class Given:
    """Results of one revision, in the form in which the runs of other periods read them.

    `tables` are those of a history, `held` the institutions that the run left out, each with its reason.
    """

    made: Publication
    tables: Mapping[str, pa.Table]
    held: Mapping[str, str]

    @classmethod
    def of(cls, run: RunRows, made: Publication) -> Given:
        """Read what a run gave, published as `made`."""
        tables = {
            name: pa.Table.from_batches(_rows_of(run, made, name), schema) for name, schema in HISTORY_TABLES.items()
        }
        return cls(made, tables, json.loads(run.header["holds"]))


class RunRows(Protocol):
    """Run whose rows can be read: one that is stored, or one that was computed and is not."""

    header: dict[str, Any]

    def batches(self, name: str) -> Iterable[pa.RecordBatch]: ...

    def table(self, name: str) -> pa.Table: ...


Proposed = Mapping[Period, Given]  # revisions that nobody published, by period: they stand for the current ones


def publications_read(
    connection: Connection | None, period: Period, proposed: Proposed = MappingProxyType({})
) -> list[Publication]:
    """List the current revisions that a period's run reads; none without a ledger."""
    current = {} if connection is None else {made.period: made for made in publications(connection)}
    current |= {each: given.made for each, given in proposed.items()}
    found = [current[each] for each in read_by(period) if each in current]
    closing = current.get(last_december(period)) if period.kind == MONTH else None
    if closing is not None:
        found += [closing] if _closing(connection, closing, proposed).num_rows else []
    return found


def last_december(period: Period) -> Period:
    """Return the month before a period's year, whose carried pools open that year."""
    return Period(period.year_start.replace(year=period.year_start.year - 1, month=12))


Reading = Callable[[], AbstractContextManager[Connection | None]]  # opens a transaction; None without a ledger


def history(
    reading: Reading, connection: Connection | None, period: Period, proposed: Proposed = MappingProxyType({})
) -> History:
    """Find the published results that a period's run needs; without a ledger all are missing.

    Headers are read now, rows when they are asked for, in a transaction of their own.
    """
    found = publications_read(connection, period, proposed)
    published = {made.period for made in found}
    held = {made.period: _held(connection, made, proposed) for made in found if made.period != last_december(period)}

    def rows(name: str) -> Iterator[pa.RecordBatch]:
        with reading() as now:
            for made in sorted(found, key=lambda each: str(each.period)):
                if name == FIGURES:
                    yield from _figures_of(now, made, period, proposed).to_batches()
                elif made.period in proposed:
                    yield from proposed[made.period].tables[name].to_batches()
                elif made.period != last_december(period):
                    yield from _rows_of(_stored(now, made), made, name)

    return History(
        rows=rows,
        publications=tuple(found),
        missing=tuple(each for each in read_by(period) if each.kind == MONTH and each not in published),
        held={each: holds for each, holds in held.items() if holds},
    )


def _stored(connection: Connection | None, made: Publication) -> StoredRun:
    assert connection is not None  # the publication was found in it
    return StoredRun(connection, made.run)


def _held(connection: Connection | None, made: Publication, proposed: Proposed) -> Mapping[str, str]:
    if made.period in proposed:
        return proposed[made.period].held
    return dict(json.loads(_stored(connection, made).header["holds"]))


def _figures_of(connection: Connection | None, made: Publication, period: Period, proposed: Proposed) -> pa.Table:
    if made.period == last_december(period):
        return _closing(connection, made, proposed)
    if made.period in proposed:
        return proposed[made.period].tables[FIGURES]
    return _figures(_stored(connection, made), made)


def _rows_of(run: RunRows, made: Publication, name: str) -> Iterator[pa.RecordBatch]:
    """Read one table of what a run gave.

    Lines and work are in the order of all columns: that of the stored tables, pay before statements. A component has
    one class.
    """
    if name == FIGURES:
        yield from _figures(run, made).to_batches()
    elif name == WORK:
        for batch in run.batches("workload"):
            yield _of_period(batch, made, HISTORY_WORK)
    else:
        components = run.table("run_component")
        for kind, table in (("pay", "pay_line"), ("statement", "statement_line")):
            of_kind = components.filter(pc.equal(components["kind"], kind)).combine_chunks()
            names, classes = (of_kind[column].combine_chunks() for column in ("component", "pay_class"))
            for batch in run.batches(table):
                pay_class = classes.take(pc.index_in(batch["component"], value_set=names)).fill_null("")
                yield _of_period(batch.append_column("pay_class", pay_class), made, HISTORY, kind=kind)


def _closing(connection: Connection | None, made: Publication, proposed: Proposed) -> pa.Table:
    """Read what a December reported of carried pools.

    A year without any reads nothing of the year before.
    """
    if made.period in proposed:
        figures = proposed[made.period].tables[FIGURES]
    else:
        figures = _figures(_stored(connection, made), made)
    names = set(figures["name"].to_pylist())
    pools = {name.removesuffix(ending) for ending in (CARRIED, OUTSIDE) for name in names if name.endswith(ending)}
    wanted = [f"{pool}{ending}" for pool in sorted(pools) for ending in (GIVEN, CARRIED, USED, OUTSIDE)]
    return figures.filter(pc.is_in(figures["name"], value_set=pa.array(wanted, pa.string())))


def _figures(stored: RunRows, made: Publication) -> pa.Table:
    """Read the figures that a run reported of institutions and of the whole run.

    They come in the order of all columns. All lines are read, because their digest is of all; those of persons are let
    go of batch by batch.
    """
    names = stored.table("run_report")
    names = names.filter(pc.not_equal(names["level"], PERSONS)).sort_by([(name, "ascending") for name in _NAMED])
    positions = names["position"].combine_chunks()
    found = [batch.filter(pc.is_in(batch["position"], value_set=positions)) for batch in stored.batches("report_line")]
    kinds = {"position": pa.int64(), "institution": pa.string(), "value": pa.int64()}
    lines = pa.table({name: pa.chunked_array([each[name] for each in found], kind) for name, kind in kinds.items()})
    place = np.asarray(pc.index_in(lines["position"], value_set=positions).to_numpy(), np.int64)
    order = _figure_order(names, place, lines)
    lines, called = lines.take(pa.array(order)), names.take(pa.array(place[order]))
    figures = pa.table(
        {**{name: called[name] for name in _NAMED}, "institution": lines["institution"], "value": lines["value"]}
    )
    batches = figures.combine_chunks().to_batches()
    return pa.Table.from_batches([_of_period(batch, made, HISTORY_FIGURES) for batch in batches], HISTORY_FIGURES)


def _figure_order(names: pa.Table, place: npt.NDArray[np.int64], lines: pa.Table) -> npt.NDArray[np.integer[Any]]:
    """Order figures by level, institution, name and value.

    `place` is that of each among the ordered names. They come name by name, and are compared as numbers: texts would
    take many times as long.
    """
    levels, institutions = text_ranks(names["level"])[place], text_ranks(lines["institution"])
    keys = (levels * (institutions.max(initial=0) + 1) + institutions) * max(len(names), 1) + place
    return np.lexsort((lines["value"].to_numpy(), keys))


def _of_period(rows: pa.RecordBatch, made: Publication, schema: pa.Schema, **texts: str) -> pa.RecordBatch:
    """Bring a run's rows into the form of `schema`, with its period.

    Columns that the rows do not have are ''.
    """
    constant = {"period": str(made.period), **texts}
    columns = [
        rows[name] if name in rows.schema.names else pa.repeat(constant.get(name, ""), rows.num_rows)
        for name in schema.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)

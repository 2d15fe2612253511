"""History of a period: results of the year's other periods by their current revisions.

A month is told of the year's earlier months and of the quarters and half-years that ended before it, and of what last
December left of carried pools. A settlement (a
quarter, a half-year, a year) is told of the periods that it is made of too: its months, quarters and half-years.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from batch.ledger.records import History, Publication
from batch.ledger.revisions import publications
from batch.ledger.stored_run import StoredRun
from batch.report_names import OUTSIDE
from batch.snapshot.schemas import HISTORY, HISTORY_FIGURES, HISTORY_WORK
from payengine.periods import KINDS, MONTH, Period
from payengine.policy.pool_outputs import CARRIED, GIVEN, USED

PERSONS = "staff"  # the level of reports that are not kept: they are of persons, and the lines tell what these got


def read_by(period: Period) -> list[Period]:
    """List the periods whose results a period's run may read: months, quarters, half-years."""
    return sorted([*period.earlier(), *period.settled()], key=lambda each: (KINDS.index(each.kind), each.first_day))


@dataclass(frozen=True)
class Given:
    """Results of one revision, in the form in which the runs of other periods read them.

    `lines`, `work`, `figures` and `held` as in `History`.
    """

    made: Publication
    lines: pa.Table
    work: pa.Table
    figures: pa.Table
    held: Mapping[str, str]

    @classmethod
    def of(cls, run: RunRows, made: Publication) -> Given:
        """Read what a run gave, published as `made`."""
        return cls(
            made,
            pa.concat_tables([HISTORY.empty_table(), *_lines(run, made)]),
            _of_period(run.table("workload"), made, HISTORY_WORK),
            _figures(run, made),
            json.loads(run.header["holds"]),
        )


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


def history(connection: Connection | None, period: Period, proposed: Proposed = MappingProxyType({})) -> History:
    """Read the published results that a period's run needs; without a ledger all are missing."""
    found = publications_read(connection, period, proposed)
    published = {made.period for made in found}
    lines, work, figures = [HISTORY.empty_table()], [HISTORY_WORK.empty_table()], [HISTORY_FIGURES.empty_table()]
    held = {}
    for made in found:
        if made.period == last_december(period):
            figures.append(_closing(connection, made, proposed))
            continue
        given = _given(connection, made, proposed)
        lines.append(given.lines)
        work.append(given.work)
        figures.append(given.figures)
        held[made.period] = given.held
    return History(
        lines=pa.concat_tables(lines),
        publications=tuple(found),
        missing=tuple(each for each in read_by(period) if each.kind == MONTH and each not in published),
        work=pa.concat_tables(work),
        figures=pa.concat_tables(figures),
        held={each: holds for each, holds in held.items() if holds},
    )


def _given(connection: Connection | None, made: Publication, proposed: Proposed) -> Given:
    if made.period in proposed:
        return proposed[made.period]
    assert connection is not None  # the publication was found in it
    return Given.of(StoredRun(connection, made.run), made)


def _lines(stored: RunRows, made: Publication) -> Iterator[pa.Table]:
    components = stored.table("run_component")
    for kind, name in (("pay", "pay_line"), ("statement", "statement_line")):
        table = stored.table(name)
        of_kind = components.filter(pc.equal(components["kind"], kind))
        place = pc.index_in(table["component"], value_set=of_kind["component"].combine_chunks())
        classes = of_kind["pay_class"].combine_chunks().take(place.combine_chunks()).fill_null("")
        yield _of_period(table.append_column("pay_class", classes), made, HISTORY, kind=kind)


def _closing(connection: Connection | None, made: Publication, proposed: Proposed) -> pa.Table:
    """Read what a December reported of carried pools.

    A year without any reads nothing of the year before.
    """
    if made.period in proposed:
        figures = proposed[made.period].figures
    else:
        assert connection is not None  # the publication was found in it
        figures = _figures(StoredRun(connection, made.run), made)
    names = set(figures["name"].to_pylist())
    pools = {name.removesuffix(ending) for ending in (CARRIED, OUTSIDE) for name in names if name.endswith(ending)}
    wanted = [f"{pool}{ending}" for pool in sorted(pools) for ending in (GIVEN, CARRIED, USED, OUTSIDE)]
    return figures.filter(pc.is_in(figures["name"], value_set=pa.array(wanted, pa.string())))


def _figures(stored: RunRows, made: Publication) -> pa.Table:
    """Read the figures that a run reported of institutions and of the whole run.

    All lines are read, because their digest is of all; those of persons are let go of batch by batch.
    """
    names = stored.table("run_report")
    names = names.filter(pc.not_equal(names["level"], PERSONS))
    positions = names["position"].combine_chunks()
    found = [HISTORY_FIGURES.empty_table()]
    for batch in stored.batches("report_line"):
        lines = pa.Table.from_batches([batch.filter(pc.is_in(batch["position"], value_set=positions))])
        called = names.take(pc.index_in(lines["position"], value_set=positions))
        columns = {name: called[name] for name in ("level", "name", "unit", "scale")}
        table = pa.table({**columns, "institution": lines["institution"], "value": lines["value"]})
        found.append(_of_period(table, made, HISTORY_FIGURES))
    return pa.concat_tables(found)


def _of_period(table: pa.Table, made: Publication, schema: pa.Schema, **texts: str) -> pa.Table:
    """Bring a run's rows into the form of `schema`, with its period.

    Columns that the table does not have are ''.
    """
    constant: dict[str, Any] = {"period": str(made.period), **texts}
    columns = [
        table[name] if name in table.column_names else pa.array([constant.get(name, "")] * len(table), pa.string())
        for name in schema.names
    ]
    return pa.Table.from_arrays(columns, schema=schema)

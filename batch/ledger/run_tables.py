"""Rows of a run in the ledger: each table's Arrow form, order and digest.

The tables of `Results` and these say the same; only the reports are split here, the name of a report (once) and its
values (per institution and person, or per department).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Table

from batch.content_digest import TableDigest, digest_of
from batch.ledger import schema
from batch.result_tables import FIRST_VERSION, LEDGER_TABLES, LedgerTable
from batch.results import arrow_schema

BATCH_ROWS = 50_000
OF_DEPARTMENTS = "department"  # the level under which the names of their figures are stored
_CALLED = ["level", "name", "label", "unit", "scale"]

Tables = dict[str, pa.Table]  # by the names of RUN_TABLES


@dataclass(frozen=True)
class RunTable:
    """One table of rows of runs, unique in its key and in the order of its bytes."""

    described: LedgerTable
    table: Table
    arrow: pa.Schema

    @property
    def name(self) -> str:
        return self.described.name

    @property
    def key(self) -> tuple[str, ...]:
        return self.described.key

    def ordered(self, table: pa.Table) -> pa.Table:
        """Bring `table` into this form: its columns, their types, and the order of the key."""
        chosen = table.select(self.arrow.names).cast(self.arrow).combine_chunks()
        return chosen if is_ordered(chosen, self.key) else chosen.sort_by([(name, "ascending") for name in self.key])

    def digest(self, batches: Iterable[pa.RecordBatch]) -> str:
        """Digest the content of rows that come in the order of the key."""
        digest = TableDigest(self.arrow)
        for batch in batches:
            digest.update(batch)
        return digest_of(digest.describe())

    def digest_without(self) -> str | None:
        """Digest the table for a run that names no digest of it: no rows, if it may be older."""
        return self.digest(()) if self.described.since > FIRST_VERSION else None


RUN_TABLES: dict[str, RunTable] = {
    name: RunTable(described, schema.RUN_TABLES[name], arrow_schema(described.columns))
    for name, described in LEDGER_TABLES.items()
}


def is_ordered(table: pa.Table, key: Sequence[str]) -> bool:
    """Tell if each row follows the one before it, or is equal, by the columns of a key."""
    same: pa.ChunkedArray | None = None  # rows that equal the one before them, as far as the key was compared
    for name in key:
        column = table[name]
        before, after = column.slice(0, max(len(column) - 1, 0)), column.slice(1)
        falls = pc.greater(before, after)
        if pc.any(falls if same is None else pc.and_(same, falls)).as_py():
            return False
        equal = pc.equal(before, after)
        same = equal if same is None else pc.and_(same, equal)
    return True


def split_reports(reports: pa.Table, first: int = 0) -> tuple[pa.Table, pa.Table]:
    """Split reports into their names, in order of appearance, and values by that position.

    Positions count from `first`. Reports of departments have no level of their own: they get one.
    """
    if "level" not in reports.column_names:
        reports = reports.append_column("level", pa.repeat(OF_DEPARTMENTS, len(reports)))
    keyed = pc.binary_join_element_wise(reports["level"], reports["name"], "\x00")
    distinct = pc.unique(keyed)
    position = pc.add(pc.index_in(keyed, value_set=distinct).cast(pa.int64()), first)
    names = reports.select(_CALLED).take(pc.index_in(distinct, value_set=keyed))
    numbers = pa.array(range(first, first + len(names)), pa.int64())
    places = [name for name in reports.column_names if name not in _CALLED]
    return names.append_column("position", numbers), reports.select(places).append_column("position", position)


def join_reports(names: pa.Table, values: pa.Table) -> pa.Table:
    """Join names and values into reports, by position and place."""
    place = pc.index_in(values["position"], value_set=names["position"].combine_chunks())
    called = names.take(place)
    columns = {name: called[name] for name in _CALLED}
    return pa.table({**columns, **{name: values[name] for name in values.column_names if name != "position"}})


def numbered(table: pa.Table) -> pa.Table:
    """Add the position of each row, which is the order in which a register prints them."""
    return table.append_column("position", pa.array(range(len(table)), pa.int64()))


def batches_of(table: pa.Table) -> Iterator[pa.RecordBatch]:
    yield from table.to_batches(max_chunksize=BATCH_ROWS)

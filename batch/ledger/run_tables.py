"""A run's rows as the ledger keeps them: which Arrow table is which SQL table, in which order, with which digest.

The tables of `Results` and these say the same; only the reports are split in two here, what a report is called (once)
and its values (per institution and person).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Table

from batch.content_digest import TableDigest, digest_of
from batch.ledger import schema
from batch.ledger.column_types import Whole

BATCH_ROWS = 50_000

Tables = dict[str, pa.Table]  # by the names of STORED


@dataclass(frozen=True)
class Stored:
    """One table of a run's rows; `rows` are unique in `key` and stand in the order of its bytes."""

    table: Table
    rows: pa.Schema
    key: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.table.name)

    def ordered(self, table: pa.Table) -> pa.Table:
        """`table` in this form: its columns, their types, and the order of the key."""
        chosen = table.select(self.rows.names).cast(self.rows).combine_chunks()
        return chosen.sort_by([(name, "ascending") for name in self.key])

    def digest(self, batches: Iterable[pa.RecordBatch]) -> str:
        """The logical digest of the rows, which come in the order of the key."""
        digest = TableDigest(self.rows)
        for batch in batches:
            digest.update(batch)
        return digest_of(digest.describe())


def _stored(table: Table, key: int) -> Stored:
    """The Arrow form of a table: every column but `run`; the first `key` of them are the key."""
    columns = [column for column in table.columns if column.name != "run"]
    fields = [
        pa.field(column.name, pa.int64() if isinstance(column.type, Whole) else pa.string(), nullable=False)
        for column in columns
    ]
    return Stored(table, pa.schema(fields), tuple(field.name for field in fields[:key]))


STORED: dict[str, Stored] = {
    "pay_line": _stored(schema.pay_line, 5),
    "statement_line": _stored(schema.statement_line, 3),
    "workload": _stored(schema.workload, 4),
    "rejection": Stored(
        schema.rejection,
        pa.schema(
            [
                pa.field("record_id", pa.string(), nullable=False),
                pa.field("staff", pa.string(), nullable=False),
                pa.field("institution", pa.string(), nullable=False),
                pa.field("copy", pa.int64(), nullable=False),
                pa.field("reason", pa.string(), nullable=False),
            ]
        ),
        ("record_id", "staff", "copy"),
    ),
    "run_component": _stored(schema.run_component, 1),
    "run_report": _stored(schema.run_report, 1),
    "report_line": _stored(schema.report_line, 3),
}
# What these say beside labels, which are no part of a run's id, follows from policy and formulas, which are.
DESCRIBING = ("run_component", "run_report")


def split_reports(reports: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The reports' names, in the order in which they first appear, and their values by that position."""
    called = ["level", "name", "label", "unit", "scale"]
    keyed = pc.binary_join_element_wise(reports["level"], reports["name"], "\x00")
    distinct = pc.unique(keyed)
    position = pc.index_in(keyed, value_set=distinct).cast(pa.int64())
    first = pc.index_in(distinct, value_set=keyed)
    names = reports.select(called).take(first)
    numbers = pa.array(range(len(names)), pa.int64())
    values = reports.select(["institution", "staff", "value"]).append_column("position", position)
    return names.append_column("position", numbers), values


def join_reports(names: pa.Table, values: pa.Table) -> pa.Table:
    """The reports as `Results` holds them, by position, institution and staff."""
    place = pc.index_in(values["position"], value_set=names["position"].combine_chunks())
    called = names.take(place)
    columns = {name: called[name] for name in ("level", "name", "label", "unit", "scale")}
    return pa.table({**columns, **{name: values[name] for name in ("institution", "staff", "value")}})


def numbered(table: pa.Table) -> pa.Table:
    """`table` with the position of each row, which is the order in which a register prints them."""
    return table.append_column("position", pa.array(range(len(table)), pa.int64()))


def batches_of(table: pa.Table) -> Iterator[pa.RecordBatch]:
    yield from table.to_batches(max_chunksize=BATCH_ROWS)

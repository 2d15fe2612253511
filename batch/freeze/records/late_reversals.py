"""Late rows: dated elsewhere, read only if they reverse a row that is read.

The counting filter has ruled most of the others out; here the record ids themselves are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import numbers
from batch.freeze.records.counting_filter import NEVER, CountingFilter
from batch.freeze.records.ingest import RecordSpools
from batch.freeze.records.row_schemas import LATE
from batch.freeze.records.screen import FlaggedSpool, ScreenedRows
from batch.freeze.records.unreadable import UnreadableValues
from batch.freeze.sorting.duckdb_sort import Sorter
from payengine.kernels.arrays import Flags, UInt64

NAMED = pa.schema([pa.field("record_id", pa.string(), nullable=False)])
NAMES = pa.schema([pa.field("reverses", pa.string(), nullable=False)])


def drop_unread_late(
    spooled: RecordSpools, screened: ScreenedRows, unreadable: UnreadableValues, sorter: Sorter
) -> tuple[ScreenedRows, UInt64]:
    """Take away the late rows that reverse nothing that is read.

    Returns also the hashes of the ids of those that stay. The rows that stay are counted in `spooled`; `Refused` if
    one of them holds a value that cannot be read.
    """
    id_counts = CountingFilter(spooled.linked.rows)
    some = False
    for batch in _late(screened):
        id_counts.count(numbers(batch, "reverses_hash"))
        some = True
    if not some:
        return screened, np.zeros(0, np.uint64)
    with (
        sorter.given("late", NAMES, (batch.select(NAMES.names) for batch in _late(screened))),
        sorter.given("named", NAMED, _perhaps_named(screened, id_counts)),
    ):
        found = list(sorter.stream("select distinct reverses from late semi join named on record_id = reverses"))
    read = pa.concat_arrays([pa.array([], pa.string()), *(batch["reverses"] for batch in found)])
    linked = FlaggedSpool(spooled.linked, _flags(screened, read))
    broken: list[tuple[str, str]] = []
    late_ids = [np.zeros(0, np.uint64)]
    remaining = ScreenedRows(screened.plain, screened.limited, linked)
    for batch in _late(remaining):
        spooled.read[LATE] += batch.num_rows
        late_ids.append(numbers(batch, "id_hash"))
        faults = batch.filter(pc.not_equal(batch["unreadable"], 0))
        broken += zip(faults["record_id"].to_pylist(), faults["reverses"].to_pylist(), strict=True)
    unreadable.refuse_late(broken)
    return remaining, np.concatenate(late_ids)


def _late(screened: ScreenedRows) -> Iterator[pa.RecordBatch]:
    for batch in screened.linked.rows(True):
        late = numbers(batch, "kind") == LATE
        if late.any():
            yield batch.filter(pa.array(late))


def _perhaps_named(screened: ScreenedRows, id_counts: CountingFilter) -> Iterator[pa.RecordBatch]:
    """Read the ids of records read by themselves, except those that no late row names."""
    for rows in (screened.linked.rows(True), screened.plain.rows(False), screened.limited.rows(False)):
        for batch in rows:
            named = id_counts.seen(numbers(batch, "id_hash")) != NEVER
            if "kind" in batch.schema.names:
                named &= numbers(batch, "kind") != LATE
            yield batch.select(NAMED.names).filter(pa.array(named))


def _flags(screened: ScreenedRows, read: pa.Array) -> Iterator[Flags]:
    """Flag the linked rows again: of late rows only those that reverse one of these records."""
    for batch, flags in screened.linked.each():
        late = numbers(batch, "kind") == LATE
        reverses = np.asarray(pc.is_in(batch["reverses"], value_set=read).to_numpy(zero_copy_only=False), bool)
        yield flags & (~late | reverses)

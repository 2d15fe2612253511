"""Late rows: dated neither in the period nor counting, they are read if they reverse a row that is.

The sieve has ruled most of the others out; here the record ids themselves are compared.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Booleans, numbers
from batch.freeze.records.counting_filter import NEVER, Sieve
from batch.freeze.records.ingest import Spooled
from batch.freeze.records.row_schemas import LATE
from batch.freeze.records.screen import Flagged, Sifted
from batch.freeze.records.unreadable import Faulty
from batch.freeze.sorting.duckdb_sort import Sorter

NAMED = pa.schema([pa.field("record_id", pa.string(), nullable=False)])
NAMES = pa.schema([pa.field("reverses", pa.string(), nullable=False)])


def settle_late(spooled: Spooled, sifted: Sifted, faulty: Faulty, sorter: Sorter) -> Sifted:
    """The same, without the late rows that are not read. Those that are read are counted, and refused if they cannot
    be read."""
    sieve = Sieve(spooled.suspects.rows)
    some = False
    for batch in _late(sifted):
        sieve.count(numbers(batch, "reverses_mark"))
        some = True
    if not some:
        return sifted
    with (
        sorter.given("late", NAMES, (batch.select(NAMES.names) for batch in _late(sifted))),
        sorter.given("named", NAMED, _perhaps_named(sifted, sieve)),
    ):
        found = list(sorter.stream("select distinct reverses from late semi join named on record_id = reverses"))
    read = pa.concat_arrays([pa.array([], pa.string()), *(batch["reverses"] for batch in found)])
    settled = Flagged(spooled.suspects, _flags(sifted, read))
    unreadable: list[tuple[str, str]] = []
    for batch in _late(Sifted(sifted.plain, sifted.limited, settled)):
        spooled.read[LATE] += batch.num_rows
        faults = batch.filter(pc.not_equal(batch["unreadable"], 0))
        unreadable += zip(faults["record_id"].to_pylist(), faults["reverses"].to_pylist(), strict=True)
    faulty.refuse_late(unreadable)
    return Sifted(sifted.plain, sifted.limited, settled)


def _late(sifted: Sifted) -> Iterator[pa.RecordBatch]:
    for batch in sifted.suspects.rows(True):
        late = numbers(batch, "kind") == LATE
        if late.any():
            yield batch.filter(pa.array(late))


def _perhaps_named(sifted: Sifted, sieve: Sieve) -> Iterator[pa.RecordBatch]:
    """Ids of records that are read in their own right, but those that surely no late row names."""
    for rows in (sifted.suspects.rows(True), sifted.plain.rows(False), sifted.limited.rows(False)):
        for batch in rows:
            named = sieve.seen(numbers(batch, "id_mark")) != NEVER
            if "kind" in batch.schema.names:
                named &= numbers(batch, "kind") != LATE
            yield batch.select(NAMED.names).filter(pa.array(named))


def _flags(sifted: Sifted, read: pa.Array) -> Iterator[Booleans]:
    """The suspects' flags anew: of late rows only those that reverse one of these records."""
    for batch, flags in sifted.suspects.each():
        late = numbers(batch, "kind") == LATE
        reverses = np.asarray(pc.is_in(batch["reverses"], value_set=read).to_numpy(zero_copy_only=False), bool)
        yield flags & (~late | reverses)

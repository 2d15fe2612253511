"""Sort by two small numbers, then by a text: by counting, bucket by bucket.

A bucket is a range of the first number, written to a spool of its own and put in order in memory. A comparing sort of
the same rows takes three times as long. What counting cannot do within its memory is left to DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.background import ahead
from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.external_sort import UnsortedRows, in_order
from batch.freeze.sorting.spool import Spool
from batch.snapshot.layout import BATCH_ROWS
from payengine.kernels.arrays import Int64
from payengine.kernels.text_order import order_in_groups

FEW_BYTES = 64 * 2**20  # of all rows together: for these compiling the kernel takes longer than DuckDB does
BUCKET_BYTES = 24 * 2**20  # as Arrow holds them; about five times as much is in memory, with the bucket that is next
MOST_BUCKETS = 128  # each is an open file
MOST_BYTES = 4 * BUCKET_BYTES  # of one bucket; a bigger one goes to DuckDB
GROUPS_PER_ROW = 16  # more groups than that for each row are not worth counting


@dataclass(frozen=True)
class CountedOrder:
    """Columns that order rows: two numbers and a text.

    `first` is an int32 from 0 below `most`, `second` an int32.
    """

    first: str
    most: int
    second: str
    text: str

    @property
    def sql(self) -> str:
        return f"{self.first}, {self.second}, {self.text}"

    def key(self, batch: pa.RecordBatch) -> pa.Array:
        """Give both numbers as one that can be compared."""
        return pa.array((numbers(batch, self.first).astype(np.int64) << 32) + numbers(batch, self.second))


def in_counted_order(
    unsorted: UnsortedRows, sorter: Sorter, folder: Path, order: CountedOrder
) -> Iterator[pa.RecordBatch]:
    """Stream the rows in order.

    Of rows that are equal in all three columns nobody may rely on an order.
    """
    if unsorted.bytes <= FEW_BYTES:
        yield from in_order(unsorted, sorter, folder, order.key, order.sql)
        return
    yield from ahead(_sorted_buckets(_buckets(unsorted, folder, order), unsorted, sorter, folder, order))


def _sorted_buckets(
    buckets: list[Spool], unsorted: UnsortedRows, sorter: Sorter, folder: Path, order: CountedOrder
) -> Iterator[pa.RecordBatch]:
    for number, spool in enumerate(buckets):
        rows = None if spool.bytes > MOST_BYTES else _whole(spool)
        places = None if rows is None else _order(rows, order)
        if rows is None or places is None:
            # A name of its own: an external sort writes spools of its own beside those of this one.
            again = UnsortedRows(f"{unsorted.name}_{number}", unsorted.schema, spool.read, spool.bytes)
            for batch in in_order(again, sorter, folder, order.key, order.sql):  # DuckDB says of no column "not null"
                yield pa.RecordBatch.from_arrays(batch.columns, schema=unsorted.schema)
        else:
            for start in range(0, places.size, BATCH_ROWS):
                yield rows.take(pa.array(places[start : start + BATCH_ROWS]))
        spool.path.unlink()


def _buckets(unsorted: UnsortedRows, folder: Path, order: CountedOrder) -> list[Spool]:
    """Spread the rows over spools, by equal ranges of the first number."""
    wanted = min(MOST_BUCKETS, -(-unsorted.bytes // BUCKET_BYTES), max(1, order.most))
    width = -(-max(1, order.most) // wanted)
    with ExitStack() as open_spools:
        spools = []
        for number in range(wanted):
            spools.append(Spool(folder / f"{unsorted.name}-{number}.arrow", unsorted.schema))
            open_spools.callback(spools[-1].close)
        for batch in unsorted.rows():
            place = (numbers(batch, order.first) // np.int32(width)).astype(np.uint8)  # one byte: sorted by its value
            together = batch.take(pa.array(np.argsort(place, kind="stable")))
            ends = np.cumsum(np.bincount(place, minlength=wanted)).tolist()
            for spool, start, end in zip(spools, [0, *ends[:-1]], ends, strict=True):
                spool.write(together.slice(start, end - start))
    return spools


def _whole(spool: Spool) -> pa.RecordBatch:
    batches = list(spool.read())
    return pa.concat_batches(batches) if batches else pa.RecordBatch.from_pylist([], spool.schema)


def _order(rows: pa.RecordBatch, order: CountedOrder) -> Int64 | None:
    """Find the rows' order; None if their numbers lie too far apart to be counted."""
    if not rows.num_rows:
        return np.empty(0, np.int64)
    first, second = (numbers(rows, name).astype(np.int64) for name in (order.first, order.second))
    least, span = second.min(), int(second.max() - second.min()) + 1
    group = (first - first.min()) * span + (second - least)
    groups = int(group.max()) + 1
    if groups > GROUPS_PER_ROW * rows.num_rows + BATCH_ROWS:
        return None
    text = rows[order.text]
    _, offsets, data = text.buffers()
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    places = np.empty(len(text), np.int64)
    starts = np.zeros(groups + 1, np.int64)
    order_in_groups(group, ends, np.frombuffer(data or b"", np.uint8), starts, places, np.empty_like(places))
    return places

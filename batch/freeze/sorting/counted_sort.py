"""Sort by two small numbers, then by a text: by counting, bucket by bucket.

A bucket is a range of the first number and put in order in memory. A comparing sort of the same rows takes three times
as long. What counting cannot do within its memory is left to DuckDB.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.background import ahead
from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.external_sort import UnsortedRows, in_order
from batch.snapshot.layout import BATCH_ROWS
from payengine.kernels.arrays import Int64
from payengine.kernels.text_order import order_in_groups

MOST_BYTES = 48 * 2**20  # of one bucket, as Arrow holds it; a bigger one goes to DuckDB
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
    buckets: Iterable[UnsortedRows], sorter: Sorter, folder: Path, order: CountedOrder
) -> Iterator[pa.RecordBatch]:
    """Stream the rows of buckets in order.

    The buckets are ranges of the first number and ascend. Of rows that are equal in all three columns nobody may rely
    on an order.
    """
    yield from ahead(_sorted_buckets(buckets, sorter, folder, order))


def _sorted_buckets(
    buckets: Iterable[UnsortedRows], sorter: Sorter, folder: Path, order: CountedOrder
) -> Iterator[pa.RecordBatch]:
    for bucket in buckets:
        rows = None if bucket.bytes > MOST_BYTES else _whole(bucket)
        places = None if rows is None else _order(rows, order)
        if rows is None or places is None:
            for batch in in_order(bucket, sorter, folder, order.key, order.sql):  # DuckDB says of no column "not null"
                yield pa.RecordBatch.from_arrays(batch.columns, schema=bucket.schema)
        else:
            for start in range(0, places.size, BATCH_ROWS):
                yield rows.take(pa.array(places[start : start + BATCH_ROWS]))


def _whole(bucket: UnsortedRows) -> pa.RecordBatch:
    batches = [batch for batch in bucket.rows() if batch.num_rows]
    if not batches:
        return pa.RecordBatch.from_pylist([], bucket.schema)
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


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
    words, spare_words = (np.empty(len(text), np.uint64) for _ in range(2))
    order_in_groups(
        group, ends, np.frombuffer(data or b"", np.uint8), starts, places, words, np.empty_like(places), spare_words
    )
    return places

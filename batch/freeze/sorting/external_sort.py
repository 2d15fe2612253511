"""External sort: more rows than DuckDB can sort within its memory, bucket by bucket.

A bucket is a range of the leading key.

DuckDB spills, but its merge holds a block of every sorted run at once: beyond some times its memory it gives up. So
rows are first put into as many spools as are needed, by a sample of their keys; sorted one after another, these are
the whole in order. Only one key alone can make a bucket too big.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.spool import Spool
from payengine.kernels.arrays import Int64

BUCKET_BYTES = 96 * 2**20  # of rows as Arrow holds them; 40 million records were sorted so within its memory
SAMPLED = 64  # one row in so many tells how keys are distributed


@dataclass(frozen=True)
class UnsortedRows:
    """Rows that can be read as often as needed: `bytes` is about how much they are."""

    name: str
    schema: pa.Schema
    rows: Callable[[], Iterable[pa.RecordBatch]]
    bytes: int


def in_order(
    unsorted: UnsortedRows, sorter: Sorter, folder: Path, key: Callable[[pa.RecordBatch], pa.Array], order: str
) -> Iterator[pa.RecordBatch]:
    """Stream the rows in an SQL order.

    `key` gives the first column of this order, as an array that can be compared.
    """
    sql = f"from {unsorted.name} order by {order}"
    if unsorted.bytes <= BUCKET_BYTES:
        with sorter.given(unsorted.name, unsorted.schema, unsorted.rows()):
            yield from sorter.stream(sql)
        return
    for spool in _buckets(unsorted, folder, key):
        with sorter.given(unsorted.name, unsorted.schema, spool.read()):
            yield from sorter.stream(sql)
        spool.path.unlink()


def _buckets(unsorted: UnsortedRows, folder: Path, key: Callable[[pa.RecordBatch], pa.Array]) -> list[Spool]:
    bounds = _bounds((key(batch) for batch in unsorted.rows()), -(-unsorted.bytes // BUCKET_BYTES))
    with ExitStack() as open_spools:
        spools = []
        for number in range(len(bounds) + 1):
            spools.append(Spool(folder / f"{unsorted.name}-{number}.arrow", unsorted.schema))
            open_spools.callback(spools[-1].close)
        for batch in unsorted.rows():
            place = _places(key(batch), bounds)
            by_place = np.argsort(place, kind="stable")
            ends = np.cumsum(np.bincount(place, minlength=len(spools)))
            for spool, start, end in zip(spools, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
                if start < end:
                    spool.write(batch.take(pa.array(by_place[start:end])))
    return spools


def _bounds(keys: Iterable[pa.Array], buckets: int) -> list[Any]:
    """Choose the keys at which buckets begin, so that each has about as many rows.

    The first bucket has no such key.
    """
    sample = pa.concat_arrays([each.take(pa.array(np.arange(0, len(each), SAMPLED))) for each in keys])
    sample = sample.take(pc.array_sort_indices(sample))
    chosen = [sample[len(sample) * number // buckets] for number in range(1, buckets)]
    return list(dict.fromkeys(chosen))


def _places(keys: pa.Array, bounds: list[Any]) -> Int64:
    """Find the bucket of each key: the number of bounds that are not beyond it."""
    place = np.zeros(len(keys), np.int64)
    for bound in bounds:
        place += np.asarray(pc.greater_equal(keys, bound).to_numpy(zero_copy_only=False))
    return place

"""Sorting by counting: the order that comparing gives, whatever the sizes."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batch.background import ahead
from batch.freeze.records import write
from batch.freeze.sorting import counted_sort, external_sort
from batch.freeze.sorting.bucket_spool import BucketSpool
from batch.freeze.sorting.counted_sort import CountedOrder, in_counted_order
from batch.freeze.sorting.duckdb_sort import sorter
from batch.freeze.sorting.external_sort import UnsortedRows
from payengine.kernels.text_order import RUN, order_in_groups

OWNERS = 7
SCHEMA = pa.schema(
    [
        pa.field("owner", pa.int32(), False), pa.field("day", pa.int32(), False), pa.field("text", pa.string(), False),
        pa.field("value", pa.int64(), False),
    ]
)  # fmt: skip
ROW = st.tuples(st.integers(0, OWNERS - 1), st.integers(-2, 3), st.text(max_size=3), st.integers(0, 9))


def sort(
    parts: list[list[tuple[int, int, str, int]]], bucket: int = 1, **limits: int
) -> list[tuple[int, int, str, int]]:
    batches = [
        pa.RecordBatch.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in part], SCHEMA)
        for part in parts
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        sorter(Path(folder)) as sorting,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in limits.items():
            patch.setattr(counted_sort, name, value)
        spool = BucketSpool(Path(folder) / "rows", SCHEMA, "owner", OWNERS)
        for batch in batches:
            spool.write(batch)
        spool.spread()
        order = CountedOrder("owner", OWNERS, "day", "text")
        buckets = [
            UnsortedRows(f"given_{first}", SCHEMA, partial(spool.buckets_in_parts, first, last), spool.bytes)
            for first, last in write.ranges_of(spool.rows_by_bucket, bucket)
        ]
        found = list(in_counted_order(buckets, sorting, Path(folder), order))
        assert all(batch.schema == SCHEMA for batch in found)  # batches of both sorts are put together
    return [tuple(row.values()) for batch in found for row in batch.to_pylist()]


@settings(max_examples=60)
@given(st.lists(st.lists(ROW, max_size=30), max_size=4), st.integers(1, 400), st.sampled_from((0, 200, 2**20)))
def test_counting_gives_the_order_that_comparing_gives(
    parts: list[list[tuple[int, int, str, int]]], bucket: int, most: int
) -> None:
    """However small the buckets, and those beyond `most` bytes sorted by DuckDB."""
    found = sort(parts, bucket, MOST_BYTES=most)
    rows = [row for part in parts for row in part]
    assert sorted(found) == sorted(rows)
    assert [row[:3] for row in found] == sorted((row[:3] for row in rows), key=lambda row: (*row[:2], row[2].encode()))


def test_days_far_apart_are_not_counted() -> None:
    rows = [(owner, day, "t", 0) for owner in range(OWNERS) for day in (2**31 - 1, -(2**31))]
    found = sort([rows], GROUPS_PER_ROW=0, BATCH_ROWS=8)
    assert found == sorted(rows)


def test_a_bucket_beyond_the_memory_of_duckdb_is_sorted_externally(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its buckets and those of the counted sort stand in one folder."""
    monkeypatch.setattr(external_sort, "BUCKET_BYTES", 500)
    rows = [(owner, day, str(day * owner % 5), 0) for owner in range(OWNERS) for day in range(60)]
    assert sort([rows], bucket=150, MOST_BYTES=0) == sorted(rows)


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=3)), max_size=6 * RUN))
@example([(0, b"a" * (place % 5)) for place in range(5 * RUN + 1)])
@example([(place % 2, b"R2026" + b"%012d" % (place * 7919 % 97)) for place in range(5 * RUN + 1)])
@example([(0, text) for text in (b"ab", b"a", b"", b"a\0", b"a\0\0b", b"a\xff")])
def test_rows_of_a_group_are_ordered_by_text_and_equal_ones_stay(rows: list[tuple[int, bytes]]) -> None:
    group = np.array([number for number, _ in rows], np.int64)
    offsets = np.cumsum([0, *(len(text) for _, text in rows)]).astype(np.int32)
    data = np.frombuffer(b"".join(text for _, text in rows), np.uint8)
    starts, places = np.zeros(4, np.int64), np.empty(len(rows), np.int64)
    words, spare_words = (np.empty(len(rows), np.uint64) for _ in range(2))
    order_in_groups(group, offsets, data, starts, places, words, np.empty_like(places), spare_words)
    assert places.tolist() == sorted(range(len(rows)), key=lambda row: (rows[row], row))
    assert starts.tolist() == [0, *np.cumsum(np.bincount(group, minlength=3)).tolist()]


def test_pieces_come_in_order_and_a_failure_after_them() -> None:
    def pieces() -> Iterator[int]:
        yield from range(20)
        raise OSError("the disk is full")

    taken: list[int] = []
    with pytest.raises(OSError, match="the disk is full"):
        taken.extend(ahead(pieces()))
    assert list(ahead(iter(range(50)))) == list(range(50))


def test_who_stops_taking_pieces_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    endless = ahead(iter(int, 1))
    assert next(endless) == 0
    endless.close()
    assert threading.active_count() == before

"""Spools that spread their rows: nothing is lost, and what is held does not grow."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.freeze.records import write
from batch.freeze.sorting import bucket_spool, hash_partitions
from batch.freeze.sorting.bucket_spool import BucketSpool
from batch.freeze.sorting.hash_partitions import HashPartitions, together

SCHEMA = pa.schema(
    [
        pa.field("id", pa.uint64(), False), pa.field("text", pa.string(), False), pa.field("owner", pa.int32(), False),
        pa.field("flag", pa.uint8(), False),
    ]
)  # fmt: skip
OWNERS = 9
ROW = st.tuples(st.integers(0, 2**64 - 1), st.text(max_size=4), st.integers(0, OWNERS - 1), st.integers(0, 1))
Rows = list[tuple[int, str, int, int]]


def batch_of(rows: Rows) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)


def rows_of(batches: list[pa.RecordBatch]) -> Rows:
    return [tuple(row.values()) for batch in batches for row in batch.to_pylist()]


@settings(max_examples=60)
@given(st.lists(st.lists(ROW, max_size=12), max_size=6), st.integers(1, 15), st.sampled_from((1, 3, 1024)), st.data())
def test_ranges_of_buckets_hold_the_rows_of_their_owners(
    parts: list[Rows], chunk: int, buckets: int, data: st.DataObject
) -> None:
    written = [row for part in parts for row in part]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(bucket_spool, "CHUNK_ROWS", chunk)
        patch.setattr(bucket_spool, "MOST_BUCKETS", buckets)
        spool = BucketSpool(Path(folder) / "rows", SCHEMA, "owner", OWNERS)
        for part in parts:
            spool.write(batch_of(part))
        assert sorted(rows_of(list(spool.read()))) == sorted(written)
        assert [row[1:] for row in rows_of(list(spool.read()))] == rows_of_columns(spool, ["text", "owner", "flag"])
        spool.spread()
        first = data.draw(st.integers(0, spool.buckets - 1))
        last = data.draw(st.integers(first + 1, spool.buckets))
        wanted = [row for row in written if first <= row[2] // spool.width < last]
        assert sorted(rows_of([spool.buckets_from(first, last)])) == sorted(wanted)
        assert sorted(rows_of(list(spool.buckets_in_parts(first, last)))) == sorted(wanted)
        assert spool.rows_by_bucket[first:last].sum() == len(wanted)
        spool.release()
        assert list(Path(folder).iterdir()) == []


def rows_of_columns(spool: BucketSpool, names: list[str]) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for batch in spool.read(names) for row in batch.to_pylist()]


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=9), max_size=6), st.integers(1, 20), st.booleans())
def test_partitions_together_are_all_hashes_in_order_of_their_leading_byte(
    parts: list[list[int]], held: int, swap: bool
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(hash_partitions, "HELD", held)
        one, other = (HashPartitions(Path(folder) / name) for name in ("one", "other"))
        for part in parts:
            one.write(np.array(part, np.uint64))
        other.write(np.array([7], np.uint64))
        pairs = list(together(other, one) if swap else together(one, other))
        mine = [pair[1 if swap else 0].tolist() for pair in pairs]
        assert sorted(each for part in mine for each in part) == sorted(each for part in parts for each in part)
        if pairs[0][2]:
            assert [each >> 56 for part in mine for each in part] == [n for n, part in enumerate(mine) for _ in part]
        one.release()
        other.release()
        assert list(Path(folder).iterdir()) == []


def test_a_file_that_was_cut_is_found_out(tmp_path: Path) -> None:
    spool = BucketSpool(tmp_path / "rows", SCHEMA, "owner", OWNERS)
    spool.write(batch_of([(1, "a", 2, 0)] * 9))
    spool.spread()
    (tmp_path / "rows").write_bytes((tmp_path / "rows").read_bytes()[:20])
    with pytest.raises(OSError, match="ends too early"):
        spool.buckets_from(0, spool.buckets)


@pytest.mark.parametrize("times", [1, 4])
def test_memory_holds_a_chunk_and_a_range_however_many_rows_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """Memory holds as many rows, and as many hashes, for four times as many."""
    monkeypatch.setattr(bucket_spool, "CHUNK_ROWS", 200)
    monkeypatch.setattr(hash_partitions, "HELD", 200)
    spool = BucketSpool(tmp_path / "rows", SCHEMA, "owner", 1000)
    hashes = HashPartitions(tmp_path / "hashes")
    random = np.random.default_rng(1)
    most_held = 0
    for _ in range(20 * times):
        owners = random.integers(0, 1000, 50).tolist()
        spool.write(batch_of([(owner, "text", owner, 0) for owner in owners]))
        hashes.write(random.integers(0, 2**64, 50, np.uint64))
        most_held = max(most_held, spool._held_rows, hashes._held_rows)
    assert most_held < 200
    spool.spread()
    size = spool.bytes // spool.rows
    ranges = list(write.ranges_of(spool.rows_by_bucket * size, 100 * size))
    assert [first for first, _ in ranges] == [0, *(last for _, last in ranges[:-1])]
    assert max(spool.buckets_from(first, last).num_rows for first, last in ranges) <= 100
    assert max(part.size for part in hashes.partitions()) < 10 * (1 + times)  # of 4,000 in 256 partitions
    hashes.release()

"""Spool whose rows are spread over buckets while they are written, by ranges of one number.

Rows are held until a chunk of them is put in order of the buckets and written, column by column: a bucket is later
read piece by piece from every chunk, and one column of all rows without the others. So however many rows pass, memory
holds a chunk while writing and a bucket while reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers, text_buffers
from batch.freeze.sorting.file_pieces import append_array, read_piece
from payengine.kernels.arrays import Int64

CHUNK_ROWS = 2**18  # 14 MB of plain service rows
MOST_BUCKETS = 1024  # of which as many are read together as memory shall hold
OFFSET = np.dtype(np.int32)


@dataclass(frozen=True)
class _Chunk:
    """Rows that were written together: where columns stand, and where buckets begin."""

    rows: int
    starts: Int64  # of the buckets, and the end of the last
    places: dict[str, int]  # of each column's values; of a text's offsets
    texts: dict[str, tuple[int, Int64]]  # of each column of texts: where its bytes stand, and each bucket's first byte


class BucketSpool:
    """Rows of one schema: first written, then read whole or bucket by bucket.

    `by` names an int32 from 0 below `most`; a bucket is a range of it, and buckets ascend. No column has nulls; each
    holds numbers or texts. Rows that never filled a chunk stay in memory.
    """

    def __init__(self, path: Path, schema: pa.Schema, by: str, most: int) -> None:
        self.path = path
        self.schema = schema
        self.rows = 0
        self.bytes = 0  # as Arrow holds them
        self.most = most
        self.width = -(-max(1, most) // MOST_BUCKETS)
        self.buckets = -(-max(1, most) // self.width)
        self._by = by
        self._held: list[pa.RecordBatch] = []
        self._held_rows = 0
        self._chunks: list[_Chunk] = []
        self._file: BinaryIO | None = None
        self._written = 0

    def write(self, rows: pa.RecordBatch) -> None:
        """Append rows, given with this spool's columns in any order of columns."""
        if rows.num_rows:
            chosen = rows.select(self.schema.names)
            self._held.append(chosen)
            self._held_rows += rows.num_rows
            self.rows += rows.num_rows
            self.bytes += chosen.nbytes
            if self._held_rows >= CHUNK_ROWS:
                self._write_chunk()

    def close(self) -> None:
        """End the writing; safe to call twice."""
        if self._file is not None:
            self.spread()

    def spread(self) -> None:
        """End the writing, and let buckets be read, however few the rows are."""
        if self._held_rows:
            self._write_chunk()
        if self._file is not None:
            self._file.close()
            self._file = None

    def release(self) -> None:
        """Forget all rows and remove the file, if there is one."""
        self._held, self._chunks = [], []
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)

    def read(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read all rows, always in the same batches; only some columns, if they are named."""
        self.close()
        schema = self.schema if columns is None else pa.schema([self.schema.field(name) for name in columns])
        for batch in self._held:
            yield batch.select(schema.names)
        if self._chunks:
            with self.path.open("rb", buffering=0) as file:
                for chunk in self._chunks:
                    yield self._pieces(file, [(chunk, 0, self.buckets)], schema)

    def buckets_from(self, first: int, last: int) -> pa.RecordBatch:
        """Read the rows of a range of buckets, chunk by chunk."""
        if not self._chunks:
            return pa.RecordBatch.from_pylist([], self.schema)
        with self.path.open("rb", buffering=0) as file:
            return self._pieces(file, [(chunk, first, last) for chunk in self._chunks], self.schema)

    def buckets_in_parts(self, first: int, last: int) -> Iterator[pa.RecordBatch]:
        """Read the rows of a range of buckets as `buckets_from` does, in several batches."""
        if not self._chunks:
            return
        with self.path.open("rb", buffering=0) as file:
            for chunk in self._chunks:
                yield self._pieces(file, [(chunk, first, last)], self.schema)

    @property
    def rows_by_bucket(self) -> Int64:
        """Count the rows of each bucket that are in the file."""
        return sum((np.diff(chunk.starts) for chunk in self._chunks), np.zeros(self.buckets, np.int64))

    def _write_chunk(self) -> None:
        if self._file is None:
            self._file = self.path.open("xb")
        rows = self._held[0] if len(self._held) == 1 else pa.concat_batches(self._held)
        bucket = (numbers(rows, self._by) // np.int32(self.width)).astype(np.uint16)  # two bytes: sorted by value
        order = np.argsort(bucket, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=self.buckets))]).astype(np.int64)
        places: dict[str, int] = {}
        texts: dict[str, tuple[int, Int64]] = {}
        for name in self.schema.names:
            if pa.types.is_string(self.schema.field(name).type):
                offsets, data = text_buffers(rows[name].take(pa.array(order)))
                first, last = int(offsets[0]), int(offsets[-1])
                places[name] = self._append(offsets - np.int32(first))
                texts[name] = self._append(data[first:last]), (offsets[starts] - first).astype(np.int64)
            else:
                places[name] = self._append(numbers(rows, name)[order])
        self._chunks.append(_Chunk(rows.num_rows, starts, places, texts))
        self._held, self._held_rows = [], 0

    def _append(self, values: Any) -> int:
        """Write values at the end of the file; returns where they begin."""
        assert self._file is not None
        place = self._written
        self._written += append_array(self._file, np.ascontiguousarray(values))
        return place

    def _pieces(self, file: Any, pieces: Sequence[tuple[_Chunk, int, int]], schema: pa.Schema) -> pa.RecordBatch:
        """Read ranges of buckets, each of a chunk, as one batch."""
        ranges = [(chunk, int(chunk.starts[first]), int(chunk.starts[last])) for chunk, first, last in pieces]
        count = sum(end - begin for _, begin, end in ranges)
        columns = []
        for field in schema:
            if pa.types.is_string(field.type):
                columns.append(self._texts(file, field.name, pieces, ranges, count))
                continue
            values = np.empty(count, field.type.to_pandas_dtype())
            at = 0
            for chunk, begin, end in ranges:
                read_piece(file, chunk.places[field.name] + begin * values.itemsize, values[at : at + end - begin])
                at += end - begin
            columns.append(pa.array(values))
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    @staticmethod
    def _texts(
        file: Any, name: str, pieces: Sequence[tuple[_Chunk, int, int]],
        ranges: Sequence[tuple[_Chunk, int, int]], count: int,
    ) -> pa.Array:  # fmt: skip
        held = [chunk.texts[name][1] for chunk, _, _ in pieces]
        sizes = [int(first[last] - first[start]) for first, (_, start, last) in zip(held, pieces, strict=True)]
        offsets, data = np.zeros(count + 1, OFFSET), np.empty(sum(sizes), np.uint8)
        at = filled = 0
        for (chunk, begin, end), (_, start, _), first, size in zip(ranges, pieces, held, sizes, strict=True):
            if begin == end:
                continue
            ends = offsets[at + 1 : at + 1 + end - begin]
            read_piece(file, chunk.places[name] + (begin + 1) * OFFSET.itemsize, ends)
            ends += np.int32(filled - int(first[start]))
            read_piece(file, chunk.texts[name][0] + int(first[start]), data[filled : filled + size])
            at += end - begin
            filled += size
        return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(data)])

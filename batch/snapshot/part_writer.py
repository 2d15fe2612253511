"""Writer of a snapshot's files: bytes are hashed and columns digested on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from batch.background import BackgroundWorker
from batch.content_digest import Description, TableDigest
from batch.snapshot.layout import BATCH_ROWS

Files = dict[str, dict[str, Any]]  # size and hash of each file, as the manifest states them


class HashedFile:
    """New file, written from its beginning to its end, that hashes its bytes on the way."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("xb")
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, content: Any) -> int:
        view = memoryview(content)
        self._file.write(view)
        self._hash.update(view)
        self.bytes += view.nbytes
        return view.nbytes

    def tell(self) -> int:
        return self.bytes

    def flush(self) -> None:
        self._file.flush()

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        self._file.close()

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def told(self) -> dict[str, Any]:
        return {"bytes": self.bytes, "sha256": self._hash.hexdigest()}


class PartWriter:
    """Writer of batches of one schema into numbered files of a folder, Arrow or Parquet.

    `end_part` lets a new file begin. Background workers write and digest.
    """

    def __init__(self, root: Path, name: str, schema: pa.Schema, files: Files, *, parquet: bool) -> None:
        self.name = name
        self.schema = schema
        self.parts: list[int] = []
        self._root = root
        self._files = files
        self._parquet = parquet
        self._digest = TableDigest(schema)
        self._digests = BackgroundWorker(self._digest.update)
        self._writes = BackgroundWorker(self._write)
        self._rows = 0  # of the part that is open
        self._file: HashedFile | None = None
        self._writer: Any = None

    def write(self, batch: pa.RecordBatch) -> None:
        self._digests.put(batch)
        self._writes.put(batch)

    def end_part(self) -> None:
        """Let the next rows begin a new file."""
        self._writes.put(_END)

    def describe(self) -> Description:
        """State rows and digests, once everything is written."""
        return self._digest.describe()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._writes.put(_END)
        finally:
            try:
                self._digests.__exit__(kind, error, trace)
            finally:
                self._writes.__exit__(kind, error, trace)
                if self._file is not None:  # a failure left it open
                    self._file.close()

    def _write(self, batch: pa.RecordBatch) -> None:
        if batch is _END:
            self._end()
            return
        if self._file is None:
            kind = "parquet" if self._parquet else "arrow"
            self._place = f"{self.name}/{len(self.parts):05}.{kind}"
            self._file = HashedFile(self._root / self._place)
            sink = pa.PythonFile(self._file, mode="w")
            self._writer = parquet_writer(sink, self.schema) if self._parquet else pa.ipc.new_file(sink, self.schema)
        self._writer.write_batch(batch)
        self._rows += batch.num_rows

    def _end(self) -> None:
        if self._file is not None:
            self._writer.close()
            self._file.close()
            self._files[self._place] = self._file.told()
            self.parts.append(self._rows)
            self._file, self._rows = None, 0


_END: Any = pa.RecordBatch.from_arrays([], names=[])


def parquet_writer(sink: Any, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a Parquet file for fast writing.

    Record ids get no dictionary, because they seldom repeat.
    """
    repeated = [field.name for field in schema if field.name not in ("record_id", "service")]
    return pq.ParquetWriter(
        sink, schema, compression="zstd", compression_level=1, use_dictionary=repeated, write_statistics=False
    )


def write_table(
    root: Path, place: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch], files: Files
) -> Description:
    """Write one Parquet file; returns its rows and digests.

    One thread digests and another one compresses.
    """
    digest = TableDigest(schema)
    file = HashedFile(root / place)
    try:
        with (
            parquet_writer(pa.PythonFile(file, mode="w"), schema) as writer,
            BackgroundWorker(digest.update) as digests,
            BackgroundWorker(writer.write_batch) as writes,
        ):
            for batch in batches:
                digests.put(batch)
                writes.put(batch)
    finally:
        file.close()
    files[place] = file.told()
    return digest.describe()


def even(batches: Iterable[pa.RecordBatch], rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """Cut the same rows into batches of exactly `rows`; the last may be shorter."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        while count + batch.num_rows >= rows:
            first = rows - count
            yield _joined([*held, batch.slice(0, first)])
            batch, held, count = batch.slice(first), [], 0
        if batch.num_rows:
            held.append(batch)
            count += batch.num_rows
    if count:
        yield _joined(held)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)

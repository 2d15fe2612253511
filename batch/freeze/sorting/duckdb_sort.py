"""DuckDB as a sorter: small memory, the rest spilled to disk, results as a stream."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from batch.snapshot.layout import BATCH_ROWS

SORT_MEMORY = "96MB"  # its own; the whole process then stays below 600 MB. It gives up at 64 MB, however few rows
SORT_THREADS = 2  # each needs its share of that memory


class Sorter:
    """Database without tables of its own, for sorting.

    DuckDB compares text byte for byte unless told otherwise.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    @contextmanager
    def given(self, name: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[None]:
        """Register batches as a table of this name, which can be read once."""
        self.connection.register(name, pa.RecordBatchReader.from_batches(schema, iter(batches)))
        try:
            yield
        finally:
            with suppress(duckdb.Error):
                self.connection.unregister(name)

    def stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        """Stream the result batch by batch, never as a whole."""
        relation = self.connection.sql(sql)
        read = getattr(relation, "to_arrow_reader", None) or relation.fetch_record_batch  # the name before DuckDB 1.5
        yield from read(BATCH_ROWS)


@contextmanager
def sorter(folder: Path) -> Iterator[Sorter]:
    """Open a sorter that spills into this folder."""
    connection = duckdb.connect(
        config={
            "memory_limit": SORT_MEMORY,
            "threads": min(SORT_THREADS, os.cpu_count() or 1),
            "temp_directory": str(folder / "spill"),
            "preserve_insertion_order": False,
        },
    )
    try:
        yield Sorter(connection)
    finally:
        with suppress(duckdb.Error):  # after a failure of the disk closing fails too
            connection.close()

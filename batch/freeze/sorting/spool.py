"""Spools: coded rows in between passes, in uncompressed Arrow files on disk.

They are read back with ordinary buffered reads, one batch at a time, and not mapped, so that what is resident stays
small however many rows pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa


class Spool:
    """Rows of one schema: first written, then read as often as needed."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self.rows = 0
        self.bytes = 0  # as Arrow holds them
        self._file: pa.NativeFile | None = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._file, schema)

    def write(self, rows: pa.RecordBatch) -> None:
        """Append rows, given with this spool's columns in any order of columns."""
        if rows.num_rows:
            chosen = rows.select(self.schema.names)
            self._writer.write_batch(chosen)
            self.rows += rows.num_rows
            self.bytes += chosen.nbytes

    def close(self) -> None:
        """End the writing; safe to call twice."""
        if self._file is not None:
            self._writer.close()
            self._file.close()
            self._file = None

    def read(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the rows as they were written; only some columns, if they are named."""
        self.close()
        options = pa.ipc.IpcReadOptions()
        if columns is not None:
            options.included_fields = sorted(self.schema.get_field_index(name) for name in columns)
        with pa.OSFile(str(self.path), "rb") as file, pa.ipc.open_stream(file, options=options) as reader:
            yield from reader

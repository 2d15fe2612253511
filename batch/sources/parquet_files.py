"""Parquet files as Arrow batches in their own types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch.sources.base import BATCH_ROWS
from payengine.errors import Problem, Refused
from payengine.texts import joined, say


class ParquetFile:
    """Parquet file; `where` names it in messages."""

    def __init__(self, path: Path, where: str, groups: tuple[int, int] | None = None) -> None:
        """With `groups` only row groups [first, last) are read."""
        self.path = path
        self.where = where
        self.groups = None if groups is None else range(*groups)
        self.header: list[str] = []
        self.rows = 0
        self.group_rows: list[int] = []  # of each row group

    def open(self) -> None:
        """Read the footer; `Refused` for a file that is damaged, cut off, or has a column twice."""
        try:
            with pq.ParquetFile(self.path) as file:
                self.header = list(file.schema_arrow.names)
                self.rows = file.metadata.num_rows
                self.group_rows = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise self._damaged(error) from error
        twice = sorted(name for name, times in Counter(self.header).items() if name and times > 1)
        if twice:
            what = say("column {column} stands twice in the header", column=joined(twice))
            raise Refused(say("{where} cannot be read", where=self.where), [Problem(what, self.where)])

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read the rows, the columns in the order asked for."""
        names = list(columns)
        try:
            # Buffering ahead would keep every row group that has been read until the file is closed; with threads each
            # keeps what it needed to decode (20 MB), and the reader is ahead of the conversion without them.
            with pq.ParquetFile(self.path, pre_buffer=False, page_checksum_verification=True) as file:
                for batch in file.iter_batches(BATCH_ROWS, self.groups, names, use_threads=False):
                    yield batch.select(names)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
            raise self._damaged(error) from error

    def warnings(self) -> list[str]:
        """Tell nothing: a Parquet file that is cut cannot be opened."""
        return []

    def row(self, index: int) -> int:
        """Number a row: those of a Parquet file are counted from 1."""
        return index + 1

    def _damaged(self, error: Exception) -> Refused:
        said = str(error).strip().splitlines()[0]
        return Refused(
            say("{where} cannot be read", where=self.where),
            [Problem(say("is not a whole Parquet file: {error}", error=said), self.where)],
            remedy=say("The file is damaged or its transfer was cut off; fetch it again."),
        )

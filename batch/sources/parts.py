"""Reader of a part of a table, in any process that reaches the folder (`table_parts`).

A part gives the batches that reading the whole table gives at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from batch import input_tables as tables
from batch.sources.base import BATCH_ROWS, Binds, Place, Source
from batch.sources.csv_files import CsvFile
from batch.sources.parquet_files import ParquetFile
from batch.sources.table_parts import AnotherFile, PartFacts, PartSettings, TablePart, state_of
from batch.sources.value_map import ValueMap
from batch.sources.words import Words
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa


class PartSource(Source):
    """Source of the rows of one part, under our own names of table and columns."""

    def __init__(self, part: TablePart, settings: PartSettings) -> None:
        self.name = part.where
        self.part = part
        self.facts = PartFacts()
        self.date_system = settings.date_system
        self.value_map = ValueMap({part.table: settings.values})
        self._words = Words(settings.date_system)

    def close(self) -> None:
        """Close nothing: a part's file is open while it is read."""

    def found(self) -> Sequence[str]:
        return [self.part.table]

    def columns(self, table: str) -> Sequence[str]:
        return self.part.columns

    def spelled_columns(self, table: str, found: Sequence[str]) -> dict[str, str]:
        return {name: name for name in found}

    def place(self, table: str, index: int) -> Place:
        return Place(self.part.where)

    def in_codes(self, table: tables.Table, batch: pa.RecordBatch) -> pa.RecordBatch:
        return self._words.read(table, batch, last_day=False)

    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        """Read the part; `AnotherFile` where its file is not the one found, else as its reader."""
        part = self.part
        own = dict(zip(part.columns, part.names, strict=True))
        self._same_file()
        file = _file(part)
        try:
            for batch in file.batches([own[column.name] for column in table.columns]):
                self.facts.rows += batch.num_rows
                yield batch.rename_columns([column.name for column in table.columns])
        finally:
            if isinstance(file, CsvFile):
                self.facts.passed_over, self.facts.examples = file.blank_rows, file.examples
        self._same_file()

    def end(self) -> PartFacts:
        """Give the facts, once the part is read or has turned out to be broken."""
        self.facts.words = dict(self._words.counts.get(self.part.table, {}))
        for column, counted in self.value_map.counts().get(self.part.table, {}).items():
            self.facts.mapped[column] = [count for _, _, count in counted]
        return self.facts

    def _same_file(self) -> None:
        path = Path(self.part.path)
        try:
            found = state_of(path)
            path.open("rb").close()
        except OSError as error:
            raise _out_of_reach(path, in_words(error)) from error
        if found != self.part.state:
            raise _out_of_reach(path, say("it has another size or another time of change here"))


def ranges_of(group_rows: Sequence[int], rows: int) -> list[tuple[tuple[int, int], int]]:
    """Cut a Parquet file's row groups into ranges of about `rows` rows, each with its rows.

    A range begins where a batch of the whole file begins, so that its batches are those of the whole.
    """
    ranges: list[tuple[tuple[int, int], int]] = []
    first = begin = taken = 0
    for number, count in enumerate(group_rows):
        if taken >= rows and (begin + taken) % BATCH_ROWS == 0:
            ranges.append(((first, number), taken))
            first, begin, taken = number, begin + taken, 0
        taken += count
    return [*ranges, ((first, len(group_rows)), taken)]


def _file(part: TablePart) -> CsvFile | ParquetFile:
    path = Path(part.path)
    if part.scanned is not None:
        return CsvFile(path, part.where, scanned=part.scanned)
    return ParquetFile(path, part.where, part.groups)


def _out_of_reach(path: Path, why: object) -> AnotherFile:
    return AnotherFile(
        say("{path} cannot be read: {why}", path=path, why=why),
        remedy=say(
            "Every worker must reach the source's folder under the same path: share the folder, do not copy it."
        ),
    )

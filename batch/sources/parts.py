"""Parts of a table as values: files of a folder, or ranges of one, which any process that reaches the folder can read.

A part gives the batches that reading the whole table gives at its place. What reading learns beside the rows comes
back as `PartFacts`, which the source that made the part takes in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from batch import input_tables as tables
from batch.sources.base import BATCH_ROWS, DATE_SYSTEMS, Binds, Place, Source
from batch.sources.csv_files import CsvFile
from batch.sources.csv_scan import Scan
from batch.sources.parquet_files import ParquetFile
from batch.sources.value_map import ValueMap
from batch.sources.words import Words
from payengine.errors import Refused, Unavailable
from payengine.system_errors import in_words
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

State = tuple[int, int]  # size in bytes and time of the last change, in nanoseconds


@dataclass(frozen=True)
class TablePart:
    """Part of a table: a file, or row groups [first, last) of a Parquet file.

    `path` is the same on every machine, `where` names the file in messages, `file` is its number among the files of
    the table. `names` are the file's own names of `columns`; `state` and `scanned` are what was found when the file
    was first looked at; `rows` counts those of the part as the file states them.
    """

    table: str
    file: int
    path: str
    where: str
    state: State
    names: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    groups: tuple[int, int] | None = None
    scanned: Scan | None = None


@dataclass(frozen=True)
class PartSettings:
    """Settings by which the parts of a table are read: stated codes by column, and the date system."""

    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_system: str = DATE_SYSTEMS[0]


@dataclass
class PartFacts:
    """Facts of a part that was read, beside its rows.

    `passed_over` are the places of blank rows and examples, `words` and `mapped` count by column the words read as
    codes and the values of each stated code.
    """

    rows: int = 0
    passed_over: list[int] = field(default_factory=list)
    examples: int = 0
    words: dict[str, int] = field(default_factory=dict)
    mapped: dict[str, list[int]] = field(default_factory=dict)


class AnotherFile(Unavailable):
    """File of a part that is not, here, the file that was found when the part was made."""


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
        """Read the part; `AnotherFile` where the file is not the one that was found, `Refused` as its reader."""
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


def state_of(path: Path) -> State:
    """Give size and time of change of a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def changed(where: str) -> Refused:
    """Make the refusal of a file that is not as it was when it was first looked at."""
    return Refused(say("{where} changed while it was read", where=where), remedy=say("Run the command again."))


def ranges_of(group_rows: Sequence[int], rows: int) -> list[tuple[tuple[int, int], int]]:
    """Cut the row groups of a Parquet file into ranges of about `rows` rows, each with its rows.

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

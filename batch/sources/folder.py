"""Folder of CSV or Parquet files.

A table is `engagement.csv`, `engagement.parquet`, or a folder `engagement/` of parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from batch import input_tables as tables
from batch.sources.base import Binds, Place, Source
from batch.sources.csv_files import CsvFile
from batch.sources.parquet_files import ParquetFile
from payengine.errors import Problem, Refused, Unavailable
from payengine.texts import say

READERS = {".csv": CsvFile, ".parquet": ParquetFile}


class FolderSource(Source):
    """Files in a folder, each read once; one that changes meanwhile is refused."""

    def __init__(self, folder: Path, encoding: str = "") -> None:
        if not folder.is_dir():
            raise Unavailable(
                say("the folder {folder} is not there", folder=folder),
                remedy=say("Check the folder in payengine.toml."),
            )
        self.folder = folder
        self.name = folder.as_posix()
        self._encoding = encoding
        self._entries = _entries(folder)
        self._opened: dict[str, list[CsvFile | ParquetFile]] = {}
        self._states: dict[Path, tuple[int, int]] = {}  # of each file before it was first looked at
        self._begins: dict[str, list[int]] = {}  # index of the first row of each file, as far as they have been read

    def close(self) -> None:
        self._opened.clear()

    def found(self) -> Sequence[str]:
        return list(self._entries)

    def unread(self) -> list[str]:
        """Name the files that belong to no input table, and those beside the parts of one."""
        read = {path for name in self._spelled_tables().values() for path in self._entries[name]}
        parts = {path.parent for path in read} - {self.folder}
        return [
            file.relative_to(self.folder).as_posix()
            for path in _visible(self.folder)
            for file in (_visible(path) if path in parts else [path])
            if file not in read
        ]

    def remedy_of(self, named: Sequence[str]) -> str:
        """Name a folder without parts, or a file of another kind."""
        if not named:
            return ""
        if (self.folder / named[0]).is_dir():
            return say("the folder {name} has no .csv and no .parquet file in it", name=named[0])
        return say("{name} is neither .csv nor .parquet", name=named[0])

    def columns(self, table: str) -> Sequence[str]:
        """List the columns that every part has."""
        first, *others = (file.header for file in self._files(table))
        shared = set(first).intersection(*others)
        return [name for name in first if name in shared]

    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        self._refuse_partial(table.name)
        begins = self._begins[table.name] = [0]
        names = [spelled[column.name] for column in table.columns]
        for file in self._files(table.name):
            rows = begins[-1]
            for batch in file.batches(names):
                rows += batch.num_rows
                yield batch
            begins.append(rows)
            if _state(file.path) != self._states[file.path]:
                raise Refused(
                    say("{where} changed while it was read", where=file.where), remedy=say("Run the command again.")
                )

    def _refuse_partial(self, table: str) -> None:
        """Refuse an optional column that some parts have and others lack.

        Its values would be passed over.
        """
        files = self._files(table)
        spelled = [self.spelled_columns(table, file.header) for file in files]
        problems = []
        for column in tables.SOURCE_BY_NAME[table].columns:
            lacking = [file.where for file, there in zip(files, spelled, strict=True) if column.name not in there]
            if column.optional and 0 < len(lacking) < len(files):
                what = say("column {column} is missing, but other parts have it", column=column.name)
                problems += [Problem(what, where) for where in lacking]
        if problems:
            raise Refused(say("{table} cannot be read", table=table), problems)

    def place(self, table: str, index: int) -> Place:
        files = self._files(table)
        begins = self._begins.get(table, [0])
        at = max((n for n, begin in enumerate(begins[: len(files)]) if begin <= index), default=0)
        return Place(files[at].where, files[at].row(index - begins[at]))

    def rows_found(self, table: str) -> int | None:
        return sum(file.rows for file in self._files(table))

    def warnings(self) -> list[str]:
        return [text for files in self._opened.values() for file in files for text in file.warnings()]

    def where(self, table: str) -> str:
        files = self._entries[self.spelled(table)]
        return self._display(files[0] if len(files) == 1 else files[0].parent)

    def _display(self, path: Path) -> str:
        return (Path(self.folder.name) / path.relative_to(self.folder)).as_posix()

    def _files(self, table: str) -> list[CsvFile | ParquetFile]:
        if table not in self._opened:
            files: list[CsvFile | ParquetFile] = []
            for path in self._entries[self.spelled(table)]:
                file: CsvFile | ParquetFile
                if path.suffix.lower() == ".csv":
                    file = CsvFile(path, self._display(path), self._encoding)
                else:
                    file = ParquetFile(path, self._display(path))
                try:
                    self._states[path] = _state(path)
                    file.open()
                except OSError as error:
                    raise Unavailable(
                        say("{path} cannot be opened: {error}", path=path, error=error.strerror or error)
                    ) from error
                files.append(file)
            self._opened[table] = files
        return self._opened[table]


def _entries(folder: Path) -> dict[str, list[Path]]:
    """Map table names to their files, parts in the order of their names.

    `Refused` if one table has two forms.
    """
    entries: dict[str, list[Path]] = {}
    problems = []
    for path in _visible(folder):
        if path.is_dir():
            files = sorted(
                (part for part in path.iterdir() if part.suffix.lower() in READERS), key=lambda part: part.name
            )
            name = path.name
        else:
            files = [path] if path.suffix.lower() in READERS else []
            name = path.stem
        if not files:
            continue
        if name in entries:
            first = entries[name][0]
            what = say(
                "table {table} stands here twice: {one} and {other}",
                table=name,
                one=first.name if first.parent == folder else f"{first.parent.name}/",
                other=f"{path.name}/" if path.is_dir() else path.name,
            )
            problems.append(Problem(what, folder.name))
        entries.setdefault(name, files)
    if problems:
        raise Refused(
            say("the folder {folder} cannot be read", folder=folder), problems, remedy=say("Keep one of them.")
        )
    return entries


def _visible(folder: Path) -> list[Path]:
    """List a folder without hidden files and the marks of open spreadsheets."""
    entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    return [path for path in entries if not path.name.startswith((".", "~$"))]


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns

"""Folder of files: CSV, Parquet, and workbooks with a sheet for each table.

A table is `engagement.csv`, `engagement.parquet`, a folder `engagement/` of parts, or a sheet of a workbook. Files,
sheets and columns may bear the Chinese words of `batch.input_words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from batch import input_tables as tables
from batch.input_words import COLUMN_WORDS, LAST_DAY_WORDS, label_of
from batch.sources.base import Binds, Place, Source
from batch.sources.csv_files import CsvFile
from batch.sources.folder_tables import folder_tables, visible
from batch.sources.headings import (
    SILENT_ABOUT_LAST_DAY,
    UNTIL,
    column_of,
    flat,
    gives_last_day,
    heading_problems,
    with_words,
)
from batch.sources.parquet_files import ParquetFile
from batch.sources.parts import ranges_of
from batch.sources.sheets import Sheet
from batch.sources.table_parts import PartFacts, PartSettings, State, TablePart, TableParts, changed, state_of
from batch.sources.words import Words
from payengine.errors import Problem, Refused, Unavailable
from payengine.system_errors import in_words
from payengine.texts import either, say, word

File = CsvFile | ParquetFile | Sheet
PART_ROWS = 2**20  # of a part of a Parquet file; a multiple of the rows of a batch


class FolderSource(Source):
    """Files in a folder, each read once; one that changes meanwhile is refused.

    With `workbook` the folder is only the place of that one file.
    """

    def __init__(self, folder: Path, encoding: str = "", workbook: str = "") -> None:
        there = folder / workbook if workbook else folder
        if not (there.is_file() if workbook else there.is_dir()):
            if workbook:
                what, remedy = say("{path} is not there", path=there), say("Check the workbook in payengine.toml.")
            else:
                what = say("the folder {folder} is not there", folder=folder)
                remedy = say("Check the folder in payengine.toml.")
            raise Unavailable(what, remedy=remedy)
        self.folder = folder
        self.name = there.as_posix()
        self._encoding = encoding
        self._states: dict[Path, State] = {}  # of each file before it was first looked at
        paths = [there] if workbook else visible(folder)
        for path in paths:
            if path.is_file():
                self._states[path] = state_of(path)
        try:
            refused = say("{where} cannot be read", where=self.name)
            if not workbook:
                refused = say("the folder {folder} cannot be read", folder=folder)
            self._held = folder_tables(folder, paths, refused)
        except OSError as error:
            raise _not_opened(Path(error.filename or folder), error) from error
        self._opened: dict[str, list[File]] = {}
        self._begins: dict[str, list[int]] = {}  # index of the first row of each file, as far as they have been read
        self._spelled: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
        self._words: Words | None = None

    def close(self) -> None:
        self._opened.clear()
        for workbook in self._held.workbooks:
            workbook.close()

    def found(self) -> Sequence[str]:
        return [one.name for one in self._held.tables.values()] + [
            one.called for one in self._held.others if one.may_hold
        ]

    def unread(self) -> list[str]:
        """Name the files and sheets that hold no table, and files beside parts of one."""
        return [one.shown for one in self._held.others]

    def called(self, name: str) -> str:
        return next((one.called for one in self._held.others if one.shown == name), name)

    def _spelled_tables(self) -> dict[str, str]:
        return {table: one.name for table, one in self._held.tables.items()}

    def spelled_columns(self, table: str, found: Sequence[str]) -> dict[str, str]:
        key = (table, tuple(found))
        if key not in self._spelled:
            self._spelled[key] = self._spelling(table, found)
        return self._spelled[key]

    def _spelling(self, table: str, found: Sequence[str]) -> dict[str, str]:
        spelled = super().spelled_columns(table, found)
        stated = self.column_names.stated.get(table, {})  # a column that the settings name stands under no word
        words = with_words(table, spelled, found)
        return {column: name for column, name in words.items() if column in spelled or column not in stated}

    def labelled(self, table: str, column: str, found: Sequence[str]) -> str:
        label = label_of(COLUMN_WORDS.get(table, {}), column)
        is_plain = label == column or not any(column_of(table, name) and not name.isascii() for name in found)
        return column if is_plain else say("{code} ({label})", code=column, label=label)

    def remedy_of(self, named: Sequence[str]) -> str:
        """Name a folder without parts, or a file of another kind."""
        if not named:
            return ""
        if (self.folder / named[0]).is_dir():
            return say("the folder {name} has no .csv and no .parquet file in it", name=named[0])
        return say("{name} is neither .csv nor .parquet nor a workbook", name=named[0])

    def columns(self, table: str) -> Sequence[str]:
        """List the columns that every part has, as the first one spells them."""
        first, *others = self._files(table)
        theirs = [(set(file.header), self.spelled_columns(table, file.header)) for file in others]
        ours = {name: column for column, name in self.spelled_columns(table, first.header).items()}
        return [
            name
            for name in first.header
            if all(name in header or ours.get(name, "") in spelled for header, spelled in theirs)
        ]

    def batches(self, table: tables.Table, spelled: Mapping[str, str], binds: Binds) -> Iterator[pa.RecordBatch]:
        self._refuse_partial(table)
        begins = self._begins[table.name] = [0]
        for file in self._files(table.name):
            theirs = self.spelled_columns(table.name, file.header)
            names = [_own_name(file, spelled, theirs, column.name) for column in table.columns]
            rows = begins[-1]
            for batch in file.batches(names, table.columns) if isinstance(file, Sheet) else file.batches(names):
                rows += batch.num_rows
                yield batch.rename_columns([spelled[column.name] for column in table.columns])
            begins.append(rows)
            if state_of(file.path) != self._states[file.path]:
                raise changed(file.where)

    def parts(self, table: str) -> TableParts | None:
        """Cut a table of CSV or Parquet files into the files, or ranges of a file of many rows."""
        described = tables.SOURCE_BY_NAME[table]
        missing = self.problems([described])
        if missing:
            raise Refused(say("{table} cannot be read", table=word(table)), missing)
        self._refuse_partial(described)
        spelled = self.spelled_columns(table, self.columns(table))
        columns = tuple(column.name for column in described.columns if column.name in spelled)
        found: list[TablePart] = []
        for number, file in enumerate(self._files(table)):
            if isinstance(file, Sheet):
                return None
            theirs = self.spelled_columns(table, file.header)
            part = TablePart(
                table, number, str(file.path.absolute()), file.where, self._states[file.path],
                tuple(_own_name(file, spelled, theirs, name) for name in columns), columns, 0,
            )  # fmt: skip
            if isinstance(file, CsvFile):
                found.append(replace(part, rows=file.scanned.rows, scanned=file.scanned))
            else:
                found += [
                    replace(part, groups=groups, rows=rows) for groups, rows in ranges_of(file.group_rows, PART_ROWS)
                ]
        self._begins[table] = [0]
        settings = PartSettings(self.value_map.stated.get(table, {}), self.date_system)
        return TableParts(found, settings, self._took)

    def _took(self, part: TablePart, facts: PartFacts) -> None:
        begins, file = self._begins[part.table], self._files(part.table)[part.file]
        if len(begins) < part.file + 2:
            begins.append(begins[-1])
        begins[part.file + 1] += facts.rows
        if isinstance(file, CsvFile):
            file.blank_rows, file.examples = list(facts.passed_over), facts.examples
        if self._words is None:
            self._words = Words(self.date_system)
        for column, number in facts.words.items():
            self._words.note(part.table, column, number)
        self.value_map.add(part.table, facts.mapped)
        if state_of(file.path) != self._states[file.path]:
            raise changed(file.where)

    def in_codes(self, table: tables.Table, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self._words is None:
            self._words = Words(self.date_system)
        return self._words.read(table, batch, self._gives_last_day(table.name))

    def written_otherwise(self) -> dict[str, dict[str, int]]:
        counts = {table: dict(found) for table, found in self._words.counts.items()} if self._words else {}
        for table, files in self._opened.items():
            for file in files:
                for column, number in file.otherwise.items() if isinstance(file, Sheet) else ():
                    there = counts.setdefault(table, {})
                    there[column] = there.get(column, 0) + number
        return counts

    def last_days(self) -> dict[str, int]:
        return {table: count for table, count in self._words.last_days.items() if count} if self._words else {}

    def last_day_heading(self, table: str) -> str:
        given = table in self._held.tables and self._gives_last_day(table)
        return either(UNTIL, LAST_DAY_WORDS[0]) if given else ""

    def notes(self) -> list[str]:
        files = [file for opened in self._opened.values() for file in opened]
        told = [text for file in files if isinstance(file, Sheet) for text in file.notes()]
        told += [text for table in self._opened if (text := self._silent_end(table))]
        examples = sum(file.examples for file in files if not isinstance(file, ParquetFile))
        return [*told, say("{n} example row(s) passed over", n=examples)] if examples else told

    def _silent_end(self, table: str) -> str:
        """Tell how ends are read that the settings name, if the heading is silent about them."""
        heading = self.column_names.stated.get(table, {}).get(UNTIL, "")
        if heading.strip() not in SILENT_ABOUT_LAST_DAY:
            return ""
        return say(
            "{where}: until is read from {heading} as the settings say, as the first day after the last one; where it "
            "gives the last day inside, head the column 止（含）",
            where=self.where(table), heading=flat(heading),
        )  # fmt: skip

    def _gives_last_day(self, table: str) -> bool:
        files = self._files(table)
        return gives_last_day(self.spelled_columns(table, files[0].header).get(UNTIL, ""))

    def _refuse_partial(self, table: tables.Table) -> None:
        """Refuse an optional column that some parts have and others lack, and two forms of `until`.

        Its values would be passed over, or read in two ways.
        """
        files = self._files(table.name)
        spelled = [self.spelled_columns(table.name, file.header) for file in files]
        problems = []
        for column in tables.SOURCE_BY_NAME[table.name].columns:
            lacking = [file.where for file, there in zip(files, spelled, strict=True) if column.name not in there]
            if column.optional and 0 < len(lacking) < len(files):
                what = say("column {column} is missing, but other parts have it", column=column.name)
                problems += [Problem(what, where) for where in lacking]
        ends = {gives_last_day(there[UNTIL]): there[UNTIL] for there in spelled if UNTIL in there}
        if len(ends) > 1:
            what = say("some parts have {one}, others {other}", one=flat(ends[False]), other=flat(ends[True]))
            problems.append(Problem(what, self.where(table.name), remedy=say("give all parts the same")))
        if problems:
            raise Refused(say("{table} cannot be read", table=word(table.name)), problems)

    def place(self, table: str, index: int) -> Place:
        files = self._files(table)
        begins = self._begins.get(table, [0])
        at = max((n for n, begin in enumerate(begins[: len(files)]) if begin <= index), default=0)
        file, row = files[at], files[at].row(index - begins[at])
        if not isinstance(file, Sheet):
            return Place(file.where, row)
        spelled = self.spelled_columns(table, file.header)
        return Place(file.where, row, {column: file.letters[name] for column, name in spelled.items()})

    def rows_found(self, table: str) -> int | None:
        return sum(file.rows for file in self._files(table))

    def warnings(self) -> list[str]:
        return [text for files in self._opened.values() for file in files for text in file.warnings()]

    def where(self, table: str) -> str:
        held = self._held.tables[table]
        if held.workbook is not None:
            return Sheet(held.workbook, held.name, table).where
        return self._display(held.files[0] if len(held.files) == 1 else held.files[0].parent)

    def _display(self, path: Path) -> str:
        return (Path(self.folder.name) / path.relative_to(self.folder)).as_posix()

    def _files(self, table: str) -> list[File]:
        if table not in self._opened:
            files: list[File] = []
            first = self._held.tables[table]
            for held, path in ((one, path) for one in (first, *first.more) for path in one.files):
                file: File
                if held.workbook is not None:
                    file = Sheet(held.workbook, held.name, table, self.column_names.stated.get(table, {}).values())
                elif path.suffix.lower() == ".csv":
                    file = CsvFile(path, self._display(path), self._encoding)
                else:
                    file = ParquetFile(path, self._display(path))
                try:
                    self._states.setdefault(path, state_of(path))
                    file.open()
                except OSError as error:
                    raise _not_opened(path, error) from error
                stated = self.column_names.stated.get(table)
                problems = heading_problems(table, file.header, file.where, stated)
                if problems:
                    raise Refused(say("{where} cannot be read", where=file.where), problems)
                files.append(file)
            self._opened[table] = files
        return self._opened[table]


def _not_opened(path: Path, error: OSError) -> Unavailable:
    return Unavailable(say("{path} cannot be opened: {error}", path=path, error=in_words(error)))


def _own_name(file: File, spelled: Mapping[str, str], theirs: Mapping[str, str], column: str) -> str:
    """Give a file's own name of a column: as the table spells it, or in its own way."""
    return name if (name := spelled[column]) in file.header else theirs[column]

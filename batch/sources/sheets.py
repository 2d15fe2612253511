"""Sheet of a workbook as Arrow batches, with a spreadsheet's row numbers and cells.

Its heading row is the first, or one of the next beneath a title. Blank rows and the examples of our template are passed
over.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from batch.input_tables import Column
from batch.sources.base import BATCH_ROWS
from batch.sources.headings import EXAMPLES, LEAST_HEADINGS, flat, known_headings
from batch.sources.sheet_facts import Cell, SheetFacts, letter, merged_mark
from batch.sources.workbook_cells import column_array
from batch.sources.workbooks import Workbook
from payengine.errors import Problem, Refused
from payengine.suggest import listed
from payengine.texts import joined, say

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

HEAD_ROWS = 5
MOST_ROWS = {".xls": 65_535}  # beneath a heading
MOST_ROWS_TODAY = 1_048_575

Row = list[Any]


class Sheet:
    """Sheet that holds a table; `where` names it in messages.

    `stated` are headings that the settings name for its columns.
    """

    def __init__(self, workbook: Workbook, name: str, table: str, stated: Iterable[str] = ()) -> None:
        self.path: Path = workbook.path
        self.name = name
        self.where = say("{file}, sheet {sheet}", file=workbook.where, sheet=name)
        self.header: Sequence[str] = []
        self.rows = 0  # with a value, as the second look counts them; known once the sheet has been read
        self.letters: dict[str, str] = {}
        self.otherwise: Counter[str] = Counter()  # cells that were written otherwise, by column
        self._workbook = workbook
        self._table = table
        self._stated = {heading.strip().casefold() for heading in stated}
        self._sheet: CalamineSheet | None = None
        self._facts = SheetFacts()
        self._first_row = self._first_column = 0  # of the data beneath the headings
        self._head = 0  # rows of the sheet's filled part up to its headings
        self._skipped: list[int] = []  # rows passed over, counted from the first beneath the headings
        self.examples = 0
        self._hidden_rows: list[int] = []  # of those read
        self._hidden_columns: list[str] = []
        self._marked: list[int] = []  # rows with a mark in the place of a value

    def open(self) -> None:
        """Read the sheet and find its headings; `Refused` if there are none."""
        self._sheet = self._workbook.sheet(self.name)
        self._facts = self._workbook.facts(self.name)
        if self._sheet.start is None:
            raise self._refused([Problem(say("has no header row"), self.where)])
        top, self._first_column = self._sheet.start
        self._facts.merged += self._sheet.merged_cell_ranges or []
        self._head = self._heading_row(list(islice(_filled(self._sheet), HEAD_ROWS)), top)
        self._first_row = top + self._head + 1
        row = next(islice(_filled(self._sheet), self._head, None))
        self.header = [cell.strip() if isinstance(cell, str) else "" for cell in row]
        self.letters = {
            name: letter(self._first_column + at) for at, name in reversed(list(enumerate(self.header))) if name
        }

    def _heading_row(self, rows: list[Row], top: int) -> int:
        """Find the row of headings among the first: the first, or the only one beneath a title."""
        if self._headings(rows[0]) >= LEAST_HEADINGS:
            return 0
        found = [at for at, row in enumerate(rows) if self._headings(row) >= LEAST_HEADINGS]
        if len(found) > 1:
            what = say(
                "headings stand in row {one} and in row {other}", one=top + found[0] + 1, other=top + found[1] + 1
            )
            raise self._refused([Problem(what, self.where, remedy=say("keep one of them"))])
        return found[0] if found else 0

    def _headings(self, row: Row) -> int:
        """Count the cells of a row that could be headings, by our words or by the settings."""
        stated = {cell.strip().casefold() for cell in row if isinstance(cell, str)} & self._stated
        others = [cell for cell in row if not isinstance(cell, str) or cell.strip().casefold() not in stated]
        return len(stated) + known_headings(self._table, others)

    def has_rows(self) -> bool:
        """Tell if there are rows beneath the headings, examples left aside."""
        assert self._sheet is not None
        beneath = islice(_filled(self._sheet), self._head + 1, None)
        return bool(self._facts.marks) or any(
            not self._is_example(row) and any(cell != "" for cell in row) for row in beneath
        )

    def batches(self, names: Sequence[str], columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
        """Read the rows; `names` are the headings of the columns asked for, in their order.

        `Refused` at the end if they are not as many as the second look counts.
        """
        twice = [name for name in names if self.header.count(name) > 1]
        if twice:
            what = say("column {column} stands twice in the header", column=joined(map(flat, twice)))
            raise self._refused([Problem(what, self.where)])
        places = [self.header.index(name) for name in names]
        sheet = self._sheet or self._workbook.sheet(self.name)
        self._sheet = None  # it holds all cells
        self._skipped, self._marked, self.examples, self.otherwise = [], [], 0, Counter()
        beside: set[int] = set()  # rows passed over that have a value somewhere
        blank: list[int] = []
        begin = delivered = 0
        for rows in self._patched(sheet):
            chosen = []
            for at, row in enumerate(rows, begin):
                if self._is_example(row):
                    self.examples += 1
                    beside.add(at)
                elif any(row[place] != "" for place in places):
                    chosen.append(row)
                    continue
                elif any(cell != "" for cell in row):
                    beside.add(at)
                else:
                    blank.append(at)
                self._skipped.append(at)
            begin += len(rows)
            delivered += len(chosen)
            if chosen:
                yield self._batch(chosen, places, names, columns)
        counted = np.union1d(self._facts.rows, np.array(self._marked, np.int64)) - self._first_row
        counted = counted[counted >= 0]
        counted = counted[~np.isin(counted, [*beside, *blank])]
        self.rows = len(counted)
        self._hidden_rows = np.intersect1d(
            counted + self._first_row, np.array(self._facts.hidden_rows, np.int64)
        ).tolist()
        self._hidden_columns = [name for name, place in zip(names, places, strict=True)
                                if self._first_column + place in self._facts.hidden_columns]  # fmt: skip
        if self.rows != delivered:
            what = say("has {n} rows, but {read} were read", n=self.rows, read=delivered)
            remedy = say("do not pay by it; report this file as a defect")
            raise self._refused([Problem(what, self.where, remedy=remedy)])

    def _batch(
        self, rows: list[Row], places: Sequence[int], names: Sequence[str], columns: Sequence[Column]
    ) -> pa.RecordBatch:
        def note(column: str, number: int) -> None:
            self.otherwise[column] += number

        cells = [
            column_array(
                column, [row[place] for row in rows], self._facts.date_system, note,
                is_rounded=self._facts.has_day_numbers,
            )
            for place, column in zip(places, columns, strict=True)
        ]  # fmt: skip
        return pa.RecordBatch.from_arrays(cells, names=list(names))

    def _patched(self, sheet: CalamineSheet) -> Iterator[list[Row]]:
        """Give the rows beneath the headings in batches, marks in the cells that have no value."""
        marks: dict[int, list[tuple[int, str]]] = {}
        for (row, column), mark in self._facts.marks.items():
            if row >= self._first_row:
                marks.setdefault(row, []).append((column, mark))
        given = islice(_filled(sheet), self._head + 1, None)
        height = sheet.height - self._head - 1
        width = len(self.header)
        beyond = max((row - self._first_row + 1 for row in marks), default=0) - height
        rows: Iterator[Row] = chain(given, ([""] * width for _ in range(beyond)))
        begin = self._first_row
        while batch := [list(row) for row in islice(rows, BATCH_ROWS)]:
            end = begin + len(batch)
            for merged in self._facts.merged:
                (top, left), (bottom, _) = merged
                if begin <= top < end and _cell(batch[top - begin], left - self._first_column) != "":
                    _mark_merged(marks, merged, min(bottom, self._first_row + height - 1))
            found = [row for row in marks if begin <= row < end]
            self._marked += found
            for row in found:
                for column, mark in marks.pop(row):
                    if 0 <= column - self._first_column < width:
                        batch[row - begin][column - self._first_column] = mark
            yield batch
            begin = end

    def _is_example(self, row: Row) -> bool:
        return self._first_column == 0 and isinstance(row[0], str) and row[0].startswith(EXAMPLES)

    def row(self, index: int) -> int:
        """Give the spreadsheet's number of the row of this index (among those given, from 0)."""
        skipped = self._skipped
        passed = bisect_right(range(len(skipped)), index, key=lambda n: skipped[n] - n)
        return self._first_row + index + passed + 1

    def warnings(self) -> list[str]:
        """Tell what suggests that rows are missing at the sheet's end."""
        most = MOST_ROWS.get(self.path.suffix.lower(), MOST_ROWS_TODAY)
        if int(self._facts.rows.max(initial=0)) < most:
            return []
        return [
            say("{where} is filled to its last row, {row}: rows may be missing", where=self.where, row=f"{most + 1:,}")
        ]

    def notes(self) -> list[str]:
        """Tell how the sheet was read where that is not plain."""
        told = []
        if self._head:
            row = self._first_row
            told.append(say("{where}: the headings are those of row {row}, beneath a title", where=self.where, row=row))
        if self.name in self._workbook.hidden:
            told.append(say("{where}: the sheet is hidden, and it is read", where=self.where))
        if self._hidden_rows:
            many, row = len(self._hidden_rows), self._hidden_rows[0] + 1
            told.append(say("{where}: {n} hidden row(s) are read like the others, the first is row {row}",
                            where=self.where, n=f"{many:,}", row=row))  # fmt: skip
        if self._hidden_columns:
            told.append(say("{where}: hidden columns are read: {names}", where=self.where,
                            names=listed([flat(name) for name in self._hidden_columns])))  # fmt: skip
        return told

    def _refused(self, problems: Sequence[Problem]) -> Refused:
        return Refused(say("{where} cannot be read", where=self.where), problems)


def _filled(sheet: CalamineSheet) -> Iterator[Row]:
    """Give the rows of the sheet's filled part; the reader gives the empty ones above it, too."""
    return islice(sheet.iter_rows(), (sheet.start or (0, 0))[0], None)


def _cell(row: Row, at: int) -> Any:
    return row[at] if 0 <= at < len(row) else ""


def _mark_merged(marks: dict[int, list[tuple[int, str]]], merged: tuple[Cell, Cell], bottom: int) -> None:
    """Mark all cells of merged ones but the first, down to a row."""
    (top, left), (_, right) = merged
    mark = merged_mark(merged)
    for row in range(top, bottom + 1):
        cells = [(column, mark) for column in range(left, right + 1) if (row, column) != (top, left)]
        if cells:
            marks.setdefault(row, []).extend(cells)

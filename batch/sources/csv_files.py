"""CSV files as Arrow batches of texts, with a spreadsheet's row numbers."""

from __future__ import annotations

import codecs
import io
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from batch.sources.csv_encoding import CHUNK, GB18030, UTF8, no_encoding
from batch.sources.csv_grammar import LONGEST_ROW
from batch.sources.csv_scan import Scan, scan
from batch.sources.headings import EXAMPLE_WORDS, EXAMPLES
from payengine.errors import Problem, Refused
from payengine.texts import joined, say

BLOCK = 2 * LONGEST_ROW  # bytes parsed at a time: GB18030 grows to less than twice its size
MOST_BAD_ROWS = 1_000
SPREADSHEET_ROWS = (65_535, 1_048_575)  # beneath a header, in the old and the new format of workbooks


@dataclass
class CsvFile:
    """CSV file; `where` names it in messages, opening finds what `scanned` says."""

    path: Path
    where: str
    given_encoding: str = ""
    scanned: Scan = field(default_factory=Scan)
    blank_rows: list[int] = field(default_factory=list)  # rows passed over: without any value, or an example; from 0
    examples: int = 0

    @property
    def header(self) -> Sequence[str]:
        """Names of the columns."""
        return self.scanned.header

    @property
    def rows(self) -> int:
        """Rows with a value, as the grammar counts them; known once the file has been read.

        Examples are left aside.
        """
        return self.scanned.rows - len(self.blank_rows)

    def open(self) -> None:
        """Find the encoding, the header and the number of rows.

        `Refused` for a file that cannot be read.
        """
        found = scan(self.path, self.where, self.given_encoding)
        if found.problem is not None:
            raise self._refused(found.problem)
        if not any(found.header):
            raise self._refused(Problem(say("has no header row"), self.where))
        twice = sorted(name for name, times in Counter(found.header).items() if name and times > 1)
        if twice:
            what = say("column {column} stands twice in the header", column=joined(twice))
            raise self._refused(Problem(what, self.where))
        self.scanned = found

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read the rows as texts; the columns in the order asked for.

        `Refused` at the end if rows had more or fewer fields than the header, or if the rows read are not as many as
        the grammar counts.
        """
        bad = _BadRows(self.where)
        self.blank_rows.clear()
        self.examples = 0
        first = columns.index(self.header[0]) if self.header[0] in columns else -1
        if self.scanned.rows == 0:
            return
        begin = 0
        with self._text() as text:
            options = pyarrow.csv.ReadOptions(
                block_size=BLOCK, use_threads=False, column_names=_distinct(self.header), skip_rows_after_names=1
            )
            parsing = pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=bad
            )
            convert = pyarrow.csv.ConvertOptions(
                include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False, check_utf8=False,
            )  # fmt: skip
            try:
                with pyarrow.csv.open_csv(text, options, parsing, convert) as reader:
                    for batch in reader:
                        yield self._without_passed_over(batch, begin, first)
                        begin += batch.num_rows
            except pa.ArrowInvalid as error:
                what = say("is not CSV: {error}", error=str(error).splitlines()[0][:200])
                raise self._refused(Problem(what, self.where)) from error
        bad.refuse()
        if begin != self.scanned.rows:
            what = say("has {n} rows, but {read} were read", n=self.scanned.rows, read=begin)
            raise self._refused(Problem(what, self.where, remedy=say("do not pay by it; report this file as a defect")))

    def _refused(self, problem: Problem) -> Refused:
        return Refused(say("{where} cannot be read", where=self.where), [problem])

    def warnings(self) -> list[str]:
        """Tell what suggests that rows are missing at the file's end."""
        told = []
        if self.scanned.rows in SPREADSHEET_ROWS or self.rows in SPREADSHEET_ROWS:
            told.append(
                say(
                    "{where} has {n} rows, as many as a spreadsheet can hold: it may be cut by a spreadsheet",
                    where=self.where, n=f"{self.rows:,}",
                )
            )  # fmt: skip
        if self.scanned.is_open and self.scanned.rows:
            told.append(
                say(
                    "{where} ends in row {row} without a line end: it may be cut inside or after the last value",
                    where=self.where, row=self.scanned.rows + 1,
                )
            )  # fmt: skip
        return told

    def row(self, index: int) -> int:
        """Give the spreadsheet's number of the row of this index (among those given, from 0)."""
        blank = self.blank_rows
        passed = bisect_right(range(len(blank)), index, key=lambda n: blank[n] - n)  # rows with a value before each
        return index + passed + 2

    def _without_passed_over(self, batch: pa.RecordBatch, begin: int, first: int) -> pa.RecordBatch:
        """Leave out blank rows and examples; `first` is the file's first column, or -1."""
        passed_over = np.zeros(batch.num_rows, bool)
        if batch.num_columns and pc.any(pc.equal(batch.column(0), "")).as_py():
            passed_over[:] = True
            for column in batch.columns:
                passed_over &= pc.equal(column, "").to_numpy(zero_copy_only=False)
        if first >= 0 and any(pc.any(pc.starts_with(batch.column(first), word)).as_py() for word in EXAMPLE_WORDS):
            example = np.zeros(batch.num_rows, bool)
            for mark in EXAMPLES:
                example |= pc.starts_with(batch.column(first), mark).to_numpy(zero_copy_only=False)
            self.examples += int(example.sum())
            passed_over |= example
        if not passed_over.any():
            return batch
        self.blank_rows += (begin + np.flatnonzero(passed_over)).tolist()
        return batch.filter(pa.array(~passed_over))

    def _text(self) -> io.BufferedReader:
        """Open the file as UTF-8 bytes; a mark at its beginning is left to the parser."""
        file = self.path.open("rb")
        if self.scanned.encoding == GB18030:
            return io.BufferedReader(_FromGB18030(file, self.where), CHUNK)
        return file


class _FromGB18030(io.RawIOBase):
    """GB18030 file as UTF-8 bytes; strict, and a failure says where it is."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        self._file = file
        self._where = where
        self._decoder = codecs.getincrementaldecoder(GB18030)("strict")
        self._waiting = b""
        self._line = 1
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting:
            chunk = self._file.read(CHUNK)
            kept = len(self._decoder.getstate()[0])
            try:
                text = self._decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                line = self._line + chunk[: max(error.start - kept, 0)].count(b"\n")
                problem = no_encoding(self._where, self._at - kept + error.start, line)
                raise Refused(say("{where} cannot be read", where=self._where), [problem]) from None
            self._at += len(chunk)
            self._line += chunk.count(b"\n")
            self._waiting = text.encode(UTF8)
            if not chunk:
                break
        size = min(len(buffer), len(self._waiting))
        buffer[:size] = self._waiting[:size]
        self._waiting = self._waiting[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()


class _BadRows:
    """Rows with more or fewer fields than the header: left out, refused at the end."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._problems: list[Problem] = []
        self._count = 0

    def __call__(self, row: Any) -> str:
        self._count += 1
        if self._count <= MOST_BAD_ROWS:
            what = say("has {n} fields, the header has {expected}", n=row.actual_columns, expected=row.expected_columns)
            self._problems.append(Problem(what, self._where, row=row.number))
        return "skip"

    def refuse(self) -> None:
        if self._count:
            if self._count > MOST_BAD_ROWS:
                self._problems.append(Problem(say("... and {n} more rows", n=self._count - MOST_BAD_ROWS), self._where))
            raise Refused(
                say("{where} cannot be read", where=self._where), self._problems,
                remedy=say('A text with a comma in it must stand in quotes: "a, b".'),
            )  # fmt: skip


def _distinct(header: Sequence[str]) -> list[str]:
    """Names for columns without one, so that every column has its own."""
    return [name or f"\0{position}" for position, name in enumerate(header)]

"""CSV files as Arrow batches of texts, with a spreadsheet's row numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from batch.sources.csv_encoding import BOM, CHUNK, GB18030, UTF8, scan
from payengine.errors import Problem, Refused
from payengine.texts import say

BLOCK = 4 << 20  # bytes parsed at a time; no row may be longer
MOST_BAD_ROWS = 1_000


@dataclass
class CsvFile:
    """CSV file; `where` names it in messages, opening finds `encoding` and `header`."""

    path: Path
    where: str
    given_encoding: str = ""
    encoding: str = ""
    header: list[str] = field(default_factory=list)
    blank_rows: list[int] = field(default_factory=list)  # rows without any value, passed over; counted from 0

    def open(self) -> None:
        """Find the encoding and the header; `Refused` for a file that cannot be read."""
        found = scan(self.path, self.where, self.given_encoding)
        if found.problem is not None:
            raise Refused(say("{where} cannot be read", where=self.where), [found.problem])
        self.encoding = found.encoding
        try:
            with io.TextIOWrapper(self._text(), encoding=UTF8, newline="") as text:
                first = next(csv.reader(text), [])
        except csv.Error:  # a field of more than 128 KiB: no header
            first = []
        if not any(first):
            raise Refused(
                say("{where} cannot be read", where=self.where), [Problem(say("has no header row"), self.where)]
            )
        self.header = [name.strip() for name in first]
        twice = sorted({name for name in self.header if name and self.header.count(name) > 1})
        if twice:
            what = say("column {column} stands twice in the header", column=", ".join(twice))
            raise Refused(say("{where} cannot be read", where=self.where), [Problem(what, self.where)])

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read the rows as texts; the columns in the order asked for.

        `Refused` at the end if rows had more or fewer fields than the header.
        """
        bad = _BadRows(self.where)
        with self._text() as text:
            if not _skip_header(text):
                return
            options = pyarrow.csv.ReadOptions(block_size=BLOCK, use_threads=False, column_names=_distinct(self.header))
            parsing = pyarrow.csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=bad
            )
            convert = pyarrow.csv.ConvertOptions(
                include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False, check_utf8=False,
            )  # fmt: skip
            begin = 0
            try:
                with pyarrow.csv.open_csv(text, options, parsing, convert) as reader:
                    for batch in reader:
                        yield self._without_blank_rows(batch, begin)
                        begin += batch.num_rows
            except pa.ArrowInvalid as error:
                raise Refused(
                    say("{where} cannot be read", where=self.where),
                    [Problem(say("is not CSV: {error}", error=str(error).splitlines()[0][:200]), self.where)],
                ) from error
        bad.refuse()

    def row(self, index: int) -> int:
        """Give the spreadsheet's number of the row of this index (among those given, from 0)."""
        for blank in self.blank_rows:
            if blank <= index:
                index += 1
        return index + 2

    def _without_blank_rows(self, batch: pa.RecordBatch, begin: int) -> pa.RecordBatch:
        if batch.num_columns == 0 or not pc.any(pc.equal(batch.column(0), "")).as_py():
            return batch
        blank = np.ones(batch.num_rows, bool)
        for column in batch.columns:
            blank &= pc.equal(column, "").to_numpy(zero_copy_only=False)
        self.blank_rows += (begin + np.flatnonzero(blank)).tolist()
        return batch.filter(pa.array(~blank))

    def _text(self) -> io.BufferedReader:
        """Open the file as UTF-8 bytes without a mark at its beginning."""
        file = self.path.open("rb")
        if self.encoding == GB18030:
            return io.BufferedReader(_FromGB18030(file, self.where), CHUNK)
        if file.read(len(BOM)) != BOM:
            file.seek(0)
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
        self._first = True

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
                what = say(
                    "is neither UTF-8 nor GB18030 at byte {byte}, line {line}",
                    byte=self._at - kept + error.start,
                    line=line,
                )
                problem = Problem(what, self._where, remedy=say("save the file again as CSV UTF-8"))
                raise Refused(say("{where} cannot be read", where=self._where), [problem]) from None
            self._at += len(chunk)
            self._line += chunk.count(b"\n")
            if self._first and text:
                self._first = False
                text = text.removeprefix("\ufeff")
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
            self._problems.append(Problem(what, self._where, row=None if row.number is None else row.number + 1))
        return "skip"

    def refuse(self) -> None:
        if self._count:
            if self._count > MOST_BAD_ROWS:
                self._problems.append(Problem(say("... and {n} more rows", n=self._count - MOST_BAD_ROWS), self._where))
            raise Refused(
                say("{where} cannot be read", where=self._where), self._problems,
                remedy=say('A text with a comma in it must stand in quotes: "a, b".'),
            )  # fmt: skip


def _skip_header(text: io.BufferedReader) -> bool:
    """Pass over the header row, and tell if anything follows.

    A header may have line breaks inside quotes.
    """
    quotes = 0
    while line := text.readline():
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            return bool(text.peek(1))
    return False


def _distinct(header: Sequence[str]) -> list[str]:
    """Names for columns without one, so that every column has its own."""
    return [name or f"\0{position}" for position, name in enumerate(header)]

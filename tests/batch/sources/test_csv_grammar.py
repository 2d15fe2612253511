"""One grammar of CSV: rows end where docs/input.md says, and none is lost in silence."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.freeze import freeze_period
from batch.snapshot.snapshot import Snapshot
from batch.sources import Binds, SourceSettings, open_source
from batch.sources.csv_files import CsvFile
from batch.sources.csv_grammar import RowScan, count_line_ends, split_row
from batch.sources.csv_scan import scan
from payengine.errors import Problem, Refused
from payengine.periods import Period
from tests.support import input_county
from tests.support.freeze_case import Row, kept, record, reference

OCTOBER = Period.parse("2026-10")
HEADER = "code,name,first_worked\n"


def read(path: Path, encoding: str = "") -> list[tuple[str, ...]]:
    """Rows of the table that a file beneath `input/` is, as its source gives them."""
    with open_source(SourceSettings(folder=path.parent.name, encoding=encoding), path.parent.parent) as source:
        return [tuple(row.values()) for batch in source.read(path.stem, Binds.of(OCTOBER)) for row in batch.to_pylist()]


def staff(base: Path, content: bytes | str) -> list[tuple[str, ...]]:
    (base / "input").mkdir(exist_ok=True)
    path = base / "input" / "staff.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path)


def refused(base: Path, content: bytes | str) -> Problem:
    with pytest.raises(Refused) as found:
        staff(base, content)
    [problem] = found.value.problems
    assert problem.where == "input/staff.csv"
    return problem


def county(base: Path, **files: bytes) -> Path:
    """A folder of CSV files of the small county, one of them replaced or added."""
    folder = base / "input"
    folder.mkdir(exist_ok=True)
    for name, rows in (reference() | {"service_record": [record(f"R{n}") for n in range(4)]}).items():
        (folder / f"{name}.csv").write_text(written(name, rows, lineterminator="\n"), encoding="utf-8", newline="")
    for name, data in files.items():
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def written(table: str, rows: Iterable[Row], **dialect: Any) -> str:
    """A table as Python's writer of CSV writes it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [column.name for column in tables.BY_NAME[table].columns], restval="", **dialect)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def freeze(folder: Path, encoding: str = "") -> Snapshot:
    with open_source(SourceSettings(folder=folder.name, encoding=encoding), folder.parent) as source:
        return freeze_period(source, OCTOBER, folder.parent / "snapshots", patient_key=None, privacy="as given")


# --- faults that lost rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", [b"\r", b"\r\n", b"\n"])
def test_every_line_end_freezes_to_the_same_rows(tmp_path: Path, newline: bytes) -> None:
    folder = county(tmp_path)
    for file in folder.glob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", newline))
    snapshot = freeze(folder)
    assert snapshot.counts["kept"] == 4
    assert snapshot.rows_read["staff"] == 4
    assert snapshot.warnings == []


def test_a_header_that_ends_otherwise_than_the_rows_loses_none(tmp_path: Path) -> None:
    assert staff(tmp_path, "code,name,first_worked\rS1,a,\nS2,b,\r\nS3,c,") == [
        ("S1", "a", ""), ("S2", "b", ""), ("S3", "c", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ['no"te', 'no""te', '"no""te"', '"no,te"', '"no\nte"', 'note"'])
def test_a_quote_in_the_name_of_a_column_that_is_not_read_swallows_nothing(tmp_path: Path, name: str) -> None:
    text = f"code,name,first_worked,{name}\nS1,a,,x\nS2,b,,x\n"
    assert staff(tmp_path, text) == [("S1", "a", ""), ("S2", "b", "")]


def test_a_mark_is_taken_off_at_the_beginning_only(tmp_path: Path) -> None:
    """A mark before a value is part of it: the value is refused there, not read without it."""
    mark = "\ufeff"
    assert staff(tmp_path, mark + '"code",name,first_worked\nS1,a,\n') == [("S1", "a", "")]
    assert staff(tmp_path, HEADER + f"{mark}S1,a,\n") == [(f"{mark}S1", "a", "")]
    assert refused_columns(tmp_path, mark + mark + HEADER + "S1,a,\n") == ["column code is missing"]
    for text in (HEADER + f"{mark}S1,a,\n", mark + HEADER + f"{mark}S1,a,\n"):
        with pytest.raises(Refused, match="has blanks before or after it"):
            freeze(county(tmp_path, staff=text.encode()))


def refused_columns(base: Path, text: str) -> list[str]:
    with pytest.raises(Refused) as found:
        staff(base, text)
    return [problem.what.split(" (did")[0] for problem in found.value.problems]


def test_a_mark_in_gb18030_is_taken_off_once(tmp_path: Path) -> None:
    assert staff(tmp_path, ("\ufeff" + '"code",name,first_worked\nS1,王,\n').encode("gb18030")) == [("S1", "王", "")]


def test_a_quote_inside_an_unquoted_field_is_a_character(tmp_path: Path) -> None:
    assert staff(tmp_path, HEADER + 'S1,5" tube,\nS2,a"b"c",\n') == [("S1", '5" tube', ""), ("S2", 'a"b"c"', "")]


def test_a_nul_byte_is_refused_by_its_line(tmp_path: Path) -> None:
    assert refused(tmp_path, HEADER + "S1,a,\nS2,\0,\n").what == "line 3 contains a NUL byte, which no text has"
    assert "UTF-16" in refused(tmp_path, HEADER.encode("utf-16-le")).remedy


@pytest.mark.parametrize("separator", ["\t", ";", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_another_separator_is_refused_by_name(tmp_path: Path, separator: str, quoting: int) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, quoting=quoting).writerows([HEADER.strip().split(","), ["S1", "a", ""]])
    name = {"\t": "tab"}.get(separator, separator)
    assert refused(tmp_path, text.getvalue()).what == (
        f"has no comma in its header row; its columns are separated by {name}"
    )


def test_a_header_of_twenty_thousand_columns_is_read_in_a_moment(tmp_path: Path) -> None:
    more = ",".join(f"x{n}" for n in range(20_000))
    start = time.perf_counter()
    assert staff(tmp_path, f"code,name,first_worked,{more}\nS1,a,{',' * 20_000}\n") == [("S1", "a", "")]
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("rest", ["\nS3,b,\n", ""])
def test_a_field_of_ten_megabytes_is_refused_with_row_and_column(
    tmp_path: Path, encoding: str, quote: str, rest: str
) -> None:
    text = HEADER + "S1,王,\n" + f"S2,{quote}{'x' * 10_000_000}{quote},{rest}"
    problem = refused(tmp_path, text.encode(encoding))
    assert (problem.row, problem.column) == (3, "name")
    assert problem.what == "is longer than 2 MB, most of it in column 2"


def test_a_header_that_is_too_long_is_refused_as_row_1(tmp_path: Path) -> None:
    problem = refused(tmp_path, HEADER.strip() + "," + "x" * 3_000_000 + "\nS1,a,,\n")
    assert (problem.row, problem.column) == (1, "")
    assert problem.what == "is longer than 2 MB, most of it in column 4"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_long_row_after_rows_without_quotes_is_found_too(tmp_path: Path, newline: str) -> None:
    rows = "".join(f"S{n},a,\n" for n in range(300_000))
    text = (HEADER + rows + f"T,{'x' * 3_000_000},\nU,b,\n").replace("\n", newline)
    assert refused(tmp_path, text).row == 300_002


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_the_longest_row_that_is_allowed_is_read(tmp_path: Path, encoding: str) -> None:
    """Just under the limit, where the parser's blocks might end in the middle of it."""
    name = "王" * (650_000 if encoding == "utf-8" else 1_000_000)
    rows = [(f"S{n}", name, "") for n in range(5)]
    text = HEADER + "".join(f"{code},{name},{day}\n" for code, name, day in rows)
    assert staff(tmp_path, text.encode(encoding)) == rows


def test_a_wrong_row_far_down_is_told_by_its_number(tmp_path: Path) -> None:
    rows = "".join(f"S{n},{'x' * 50},\n" for n in range(200_000))
    problem = refused(tmp_path, HEADER + '"S\n0",a,\n\n' + rows + "S9,a\n")
    assert (problem.row, problem.what) == (200_004, "has 2 fields, the header has 3")


# --- the rows counted twice -------------------------------------------------------------------------------------


class _Losing:
    """A parser of CSV that loses its last row."""

    def __init__(self, reader: Any) -> None:
        self._batches = list(reader)

    def __enter__(self) -> Iterator[pa.RecordBatch]:
        *others, last = self._batches
        return iter([*others, last.slice(0, last.num_rows - 1)])

    def __exit__(self, *error: object) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("table", ["service_record", "staff"])
def test_a_row_that_the_parser_loses_refuses_the_freeze(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    folder = county(tmp_path)
    whole = pyarrow.csv.open_csv

    def losing(text: Any, *options: Any) -> Any:
        reader = whole(text, *options)
        return _Losing(reader) if Path(text.name).stem == table else reader

    monkeypatch.setattr(pyarrow.csv, "open_csv", losing)
    with pytest.raises(Refused, match="has 4 rows, but 3 were read"):  # the source itself does not hand them on
        read(folder / f"{table}.csv")
    with pytest.raises(Refused) as found:
        freeze(folder)
    assert found.value.exit_code == 3
    [problem] = [problem for problem in found.value.problems if problem.where == f"input/{table}.csv"]
    assert problem.what == "has 4 rows, but 3 were read"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("table", ["service_record", "staff"])
def test_a_row_lost_between_source_and_freeze_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, kind: str
) -> None:
    """The freeze counts what arrives where it is used, whatever the file was read by."""
    from batch.sources.folder import FolderSource

    (input_county.csv_folder if kind == "csv" else input_county.parquet_folder)(tmp_path / "input")
    whole = FolderSource.batches

    def losing(self: FolderSource, wanted: tables.Table, *others: Any) -> Iterator[pa.RecordBatch]:
        for batch in whole(self, wanted, *others):
            yield batch.slice(1) if wanted.name == table else batch

    monkeypatch.setattr(FolderSource, "batches", losing)
    with pytest.raises(Refused, match=r"has \d+ rows, but \d+ were read"):
        freeze(tmp_path / "input")


# --- files that may be cut --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "told"), [(65_534, False), (65_535, True), (65_536, False), (1_048_575, True)])
def test_a_file_as_long_as_a_spreadsheet_can_hold_is_told(tmp_path: Path, rows: int, told: bool) -> None:
    header = ",".join(column.name for column in tables.RECORD.columns)
    row = "R,2026-10-05,H,A,EXAM,1,1,,"
    data = "\n".join([header, *(f"R{n}{row[1:]}" for n in range(rows)), ""]).encode()
    warnings = freeze(county(tmp_path, service_record=data)).warnings
    expected = (
        f"input/service_record.csv has {rows:,} rows, as many as a spreadsheet can hold: it may be cut by a spreadsheet"
    )
    assert warnings == [expected] * told


def test_a_file_without_a_last_line_end_is_told(tmp_path: Path) -> None:
    """3100 cut to 31 is a number like any other; only the missing line end tells of it."""
    header = "staff,institution,component,period,amount\n"
    data = (header + "A,H,post_pay,2026-10,3100\nB,H,post_pay,2026-10,31").encode()
    told = "input/pay_component.csv ends in row 3 without a line end: it may be cut inside or after the last value"
    assert freeze(county(tmp_path, pay_component=data)).warnings == [told]
    assert freeze(county(tmp_path, pay_component=data + b"\n")).warnings == []
    assert freeze(county(tmp_path, pay_component=data + b"\r")).warnings == []
    assert freeze(county(tmp_path, pay_component=header.strip().encode())).warnings == []


# --- the grammar itself -----------------------------------------------------------------------------------------

pieces = st.lists(st.sampled_from([",", '"', '""', "\n", "\r", "\r\n", "a", "王", ""]), max_size=30).map("".join)


def rows_of(text: str) -> list[list[str]] | None:
    """Rows by the grammar's words, character by character; None where quotes contradict it."""
    rows, fields, field, state = [], [], "", "start"
    at = 0
    while at < len(text):
        character = text[at]
        if state == "quoted":
            if character != '"':
                field += character
            elif text[at + 1 : at + 2] == '"':
                field += '"'
                at += 1
            else:
                state = "closed"
        elif character in ",\r\n":
            fields, field, state = [*fields, field], "", "start"
            if character != ",":
                rows, fields = [*rows, fields], []
                at += text[at : at + 2] == "\r\n"
        elif state == "closed":
            return None
        elif character == '"' and state == "start":
            state = "quoted"
        else:
            field += character
            state = "plain"
        at += 1
    if state == "quoted":
        return None
    return [*rows, [*fields, field]] if (text and text[-1] not in "\r\n") or state == "closed" else rows


@given(pieces, st.integers(1, 5))
@example('a,b\r\n"x\r', 1)
@example("a\r\n\n\r\r", 1)
@settings(max_examples=400)
def test_rows_are_counted_as_the_grammar_says_in_chunks_of_any_size(text: str, size: int) -> None:
    data = text.encode()
    found = RowScan()
    for begin in range(0, len(data), size):
        found.add(data[begin : begin + size])
    rows = rows_of(text)
    assert bool(found.stray_line or found.open_quote_line) == (rows is None)
    if rows is not None:
        assert found.rows == len(rows)
        assert found.is_open == bool(text and not text.endswith(("\n", "\r")))
        if rows:
            header = data[: found.header_end].decode()
            assert split_row(header) == rows[0] == split_row(text)
            assert rows_of(header) == rows[:1]


@given(st.text("\r\n,a", min_size=1), st.booleans())
def test_line_ends_are_counted_as_they_stand(text: str, after_cr: bool) -> None:
    found, pairs = count_line_ends(np.frombuffer(text.encode(), np.uint8), after_cr)
    assert found == text.count("\r") + text.count("\n")
    assert pairs == (("\r" if after_cr else "x") + text).count("\r\n")


@given(pieces)
@settings(max_examples=200)
def test_the_parser_finds_the_rows_that_the_grammar_says(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands in a file, its rows are read as the grammar says, or it is refused."""
    base = tmp_path_factory.mktemp("grammar")
    try:
        found = staff(base, HEADER + text)
    except Refused:
        return
    rows = rows_of(HEADER + text)
    assert rows is not None
    assert found == [tuple(row) for row in rows[1:] if any(row)]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.text('",\r\n a王')


def attempt(path: Path, encoding: str) -> tuple[list[tuple[str, ...]], Refused | None]:
    """Rows of a file, or why it is refused."""
    try:
        return read(path, encoding), None
    except Refused as refusal:
        return [], refusal


@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=6),
    st.sampled_from(["excel", "excel-tab", "unix"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
)
@settings(max_examples=400)
def test_a_table_written_by_python_is_read_as_it_was_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], dialect: str, quoting: int, encoding: str,
    newline: str, named: bool,
) -> None:  # fmt: skip
    text = io.StringIO()
    writer = csv.writer(text, dialect=dialect, quoting=quoting, lineterminator=newline)  # type: ignore[arg-type]
    try:
        writer.writerows([HEADER.strip().split(","), *rows])
        again = list(csv.reader(io.StringIO(text.getvalue(), newline=""), dialect=dialect, quoting=quoting))  # type: ignore[arg-type]
    except csv.Error:  # what needs quotes where none may be written
        return
    assume(again[1:] == [list(row) for row in rows])  # some versions of Python leave a CR without quotes
    path = tmp_path_factory.mktemp("written") / "input" / "staff.csv"
    path.parent.mkdir()
    path.write_bytes(text.getvalue().encode(encoding))
    found, told = attempt(path, encoding.removesuffix("-sig") if named else "")
    if told is not None:
        assert all(problem.what and problem.where for problem in told.problems)
        assert told.problems
        assert dialect == "excel-tab" or not named, told  # nothing else here is a reason, once the encoding is known
        return
    assert found == [row for row in rows if any(row)]
    if dialect != "excel-tab":
        assert scan(path, "staff", encoding.removesuffix("-sig") if named else "").rows == len(rows)


names = st.text('a王䶮,"\n\r; ', min_size=1, max_size=6).map(str.strip).filter(bool)


@given(
    st.lists(names, min_size=1, max_size=5, unique=True),
    st.sampled_from(["excel", "excel-tab", "unix"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
@settings(max_examples=40, deadline=None)
def test_a_county_written_by_python_freezes_to_its_rows_or_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], dialect: str, quoting: int, encoding: str, newline: str
) -> None:
    """Streamed records and small tables alike freeze to exactly their rows, or not at all."""
    people = [*reference()["staff"], *({"code": f"X{n}", "name": each} for n, each in enumerate(ids))]
    written_as: dict[str, Any] = {"dialect": dialect, "quoting": quoting, "lineterminator": newline}
    given: dict[str, list[Row]] = {"staff": people, "service_record": [record(each) for each in ids]}
    folder = county(tmp_path_factory.mktemp("frozen"))
    try:
        texts = {name: written(name, rows, **written_as) for name, rows in given.items()}
    except csv.Error:  # what needs quotes where none may be written
        return
    for name, text in texts.items():
        again = list(csv.DictReader(io.StringIO(text, newline=""), dialect=dialect))
        assume([row.get("name", row.get("record_id")) for row in again] == [
            row.get("name", row.get("record_id", "")) for row in given[name]
        ])  # fmt: skip
        (folder / f"{name}.csv").write_bytes(text.encode(encoding))
    snapshot, told = frozen(folder, encoding.removesuffix("-sig"))
    if snapshot is None:
        assert told
        assert dialect == "excel-tab", told
        return
    assert snapshot.table("staff")["name"].to_pylist() == [
        row.get("name", "") for row in sorted(people, key=lambda row: row["code"])
    ]
    assert sorted(row["record_id"] for row in kept(snapshot)) == sorted(ids)


def frozen(folder: Path, encoding: str) -> tuple[Snapshot | None, list[str]]:
    """A snapshot, or why there is none."""
    try:
        return freeze(folder, encoding), []
    except Refused as refusal:
        return None, [problem.what for problem in refusal.problems]


@given(st.lists(st.booleans(), max_size=30))
def test_rows_keep_their_numbers_between_blank_ones(blank: list[bool]) -> None:
    file = CsvFile(Path("staff.csv"), "staff.csv", blank_rows=[n for n, each in enumerate(blank) if each])
    numbers = [n + 2 for n, each in enumerate(blank) if not each]
    assert [file.row(index) for index in range(len(numbers))] == numbers

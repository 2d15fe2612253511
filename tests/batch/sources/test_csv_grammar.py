"""One grammar of CSV: rows end where docs/input.md says, and none is lost in silence."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batch.sources.csv_grammar import RowScan, count_line_ends, split_row
from payengine.errors import Refused
from tests.support.csv_county import HEADER, county, freeze, refused, staff
from tests.support.python_calls import fewest_calls

# --- faults that lost rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", [b"\r", b"\r\n", b"\n"])
def test_every_line_end_freezes_to_the_same_rows(tmp_path: Path, newline: bytes) -> None:
    folder = county(tmp_path)
    for file in folder.glob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", newline))
    snapshot = freeze(folder)
    assert snapshot.counts["kept"] == 4
    assert snapshot.table_rows["staff"].read == 4
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


def test_the_work_of_a_wide_header_grows_with_its_columns_alone(tmp_path: Path) -> None:
    more = ",".join(f"x{n}" for n in range(20_000))
    text = f"code,name,first_worked,{more}\nS1,a,{',' * 20_000}\n"
    assert staff(tmp_path, text) == [("S1", "a", "")]
    assert fewest_calls(lambda: staff(tmp_path, text)) < 40 * 20_000


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
@settings(max_examples=200)
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


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_full_width_commas_are_named(tmp_path: Path, encoding: str) -> None:
    told = refused(tmp_path, "code，name，first_worked\nS1，甲，\n".encode(encoding))
    assert told.what == "has no comma in its header row, but ，, which is a full-width sign"

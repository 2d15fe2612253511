"""Tables as Python writes them in every dialect are read as they were, or refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from batch.snapshot.snapshot import Snapshot
from batch.sources.csv_scan import scan
from payengine.errors import Refused
from tests.support.csv_county import HEADER, county, freeze, read, written
from tests.support.freeze_case import Row, kept, record, reference

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
@settings(max_examples=200)
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
        # A line end inside a code or a name is read, and refused as a character that nobody sees.
        ended = any(end in each for each in ids for end in "\r\n")
        assert dialect == "excel-tab" or (ended and all("holds the invisible character" in each for each in told)), told
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

"""Files are read whole: their rows are counted twice, and what may be cut is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.sources.csv_files import CsvFile
from payengine.errors import Refused
from tests.support import input_county
from tests.support.csv_county import county, freeze, read

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


@given(st.lists(st.booleans(), max_size=30))
def test_rows_keep_their_numbers_between_blank_ones(blank: list[bool]) -> None:
    file = CsvFile(Path("staff.csv"), "staff.csv", blank_rows=[n for n, each in enumerate(blank) if each])
    numbers = [n + 2 for n, each in enumerate(blank) if not each]
    assert [file.row(index) for index in range(len(numbers))] == numbers

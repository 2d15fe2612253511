"""Exports are exact, open correctly in Excel, run no formula there, and appear whole."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch import results as schemas
from batch.reports.export import TABLES, tables, text_column, write_file, write_folder
from batch.reports.register import Names
from payengine.errors import UsageError
from tests.support.small_run import NAMES, small, table


def read_csv(file: Path) -> list[dict[str, str]]:
    assert file.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel takes UTF-8 without a BOM for the local code page"
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_table_is_exported_with_exact_integers_and_the_same_as_text() -> None:
    every = tables(small(), NAMES)
    assert tuple(every) == TABLES
    lines = every["pay_lines"].to_pylist()
    assert lines[2] == {
        "period": "2026-10", "run": "abababababab", "illustrative": "yes", "institution": "T02",
        "institution_name": "武原街道社区卫生服务中心", "staff": "S1", "staff_name": "王𬭎",
        "engagement_from": "2026-10-16", "component": "workload_pay", "component_label": "当量绩效",
        "funding": "income", "amount_fen": -5, "amount_yuan": "-0.05",
    }  # fmt: skip
    work = {line["staff"]: line for line in every["workload"].to_pylist()}
    assert work["S2"]["points"] == "0.000001"
    assert work[""]["staff_name"] == ""
    figures = {line["name"]: line["value_text"] for line in every["reports"].to_pylist()}
    assert figures["fixed_share"] == "0.1234"
    assert figures["heads"] == "2"
    of_departments = {(row["department"], row["name"]): row for row in every["department_reports"].to_pylist()}
    assert of_departments["全科", "bonus_weight"]["value_text"] == "2.4000"
    assert of_departments["=护理", "bonus.retained"]["value_text"] == "-0.05"
    assert of_departments["=护理", "bonus_share.not_given[0]"]["value_text"] == "not given"
    assert of_departments["", "bonus_weight"]["institution_name"] == "武原街道社区卫生服务中心"
    assert every["register"].column("gross_yuan").to_pylist() == ["10000.00", "1234567890.00"]
    assert "institution_name" not in every["components"].column_names


def test_amounts_are_never_floats() -> None:
    for name, exported in tables(small(), NAMES).items():
        for field in exported.schema:
            assert not pa.types.is_floating(field.type), f"{name}.{field.name}"


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.none()), st.integers(0, 6))
def test_text_beside_an_integer_is_the_same_number(values: list[int | None], scale: int) -> None:
    told = text_column(pa.array(values, pa.int64()), scale).to_pylist()
    for value, text in zip(values, told, strict=True):
        if value is None:
            assert text is None
        else:
            assert Decimal(text).as_tuple() == Decimal(value).scaleb(-scale).as_tuple() or (value == 0)
            assert Decimal(text).as_tuple().exponent == -scale


def test_csv_is_read_back_as_it_was(tmp_path: Path) -> None:
    every = tables(small(), NAMES)
    write_file(every["pay_lines"], tmp_path / "pay.csv")
    assert read_csv(tmp_path / "pay.csv") == [
        {name: str(value) for name, value in row.items()} for row in every["pay_lines"].to_pylist()
    ]


def test_no_cell_becomes_a_formula_in_csv_and_codes_stay_in_parquet(tmp_path: Path) -> None:
    dangerous = ["=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x"]
    harmless = ["R=1", "a-b", "2026-10", "'", "", '"=1"']
    rows = [(record, "", "H01", 1, "bad_quantity") for record in [*dangerous, *harmless]]
    every = tables(small(rejections=table(schemas.REJECTIONS, *rows)), Names())
    write_file(every["rejections"], tmp_path / "r.csv")
    write_file(every["rejections"], tmp_path / "r.parquet")
    told = [row["record_id"] for row in read_csv(tmp_path / "r.csv")]
    escaped = {"\t=1": "<U+0009>=1", "\r=1": "<U+000D>=1"}  # what nobody sees is written out, and is no formula then
    assert told == [*(escaped.get(text, "'" + text) for text in dangerous), *harmless]
    assert pq.read_table(tmp_path / "r.parquet")["record_id"].to_pylist() == [*dangerous, *harmless]


def test_names_are_guarded_too_but_negative_amounts_stay_numbers(tmp_path: Path) -> None:
    write_file(tables(small(), Names({"T02": "=evil()"}, {}))["pay_lines"], tmp_path / "pay.csv")
    row = read_csv(tmp_path / "pay.csv")[2]
    assert row["institution_name"] == "'=evil()"
    assert (row["amount_fen"], row["amount_yuan"]) == ("-5", "-0.05")
    write_file(tables(small(), NAMES)["department_reports"], tmp_path / "departments.csv")
    row = read_csv(tmp_path / "departments.csv")[3]
    assert (row["department"], row["value"], row["value_text"]) == ("'=护理", "-5", "-0.05")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_folder_gets_every_table(kind: str, tmp_path: Path) -> None:
    files = write_folder(tables(small(), NAMES), tmp_path / "out", kind)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(f"{name}.{kind}" for name in TABLES)
    assert all(file.exists() for file in files)


def test_a_file_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "pay.csv"
    file.write_text("old", encoding="utf-8")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.csv.write_csv", full)
    with pytest.raises(OSError, match="No space"):
        write_file(tables(small(), NAMES)["pay_lines"], file)
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file], "nothing half written is left"


def test_a_file_that_excel_holds_open_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    rename = Path.replace

    def busy(self: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr("time.sleep", lambda _: None)
    write_file(tables(small(), NAMES)["register"], tmp_path / "register.csv")
    assert len(tries) == 3
    assert read_csv(tmp_path / "register.csv")


def test_only_known_formats_are_written(tmp_path: Path) -> None:
    every = tables(small(), NAMES)
    with pytest.raises(UsageError, match=r"ends in none of \.xlsx, \.csv and \.parquet"):
        write_file(every["register"], tmp_path / "register.ods")
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        write_file(every["register"], tmp_path / "x.csv")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        write_folder(every, tmp_path / "file", "csv")
    with pytest.raises(UsageError, match=r"the folder .*nowhere is not there"):
        write_file(every["register"], tmp_path / "nowhere" / "x.csv")


def test_an_empty_run_exports_empty_tables(tmp_path: Path) -> None:
    empty = {name: schema.empty_table() for name, schema in schemas.SCHEMAS.items()}
    every = tables(small(**empty), Names())
    for name, exported in every.items():
        assert exported.num_rows == 0
        write_file(exported, tmp_path / f"{name}.csv")
        assert read_csv(tmp_path / f"{name}.csv") == []

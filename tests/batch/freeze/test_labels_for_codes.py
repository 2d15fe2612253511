"""A label in the place of a code: the message names the code, once for all rows."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from batch import input_tables as tables
from batch.values.parse import parse
from payengine import texts
from payengine.errors import Problem, Refused
from tests.support.csv_county import county, freeze


def report(folder: Path, language: str = "en") -> str:
    texts.use(language)
    try:
        with pytest.raises(Refused) as refused:
            freeze(folder)
        return refused.value.report()
    finally:
        texts.use(None)


def replaced(folder: Path, table: str, column: str, value: str) -> None:
    """Write one value in a column of every row of a table."""
    file = folder / f"{table}.csv"
    header, *rows = [line.split(",") for line in file.read_text("utf-8").splitlines()]
    at = header.index(column)
    lines = [header, *([*row[:at], value, *row[at + 1 :]] for row in rows)]
    file.write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")


LABELS = [
    ("institution", "kind", "乡镇卫生院", "township_center"),
    ("engagement", "employment", "编制", "established"),
    ("engagement", "department_class", "临床", "clinical"),
]


@pytest.mark.parametrize(("table", "column", "label", "code"), LABELS)
def test_a_label_names_its_code(table: str, column: str, label: str, code: str) -> None:
    """A source that does not read words, as a database, is told what a word stands for."""
    _, faults = parse(tables.BY_NAME[table].column(column), pa.array([label], pa.string()))
    assert faults is not None
    assert f"(did you mean {code} ({label})?)" in faults.what(0)


@pytest.mark.parametrize(("table", "column", "label", "code"), LABELS)
def test_a_label_in_a_file_of_a_folder_is_read_as_its_code(
    tmp_path: Path, table: str, column: str, label: str, code: str
) -> None:
    folder = county(tmp_path)
    replaced(folder, table, column, label)
    found = freeze(folder)
    assert found.normalised[table][column] > 0
    replaced(folder, table, column, code)
    assert freeze(folder).digest == found.digest


def test_a_misspelt_code_is_told_once_for_all_rows(tmp_path: Path) -> None:
    folder = county(tmp_path)
    replaced(folder, "institution", "kind", "township centre")
    told = report(folder)
    assert "(did you mean township_center" in told
    assert told.count("township centre is not one of") == 1, told


@pytest.mark.parametrize(("language", "told"), [("en", "(did you mean {code} ({name})?)"), ("zh", "{code}（{name}）")])
def test_the_name_of_an_institution_names_its_code(tmp_path: Path, language: str, told: str) -> None:
    folder = county(tmp_path)
    replaced(folder, "institution", "name", "清水镇卫生院")
    lines = (folder / "institution.csv").read_text("utf-8").splitlines()
    (folder / "institution.csv").write_text(
        "\n".join([*lines[:2], *lines[2:]]).replace("清水镇卫生院", "别处", len(lines) - 2) + "\n", "utf-8"
    )  # the last one bears the name alone
    code = lines[-1].split(",")[0]
    replaced(folder, "engagement", "institution", "清水镇卫生院")
    assert told.format(code=code, name="清水镇卫生院") in report(folder, language)


def test_equal_problems_of_several_rows_are_one_line_of_the_report() -> None:
    """All are counted, and stand in `problems`; those without a row stay apart."""
    many = [Problem("编制 is wrong", "engagement.csv", row, "employment") for row in range(2, 16)]
    error = Refused("refused", [*many, Problem("other", "engagement.csv", 3, "kind"), *[Problem("same", "t")] * 2])
    assert error.report().splitlines() == [
        "refused",
        "engagement.csv: 15 problem(s)",
        "  14 rows (2, 3, 4, 5, 6, ...)  employment  编制 is wrong",
        "  row 3  kind  other",
        "t: 2 problem(s)",
        "  same",
        "  same",
    ]
    assert len(error.problems) == 17


def test_a_row_of_another_part_is_named_with_its_file(tmp_path: Path) -> None:
    folder = county(tmp_path)
    (folder / "staff").mkdir()
    rows = (folder / "staff.csv").rename(folder / "staff" / "1.csv").read_text("utf-8").splitlines()
    (folder / "staff" / "2.csv").write_text("\n".join(rows[:2]) + "\n", "utf-8")
    assert "stands already in row 2 of input/staff/1.csv: one row per code" in report(folder)

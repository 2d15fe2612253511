"""Forms of the second distribution: written, filled in, read back, paid."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from batch.workspace import Workspace
from tests.batch.compute.test_hand_split import BY_HAND, RIGHT, office
from tests.support.small_county import OCTOBER, call, write

calamine = pytest.importorskip("python_calamine")


def rows(file: Path) -> list[list[object]]:
    return calamine.CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return office(tmp_path / "c", []).folder


def draft(folder: Path) -> str:
    answer = call(folder, "--json", "run", OCTOBER)
    assert answer.exit_code == 0, answer.output
    return str(json.loads(answer.output)["run"])


def test_everybody_of_the_department_has_a_row(folder: Path) -> None:
    answer = call(folder, "--json", "split", draft(folder), "-o", str(folder / "split.xlsx"))
    assert answer.exit_code == 0, answer.output
    assert [(form["department"], form["pool_fen"], form["persons"]) for form in json.loads(answer.output)["forms"]] == [
        ("内科", 60000, 2), ("护理部", 30000, 1),
    ]  # fmt: skip
    heading, *found = rows(folder / "split.xlsx")
    assert heading == [
        "institution", "department", "component", "staff", "staff name", "pool (yuan)", "amount", "left (yuan)",
        "signed_by", "period",
    ]  # fmt: skip
    assert [(row[1], row[3], str(row[5]), row[6], str(row[7]), row[9]) for row in found] == [
        ("内科", "S1", "600.0", "", "600.0", OCTOBER), ("内科", "S2", "600.0", "", "600.0", OCTOBER),
        ("护理部", "S3", "300.0", "", "300.0", OCTOBER),
    ]  # fmt: skip


def test_a_form_in_chinese_names_the_bonus_and_is_read(folder: Path) -> None:
    answer = call(folder, "--lang", "zh", "split", draft(folder), "-o", str(folder / "split.xlsx"))
    assert answer.exit_code == 0, answer.output
    _, *found = rows(folder / "split.xlsx")
    [component] = {row[2] for row in found}
    assert component.endswith(" | " + RIGHT[0]["component"])
    assert component.partition(" | ")[0] not in ("", RIGHT[0]["component"])


def test_what_is_entered_stands_in_the_form_again(folder: Path) -> None:
    write(folder / "input", {"second_distribution": RIGHT})
    assert call(folder, "freeze", OCTOBER).exit_code == 0
    answer = call(folder, "split", draft(folder), "-o", str(folder / "split.xlsx"))
    assert "3 form" not in answer.output
    assert "2 form(s), 0.00 yuan not split yet" in answer.output
    _, *found = rows(folder / "split.xlsx")
    assert [(row[3], str(row[6]), str(row[7]), row[8]) for row in found] == [
        ("S1", "400.01", "0.0", "王主任"), ("S2", "199.99", "0.0", "王主任"), ("S3", "300.0", "0.0", "李护士长"),
    ]  # fmt: skip


def test_the_same_forms_have_the_same_bytes(folder: Path) -> None:
    run = draft(folder)
    for name in ("a.xlsx", "b.xlsx"):
        assert call(folder, "split", run, "-o", str(folder / name)).exit_code == 0
    assert (folder / "a.xlsx").read_bytes() == (folder / "b.xlsx").read_bytes()


def test_a_clerk_reads_chinese_headings(folder: Path) -> None:
    answer = call(folder, "--lang", "zh", "split", draft(folder), "-o", str(folder / "split.xlsx"))
    assert "2 张分配表，尚有 900.00 元未分配" in answer.output
    assert rows(folder / "split.xlsx")[0][:7] == [
        "机构编码", "科室", "薪酬项目", "人员编码", "姓名", "待分配总额（元）", "金额（元）",
    ]  # fmt: skip


def test_what_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    run = draft(folder)
    file = folder / "split.xlsx"
    assert "does not end in .xlsx" in call(folder, "split", run, "-o", str(folder / "split.csv")).output
    assert (
        "I9 has no pool that is split by hand; these have: I1"
        in call(folder, "split", run, "-o", str(file), "--institution", "I9").output
    )
    assert not file.exists()
    file.write_bytes(b"kept")
    assert "exists already" in call(folder, "split", run, "-o", str(file)).output
    assert file.read_bytes() == b"kept"
    by_points = office(tmp_path / "d", [], BY_HAND.replace("second_distribution[reward]", "points")).folder
    refused = call(by_points, "split", draft(by_points), "-o", str(file), "--force")
    assert refused.exit_code == 2
    assert "policy county has no line that a department splits by hand" in refused.output


AMOUNTS = {"S1": 400.01, "S2": 199.99, "S3": 300}


def filled(folder: Path, department: str, amounts: dict[str, object], sheet: str = "") -> Path:
    """Write a department's form and fill it in, as its head does in Excel."""
    openpyxl = pytest.importorskip("openpyxl")
    file = folder / "input" / f"split-{department}.xlsx"
    answer = call(folder, "split", draft(folder), "-o", str(file), "--department", department)
    assert answer.exit_code == 0, answer.output
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    for row in page.iter_rows(min_row=2):
        row[6].value, row[8].value = amounts[row[3].value], f"{department}主任"
        row[7].value = None  # a formula, which only a spreadsheet calculates
    page.title = sheet or page.title
    book.save(file)
    return file


def pay(folder: Path) -> dict[str, int]:
    assert call(folder, "freeze", OCTOBER).exit_code == 0
    lines = Workspace(folder).results(draft(folder)).pay_lines.to_pylist()
    return {line["staff"]: line["amount_fen"] for line in lines}


def test_each_department_hands_in_a_form_of_its_own(folder: Path) -> None:
    for department in ("内科", "护理部"):
        filled(folder, department, dict(AMOUNTS))
    assert pay(folder) == {"S1": 40001, "S2": 19999, "S3": 30000}


def test_one_workbook_has_a_sheet_for_each_department(folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    forms = [filled(folder, department, dict(AMOUNTS)) for department in ("内科", "护理部")]
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, form in zip(("二次分配-内科", "二次分配 (2)"), forms, strict=True):
        page = book.create_sheet(name)
        for row in openpyxl.load_workbook(form).worksheets[0].iter_rows(values_only=True):
            page.append(row)
        form.unlink()
    book.save(folder / "input" / "各科室.xlsx")
    assert pay(folder) == {"S1": 40001, "S2": 19999, "S3": 30000}


@pytest.mark.parametrize(("language", "said"), [
    ("en", "input/split-护理部.xlsx, sheet second_distribution: 1 problem(s)  cell G2"),
    ("zh", "input/split-护理部.xlsx 工作表 second_distribution：1 处问题  单元格 G2"),
])  # fmt: skip
def test_a_wrong_amount_is_told_with_file_sheet_and_cell(folder: Path, language: str, said: str) -> None:
    filled(folder, "内科", dict(AMOUNTS))
    filled(folder, "护理部", {"S3": "三百元"})
    answer = call(folder, "--lang", language, "freeze", OCTOBER)
    assert answer.exit_code != 0
    assert said in answer.output.replace("\n", ""), answer.output


def test_a_person_in_two_forms_is_told_by_both(folder: Path) -> None:
    filled(folder, "内科", dict(AMOUNTS))
    shutil.copy(folder / "input" / "split-内科.xlsx", folder / "input" / "split-again.xlsx")
    answer = call(folder, "freeze", OCTOBER)
    assert answer.exit_code != 0
    assert "split-again.xlsx" in answer.output
    assert "split-内科.xlsx" in answer.output


def test_a_department_without_a_pool_is_told_which_have_one(folder: Path) -> None:
    answer = call(folder, "split", draft(folder), "-o", str(folder / "x.xlsx"), "--department", "外科")
    assert "no department 外科 has a pool that is split by hand; these have: 内科, 护理部" in answer.output

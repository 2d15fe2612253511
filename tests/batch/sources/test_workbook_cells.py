"""Cells of a workbook: read where they have one reading, else refused with sheet and cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from batch import input_tables as tables
from batch.freeze import freeze_period
from batch.input_words import TABLE_WORDS
from batch.snapshot.snapshot import Snapshot
from batch.sources import SourceSettings, open_source
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from tests.support import input_county
from tests.support.workbook_county import book, sheet_rows

OCTOBER = Period.parse("2026-10")
MADE = Path(__file__).parent / "workbooks"
Change = Callable[[dict[str, list[list[Any]]]], None]


def frozen(base: Path, folder: str = "in") -> Snapshot:
    with open_source(SourceSettings(folder=folder), base) as source:
        return freeze_period(source, OCTOBER, base / "snapshots", patient_key=b"k" * 32)


def sheets() -> dict[str, list[list[Any]]]:
    """The county's sheets in words, by table."""
    return {table.name: sheet_rows(table, input_county.CONTENT) for table in tables.TABLES}


def made(base: Path, changed: dict[str, list[list[Any]]], **options: Any) -> Path:
    return book(base / "in" / "county.xlsx", {TABLE_WORDS[name][0]: rows for name, rows in changed.items()}, **options)


def put(table: str, row: int, column: str, cell: Any) -> dict[str, list[list[Any]]]:
    """The county with one cell changed; rows are numbered as the sheet shows them."""
    found = sheets()
    names = [each.name for each in tables.BY_NAME[table].columns]
    found[table][row - 1][names.index(column)] = cell
    return found


def told(base: Path) -> list[str]:
    """Tell the problems of the county's workbook, in English and in Chinese."""
    lines = []
    for language in ("en", "zh"):
        texts.use(language)
        try:
            with pytest.raises(Refused) as found:
                frozen(base)
            lines += [f"{problem.where}:{problem.line()}" for problem in found.value.problems]
        finally:
            texts.use("en")
    return lines


@pytest.fixture(scope="module")
def by_csv(tmp_path_factory: pytest.TempPathFactory) -> str:
    base = tmp_path_factory.mktemp("csv")
    input_county.csv_folder(base / "in")
    return frozen(base).digest


def formula(text: str, value: Any) -> Callable[[Any, int, int], None]:
    return lambda sheet, row, column: sheet.write_formula(row, column, text, None, value)


# --- read -------------------------------------------------------------------------------------------------------

READ = {
    "a date with a time": ("engagement", 4, "from", datetime.combine(date(2022, 5, 1), time(17, 45))),
    "a day number": ("engagement", 4, "from", 44_682),
    "a day number with a time": ("engagement", 4, "from", 44_682.75),
    "a day number as text": ("engagement", 4, "from", "44682"),
    "digits as a number": ("engagement", 4, "from", 20_220_501),
    "a text": ("engagement", 4, "from", "2022年5月1日"),
    "full-width digits": ("engagement", 4, "fte", "０．５"),
    "a number as text": ("engagement", 4, "fte", "0.50"),
    "a truth value": ("engagement", 4, "director", False),
    "no": ("engagement", 4, "director", 0),
    "a month as the date that a spreadsheet makes of it": ("finance", 2, "period", date(2026, 10, 1)),
    "a year as a number": ("finance", 3, "period", 2026),
    "a code": ("engagement", 4, "employment", "contract"),
    "another word": ("engagement", 4, "employment", "编外"),
    "a label and a name": ("finance", 2, "line", "可分配总额 | workload_pool"),
    "a label of a word": ("service_item", 2, "category", "门诊 | basic_medical"),
    "the highest exact number": ("pay_component", 3, "amount", 1500.5),
}


@pytest.mark.parametrize("case", READ)
def test_a_cell_with_one_reading_is_read(tmp_path: Path, by_csv: str, case: str) -> None:
    table, row, column, cell = READ[case]
    made(tmp_path, put(table, row, column, cell))
    assert frozen(tmp_path).digest == by_csv


def test_codes_that_are_numbers_are_their_digits(tmp_path: Path) -> None:
    input_county.csv_folder(tmp_path / "csv", content=_renamed("20260001"))
    changed = {table.name: sheet_rows(table, _renamed("20260001")) for table in tables.TABLES}
    for rows in changed.values():
        for row in rows[1:]:
            row[:] = [20_260_001 if cell == "20260001" else cell for cell in row]
    made(tmp_path, changed)
    assert frozen(tmp_path).digest == frozen(tmp_path, "csv").digest


def _renamed(code: str) -> dict[str, list[str]]:
    return {name: [line.replace("S01", code) for line in lines] for name, lines in input_county.CONTENT.items()}


def test_other_forms_are_counted(tmp_path: Path) -> None:
    changed = put("engagement", 4, "from", 44_682)
    changed["finance"][1][3] = date(2026, 10, 1)
    changed["finance"][1][1] = "可分配总额 | workload_pool"
    made(tmp_path, changed)
    found = frozen(tmp_path).normalised
    assert found["engagement"]["from"] == 1
    assert found["finance"] == {"line": 1, "period": 1}


def test_blank_rows_and_formulas_with_results_are_read(tmp_path: Path, by_csv: str) -> None:
    changed = put("engagement", 4, "from", formula("=DATE(2022,5,1)", 44_682))
    changed["engagement"].insert(3, [])
    path = made(tmp_path, changed)
    calculated(path)
    assert frozen(tmp_path).digest == by_csv


def calculated(path: Path) -> None:
    """Take away the mark that nothing was calculated, as a spreadsheet does."""
    change(path, "xl/workbook.xml", b' fullCalcOnLoad="1"', b"")


def change(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Change a part of a workbook in place."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


# --- refused ----------------------------------------------------------------------------------------------------

REFUSED = {
    "a formula's error": (
        "engagement", 4, "fte", formula("=1/0", "#DIV/0!"), "cell L4  fte",
        "the formula gives the error #DIV/0!; correct the formula, or clear the cell",
        "公式的结果是错误值 #DIV/0!；请更正公式，或清空该单元格",
    ),
    "an error in a text": (
        "staff", 2, "name", formula("=NA()", "#N/A"), "cell B2  name",
        "the formula gives the error #N/A; correct the formula, or clear the cell",
        "公式的结果是错误值 #N/A；请更正公式，或清空该单元格",
    ),
    "a formula that nobody calculated": (
        "engagement", 4, "department", formula("=A1", 0), "cell D4  department",
        "the formula was never calculated: a program wrote it; open the workbook in a spreadsheet, save it and "
        "run the command again",
        "公式从未计算过，是程序写入的；请用电子表格打开工作簿，保存后重新运行本命令",
    ),
    "more decimals": (
        "engagement", 4, "fte", 0.12345, "cell L4  fte",
        "0.12345 has more than 4 decimals; round it in the sheet: =ROUND(...,4)",
        "0.12345 的小数超过 4 位；请在表中舍入：=ROUND(...,4)",
    ),
    "no whole number": (
        "institution", 2, "public_class", 1.5, "cell E2  public_class",
        "1.5 is not a whole number; round it in the sheet: =ROUND(...,0)",
        "1.5 不是整数；请在表中取整：=ROUND(...,0)",
    ),
    "a date for a number": (
        "engagement", 4, "fte", date(2026, 1, 1), "cell L4  fte",
        "2026-01-01 is a date where a number belongs; give the cell a number format",
        "2026-01-01 是日期，此处应为数；请把单元格改为数值格式",
    ),
    "a date for a text": (
        "engagement", 4, "title", date(2026, 1, 1), "cell G4  title",
        "2026-01-01 is a date where a text belongs: a spreadsheet makes dates of what looks like one; format the "
        "column as text and write the value again",
        "2026-01-01 是日期，此处应为文本：电子表格会把形似日期的内容变为日期；请把该列设为文本格式，并重新填写",
    ),
    "a time": (
        "engagement", 4, "from", time(8, 30), "cell N4  from",
        "08:30:00 is a time without a date", "08:30:00 只有时刻，没有日期",
    ),
    "a time that is rounded to midnight": (
        "engagement", 4, "from", datetime.combine(date(2022, 4, 30), time.max), "cell N4  from",
        "2022-05-01, or a moment before it: the time lies within a millisecond of midnight; write the date without a "
        "time of day",
        "是 2022-05-01，还是此前一刻：时刻与零点相差不到一毫秒，分不清是哪一天；请只写日期，不带时刻",
    ),
    "a number that is no day": (
        "engagement", 4, "from", 7, "cell N4  from",
        "7 is not a date; write it as 2026-10-03", "7 不是日期；请写成 2026-10-03",
    ),
    "a text that is no day": (
        "engagement", 4, "from", "26-5-1", "cell N4  from",
        "26-5-1 is not a date; write it as 2026-10-03", "26-5-1 不是日期；请写成 2026-10-03",
    ),
    "a day for a period": (
        "finance", 2, "period", date(2026, 10, 15), "cell D2  period",
        "2026-10-15 is a day, not a period; write 2026-10, 2026-Q4, 2026-H2 or 2026",
        "2026-10-15 是日期，不是期间；请写成 2026-10、2026-Q4、2026-H2 或 2026",
    ),
    "a cut period": (
        "finance", 2, "period", 2026.1, "cell D2  period",
        "2026.1 is not a period: a month behind a point has two digits, because a spreadsheet makes 2026.1 of "
        "2026.10; write 2026-10", None,
    ),
    "a truth value": (
        "engagement", 4, "fte", True, "cell L4  fte",
        "TRUE is a truth value, which this column cannot be", "TRUE 是逻辑值，此列不能是逻辑值",
    ),
    "a long code": (
        "service_record", 2, "record_id", 123456789012345678.0, "cell A2  record_id",
        "1.234567890123457e+17 is a code stored as a number, which keeps 15 digits only; store the column as text",
        "1.234567890123457e+17 是以数值存放的编码，数值只保留 15 位；请将该列改为文本",
    ),
    "a code with decimals": (
        "service_record", 2, "item", 1.5, "cell E2  item",
        "1.5 is a code stored as a number, which loses zeros at its end; store the column as text",
        "1.5 是存为数值的编码，末尾的零会丢失；请把该列存为文本",
    ),
    "a long number of a patient": (
        "service_record", 2, "patient", 330425195001011234.0, "cell H2  patient",
        "the value is a code stored as a number, which keeps 15 digits only; store the column as text", None,
    ),
    "no word": (
        "engagement", 4, "pay_scheme", "计件", "cell J4  pay_scheme",
        "计件 is not one of standard, agreement (did you mean ...", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_cell_without_a_reading_is_refused_by_sheet_and_cell(tmp_path: Path, case: str) -> None:
    table, row, column, cell, place, english, chinese = REFUSED[case]
    made(tmp_path, put(table, row, column, cell))
    lines = told(tmp_path)
    assert len(lines) == 2
    sheet = TABLE_WORDS[table][0]
    assert lines[0].startswith(f"in/county.xlsx, sheet {sheet}:  {place}  {english.partition(' (did')[0]}")
    where, heading = place.split("  ")
    in_chinese = f"{where.replace('cell', '单元格')}  {texts.words()[f'{table}.{heading}']}"
    assert lines[1].startswith(f"in/county.xlsx 工作表 {sheet}:  {in_chinese}  ")
    if chinese is not None:
        assert lines[0].endswith(english)
        assert lines[1].endswith(chinese)


def test_no_patients_number_stands_in_a_message(tmp_path: Path) -> None:
    changed = sheets()
    for row, cell in enumerate(
        [330425195001011234.0, 1.5, True, date(2026, 1, 1), time(8, 30), formula("=1/0", "#N/A")]
    ):
        changed["service_record"][row + 1][7] = cell
    changed["patient"][1][0] = 330425195001011234.0
    made(tmp_path, changed)
    lines = told(tmp_path)
    assert len(lines) == 12
    for secret in ("3304", "1.5", "TRUE", "2026-01-01", "08:30"):
        assert not any(secret in line.partition("patient  ")[2] for line in lines), secret


def test_a_sum_of_binary_fractions_is_refused_with_a_remedy(tmp_path: Path) -> None:
    """0.1 + 0.2 as a spreadsheet stores it."""
    path = made(tmp_path, put("engagement", 4, "fte", formula("=0.1+0.2", 0.25)))
    calculated(path)
    change(path, "xl/worksheets/sheet3.xml", b"<v>0.25</v>", b"<v>0.30000000000000004</v>")
    assert told(tmp_path)[0].endswith(
        "cell L4  fte  0.30000000000000004 has more than 4 decimals; round it in the sheet: =ROUND(...,4)"
    )


@pytest.mark.parametrize("value", [b"<v></v>", b"<v/>", b""])
def test_a_formula_without_a_result_is_refused_in_a_calculated_workbook_too(tmp_path: Path, value: bytes) -> None:
    """As openpyxl writes it into a workbook that a spreadsheet saved."""
    path = made(tmp_path, put("engagement", 4, "department", formula("=A1", 12_321)))
    calculated(path)
    change(path, "xl/worksheets/sheet3.xml", b"<v>12321</v>", value)
    assert "cell D4  department  the formula was never calculated" in told(tmp_path)[0]


def test_an_empty_text_of_a_formula_is_empty(tmp_path: Path, by_csv: str) -> None:
    path = made(tmp_path, put("engagement", 4, "title", formula('="护师"', "护师")))
    calculated(path)
    assert frozen(tmp_path).digest == by_csv
    path = made(tmp_path, put("engagement", 4, "employer", formula('="I01"', "I01")))
    calculated(path)
    change(path, "xl/worksheets/sheet3.xml", b"<v>I01</v>", b"<v></v>")
    assert frozen(tmp_path).digest != by_csv  # nobody else employs the person now


def test_rows_of_formulas_without_results_beneath_the_others_are_not_passed_over(tmp_path: Path) -> None:
    changed = sheets()
    changed["staff"].append([formula("=A2", 77_777), None, None])
    path = made(tmp_path, changed)
    calculated(path)
    change(path, "xl/worksheets/sheet2.xml", b"<v>77777</v>", b"<v></v>")
    assert "cell A6  code  the formula was never calculated" in told(tmp_path)[0]


def merged(down: int, right: int, value: Any) -> Callable[[Any, int, int], None]:
    return lambda sheet, row, column: sheet.merge_range(row, column, row + down, column + right, value)


def test_merged_cells_over_rows_are_refused_with_their_range(tmp_path: Path) -> None:
    changed = put("engagement", 2, "staff", merged(1, 0, "S01"))
    changed["engagement"][2][0] = None
    made(tmp_path, changed)
    what = "lies in the merged cells A2:A3, of which only the first holds a value; unmerge them and fill in every cell"
    chinese = "位于合并单元格 A2:A3 之内，其中只有第一个单元格有值；请取消合并，并逐格填写"
    assert told(tmp_path) == [
        f"in/county.xlsx, sheet 聘用:  cell A3  staff  {what}",
        f"in/county.xlsx 工作表 聘用:  单元格 A3  人员编码  {chinese}",
    ]


def test_merged_cells_over_columns_are_refused(tmp_path: Path) -> None:
    changed = put("engagement", 4, "role", merged(0, 1, "护师"))
    changed["engagement"][3][6] = None
    made(tmp_path, changed)
    assert "cell G4  title  lies in the merged cells F4:G4" in told(tmp_path)[0]


def test_merged_cells_without_a_value_and_beside_the_columns_read_are_no_matter(tmp_path: Path, by_csv: str) -> None:
    changed = put(
        "engagement", 4, "role", lambda sheet, row, column: sheet.merge_range(row, column, row + 1, column, "")
    )
    changed["engagement"][4][5] = None
    changed["staff"][1].append(merged(2, 1, "备注"))
    made(tmp_path, changed)
    assert frozen(tmp_path).digest == by_csv


def test_the_same_fault_in_many_rows_is_told_once(tmp_path: Path) -> None:
    changed = sheets()
    for row in changed["engagement"][1:]:
        row[9] = "计件"
    made(tmp_path, changed)
    with pytest.raises(Refused) as found:
        frozen(tmp_path)
    report = found.value.report()
    assert "  5 cells (J2, J3, J4, J5, J6)  pay_scheme  计件 is not one of" in report
    texts.use("zh")
    try:
        with pytest.raises(Refused) as found:
            frozen(tmp_path)
        assert "  5 个单元格（J2、J3、J4、J5、J6）  薪酬形式  计件 不" in found.value.report()
    finally:
        texts.use("en")


def test_codes_that_a_spreadsheet_cut_are_refused_as_in_csv(tmp_path: Path) -> None:
    changed = sheets()
    for row in changed["service_record"][1:]:
        row[7] = "330425195001012000000"
    made(tmp_path, changed)
    assert told(tmp_path)[0].endswith(
        "patient  all codes longer than 15 digits have zeros after the 15th: a spreadsheet cut them; "
        "export the column as text"
    )


# --- other kinds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "error"), [("ods", "#DIV/0!"), ("xls", "#DIV/0!")])
def test_cells_of_other_kinds_of_workbooks_are_refused_alike(tmp_path: Path, kind: str, error: str) -> None:
    input_county.csv_folder(tmp_path / "in")
    (tmp_path / "in" / "staff.csv").unlink()
    shutil.copy(MADE / f"cells.{kind}", tmp_path / "in")
    found = [line.partition(":  ")[2] for line in told(tmp_path) if f"cells.{kind}, sheet staff" in line]
    assert [line for line in found if "name" in line] == [
        f"cell B2  name  the formula gives the error {error}; correct the formula, or clear the cell",
        "cell B3  name  the formula has an empty result or was never calculated, which this kind of file does not "
        "tell apart; save the workbook as .xlsx",
        "cell B5  name  lies in the merged cells B4:B5, of which only the first holds a value; unmerge them and fill "
        "in every cell",
    ]


def test_formulas_that_xlwt_writes_are_not_read_as_empty(tmp_path: Path) -> None:
    import xlwt

    input_county.csv_folder(tmp_path / "in")
    (tmp_path / "in" / "staff.csv").unlink()
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("staff")
    for column, name in enumerate(("code", "name", "first_worked")):
        sheet.write(0, column, name)
    for row, code in enumerate(("S01", "S02", "S03", "s03"), 1):
        sheet.write(row, 0, code)
    sheet.write(1, 1, xlwt.Formula('"a"'))
    workbook.save(str(tmp_path / "in" / "staff.xls"))
    assert "cell B2  name  the formula has an empty result or was never calculated" in told(tmp_path)[0]

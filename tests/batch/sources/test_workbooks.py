"""Workbooks as a source: the same county, whatever it is kept in."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch import input_tables as tables
from batch.cli.views.snapshot import snapshot_json, snapshot_parts
from batch.freeze import freeze_period
from batch.freeze.unread_files import unread_warnings
from batch.input_words import COLUMN_WORDS, TABLE_WORDS
from batch.snapshot.snapshot import Snapshot
from batch.sources import Binds, SourceSettings, open_source
from batch.sources.sheets import MOST_ROWS
from payengine import texts
from payengine.errors import Refused, Unavailable
from payengine.periods import Period
from tests.support import input_county
from tests.support.make_workbooks import hidden
from tests.support.workbook_county import book, county_book, sheet_rows

OCTOBER = Period.parse("2026-10")
MADE = Path(__file__).parent / "workbooks"
STAFF = ["人员编码", "姓名", "参加工作日期"]


def frozen(base: Path, key: bytes = b"k" * 32, **source: str) -> Snapshot:
    with open_source(SourceSettings(**source), base) as opened:
        return freeze_period(opened, OCTOBER, base / "snapshots", patient_key=key)


def rows(base: Path, table: str = "staff") -> list[tuple[object, ...]]:
    with open_source(SourceSettings(folder=base.name), base.parent) as source:
        return [tuple(row.values()) for batch in source.read(table, Binds.of(OCTOBER)) for row in batch.to_pylist()]


def refused(base: Path, table: str = "staff") -> list[str]:
    """Tell the problems in English and in Chinese, each as it is printed."""
    told = []
    for language in ("en", "zh"):
        texts.use(language)
        try:
            with pytest.raises(Refused) as found:
                rows(base, table)
            told += [f"{problem.where}{problem.line()}" for problem in found.value.problems]
        finally:
            texts.use("en")
    return told


@pytest.fixture
def by_csv(tmp_path: Path) -> str:
    input_county.csv_folder(tmp_path / "csv")
    return frozen(tmp_path, folder="csv").digest


@pytest.mark.parametrize("last_day", [True, False])
def test_a_county_in_chinese_freezes_to_the_snapshot_of_its_csv_files(
    tmp_path: Path, by_csv: str, last_day: bool
) -> None:
    county_book(tmp_path / "in" / "county.xlsx", last_day=last_day)
    assert frozen(tmp_path, folder="in").digest == by_csv
    assert frozen(tmp_path, workbook="in/county.xlsx").digest == by_csv


def test_a_workbook_that_counts_from_1904_freezes_to_the_same(tmp_path: Path, by_csv: str) -> None:
    path = county_book(tmp_path / "in" / "county.xlsx", date_1904=True)
    with ZipFile(path) as archive:
        assert b'date1904="1"' in archive.read("xl/workbook.xml")
    assert frozen(tmp_path, folder="in").digest == by_csv


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_the_other_kinds_of_workbooks_freeze_to_the_same(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(MADE / f"county.{kind}", tmp_path / "in")
    content = json.loads((MADE / "county.json").read_text(encoding="utf-8"))
    input_county.csv_folder(tmp_path / "csv", content=content)
    assert frozen(tmp_path, folder="in").digest == frozen(tmp_path, folder="csv").digest


@pytest.mark.parametrize("kind", ["xlsm", "xls"])  # by its content, not by its name
def test_a_workbook_is_known_by_its_content(tmp_path: Path, by_csv: str, kind: str) -> None:
    county_book(tmp_path / "in" / "county.xlsx").rename(tmp_path / "in" / f"county.{kind}")
    assert frozen(tmp_path, folder="in").digest == by_csv


names = st.sampled_from([table.name for table in tables.TABLES])


@given(in_files=st.sets(names), in_own_book=st.sets(names), last_day=st.booleans(), shuffled=st.randoms())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_however_a_county_is_spread_over_files_it_freezes_to_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    in_files: set[str],
    in_own_book: set[str],
    last_day: bool,
    shuffled: object,
) -> None:
    """Tables are CSV files, workbooks of their own and sheets, with any words and order."""
    base = tmp_path_factory.mktemp("county")
    input_county.csv_folder(base / "csv")
    expected = frozen(base, folder="csv").digest
    folder = base / "in"
    folder.mkdir()
    sheets = {}
    for table in tables.TABLES:
        made = sheet_rows(table, input_county.CONTENT, last_day)
        order = list(range(len(table.columns)))
        shuffled.shuffle(order)  # type: ignore[attr-defined]
        words = [
            name if name not in (word := COLUMN_WORDS[table.name])[column.name] else shuffled.choice(word[column.name])  # type: ignore[attr-defined]
            for name, column in zip(made[0], table.columns, strict=True)
        ]
        made = [[row[at] for at in order] for row in [words, *made[1:]]]
        if table.name in in_files:
            shutil.copy(base / "csv" / f"{table.name}.csv", folder)
        elif table.name in in_own_book:
            book(folder / f"{shuffled.choice([table.name, *TABLE_WORDS[table.name]])}.xlsx", {"Sheet1": made})  # type: ignore[attr-defined]
        else:
            sheets[shuffled.choice([table.name, *TABLE_WORDS[table.name]])] = made  # type: ignore[attr-defined]
    if sheets:
        book(folder / "county.xlsx", sheets)
    assert frozen(base, folder="in").digest == expected


def test_what_was_converted_is_told_and_kept_in_the_manifest(tmp_path: Path) -> None:
    county_book(tmp_path / "in" / "county.xlsx")
    found = frozen(tmp_path, folder="in")
    assert found.normalised["engagement"] == {"department_class": 5, "employment": 5, "pay_scheme": 5}
    assert found.normalised["service_item"] == {"category": 4, "limit_period": 2, "shares": 2}
    assert found.last_days["engagement"] == 2
    assert snapshot_json(found)["last_days"] == found.last_days
    for language, line in (
        ("en", "  engagement: until given as last day included: 2 value(s) converted"),
        ("zh", "  聘用表：“止”（until）给出的是含当天的截止日，已换算 2 个值"),
    ):
        texts.use(language)
        try:
            assert line in snapshot_parts(found)
        finally:
            texts.use("en")


def test_a_plain_county_has_nothing_to_tell(tmp_path: Path) -> None:
    input_county.csv_folder(tmp_path / "csv")
    found = frozen(tmp_path, folder="csv")
    assert (found.normalised, found.last_days, found.notes) == ({}, {}, [])


# --- sheets -----------------------------------------------------------------------------------------------------

PLAIN = [STAFF, ["S01", "王䶮", None]]


def test_a_table_in_two_sheets_is_refused_by_both(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": PLAIN, "staff": PLAIN})
    assert refused(tmp_path / "in") == [
        "in  table staff stands here twice: county.xlsx, sheet 人员 and county.xlsx, sheet staff; keep one of them",
        "in  表 人员（staff） 在此出现两次：county.xlsx 工作表 人员 与 county.xlsx 工作表 staff；请只保留其中一个",
    ]


def test_a_table_in_a_sheet_and_a_file_is_refused_by_both(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": PLAIN})
    (tmp_path / "in" / "staff.csv").write_text("code,name,first_worked\n", encoding="utf-8")
    assert refused(tmp_path / "in") == [
        "in  table staff stands here twice: county.xlsx, sheet 人员 and staff.csv; keep one of them",
        "in  表 人员（staff） 在此出现两次：county.xlsx 工作表 人员 与 staff.csv；请只保留其中一个",
    ]


def test_a_sheet_without_a_row_gives_way_to_a_file_of_the_table(tmp_path: Path) -> None:
    book(tmp_path / "in" / "template.xlsx", {"人员": [STAFF, ["例：S01", "王", "2020-01-01"]]})
    (tmp_path / "in" / "staff.csv").write_text("code,name,first_worked\nS02,李,\n", encoding="utf-8")
    assert rows(tmp_path / "in") == [("S02", "李", "")]


def test_a_workbook_named_after_a_table_holds_it_in_its_first_sheet(tmp_path: Path) -> None:
    book(tmp_path / "in" / "人员.xlsx", {"说明": [["x"]], "Sheet1": PLAIN, "Sheet2": [["other"]]})
    assert rows(tmp_path / "in") == [("S01", "王䶮", "")]
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        assert source.unread() == ["人员.xlsx, sheet Sheet2"]


def test_a_workbook_named_after_one_table_and_its_sheet_after_another_is_refused(tmp_path: Path) -> None:
    book(tmp_path / "in" / "staff.xlsx", {"执业证": PLAIN})
    assert refused(tmp_path / "in") == [
        "in/staff.xlsx  is named after table staff, but its first sheet, 执业证, after table license; "
        "name the sheet after its table",
        "in/staff.xlsx  文件名是人员表，而第一个工作表 执业证 是执业资格表；请把工作表改为它所含的表的名称",
    ]


def test_sheets_that_are_no_table_are_told_with_the_nearest(tmp_path: Path) -> None:
    book(
        tmp_path / "in" / "county.xlsx",
        {"人员": PLAIN, "说明（一）": [["x"]], "Still needed": [["x"]], "Names": [["x"]], "engagment": [["x"]],
         "服务记": [["x"]], "随手记": [["x"]]},
    )  # fmt: skip
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        assert source.unread() == [f"county.xlsx, sheet {name}" for name in ("engagment", "服务记", "随手记")]
        assert list(unread_warnings(source)) == [
            "county.xlsx, sheet engagment is not read: it is no input table (did you mean engagement?)",
            "county.xlsx, sheet 服务记 is not read: it is no input table (did you mean service_record (服务记录)?)",
            "not read, being no input table: county.xlsx, sheet 随手记",
        ]


def test_hidden_lists_are_passed_over_and_a_hidden_table_is_told(tmp_path: Path) -> None:
    path = book(tmp_path / "in" / "county.xlsx", {"人员": PLAIN, "_lists": [["x"]]})
    _hide_all(path)
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        assert [batch.num_rows for batch in source.read("staff", Binds.of(OCTOBER))] == [1]
        assert source.unread() == []
        assert source.notes() == ["in/county.xlsx, sheet 人员: the sheet is hidden, and it is read"]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path, kind: str) -> None:
    path = hidden(tmp_path / "in" / "staff.xlsx")
    if kind != "xlsx":
        path.unlink()
        shutil.copy(MADE / f"hidden.{kind}", path.with_suffix(f".{kind}"))
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        [batch] = source.read("staff", Binds.of(OCTOBER))
        assert batch["code"].to_pylist() == ["S01", "S02", "S03"]
        where = f"in/staff.{kind}, sheet staff"
        assert source.notes() == [
            f"{where}: 1 hidden row(s) are read like the others, the first is row 3",
            f"{where}: hidden columns are read: 姓名",
        ]


def _hide_all(path: Path) -> None:
    _replace_in(path, "xl/workbook.xml", b" sheetId=", b' state="hidden" sheetId=')


def _replace_in(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Change a part of a workbook in place."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


# --- files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_protected_workbook_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    shutil.copy(MADE / f"protected.{kind}", tmp_path / "in" / f"staff.{kind}")
    assert refused(tmp_path / "in") == [
        f"in/staff.{kind}  is protected by a password; "
        "save a copy without the password, and keep it where only the office can read it",
        f"in/staff.{kind}  设有密码；请另存一份不设密码的副本，并存放在只有本单位能读取的地方",
    ]


@pytest.mark.parametrize("name", ["county.xlsx", "county.xls", "county.ods"])
@pytest.mark.parametrize("part", [0.3, 0.7, 0.98])
def test_a_workbook_that_is_cut_is_refused_in_words(tmp_path: Path, name: str, part: float) -> None:
    whole = county_book(tmp_path / "county.xlsx") if name == "county.xlsx" else MADE / name
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(whole.read_bytes()[: int(whole.stat().st_size * part)])
    with pytest.raises(Refused) as found:
        frozen(tmp_path, folder="in")
    assert all(problem.where.startswith(f"in/{name}") for problem in found.value.problems[:1])
    if "not a whole" in found.value.problems[0].what:
        assert found.value.problems[0].remedy == (
            "open it in a spreadsheet and save it as .xlsx; if it does not open, fetch it again"
        )


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"<html><table><tr><td>code</td></tr></table></html>",
         "is a web page (HTML) with the name of a workbook", "其实是网页（HTML），只是用了工作簿的名称"),
        ("\ufeff<!DOCTYPE html><table><tr><td>编码".encode("utf-16"),
         "is a web page (HTML) with the name of a workbook", "其实是网页（HTML），只是用了工作簿的名称"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
         "is an XML file with the name of a workbook", "其实是 XML 文件，只是用了工作簿的名称"),
        ("人员编码,姓名\nS01,王".encode("gb18030"),
         "is a text (CSV) with the name of a workbook", "其实是文本（CSV），只是用了工作簿的名称"),
        (b"", "is an empty file", "是空文件"),
        (b"%PDF-1.7", "is no workbook, whatever its name says", "不是工作簿，尽管名称如此"),
    ],
)  # fmt: skip
def test_a_file_that_only_bears_the_name_of_a_workbook_is_refused_in_words(
    tmp_path: Path, content: bytes, english: str, chinese: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "staff.xls").write_bytes(content)
    assert refused(tmp_path / "in") == [
        f"in/staff.xls  {english}; open it in a spreadsheet and save it as .xlsx",
        f"in/staff.xls  {chinese}；请用电子表格打开，并另存为 .xlsx",
    ]


def test_the_mark_of_an_open_workbook_is_passed_over(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": PLAIN})
    (tmp_path / "in" / "~$county.xlsx").write_bytes(b"\x05Clerk")
    assert rows(tmp_path / "in") == [("S01", "王䶮", "")]


def test_a_kind_of_workbook_that_is_not_read_is_told_how_to_save(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"科室": [["x"]]})
    (tmp_path / "in" / "staff.et").write_bytes(b"x")
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        [told] = [problem for problem in source.problems() if "table staff is missing" in problem.what]
        assert told.remedy == "save staff.et as .xlsx"
        assert any(text.endswith("save staff.et as .xlsx") for text in unread_warnings(source))


def test_a_workbook_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "in" / "county.xlsx", {"人员": PLAIN})
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        source.columns("staff")
        os.utime(path, ns=(1, 1))
        with pytest.raises(Refused, match=r"in/county\.xlsx, sheet 人员 changed while it was read"):
            list(source.read("staff", Binds.of(OCTOBER)))


def test_a_workbook_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"county\.xlsx is not there"):
        open_source(SourceSettings(workbook="county.xlsx"), tmp_path)


def test_the_setting_names_a_workbook_or_a_folder_or_a_url() -> None:
    assert SourceSettings.parse({"workbook": "county.xlsx"}).workbook == "county.xlsx"
    for wrong in ({"workbook": "county.xlsx", "folder": "input"}, {"workbook": "county.et"}, {}):
        with pytest.raises(Refused):
            SourceSettings.parse(wrong)


# --- rows -------------------------------------------------------------------------------------------------------


def test_rows_are_numbered_as_the_sheet_shows_them(tmp_path: Path) -> None:
    book(
        tmp_path / "in" / "county.xlsx",
        {"人员": [["人员名单"], [], STAFF, ["S01"], [], ["例：S02"], ["S03"], [None, None, None, "x"], ["S04"]]},
    )
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        assert sum(batch.num_rows for batch in source.read("staff", Binds.of(OCTOBER))) == 3
        assert [source.place("staff", at).row for at in range(3)] == [4, 7, 9]
        assert source.place("staff", 2).letters == {"code": "A", "name": "B", "first_worked": "C"}
        assert source.rows_found("staff") == 3
        assert source.notes() == [
            "in/county.xlsx, sheet 人员: the headings are those of row 3, beneath a title",
            "1 example row(s) passed over",
        ]


@pytest.mark.parametrize(
    "title", [[], [[None, "人员名单"]], [[None, "人员名单", None, "2026-10"], [None, "单位", "青云镇卫生院"]]]
)
def test_blank_rows_and_columns_before_the_headings_are_no_matter(tmp_path: Path, title: list[list[str]]) -> None:
    """The reader gives the blank rows above, and leaves out the columns beside."""
    content = [[], [], *title, [None, *STAFF], [None, "S01"], [], [None, "S02"]]
    book(tmp_path / "in" / "county.xlsx", {"人员": content})
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        [batch] = source.read("staff", Binds.of(OCTOBER))
        assert batch["code"].to_pylist() == ["S01", "S02"]
        assert [source.place("staff", at).row for at in range(2)] == [4 + len(title), 6 + len(title)]
        assert source.place("staff", 0).letters["code"] == "B"


def test_rows_that_the_reader_does_not_give_are_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look counts rows that never arrive."""
    from batch.sources.sheets import Sheet

    book(tmp_path / "in" / "county.xlsx", {"人员": [STAFF, ["S01"], ["S02"]]})
    patched = Sheet._patched
    monkeypatch.setattr(Sheet, "_patched", lambda self, sheet: ([row[:1] for row in patched(self, sheet)]))
    assert refused(tmp_path / "in")[0] == (
        "in/county.xlsx, sheet 人员  has 2 rows, but 1 were read; do not pay by it; report this file as a defect"
    )


def test_a_sheet_filled_to_its_last_row_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [STAFF, ["S01"], ["S02"]]})
    monkeypatch.setitem(MOST_ROWS, ".xlsx", 2)
    with open_source(SourceSettings(folder="in"), tmp_path) as source:
        list(source.read("staff", Binds.of(OCTOBER)))
        assert source.warnings() == ["in/county.xlsx, sheet 人员 is filled to its last row, 3: rows may be missing"]


def test_two_rows_of_headings_beneath_a_title_are_refused(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [["名单"], STAFF, ["S01"], STAFF]})
    assert refused(tmp_path / "in") == [
        "in/county.xlsx, sheet 人员  headings stand in row 2 and in row 4; keep one of them",
        "in/county.xlsx 工作表 人员  第 2 行和第 4 行都是标题行；请只保留其中一个",
    ]


def test_headings_that_the_settings_name_are_found_beneath_a_title(tmp_path: Path) -> None:
    content = [["本院职工名册"], [], ["员工号", "真名", "参工"], ["S01", "王", None], ["S02", "李", None]]
    book(tmp_path / "in" / "county.xlsx", {"人员": content})
    stated = {"staff": {"code": "员工号", "name": "真名", "first_worked": "参工"}}
    with open_source(SourceSettings(folder="in", columns=stated), tmp_path) as source:
        [batch] = source.read("staff", Binds.of(OCTOBER))
        assert batch["code"].to_pylist() == ["S01", "S02"]
        assert source.place("staff", 0).row == 4
        assert source.place("staff", 0).letters["first_worked"] == "C"


def test_a_title_alone_is_no_table(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [["名单"], [], [], [], [], STAFF]})
    assert "column code is missing" in refused(tmp_path / "in")[0]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": []})
    assert refused(tmp_path / "in")[0] == "in/county.xlsx, sheet 人员  has no header row"


def test_more_rows_than_a_batch_arrive_in_order(tmp_path: Path) -> None:
    book(tmp_path / "in" / "county.xlsx", {"人员": [STAFF, *([f"S{n:06}", None, None] for n in range(70_000))]})
    assert [row[0] for row in rows(tmp_path / "in")] == [f"S{n:06}" for n in range(70_000)]

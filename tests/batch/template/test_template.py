"""The template workbook: a sheet for each table, lists, notes, and steady bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import formulas
from batch.cli.root import root
from batch.input_tables import BY_NAME, TABLES
from batch.needs.needs import Needs, needs_of
from batch.template.notes import ABOUT, LAST_DAY, SHARED, notes
from batch.template.sheets import table_sheets
from batch.template.workbook import template_bytes
from payengine import texts
from payengine.periods import Period
from payengine.policy import load_policy
from tests.support.filled_template import sheets_of

CHINESE = re.compile("[一-鿿]")


@cache
def needs(policy: str) -> Needs:
    loaded = load_policy(policy, [formulas.POLICIES])
    return needs_of(loaded, [Period.parse("2026-10"), Period.parse("2026")])


@pytest.fixture(params=texts.LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    texts.use(request.param)
    yield request.param
    texts.use(None)


def book(policy: str = "xining") -> Workbook:
    return openpyxl.load_workbook(BytesIO(template_bytes(needs(policy))))


def offered(page: Worksheet, workbook: Workbook) -> dict[int, list[str]]:
    """Read the drop-down lists of a sheet: column number to what it offers."""
    found: dict[int, list[str]] = {}
    for one in page.data_validations.dataValidation:
        tab, _, cells = str(one.formula1).rpartition("!")
        column = next(iter(one.sqref.ranges)).min_col
        found[column] = [str(row[0].value) for row in workbook[tab.strip("='")][cells.replace("$", "")]]
    return found


def test_every_table_has_a_sheet_and_the_others_are_known(language: str) -> None:
    found = book()
    assert set(sheets_of(found)) == set(BY_NAME)
    others = [name for name in found.sheetnames if name not in sheets_of(found).values()]
    assert others == (["说明", "还需提供", "可用名称"] if language == "zh" else ["Notes", "Still needed", "Names"])


def test_each_column_has_its_heading_and_note_and_each_sheet_one_example(language: str) -> None:
    found = book()
    for table, tab in sheets_of(found).items():
        page = found[tab]
        columns = [column.name for column in BY_NAME[table].columns]
        assert [str(cell.value).split("\n")[1] for cell in page[1]] == columns
        for cell in page[1]:
            assert cell.comment is not None
            first = cell.comment.text.partition("\n")[0]  # below it stand the policy's own labels
            assert bool(CHINESE.search(first)) == (language == "zh"), first
        assert str(page["A2"].value).startswith("例：" if language == "zh" else "Example: ")
        assert page.max_row == 2, "nothing but the example is filled in"
        assert page.freeze_panes == "B2"
        assert page["A3"].number_format == "General" or page.column_dimensions["A"].number_format == "@"


def test_ends_are_last_days_in_chinese_alone(language: str) -> None:
    head = str(book()["聘用" if language == "zh" else "engagement"].cell(1, 15).value)
    assert head == ("止（含）\nuntil" if language == "zh" else "止（不含）\nuntil")


def test_lists_offer_exactly_the_names_that_the_policy_asks_for(language: str) -> None:
    found, policy = book(), needs("xining")
    for sheet in table_sheets(policy):
        page = found[sheet.tab]
        lists = offered(page, found)
        for number, column in enumerate(sheet.columns, start=1):
            asked = {need.name for need in policy.names if (need.table, need.column) == (sheet.table, column.name)}
            if asked and column.name not in ("first_worked", "day"):
                assert [cell.rpartition(" | ")[2] for cell in lists[number]] == list(
                    dict.fromkeys(choice.name for choice in column.choices)
                )
                assert {cell.rpartition(" | ")[2] for cell in lists[number]} == asked
            elif BY_NAME[sheet.table].column(column.name).choices:
                assert len(lists[number]) == len(BY_NAME[sheet.table].column(column.name).choices)
    assert offered(found["机构" if language == "zh" else "institution"], found)[3][0] == (
        "县级医院" if language == "zh" else "county_hospital"
    )


def test_what_is_still_needed_is_listed_with_cells_to_fill_in(language: str) -> None:
    page = book()["还需提供" if language == "zh" else "Still needed"]
    listed = {(row[0].value, row[3].value or "") for row in page.iter_rows(min_row=2)}
    assert {name for name, _ in listed} == {need.parameter.name for need in needs("xining").values}
    assert all(row[-2].value is None for row in page.iter_rows(min_row=2)), "the value is the county's"
    assert all(row[1].value and row[2].value and row[4].value and row[6].value for row in page.iter_rows(min_row=2))


def test_the_bytes_follow_from_the_policy_alone(language: str) -> None:
    assert template_bytes(needs("demo")) == template_bytes(needs("demo"))


def test_no_text_becomes_a_formula_or_a_link() -> None:
    """Labels come from files: one that begins like a formula stays the text that it is."""
    found = needs("demo-point-value")
    names = tuple(replace(need, label='=HYPERLINK("http://x")') for need in found.names)
    policy = replace(found.policy, title="=1+1")
    content = template_bytes(replace(found, names=names, policy=policy))
    with zipfile.ZipFile(BytesIO(content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
        assert "=HYPERLINK(" in parts.read("xl/sharedStrings.xml").decode()


def test_notes_explain_every_table_and_column_in_both_languages() -> None:
    found = notes()
    shared = {"from", "until", "period"}
    assert set(found) == {SHARED, *BY_NAME}
    assert set(found[SHARED]) == shared | {LAST_DAY}
    for table in TABLES:
        assert set(found[table.name]) == {ABOUT} | ({column.name for column in table.columns} - shared)
    for table, of_table in found.items():
        for column, (english, chinese) in of_table.items():
            assert english.endswith(".")
            assert not CHINESE.search(english), (table, column)
            assert CHINESE.search(chinese), (table, column)


@pytest.mark.parametrize(("language_of", "name"), [("en", "input-template.xlsx"), ("zh", "输入模板.xlsx")])
def test_init_writes_it_and_says_what_to_do_next(language_of: str, name: str, tmp_path: Path) -> None:
    words = ["--lang", language_of, "init", str(tmp_path / "county"), "--policy", "demo", "--template"]
    told = CliRunner().invoke(root, words, prog_name="payengine")
    texts.use(None)
    assert told.exit_code == 0, told.output
    assert [file.name for file in (tmp_path / "county" / "input").iterdir()] == [name]
    assert name in told.stdout
    assert "policy needs demo" in told.stdout


def test_init_without_it_names_the_option(tmp_path: Path) -> None:
    told = CliRunner().invoke(root, ["--lang", "en", "init", str(tmp_path / "county"), "--policy", "demo"])
    texts.use(None)
    assert "--template" in told.stdout
    assert list((tmp_path / "county" / "input").iterdir()) == []

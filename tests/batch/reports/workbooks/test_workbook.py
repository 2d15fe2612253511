"""Workbooks: exact numbers, harmless texts, pages, same bytes, whole files."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.reports.sheets import sheet as kinds
from batch.reports.sheets.sheet import Row, Sheet, SheetColumn, SheetGroup
from batch.reports.workbooks import sheet_writer
from batch.reports.workbooks.cell_values import EXACT, SCALES, cell_value
from batch.reports.workbooks.row_cells import RowSheet
from batch.reports.workbooks.workbook import BookFacts, file_names, write_file, write_workbook
from payengine import texts
from payengine.errors import Refused, Unavailable, UsageError
from tests.support.workbook_cells import cells, table, tabs, total, xml

FACTS = BookFacts("2026-10 demo", "run abcdef, 1st & 2nd", date(2026, 10, 31), ("Draft",))
COLUMNS = (
    SheetColumn("Code"), SheetColumn("Amount", kinds.FEN, True), SheetColumn("Points", kinds.MICRO, True),
    SheetColumn("Share", kinds.RATE), SheetColumn("Day", kinds.DATE), SheetColumn("Heads", kinds.COUNT, True),
)  # fmt: skip
NASTY = (
    "=1+1", "+1", "-1", "@SUM(A1)", "＝1", "http://example.org/", "mailto:a@b", "internal:A1", "0012", "007", "1e5",
    "3-1", "2026-10", "TRUE", "<r>x</r>", "<b>&\"'", "_x0041_", "{=A1}", "王䶮", '"quoted"', "a\nb",
)  # fmt: skip


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    texts._from_environment.cache_clear()


def made(*groups: SheetGroup, columns: Sequence[SheetColumn] = COLUMNS, **more: Any) -> Sheet:
    given: dict[str, Any] = {
        "name": "pay", "tab": "Pay", "title": "Pay", "columns": tuple(columns), "groups": lambda: groups,
        "subtitle": "Period: 2026-10", "unit": "Unit: yuan", "signatures": ("Prepared by", "Checked by"), **more,
    }  # fmt: skip
    return Sheet(**given)


def written(tmp_path: Path, *sheets: Sheet, facts: BookFacts = FACTS) -> Path:
    file = tmp_path / "book.xlsx"
    write_file(sheets, facts, file)
    return file


def rows(*codes: str, amount: int = 5) -> list[Row]:
    return [(code, amount, 1, None, None, 1) for code in codes]


def test_the_same_sheets_make_the_same_bytes() -> None:
    streams = []
    for _ in range(2):
        stream = io.BytesIO()
        write_workbook([made(SheetGroup("", rows("A", "B")))], FACTS, stream)
        streams.append(stream.getvalue())
    assert streams[0] == streams[1]


@settings(max_examples=25, deadline=None)
@given(numbers=st.lists(st.integers(-(EXACT - 1), EXACT - 1), min_size=1, max_size=40))
def test_numbers_are_exact_in_the_file_and_in_what_another_program_reads(
    numbers: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:  # fmt: skip
    exact = (kinds.FEN, kinds.MICRO, kinds.TEN_THOUSANDTHS, kinds.COUNT, kinds.RATE, kinds.HUNDREDTHS)
    columns = [SheetColumn("Code"), *(SheetColumn(kind, kind) for kind in exact)]
    sheet = made(SheetGroup("", [("x", *[number] * len(exact)) for number in numbers]), columns=columns)
    file = written(tmp_path_factory.mktemp("exact"), sheet)
    content = xml(file, "Pay")
    for row, number in zip(cells(file, "Pay")[3:], numbers, strict=False):
        assert row[1:] == [Decimal(number).scaleb(-SCALES[kind]) for kind in exact]
    in_file = re.findall(r"<c [^>]*><v>([^<]*)</v></c>", content)
    assert [Decimal(text) for text in in_file] == [
        Decimal(number).scaleb(-SCALES[kind]) for number in numbers for kind in exact
    ]


@pytest.mark.parametrize("number", [EXACT, -EXACT, 2**63 - 1, -(2**63)])
def test_a_number_of_more_digits_than_a_double_has_is_text_with_all_of_them(number: int, tmp_path: Path) -> None:
    assert cell_value(EXACT - 1, kinds.FEN) == Decimal("9999999999999.99")
    file = written(tmp_path, made(SheetGroup("", [("A", number, None, None, None, None)])))
    shown = cells(file, "Pay")[3][1]
    assert isinstance(shown, str)
    assert Decimal(shown.replace(",", "")) == Decimal(number).scaleb(-2)
    assert cells(file, "Pay")[4][1] == shown, "and so is the total"


def test_totals_are_sums_of_what_is_given_and_nothing_is_no_zero(tmp_path: Path) -> None:
    groups = (
        SheetGroup("one", [("A", 1, None, None, None, 0), ("B", 2, None, 5000, 20_000, None)], True),
        SheetGroup("two", [("C", "not given", None, None, None, 3)], True),
    )
    found = table(written(tmp_path, made(*groups)), "Pay")
    assert [row["Points"] for row in found.rows] == [None, None, None], "what is not given is an empty cell"
    assert [row["Heads"] for row in found.rows] == [0, None, 3]
    assert found.totals_of("Subtotal", "Amount") == [Decimal("0.03"), "not given"]
    assert found.totals_of("Total", "Amount") == ["incomplete"], "a sum without what is not given is no total"
    assert found.totals_of("Total", "Points") == [None]
    assert found.totals_of("Total", "Heads") == [3]
    assert found.rows[1]["Share"] == Decimal("0.5")
    assert "2024-10-04" in str(found.rows[1]["Day"]), "day 20,000 since 1970"


def test_no_text_is_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    sheet = made(SheetGroup(NASTY[0], rows(*NASTY)), title="=cmd", subtitle="@x", notes=("=1",))
    file = written(tmp_path, sheet)
    read = [row[0] for row in cells(file, "Pay")]
    assert [str(text).removeprefix(" ") for text in read[4 : 4 + len(NASTY)]] == list(NASTY)
    assert (read[0], read[1], read[3]) == ("[Draft] =cmd", "@x", "=1+1")
    content = xml(file, "Pay")
    assert "<f>" not in content
    assert "hyperlink" not in content
    assert len(re.findall(r'<c r="A\d+"[^>]* t="inlineStr"', content)) >= len(NASTY)
    assert "numberStoredAsText" in content, "no green corners beside codes"


def test_hidden_characters_are_shown(tmp_path: Path) -> None:
    file = written(tmp_path, made(SheetGroup("", rows("S\u200b1", "a\u202eb", "\x07"))))
    assert [row[0] for row in cells(file, "Pay")[3:6]] == ["S<U+200B>1", "a<U+202E>b", "<U+0007>"]


def test_a_sheet_without_rows_has_its_headings(tmp_path: Path) -> None:
    for paged in (False, True):
        found = table(written(tmp_path, made(SheetGroup("", []), has_page_totals=paged)), "Pay")
        assert found.headings == [column.heading for column in COLUMNS]
        assert not found.rows
        assert found.totals_of("Total", "Amount") == [None]


def test_pages_repeat_headings_and_say_whose_figures_they_are(tmp_path: Path) -> None:
    file = written(tmp_path, made(SheetGroup("", rows("A")), frozen=1, notes=("note",)))
    content = xml(file, "Pay")
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>' in content
    assert re.search(r'<pane xSplit="1" ySplit="3" [^>]*state="frozen"', content)
    assert '<autoFilter ref="A3:F4"/>' in content
    footer = re.search("<oddFooter>(.*)</oddFooter>", content)
    assert footer
    assert footer[1].replace("&amp;", "&") == "&L&8 run abcdef, 1st && 2nd&C&8 page &P of &N&R&8 Draft"
    whole = cells(file, "Pay")
    assert whole[0][0] == "[Draft] Pay"
    assert whole[1][0] == "Period: 2026-10"
    assert "Unit: yuan" in whole[1][3:]
    assert "Prepared by:" in whole[-1]
    names = re.findall("<definedName [^>]*>([^<]*)<", _part(file, "xl/workbook.xml"))
    assert names == ["Pay!$A$3:$F$4", "Pay!$A$1:$F$7", "Pay!$1:$3"], "filter, print area, repeated rows"
    assert "2026-10-31T00:00:00Z" in _part(file, "docProps/core.xml")


def _part(file: Path, name: str) -> str:
    import zipfile

    with zipfile.ZipFile(file) as whole:
        return whole.read(name).decode()


def test_page_totals_add_up_between_the_breaks_and_to_the_total(tmp_path: Path) -> None:
    codes = [f"{number:03}" for number in range(130)]
    groups = (
        SheetGroup("first", rows(*codes[:100], amount=1_234_567_89), True, True, True),
        SheetGroup("second", rows(*codes[100:]), True, True, True),
    )
    file = written(tmp_path, made(*groups, has_page_totals=True))
    found = table(file, "Pay")
    assert len(found.rows) == 130
    assert total(found.totals_of("Page subtotal", "Amount")) == found.sum("Amount")
    assert total(found.totals_of("Subtotal", "Amount")) == found.sum("Amount")
    assert found.totals_of("Total", "Amount") == [found.sum("Amount")]
    content = xml(file, "Pay")
    breaks = [int(number) for number in re.findall(r'<brk id="(\d+)"', content)]
    every = cells(file, "Pay")
    assert len(breaks) >= 3
    for end in breaks:  # nothing of the table stands between a page's totals and its end
        last = [row[0] for row in every[:end] if row[0] in ("Page subtotal", *codes)][-1]
        assert last == "Page subtotal"
    scale = re.search(r'<pageSetup paperSize="9" scale="(\d+)"|<pageSetup paperSize="9" orientation', content)
    assert scale
    assert "fitToPage" not in content, "Excel would ignore the breaks"
    heights = {float(height) for height in re.findall(r'<row r="\d+"[^>]* ht="([\d.]+)"', content)}
    assert max(heights) * max(b - a for a, b in zip([3, *breaks], breaks, strict=False)) > 0
    for first, end in zip([3, *breaks], breaks, strict=False):  # and what stands on a page fits on it
        points = sum(float(height) for number, height in re.findall(r'<row r="(\d+)"[^>]* ht="([\d.]+)"', content)
                     if first < int(number) <= end or int(number) <= 3)  # fmt: skip
        assert points * int(scale[1] or 100) / 100 <= 72 * (8.27 - 0.5 - 0.75)


def test_wide_numbers_have_wide_columns(tmp_path: Path) -> None:
    for paged in (False, True):
        many = made(SheetGroup("", rows(*"ABCDEFGH", amount=99_999_999_999_99)), has_page_totals=paged)
        widths = re.findall(r'<col min="2" max="2" width="([\d.]+)"', xml(written(tmp_path, many), "Pay"))
        assert float(widths[0]) >= len("799,999,999,999.92"), "a column that is too narrow shows ####"


def test_tabs_are_named_as_excel_allows_and_none_twice(tmp_path: Path) -> None:
    names = ("a/b:c*d?e[f]g\\h", "A_b_c_d_e_f_g_h", "'x'", "长" * 40, "长" * 40)
    sheets = [made(SheetGroup("", rows("A")), tab=name) for name in names]
    found = tabs(written(tmp_path, *sheets))
    assert len({name.casefold() for name in found}) == len(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)


def test_files_of_institutions_are_named_as_every_system_allows_and_none_twice() -> None:
    made_names = file_names({
        "1": ("I1", '中心"卫生院"/分院', "2026-10"), "2": ("i1", "中心'卫生院", "2026-10"), "3": ("CON",),
        "4": ("A/B", "x"), "5": ("A-B", "x"), "6": ("..",), "7": ("名" * 200,), "8": ("a\u202eb\n",), "9": ("a-B", "X"),
    })  # fmt: skip
    assert made_names["1"] == "I1_中心-卫生院--分院_2026-10.xlsx"
    assert made_names["4"] == "A-B_x.xlsx"
    assert made_names["5"] == "A-B_x_2.xlsx"
    assert made_names["3"] == "_CON.xlsx"
    assert len({name.casefold() for name in made_names.values()}) == len(made_names)
    for name in made_names.values():
        assert not set(name) & set('<>:"/\\|?*\n\u202e')
        assert not name.startswith(".")
        assert len(name.encode()) < 200


def test_more_rows_than_excel_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_writer, "MOST_ROWS", 50)
    file = tmp_path / "book.xlsx"
    file.write_bytes(b"before")
    with pytest.raises(Refused, match="more rows than Excel has"):
        write_file([made(SheetGroup("", rows(*map(str, range(60)))))], FACTS, file)
    assert file.read_bytes() == b"before", "nothing half written"
    assert [one.name for one in tmp_path.iterdir()] == ["book.xlsx"]


def test_a_file_that_is_open_in_excel_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a file that a program holds open cannot be replaced."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("batch.file_access._replace", refuse)
    with pytest.raises(Unavailable, match="cannot be written") as told:
        written(tmp_path, made(SheetGroup("", rows("A"))))
    assert "close it there" in told.value.remedy
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        write_file([], FACTS, tmp_path)
    with pytest.raises(UsageError, match="is not there"):
        write_file([], FACTS, tmp_path / "none" / "x.xlsx")


def test_chinese_is_measured_twice_as_wide(tmp_path: Path) -> None:
    file = written(tmp_path, made(SheetGroup("", rows("基层医疗卫生机构绩效工资"))))
    width = re.search(r'<col min="1" max="1" width="([\d.]+)"', xml(file, "Pay"))
    assert width
    assert float(width[1]) >= 24


def test_rows_have_the_bytes_that_xlsxwriter_gives_their_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    columns = [*COLUMNS, SheetColumn("Text", width=9)]
    texts_of_cells = (*NASTY, " a", "b ", "a\nb", "䶮" * 30, "\U0002bd6d", "", None, EXACT)
    numbers = (0, 1, -1, 100, EXACT - 1, 1 - EXACT, EXACT, None, "not given", 7)
    rows_made = [
        (f"{at:04}", *(numbers[(at + more) % len(numbers)] for more in range(3)), at * 97 % 20_000, at, text)
        for at, text in enumerate(texts_of_cells)
    ]
    groups = (SheetGroup("one", rows_made, True, has_signature=True), SheetGroup("two", rows_made, True))
    made_books = []
    for _ in range(2):
        stream = io.BytesIO()
        sheets = [made(*groups, columns=columns, has_page_totals=paged, tab=f"P{paged:d}") for paged in (False, True)]
        write_workbook(sheets, FACTS, stream)
        made_books.append(stream.getvalue())
        monkeypatch.setattr(RowSheet, "write_cells", cell_by_cell)
    assert made_books[0] == made_books[1]


def cell_by_cell(page: RowSheet, row: int, values: Sequence[str | Decimal | None], forms: Sequence[Any]) -> None:
    for place, (value, form) in enumerate(zip(values, forms, strict=True)):
        if value is None:
            page.write_blank(row, place, None, form)
        elif isinstance(value, str):
            page.write_string(row, place, value, form)
        else:
            page.write_number(row, place, value, form)

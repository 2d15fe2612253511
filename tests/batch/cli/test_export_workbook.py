"""Workbooks of a county: figures of every sheet, added up again, are the ledger's."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from batch.input_tables import REASONS
from batch.reports.export import TABLES
from batch.reports.sheets.catalogue import SHEETS, make_sheets
from batch.reports.sheets.catalogue import tabs as named_tabs
from batch.results import Results
from batch.workspace import Workspace
from payengine import texts
from tests.support import small_county
from tests.support.command_line import call
from tests.support.paths import DOCS
from tests.support.small_county import OCTOBER, tables
from tests.support.workbook_cells import TableRows, cells, table, tabs, total, xml

SMALL = ("--records", "3000", "--staff", "60", "--institutions", "10", "--policy", "shengzhou-example")
FEN, MICRO = Decimal(100), Decimal(1_000_000)
TABS = {
    "summary": "Summary", "payroll": "Payroll", "workload": "Workload", "purchase": "Purchase statement",
    "rejections": "Rejected records", "findings": "Findings",
}  # fmt: skip


def ask(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("--json", *words).stdout)
    return found


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAYENGINE_WORKSPACE", "PAYENGINE_SOURCE_URL", "PAYENGINE_LEDGER_URL", "PAYENGINE_PATIENT_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    texts._from_environment.cache_clear()


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a demo county whose October is published and drafted for payment."""
    folder = tmp_path_factory.mktemp("books") / "county"
    ask("demo", folder, *SMALL)
    ask("--workspace", folder, "pay", OCTOBER, "--date", "2026-11-05")
    return folder


@pytest.fixture(scope="module")
def results(county: Path) -> Results:
    return Workspace(county).results(OCTOBER)


@pytest.fixture(scope="module")
def book(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("book") / "2026-10.xlsx"
    told = ask("--workspace", county, "--lang", "en", "export", OCTOBER, "-o", file)
    assert set(told["rows"]) >= set(TABS)
    assert set(told["rows"]) | set(told["absent"]) == set(SHEETS)
    assert told["revision"] == 1
    assert told["current"] is True
    return file


def summed(rows: Any, column: str) -> int:
    return int(pc.sum(rows[column]).as_py() or 0)


def require_totals(found: TableRows, *headings: str) -> None:
    """A column's total is the sum of its cells, and of its subtotals, if there are any."""
    for heading in headings:
        assert [one or Decimal(0) for one in found.totals_of("Total", heading)] == [found.sum(heading)], heading
        for name in ("Subtotal", "Page subtotal"):
            parts = found.totals_of(name, heading)
            assert not parts or total(parts) == found.sum(heading), (name, heading)


def test_the_summary_is_the_register(county: Path, book: Path) -> None:
    register = Workspace(county).register(OCTOBER)
    found = table(book, TABS["summary"])
    assert [row["Institution code"] for row in found.rows] == [line.institution for line in register.lines]
    for row, line in zip(found.rows, register.lines, strict=True):
        assert row["Gross pay due"] == line.gross_fen / FEN
        assert row["Points paid"] == line.points_micro / MICRO
        assert row["Rows rejected"] == line.rejected
        heads = [
            row[f"Heads {where}"] for where in ("on established posts", "on filed posts", "outside the establishment")
        ]
        assert total(heads) == line.heads
        assert row["Change"] is None, "nothing to compare with is no zero"
    require_totals(found, "Gross pay due", "Fixed pay", "Variable pay", "Services paid", "Points paid", "Person-months")
    assert found.sum("Gross pay due") == register.total.gross_fen / FEN


def test_the_payroll_is_the_pay_lines(county: Path, results: Results, book: Path) -> None:
    found = table(book, TABS["payroll"])
    labels = {row["component"]: row["label"] for row in results.components.to_pylist() if row["kind"] == "pay"}
    paid = set(results.pay_lines["component"].to_pylist())
    for component in paid:
        lines = results.pay_lines.filter(pc.equal(results.pay_lines["component"], component))
        assert found.sum(labels[component]) == summed(lines, "amount_fen") / FEN
    gross = summed(results.pay_lines, "amount_fen") / FEN
    assert found.sum("Gross pay due") == gross
    assert found.sum("Paid in this payment") == gross, "the first payment pays all that is due"
    assert found.sum("Arrears of earlier periods") == 0
    points = [heading for heading in found.headings if heading.endswith(": points")]
    work = results.workload.filter(pc.not_equal(results.workload["staff"], ""))
    assert sum(found.sum(heading) for heading in points) == summed(work, "points_micro") / MICRO
    require_totals(found, "Gross pay due", "Paid in this payment", *points, *(labels[one] for one in paid))
    for row in found.rows:
        assert total(row[labels[one]] for one in paid) == row["Gross pay due"]
    codes = [row["Staff code"] for row in found.rows]
    assert {row["staff"] for row in results.pay_lines.to_pylist()} <= set(codes)
    coefficient = next(heading for heading in found.headings if heading.startswith("质量系数"))
    reported = results.reports.filter(pc.equal(results.reports["name"], "quality_coefficient")).to_pylist()
    assert Counter(row[coefficient] for row in found.rows if row[coefficient]) == Counter(
        Decimal(row["value"]).scaleb(-4) for row in reported if row["value"]
    )


def test_the_workload_is_priced_item_by_item_as_the_run_priced_it(results: Results, book: Path) -> None:
    found = table(book, TABS["workload"])
    assert found.sum("Points paid") == summed(results.workload, "points_micro") / MICRO
    assert found.sum("Services paid") == summed(results.workload, "services")
    assert found.sum("Rows rejected") == results.rejections.num_rows, "nothing is lost"
    require_totals(found, "Points paid", "Services paid", "Rows rejected", "Refunds")
    for row in found.rows:
        if isinstance(row["Equivalents"], Decimal) and isinstance(row["Difficulty"], Decimal):
            quantity, points = row["Quantity x share"], row["Points paid"]
            assert isinstance(quantity, Decimal)
            assert isinstance(points, Decimal)
            assert abs(quantity * row["Equivalents"] * row["Difficulty"] - points) <= Decimal("0.000001")
    blocks = [row[0] for row in found.other if row[0] and "(I0001)" in str(row[0])]
    assert any("(S" in str(block) for block in blocks)
    assert any("own work" in str(block) for block in blocks)


def test_the_purchase_statement_is_the_statement_lines(results: Results, book: Path) -> None:
    found = table(book, TABS["purchase"])
    assert found.sum("Due this period") == summed(results.statement_lines, "amount_fen") / FEN
    assert found.sum("Points") == summed(results.workload, "points_micro") / MICRO
    reported = [row for row in results.reports.to_pylist() if row["name"].startswith("purchase_account_balance[")]
    assert reported
    assert found.sum("Balance") == sum(row["value"] for row in reported) / FEN
    require_totals(found, "Due this period", "Points", "Owed to date", "Prepaid to date", "Paid to date", "Balance")
    points = [row for row in found.rows if str(row["Line"]).endswith(": points")]
    priced = {str(row["Line"]): row["Unit price"] for row in points}
    apart = {line for line in priced if "公共卫生" in line}
    assert apart
    assert all(isinstance(price, Decimal) and price > 0 for line, price in priced.items() if line not in apart)
    assert all(priced[line] is None for line in apart), "they are bought with money of their own"


def test_rejections_have_reason_and_what_the_record_was_and_no_patient(
    county: Path, results: Results, book: Path
) -> None:  # fmt: skip
    found = table(book, TABS["rejections"])
    assert len(found.rows) == results.rejections.num_rows
    assert Counter(row["Record"] for row in found.rows) == Counter(results.rejections["record_id"].to_pylist())
    assert (
        len({row["Reason"] for row in found.rows}) == len(set(results.rejections["reason"].to_pylist())) == len(REASONS)
    )
    assert not [heading for heading in found.headings if "atient" in heading]
    assert all(row["Date"] and row["Item code"] for row in found.rows), "each row is found in the snapshot"
    over = next(row for row in found.rows if row["Reason"] == "over the limit")
    assert over["Meaning"] == "the patient's limit for the item was reached before"
    assert isinstance(over["Quantity"], Decimal)
    with_patients = Workspace(county).explain_record(OCTOBER, str(over["Record"]))[1]
    assert {row.item for row in with_patients if row.reason == "over_limit"} >= {over["Item code"]}


def test_the_findings_are_those_of_the_check(county: Path, book: Path) -> None:
    checked = ask("--workspace", county, "--lang", "en", "check", OCTOBER)["findings"]
    found = table(book, TABS["findings"])
    assert [row["Kind of finding"] for row in found.rows] == [one["kind"] for one in checked]
    assert [row["Finding"] for row in found.rows] == [one["what"] for one in checked]


def test_the_same_run_makes_the_same_workbook_in_both_languages(county: Path, book: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    ask("--workspace", county, "--lang", "en", "export", OCTOBER, "-o", again)
    assert again.read_bytes() == book.read_bytes()
    told = call("--workspace", county, "--lang", "zh", "export", OCTOBER, "-o", again, "--force").stdout
    assert "已发布第 1 版" in told
    assert "绩效发放汇总表" in str(cells(again, "汇总表")[0][0])
    assert "单位：元" in cells(again, "汇总表")[1]
    foot = [cell for row in cells(again, "工资表")[-1:] for cell in row]
    assert {"制表：", "复核：", "审核：", "负责人："} <= set(foot)
    assert "示例数值，不得据以发放" in xml(again, "工资表"), "invented values are told in the footer"


def test_each_institution_gets_a_workbook_with_its_own_rows(county: Path, results: Results, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = ask("--workspace", county, "export", OCTOBER, "--per-institution", out, "--sheet", "payroll", "--sheet",
               "purchase", "--sheet", "findings")  # fmt: skip
    assert set(told["absent"]) == {"findings"}
    files = sorted(out.iterdir())
    assert len(files) == len(told["files"]) == len(set(results.workload["institution"].to_pylist()))
    sums = Decimal(0)
    for file in files:
        assert tabs(file) == [TABS["payroll"], TABS["purchase"]]
        found, code = table(file, TABS["payroll"]), file.name.split("_")[0]
        own = results.pay_lines.filter(pc.equal(results.pay_lines["institution"], code))
        assert found.sum("Gross pay due") == summed(own, "amount_fen") / FEN
        statement = table(file, TABS["purchase"])
        assert {row["Institution code"] for row in statement.rows} == {code}
        sums += found.sum("Gross pay due")
    assert sums == summed(results.pay_lines, "amount_fen") / FEN
    again = call("--workspace", county, "export", OCTOBER, "--per-institution", out, code=2)
    assert "exists already" in again.stderr
    entries = ask("--workspace", county, "log", "--action", "export")["entries"]
    assert entries[-1]["detail"] == "workbook: payroll, purchase, findings"


def test_sheets_are_asked_for_by_their_names_or_their_tabs_in_either_language(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.xlsx"
    asked = [word for name in ("工资表", "PURCHASE STATEMENT", "summary") for word in ("--sheet", name)]
    told = call("--workspace", county, "export", OCTOBER, "-o", file, *asked).stdout
    assert tabs(file) == [TABS["summary"], TABS["payroll"], TABS["purchase"]]
    assert "  purchase (Purchase statement): " in told
    assert "  payroll: " in told
    no = call("--workspace", county, "export", OCTOBER, "-o", file, "--sheet", "工资表单", "--force", code=2).stderr
    assert "工资表" in no
    no = call("--lang", "zh", "--workspace", county, "export", OCTOBER, "-o", file, "--sheet", "qqq", code=2).stderr
    assert "工资表（payroll）" in no.replace("\n", "")


def test_the_catalogue_names_the_tabs_as_the_sheets_do(county: Path) -> None:
    with Workspace(county).sheet_material(OCTOBER) as material:
        made, _ = make_sheets(material, SHEETS)
    assert {sheet.name: sheet.tab for sheet in made} == {sheet.name: named_tabs()[sheet.name] for sheet in made}
    assert list(named_tabs()) == list(SHEETS)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "x.xlsx", "--sheet", "payrol"), "Did you mean payroll?"),
        (("-o", "x.csv", "--sheet", "payroll"), "--sheet is for a workbook"),
        (("-o", "x.xlsx", "--table", "register"), "are for tables"),
        (("-o", "x.xlsx", "--per-institution", "d"), "name one"),
        (("-o", "none/x.xlsx"), "is not there"),
        (("-o", "x.parquet", "--headings", "words"), "is for CSV"),
    ],
)
def test_wrong_words_are_told(
    county: Path, words: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in call("--workspace", county, "export", OCTOBER, *words, code=2).stderr
    assert not list(tmp_path.iterdir())


def test_a_draft_says_so_on_every_page_whether_named_by_its_id_or_its_period(tmp_path: Path) -> None:
    made = small_county.county(tmp_path / "county", tables())
    file = tmp_path / "draft.xlsx"
    call("--workspace", made.folder, "export", OCTOBER, "-o", file, code=2)
    assert not file.exists()
    call("--workspace", made.folder, "freeze", OCTOBER)
    run = ask("--workspace", made.folder, "run", OCTOBER)["run"]
    meant = call("--workspace", made.folder, "export", OCTOBER, "-o", tmp_path / "meant.xlsx")
    assert f"2026-10 is not published: its staged run {run[:12]} is meant" in meant.stderr
    assert "draft" in call("--workspace", made.folder, "export", run, "-o", file).stdout
    assert file.read_bytes() == (tmp_path / "meant.xlsx").read_bytes()
    for tab in tabs(file):
        assert str(cells(file, tab)[0][0]).startswith("[Draft] ")
        assert "Draft" in xml(file, tab).split("<oddFooter>")[1]
    payroll = table(file, TABS["payroll"])
    assert {row["Paid in this payment"] for row in payroll.rows} == {"not given"}, "no payment is there"
    assert payroll.totals_of("Total", "Paid in this payment") == ["not given"]


def test_codes_and_names_stay_as_they_are(tmp_path: Path) -> None:
    rows = tables(
        institution=[{"code": "0012", "name": "=HYPERLINK(1)", "kind": "township_center", "public_class": "1",
                      "from": "2020-01-01"}],
        staff=[{"code": "007", "name": '王"/\\\'䶮'}, {"code": "3-1", "name": "@李玲"}],
        engagement=[small_county.engagement("007", "0012", department="3-1", role="+1", title="1e5"),
                    small_county.engagement("3-1", "0012")],
        service_record=[small_county.record("2026-10", "007", institution="0012"),
                        small_county.record("-5", "007", institution="0012", quantity="0")],
        appraisal=[{"institution": "0012", "indicator": name, "score": "100", "full_score": "100", "period": OCTOBER}
                   for name in small_county.INDICATORS],
    )  # fmt: skip
    made = small_county.county(tmp_path / "county", rows)
    for step in ("freeze", "run", "publish"):
        call("--workspace", made.folder, step, OCTOBER)
    file = tmp_path / "book.xlsx"
    call("--workspace", made.folder, "export", OCTOBER, "-o", file)
    payroll = table(file, TABS["payroll"])
    told = {
        row["Staff code"]: (row["Name"], row["Department"], row["Post"], row["Professional title"])
        for row in payroll.rows
    }
    assert told == {"007": ("王\"/\\'䶮", "3-1", "+1", "1e5"), "3-1": ("@李玲", None, None, None)}
    assert [row["Institution code"] for row in table(file, TABS["summary"]).rows] == ["0012"]
    assert [row["Record"] for row in table(file, TABS["rejections"]).rows] == ["-5"]
    for tab in tabs(file):
        assert "<f>" not in xml(file, tab)
    out = tmp_path / "out"
    call("--workspace", made.folder, "export", OCTOBER, "--per-institution", out)
    assert [one.name for one in out.iterdir()] == ["0012_=HYPERLINK(1)_2026-10.xlsx"]


def test_without_the_snapshot_what_it_told_is_not_given(county: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(county, tmp_path / "county"))
    shutil.rmtree(copy / "snapshots")
    file = tmp_path / "book.xlsx"
    told = ask("--workspace", copy, "export", OCTOBER, "-o", file)
    assert "findings" in told["absent"]
    summary = table(file, TABS["summary"])
    assert {row["Person-months"] for row in summary.rows} == {None}
    workload, full = table(file, TABS["workload"]), Workspace(copy).results(OCTOBER).workload
    assert workload.sum("Points paid") == summed(full, "points_micro") / MICRO
    assert any("Items are not given" in str(row[0]) for row in workload.other)
    assert {row["Date"] for row in table(file, TABS["rejections"]).rows} == {None}


def test_the_pages_name_every_sheet_and_the_columns_of_these(county: Path, book: Path, tmp_path: Path) -> None:
    """Columns headed by labels of the policy, categories or periods are told in general."""
    chinese = tmp_path / "zh.xlsx"
    written = ask("--workspace", county, "--lang", "zh", "export", OCTOBER, "-o", chinese)["rows"]
    for name in SHEETS:
        assert f"\n## {name}\n" in (DOCS / "sheets.md").read_text(encoding="utf-8")
    for page, file, separator in (("sheets.md", book, ", "), ("sheets.zh.md", chinese, "、")):
        text = (DOCS / page).read_text(encoding="utf-8")
        for name, tab in zip(written, tabs(file), strict=True):
            if name not in TABS:
                continue  # its own test looks at its columns
            section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
            told = {one for line in section.splitlines() if line.startswith("| ")
                    for one in line.split(" | ")[0].removeprefix("| ").split(separator)}  # fmt: skip
            missing = [each for each in headings(file, tab) if each not in told and not _is_general(each, county)]
            assert not missing, (page, name)


def headings(file: Path, tab: str) -> list[str]:
    return [str(cell) for cell in cells(file, tab)[2]]


def _is_general(heading: str, county: Path) -> bool:
    results = Workspace(county).results(OCTOBER)
    labels = {*results.components["label"].to_pylist(), *results.reports["label"].to_pylist()}
    return heading in labels or heading.endswith((": points", "当量", "应发", "period before"))


def test_csv_may_have_words_for_headings(county: Path, tmp_path: Path) -> None:
    for name in (*TABLES, "pay_lines"):
        call("--workspace", county, "--lang", "zh", "export", OCTOBER, "-o", tmp_path / f"{name}.csv", "--table", name,
             "--headings", "words", "--force")  # fmt: skip
        head = (tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert head.startswith('"期间","运行编号","示例数值"')
        assert not [word for word in head.replace('"', "").split(",") if word.isascii()], "every column has a word"
    call("--workspace", county, "export", OCTOBER, "-o", tmp_path / "n.csv", "--table", "register")
    lines = [(tmp_path / name).read_text(encoding="utf-8-sig").splitlines()[1:] for name in ("n.csv", "register.csv")]
    assert [line.replace('"yes"', '"是"', 1) for line in lines[0]] == lines[1], (
        "only the mark of invented values differs"
    )


def test_a_settlement_has_no_sheets_of_records() -> None:
    from dataclasses import replace

    from batch.reports.sheets.catalogue import make_sheets
    from batch.reports.sheets.material import SheetMaterial
    from payengine.periods import Period
    from tests.support.small_run import NAMES, small

    month = small()
    year = replace(month, meta=replace(month.meta, period=Period.parse("2026")))
    made, absent = make_sheets(SheetMaterial(year, NAMES), ["summary", "workload", "rejections"])
    assert [one.name for one in made] == ["summary"]
    assert set(absent) == {"workload", "rejections"}
    assert not make_sheets(SheetMaterial(month, NAMES), ["workload", "rejections"])[1]

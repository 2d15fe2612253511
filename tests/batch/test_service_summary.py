"""Counts of services from the source to the register, and to whoever asks later."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from batch.explain.late_records import late_records
from batch.workspace import Workspace
from tests.support import small_county
from tests.support.small_county import call, pay, record
from tests.support.workbook_cells import HEADINGS, cells

ITEMS = [
    {"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"},
    {"code": "B", "name": "宣教", "category": "public_health", "equivalents": "0.5", "from": "2020-01-01"},
]
COUNTS = [("S1", "B", 412), ("S2", "B", 30), ("", "A", 3)]


def summary(staff: str, item: str, quantity: int, period: str = "2026-10") -> dict[str, str]:
    return {"institution": "I1", "staff": staff, "item": item, "period": period, "quantity": str(quantity)}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counts") / "c"
    rows = small_county.tables(
        "2026-10", "2026-11", service_item=ITEMS, pay_component=[pay("S1"), pay("S1", period="2026-11")],
        service_record=[record("R1"), record("R2", day="2026-11-05")],
        service_summary=[summary(*one) for one in COUNTS] + [summary("S1", "B", 5, "2026-11")],
    )  # fmt: skip
    county = small_county.county(folder, rows)
    county.freeze("2026-10")
    county.publish(county.run("2026-10").run)
    return folder


@pytest.fixture
def county(published: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(published, tmp_path / "c")))


def ask(folder: Path, *words: str) -> Any:
    result = call(folder, "--json", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_register_counts_services_and_says_which_come_from_counts(county: Workspace) -> None:
    told = ask(county.folder, "show", "2026-10")["register"]
    assert (told["total"]["services"], told["total"]["summary_services"]) == (446, 445)
    assert [line["summary_services"] for line in told["institutions"]] == [445]
    assert (told["counts"]["read"], told["counts"]["from_summaries"], told["counts"]["paid"]) == (1, 3, 4)
    shown = call(county.folder, "show", "2026-10").stdout
    assert "Of the services paid, 445 come from summary rows (service_summary): I1 445" in shown
    assert "Rows: 1 read + 3 from summary rows = 4 paid" in shown
    assert (
        "有 445 项来自服务汇总（service_summary）：I1 445"
        in call(county.folder, "--lang", "zh", "show", "2026-10").stdout
    )


def test_the_exported_register_has_a_column_of_them(county: Workspace, tmp_path: Path) -> None:
    assert call(county.folder, "export", "2026-10", "--table", "register", "-o", str(tmp_path / "r.csv")).exit_code == 0
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        [line] = csv.DictReader(file)
    assert (line["services"], line["summary_services"]) == ("446", "445")


def test_a_settlement_says_which_services_of_its_months_come_from_counts(tmp_path: Path) -> None:
    months = ("2026-10", "2026-11", "2026-12")
    rows = small_county.tables(
        *months, service_item=ITEMS, pay_component=[pay("S1", period=month) for month in months],
        service_record=[record(f"R{month}", day=f"{month}-05") for month in months],
        service_summary=[summary(*one) for one in COUNTS] + [summary("S1", "B", 5, "2026-12")],
    )  # fmt: skip
    layer = '[formulas.quarter]\noutputs = ["fixed_share_to_date"]\n'
    county = small_county.county(tmp_path / "c", rows, layer=layer)
    for month in months:
        county.freeze(month)
        county.publish(county.run(month).run)
    county.freeze("2026-Q4")
    run = county.run("2026-Q4").run
    told = ask(county.folder, "show", run)["register"]
    assert (told["total"]["services"], told["total"]["summary_services"]) == (453, 450)
    said = "Of the services paid, 450 come from summary rows (service_summary): I1 450"
    assert said in call(county.folder, "show", run).stdout
    assert call(county.folder, "export", run, "-o", str(tmp_path / "o.xlsx"), "--sheet", "summary").exit_code == 0
    assert any(said == row[0] for row in cells(tmp_path / "o.xlsx", "Summary"))


def test_points_and_pay_are_those_of_single_records(county: Workspace, tmp_path: Path) -> None:
    single = [
        record(f"{staff}-{number}", staff=staff, item=item, quantity="1")
        for staff, item, count in COUNTS
        for number in range(count)
    ]
    rows = small_county.tables(
        service_item=ITEMS, pay_component=[pay("S1")], service_record=[record("R1"), *single], service_summary=[]
    )
    other = small_county.county(tmp_path / "single", rows)
    other.freeze("2026-10")
    theirs, ours = other.run("2026-10").results, county.results("2026-10")
    assert ours.workload.equals(theirs.workload)
    assert ours.pay_lines.equals(theirs.pay_lines)
    assert ours.statement_lines.equals(theirs.statement_lines)


def test_explanations_and_records_show_the_count(county: Workspace) -> None:
    [one] = ask(county.folder, "explain", "2026-10", "--staff", "S1")["explanations"]
    assert {work["item"]: work["services"] for work in one["work"]} == {"A": 1, "B": 412}
    shown = call(county.folder, "explain", "2026-10", "--record", "summary:I1:S1:B:2026-10").stdout
    assert "2026-10-31" in shown


def test_sheets_and_payslips_count_the_services_item_by_item(county: Workspace, tmp_path: Path) -> None:
    stated = {
        (row["staff"], row["category"]): row["services"] for row in county.results("2026-10").workload.to_pylist()
    }
    assert stated == {("S1", "basic_medical"): 1, ("S1", "public_health"): 412, ("S2", "public_health"): 30,
                      ("", "basic_medical"): 3}  # fmt: skip
    slips = {one.staff: one for one in county.payslips("2026-10").payslips}  # each is compared with the ledger
    assert {staff: [item.rows for item in one.work] for staff, one in slips.items()} == {"S1": [1, 412], "S2": [30]}
    assert call(county.folder, "export", "2026-10", "-o", str(tmp_path / "o.xlsx")).exit_code == 0
    rows = cells(tmp_path / "o.xlsx", "Workload")
    at = rows[HEADINGS].index("Services paid")
    assert [int(row[at]) for row in rows if row[0] in ("A", "B")] == [3, 1, 412, 30]  # type: ignore[arg-type]


def test_counts_that_came_late_are_services_of_one_row(county: Workspace) -> None:
    after = county.freeze("2026-10")
    small_county.write(county.folder / "input", {"service_summary": [summary(*COUNTS[0])]})
    found = late_records(county.freeze("2026-10"), after)
    assert found is not None
    assert (int(found.came.rows.sum()), int(found.came.services.sum()), int(found.gone.rows.sum())) == (2, 33, 0)


def test_a_run_of_counts_is_replayed_from_the_workspace_and_from_an_archive(county: Workspace, tmp_path: Path) -> None:
    assert ask(county.folder, "replay", "2026-10")["identical"]
    assert call(county.folder, "archive", "2026-10", "-o", str(tmp_path / "a.zip")).exit_code == 0
    assert ask(county.folder, "replay", str(tmp_path / "a.zip"))["identical"]


def test_a_corrected_count_is_a_revision(county: Workspace) -> None:
    rows = [summary("S1", "B", 410), *[summary(*one) for one in COUNTS[1:]]]
    small_county.write(county.folder / "input", {"service_summary": rows})
    county.freeze("2026-10")
    outcome = county.run("2026-10", revise="recounted")
    county.publish(outcome.run)
    assert ask(county.folder, "show", "2026-10")["register"]["total"]["services"] == 444


def test_another_month_finds_the_published_one_unchanged(county: Workspace) -> None:
    told = ask(county.folder, "freeze", "2026-11")
    assert told["published_changes"] == []
    rows = [summary("S1", "B", 410), *[summary(*one) for one in COUNTS[1:]], summary("S1", "B", 5, "2026-11")]
    small_county.write(county.folder / "input", {"service_summary": rows})
    [found] = ask(county.folder, "freeze", "2026-11")["published_changes"]
    assert "service_summary" in found["what"]


def test_a_month_of_counts_alone_is_run(county: Workspace) -> None:
    small_county.write(county.folder / "input", {"service_record": []})
    told = ask(county.folder, "freeze", "2026-11")
    assert told["table_rows"]["service_record"] == {"read": 0, "of_period": 0, "used": 0}
    assert told["table_rows"]["service_summary"]["of_period"] == 1
    assert ask(county.folder, "run", "2026-11")["register"]["total"]["services"] == 5


def test_the_year_before_counts_services_too(county: Workspace) -> None:
    """The history of a later month holds the services, not the rows."""
    county.freeze("2026-11")
    [snapshot] = (county.snapshots / "2026-11").glob("*/history_work.parquet")
    assert sum(pq.read_table(snapshot)["services"].to_pylist()) == 446


def test_payslips_count_the_services_of_summary_rows(county: Workspace) -> None:
    [slip] = [one for one in county.payslips("2026-10").payslips if one.staff == "S1"]
    assert {one.item: one.rows for one in slip.work} == {"A": 1, "B": 412}


def test_the_workload_sheet_counts_the_services_of_summary_rows(county: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "b.xlsx"
    assert call(county.folder, "export", "2026-10", "--sheet", "workload", "-o", str(file)).exit_code == 0
    [sheet] = openpyxl.load_workbook(file, read_only=True).worksheets
    rows = list(sheet.iter_rows(values_only=True))
    [heads] = [row for row in rows if row[0] == "Item code"]
    at = heads.index("Services paid")
    assert sorted(row[at] for row in rows if row[0] in ("A", "B")) == [1, 3, 30, 412]
    assert [row[at] for row in rows if row[0] == "Total"] == [446]

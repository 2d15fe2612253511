"""First steps of a newcomer: `init`, what `month` says of the source, links by name."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.support import small_county
from tests.support.small_county import OCTOBER, call


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first_steps") / "c"
    people = [{"code": "S1", "name": "张三"}, {"code": "S2", "name": "李四"}]
    made = small_county.county(folder, small_county.tables(staff=people))
    made.freeze(OCTOBER)
    made.publish(made.run(OCTOBER).run)
    return folder


def test_init_names_month_and_the_workspace_in_each_command(tmp_path: Path) -> None:
    shown = call(tmp_path, "init", str(tmp_path / "c"), "--policy", "demo").stdout
    assert f"payengine --workspace {tmp_path / 'c'} month PERIOD" in shown
    assert f"payengine --workspace {tmp_path / 'c'} policy show" in shown


def test_month_says_how_the_source_was_read(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    small_county.county(folder, small_county.tables())
    book = openpyxl.Workbook()
    book.active.title = "measure"
    for row in (["institution", "name", "value", "period"], ["Example: I9", "beds", 1, OCTOBER]):
        book.active.append(row)
    book.create_sheet("calendar").append(["day", "working", "name"])
    book["calendar"].sheet_state = "hidden"
    book.save(folder / "input" / "more.xlsx")
    for table in ("measure", "calendar"):
        (folder / "input" / f"{table}.csv").unlink(missing_ok=True)
    shown = call(folder, "month", OCTOBER).stdout
    assert "How it was read:" in shown
    assert "more.xlsx, sheet calendar" in shown


def test_a_link_takes_a_name(county: Path) -> None:
    until = str(date.today() + timedelta(days=30))  # noqa: DTZ011
    asked = [call(county, "--json", "link", "--staff", who, "--until", until) for who in ("张三", "S1")]
    by_name, by_code = (json.loads(done.stdout) for done in asked)
    assert (by_name["scope"], by_name["until"]) == (by_code["scope"], by_code["until"]) == ("staff:S1", until)
    assert by_name["link"] != by_code["link"], "each is revoked by itself"


def test_another_ending_of_an_export_is_told_all_that_there_are(county: Path, tmp_path: Path) -> None:
    done = call(county, "export", OCTOBER, "-o", str(tmp_path / "x.doc"))
    assert done.exit_code == 2
    assert ".xlsx" in done.stderr.replace("x.doc", "")


def test_a_port_that_there_is_not_is_told_in_the_language_in_use(county: Path) -> None:
    done = call(county, "--lang", "zh", "serve", "--port", "99999")
    assert done.exit_code == 2
    assert "大于 65535" in done.stderr

"""Command `status`: where every period stands, and a period in the place of a run's id."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from batch.workspace import Workspace
from tests.batch.cli.test_steps import STEPS
from tests.support.small_county import OCTOBER, call, county, pay, record, tables, write

SEPTEMBER = "2026-09"
RECORDS = [record("R1"), record("R0", day="2026-09-05")]
TODAY = date(2026, 12, 15)


def rows(amount: str = "3100") -> dict[str, list[dict[str, str]]]:
    return {
        "pay_component": [pay(who, amount, month) for who in ("S1", "S2") for month in (SEPTEMBER, OCTOBER)],
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a county whose September and October are published."""
    workspace = county(
        tmp_path_factory.mktemp("status") / "county", tables(SEPTEMBER, OCTOBER, service_record=RECORDS, **rows())
    )
    for month in (SEPTEMBER, OCTOBER):
        workspace.freeze(month)
        workspace.publish(workspace.run(month).run)
    return workspace.folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "county"))


def expect(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output + result.stderr
    return result.output


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads(expect(call(folder, "--json", "status", "2026"))))


def following(folder: Path) -> list[str]:
    return [one.words for one in Workspace(folder).status(2026, today=TODAY).next]


def test_from_the_publication_to_the_last_payment(office: Path) -> None:
    assert [(one["period"], one["state"], one["revision"]) for one in told(office)["periods"]] == [
        (SEPTEMBER, "published", 1), (OCTOBER, "published", 1)
    ]  # fmt: skip
    due = [one["outstanding_fen"] for one in told(office)["periods"]]
    assert sum(due) == sum(Workspace(office).outstanding().values()) > 0
    assert following(office) == [f"pay {OCTOBER}", "month 2026-11"]
    for words, step in (
        (("pay", OCTOBER), "payment approve 1"), (("payment", "approve", "1"), "payment export 1 -o FILE.csv"),
        (("payment", "export", "1", "-o", str(office / "pay.csv")), "payment paid 1"),
    ):  # fmt: skip
        expect(call(office, *words))
        assert following(office) == [step, "month 2026-11"]
    periods = told(office)["periods"]
    assert [one["payments"][0]["state"] for one in periods] == ["exported", "exported"]
    assert [one["payments"][0]["paid_fen"] for one in periods] == due
    expect(call(office, "payment", "paid", "1"))
    assert following(office) == ["month 2026-11"]
    assert [one["outstanding_fen"] for one in told(office)["periods"]] == [0, 0]
    expect(call(office, "payment", "return", "1", "--staff", "S1", "--reason", "account closed"))
    assert following(office) == [f"pay {OCTOBER}", "month 2026-11"]


def test_what_is_stale_is_told_with_the_reason(office: Path) -> None:
    write(office / "input", rows("4100"))
    expect(call(office, "month", SEPTEMBER, "--yes", "--revise", "corrected"))
    october = told(office)["periods"][1]
    assert (october["state"], october["revised_since"]) == ("stale", [SEPTEMBER])
    assert following(office)[0] == "revise 2026"
    said = expect(call(office, "status", "2026"))
    assert "stale, rev. 1" in said
    assert f"{OCTOBER} is built on {SEPTEMBER}, revised since with other results" in said


def test_what_is_staged_and_not_published_is_told_with_its_step(tmp_path: Path) -> None:
    workspace = county(tmp_path / "county", tables(**{"pay_component": [pay("S1"), pay("S2")]}), STEPS)
    folder = workspace.folder
    assert "Nothing of 2026 has been frozen" in expect(call(folder, "status", "2026"))
    assert following(folder) == ["month 2026-11"]
    workspace.freeze(OCTOBER)
    assert (told(folder)["periods"][0]["state"], following(folder)) == ("frozen", [f"month {OCTOBER}"])
    run = workspace.run(OCTOBER, hold={"I1": "scores missing"}).run
    period = told(folder)["periods"][0]
    assert (period["state"], period["staged"], period["next_step"]) == ("staged", [run], "reviewed")
    assert (period["held"], period["run"]) == ({"I1": "scores missing"}, None)
    assert following(folder) == [f"step {OCTOBER} reviewed"]
    said = expect(call(folder, "status"))
    assert f"{OCTOBER} holds I1: scores missing" in said
    assert f"{OCTOBER}: reviewed is to be done" in said
    workspace.run(OCTOBER)
    assert following(folder) == [f"runs {OCTOBER}"]
    assert "2 staged" in expect(call(folder, "status"))


def test_it_fits_in_80_columns_and_speaks_chinese(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = expect(call(office, "--lang", "zh", "status"))
    assert "已发布，第 1 版" in said
    assert "下一步：" in said
    lines = expect(call(office, "status")).splitlines()
    assert max(len(line) for line in lines if "--workspace" not in line and "Not begun" not in line) <= 80


@pytest.mark.parametrize("year", ["26", "2026-10", "1800", "２０２６"])
def test_what_is_no_year_is_refused(office: Path, year: str) -> None:
    done = call(office, "status", year)
    assert (done.exit_code, "is no year" in done.stderr) == (2, True)


def test_a_period_means_its_staged_run_where_it_is_not_published(tmp_path: Path) -> None:
    workspace = county(tmp_path / "county", tables(**{"pay_component": [pay("S1"), pay("S2")]}))
    folder = workspace.folder
    workspace.freeze(OCTOBER)
    run = workspace.run(OCTOBER).run
    for words in (
        ("show", OCTOBER), ("show", OCTOBER, "--staff", "李玲"), ("explain", OCTOBER, "--staff", "S1"),
        ("replay", OCTOBER), ("export", OCTOBER, "-o", str(folder / "pay.csv")),
        ("archive", OCTOBER, "-o", str(folder / "run.zip")),
    ):  # fmt: skip
        done = call(folder, *words)
        expect(done)
        assert f"{OCTOBER} is not published: its staged run {run[:12]} is meant" in done.stderr
    workspace.run(OCTOBER, hold={"I1": "scores missing"})
    done = call(folder, "show", OCTOBER)
    assert (done.exit_code, f"{OCTOBER} is not published, and has 2 runs" in done.stderr) == (2, True)
    assert run[:16] in done.stderr


def test_publish_takes_the_one_run_that_is_newer_than_the_published_one(office: Path) -> None:
    """A run that was staged before the publication does not stand in the way."""
    workspace = Workspace(office)
    workspace.run(OCTOBER, revise="left", hold={"I1": "scores missing"})
    write(office / "input", rows("4100"))
    workspace.freeze(OCTOBER)
    second = workspace.run(OCTOBER, revise="corrected").run
    done = call(office, "publish", OCTOBER)
    assert (done.exit_code, "has 2 runs that are not published" in done.stderr) == (2, True)
    expect(call(office, "publish", second[:8]))
    write(office / "input", rows("5100"))
    workspace.freeze(OCTOBER)
    third = workspace.run(OCTOBER, revise="corrected again").run
    assert json.loads(expect(call(office, "--json", "publish", OCTOBER)))["run"] == third

"""A quarter and a year through the command line: from freeze to export, and refusals."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batch.cli.root import root
from batch.input_tables import BY_NAME
from batch.workspace import Workspace
from payengine import texts
from tests.support.settled_county import IN_HALF_YEARS, IN_QUARTERS, MONTHS, county, owed, toy_rules


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a workspace of CSV files with three published months.

    The toy policy pays in quarters too.
    """
    folder = tmp_path_factory.mktemp("office")
    (folder / "policy").mkdir()
    (folder / "policy" / "toy.toml").write_text(IN_QUARTERS, encoding="utf-8")
    (folder / "input").mkdir()
    for table, rows in county().items():
        with (folder / "input" / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in BY_NAME[table].columns], restval="")
            writer.writeheader()
            writer.writerows(rows)
    settings = (
        'policy = "toy"\nledger = "sqlite:///ledger.sqlite"\n[source]\nfolder = "input"\n[privacy]\npatient = "hmac"\n'
    )
    (folder / "payengine.toml").write_text(settings, encoding="utf-8")
    with toy_rules(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAYENGINE_LANG", "en")
        patch.setenv("PAYENGINE_PATIENT_KEY", "k" * 32)
        texts._from_environment.cache_clear()
        workspace = Workspace(folder)
        for month in MONTHS[:3]:
            workspace.freeze(month)
            workspace.publish(workspace.run(month).run)
        patch.delenv("PAYENGINE_PATIENT_KEY")  # a settlement reads no patients, so it needs no key
        yield folder
    texts._from_environment.cache_clear()


@pytest.fixture
def office(published: Path, tmp_path: Path) -> Path:
    """Copy the published workspace for a test to change."""
    return Path(shutil.copytree(published, tmp_path / "office"))


def call(folder: Path, *words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(root, ["--workspace", str(folder), *map(str, words)], prog_name="payengine")
    assert result.exit_code == code, result.output
    return result


def ask(folder: Path, *words: object, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call(folder, "--json", *words, code=code).stdout)
    return found


def test_a_settlement_through_the_command_line(office: Path) -> None:
    """One walk from the freeze to the export: each step is what the next one needs."""
    frozen = call(office, "freeze", "2026-Q1").stdout
    assert "No service records are read. Settled over:" in frozen
    assert [line.split()[0] for line in frozen.splitlines() if line.startswith("  2026-")] == [
        "2026-01",
        "2026-02",
        "2026-03",
    ]
    assert "Service records" not in frozen
    assert frozen.rstrip().endswith("run 2026-Q1")
    told = ask(office, "freeze", "2026-Q1")
    assert [made["period"] for made in told["history"]] == ["2026-01", "2026-02", "2026-03"]

    register = call(office, "run", "2026-Q1").stdout
    assert "Paid in the months" in register
    assert "Year to date" in register
    assert "Rows rejected" not in register
    assert "No row was rejected" not in register
    ran = ask(office, "run", "2026-Q1")
    hospital, clinic = ran["register"]["institutions"]
    advanced = sum(owed("2", who, "H", MONTHS[:3]) for who in "ABC")
    assert hospital["months_paid_fen"] == advanced + 3 * 100_001
    assert hospital["year_paid_before_fen"] == hospital["months_paid_fen"]
    assert (clinic["services"], clinic["points_micro"]) == (6, 29_310_000)
    assert ran["register"]["total"]["months_paid_fen"] == hospital["months_paid_fen"] + clinic["months_paid_fen"]

    published = ask(office, "publish", ran["run"])
    assert (published["period"], published["revision"], published["warnings"]) == ("2026-Q1", 1, [])
    assert [(each["period"], each["revision"]) for each in ask(office, "runs", "2026-Q1")["runs"]] == [("2026-Q1", 1)]

    people = ask(office, "show", ran["run"], "--institution", "H")["staff"]
    assert {line["staff"]: line["months_paid_fen"] for line in people}["C"] == owed("2", "C", "H", MONTHS[:3])
    sheet = call(office, "show", ran["run"], "--institution", "H").stdout
    assert "Paid in the months" in sheet
    assert "months.paid" in call(office, "show", ran["run"], "--staff", "B").stdout

    call(office, "export", ran["run"], "-o", office / "register.csv", "--table", "register")
    with (office / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["period"] for row in rows] == ["2026-Q1", "2026-Q1"]
    assert rows[0]["months_paid_fen"] == str(hospital["months_paid_fen"])
    assert rows[0]["months_paid_yuan"] == f"{hospital['months_paid_fen'] // 100}.{hospital['months_paid_fen'] % 100:02}"


def test_a_year_with_missing_months_exits_3_and_names_them(office: Path) -> None:
    refused = call(office, "freeze", "2026", code=3).stderr
    assert "freeze of 2026 refused: 9 of its months are not published" in refused
    assert all(str(month) in refused for month in MONTHS[3:])
    assert [problem["column"] for problem in ask(office, "freeze", "2026", code=3)["error"]["problems"]] == [
        str(month) for month in MONTHS[3:]
    ]


def test_a_month_that_was_revised_before_publication_stops_it_until_it_is_accepted(office: Path) -> None:
    """A month that was revised after the quarter's run stops it, unless with a reason."""
    call(office, "freeze", "2026-Q1")
    before = ask(office, "run", "2026-Q1")
    month = ask(office, "run", "2026-02", "--hold", "V", "scores missing", "--revise", "scores missing")
    call(office, "publish", month["run"])
    refused = ask(office, "publish", before["run"], code=3)["error"]
    assert [problem["where"] for problem in refused["problems"]] == ["stale"]
    assert "--accept-stale REASON" in refused["problems"][0]["remedy"]
    told = ask(office, "publish", before["run"], "--accept-stale", "次月补发")
    assert told["accepted"] == [{"kind": "stale", "subject": "", "reason": "次月补发"}]
    assert told["warnings"] == [
        "2026-02 was revised after this snapshot was frozen; to take it in: payengine month 2026-Q1"
    ]
    assert told["warnings"][0] in call(office, "publish", before["run"]).stdout
    held = ask(office, "freeze", "2026-Q1")["warnings"]
    assert held == [
        "2026-02 was published without V (held: scores missing): nothing of it is in 2026-Q1 for that month"
    ]


def test_an_unfrozen_year_and_a_wrong_period_are_told(office: Path) -> None:
    assert "Begin it with: payengine month 2026" in call(office, "run", "2026", code=2).stderr
    assert "2026-Q5 is not a period" in call(office, "freeze", "2026-Q5", code=2).stderr.replace("'", "")


def test_a_half_year_without_all_its_months_is_not_frozen(office: Path) -> None:
    (office / "policy" / "toy.toml").write_text(IN_HALF_YEARS, encoding="utf-8")
    told = ask(office, "freeze", "2026-H1", code=3)["error"]["problems"]
    assert [problem["column"] for problem in told] == ["2026-04", "2026-05", "2026-06"]
    assert "write 2026-10, 2026-Q4, 2026-H2 or 2026" in call(office, "freeze", "2026-H3", code=2).stderr

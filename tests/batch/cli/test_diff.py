"""The command `diff`, and the difference that `run` tells."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from batch.cli.views import run_difference as views
from tests.support.command_line import call


def ask(*words: object, code: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(call("--json", *words, code=code).stdout)
    return told


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county whose October was run again with other pay of everybody, and one record less."""
    folder = tmp_path_factory.mktemp("diff") / "county"
    call("demo", folder, "--records", "600", "--staff", "40", "--institutions", "8")
    with sqlite3.connect(folder / "source.sqlite") as source:
        source.execute("update pay_component set amount = amount + rowid % 7 where component = 'post_pay'")
        source.execute("update pay_component set amount = amount + 900 where rowid = 1")
        source.execute("delete from service_record where rowid = 5")
    call("--workspace", folder, "freeze", "2026-10")
    return folder


@pytest.fixture(scope="module")
def staged(county: Path) -> dict[str, Any]:
    return ask("--workspace", county, "run", "2026-10", "--revise", "corrected")


def test_the_effect_adds_up_to_the_whole_and_the_largest_stands_first(county: Path, staged: dict[str, Any]) -> None:
    told = ask("--workspace", county, "diff", "2026-10", staged["run"])
    effect = told["effect"]
    change = effect["after_fen"] - effect["before_fen"]
    assert change == effect["change_fen"] != 0
    for name in ("institutions", "components", "staff"):
        changes = [row["change_fen"] for row in effect[name]]
        assert sum(changes) == change
        assert changes == sorted(changes, key=lambda fen: -abs(fen))
    assert len(effect["staff"]) > views.FIRST_OF_DIFF
    assert all(row["name"] for row in effect["staff"])
    register = staged["register"]["total"]
    assert effect["after_fen"] == register["gross_fen"]
    assert staged["difference"]["staff"] == effect["staff"]
    assert (told["before"]["revision"], told["after"]["revision"]) == (1, None)
    assert told["inputs"]["records"]["removed"] == 1
    assert told["formulas"]["same"]
    assert told["engine"]["same"]


def test_the_text_tells_the_first_persons_and_the_sum_of_the_others(county: Path, staged: dict[str, Any]) -> None:
    text = call("--workspace", county, "diff", "2026-10", staged["run"]).stdout
    whole = list(staged["difference"]["staff"])
    rest = sum(row["change_fen"] for row in whole[20:])
    (more,) = [line for line in text[text.index("Persons") :].splitlines() if "and" in line and "more" in line]
    assert more.split() == ["and", str(len(whole) - 20), "more", f"{rest / 100:+,.2f}"]
    assert "each add up to the change of the whole" in text
    chinese = call("--workspace", county, "--lang", "zh", "diff", "2026-10", staged["run"]).stdout
    assert "人员，变动最大的在前" in chinese
    assert "Inputs" not in chinese


def test_run_names_the_persons_of_the_largest_changes(county: Path, staged: dict[str, Any]) -> None:
    text = call("--workspace", county, "run", "2026-10", "--dry-run").stdout
    people = text[text.index("Persons") :]
    codes = [row["staff"] for row in staged["difference"]["staff"]]
    assert [code for code in codes[:10] if code not in people] == []
    assert f"and {len(codes) - 10} more" in people


def test_every_changed_line_is_exported_and_adds_up(county: Path, staged: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "difference.csv"
    told = ask("--workspace", county, "diff", "2026-10", staged["run"], "-o", file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert told["rows"] == len(rows) > 0
    assert sum(int(row["change_fen"]) for row in rows) == told["effect"]["change_fen"]
    people = [(row["institution"], row["staff"]) for row in told["effect"]["staff"]]
    assert list(dict.fromkeys((row["institution"], row["staff"]) for row in rows)) == people
    assert (rows[0]["person"], rows[0]["run_after"], rows[0]["illustrative"]) == ("1", staged["run"][:12], "yes")
    assert rows[0]["staff_name"]
    refused = call("--workspace", county, "diff", "2026-10", staged["run"], "-o", file, code=2)
    assert "exists already" in refused.stderr
    call("--workspace", county, "diff", "2026-10", staged["run"], "-o", file, "--force")
    elsewhere = call("--workspace", county, "diff", "2026-10", staged["run"], "-o", tmp_path / "no" / "x.csv", code=2)
    assert "is not there" in elsewhere.stderr


def test_a_dry_run_exports_its_difference(county: Path, staged: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "difference.parquet"
    told = ask("--workspace", county, "run", "2026-10", "--dry-run", "--difference", file)
    assert told["difference_rows"] == pq.read_table(file).num_rows
    assert sum(pq.read_table(file)["change_fen"].to_pylist()) == told["difference"]["change_fen"]
    assert "ends in neither" in call(
        "--workspace", county, "run", "2026-10", "--dry-run", "--difference", tmp_path / "x.xlsx", code=2
    ).stderr  # fmt: skip


def test_a_run_without_another_to_differ_from_writes_no_file(county: Path, tmp_path: Path) -> None:
    first = ask("--workspace", county, "runs")["runs"][0]["snapshot"]
    file = tmp_path / "difference.csv"
    run = ("run", "2026-10", "--dry-run", "--snapshot", first[:12], "--difference", file)
    told = ask("--workspace", county, *run)
    assert (told["difference_file"], file.exists()) == (None, False)
    assert "is not written" in call("--workspace", county, *run).stdout


def test_a_run_and_itself_do_not_differ(county: Path) -> None:
    told = ask("--workspace", county, "diff", "2026-10", "2026-10")
    assert told["inputs"]["differing"] == []
    assert told["effect"]["staff"] == []
    assert "No figure differs" in call("--workspace", county, "diff", "2026-10", "2026-10").stdout


def test_held_institutions_are_an_input(county: Path) -> None:
    hold = ("--hold", "I0003", "scores missing", "--revise", "held")
    held = ask("--workspace", county, "run", "2026-10", *hold)["run"]
    told = ask("--workspace", county, "diff", "2026-10", held)
    assert told["inputs"]["holds"] == {"I0003": {"from": "", "to": "scores missing"}}
    (gone,) = [row for row in told["effect"]["institutions"] if row["institution"] == "I0003"]
    assert gone["after_fen"] == 0
    text = call("--workspace", county, "diff", "2026-10", held).stdout
    assert "I0003 is held now: scores missing" in text
    assert "I0003 is held no more" in call("--workspace", county, "diff", held, "2026-10").stdout


def test_a_run_that_is_not_there_is_told(county: Path) -> None:
    assert "there is no run abcd1234" in call("--workspace", county, "diff", "2026-10", "abcd1234", code=2).stderr
    assert "is missing" in call("--workspace", county, "diff", "2026-10", code=2).stderr

"""The command `verify`: the ledger as it was published, or what is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.command_line import call


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "county"
    call("demo", folder, "--records", "500", "--staff", "32", "--institutions", "8")
    return folder


@pytest.fixture
def county(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "county"))


def change(county: Path, statement: str) -> None:
    with sqlite3.connect(county / "ledger.sqlite") as ledger:
        assert ledger.execute(statement).rowcount


def test_a_ledger_that_nobody_touched_is_told_with_its_head(county: Path) -> None:
    told = json.loads(call("--workspace", county, "--json", "verify", "--all").output)
    assert (told["publications"], told["runs"], told["identities"], told["snapshots"]) == (1, 1, 1, 1)
    text = call("--workspace", county, "verify", "--head", told["head"]).output
    assert "as it was published" in text
    assert "The noted head is in the chain." in text
    assert "与发布时一致" in call("--workspace", county, "--lang", "zh", "verify").output


def test_a_head_that_is_no_longer_there_is_exit_7(county: Path) -> None:
    result = call("--workspace", county, "verify", "--head", "ab" * 32, code=7)
    assert "is no longer in the chain" in result.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "update pay_line set amount_fen = amount_fen + 1 where staff = (select min(staff) from pay_line)",
        "delete from rejection where record_id = (select min(record_id) from rejection)",
        "update run set policy = 'x'",
        "delete from publication",
        "update audit_entry set entry = replace(entry, 'publish', 'publisH')",
        "update policy_text set text = text || ' '",
    ],
)
def test_whatever_was_changed_is_named_with_exit_7(county: Path, statement: str) -> None:
    change(county, statement)
    assert "is not as it was published" in call("--workspace", county, "verify", code=7).stderr


def test_a_changed_snapshot_is_found_where_everything_is_asked_for(county: Path) -> None:
    table = next(county.glob("snapshots/2026-10/*/tables/staff.parquet"))
    table.write_bytes(table.read_bytes()[:-1] + b"x")
    call("--workspace", county, "verify")
    assert "is not what was frozen" in call("--workspace", county, "verify", "--all", code=7).stderr


def test_results_that_do_not_hold_together_are_exit_4(county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An identity is computed again, and not read from what the chain says."""
    from batch.audit import invariants
    from payengine.errors import Problem

    monkeypatch.setattr(invariants, "_pools", lambda results: [Problem("does not add up", "reports")])
    told = call("--workspace", county, "verify", code=4).stderr
    assert "does not add up" in told
    assert "Nothing was stored" not in told


def test_a_workspace_without_a_ledger_is_told(county: Path, tmp_path: Path) -> None:
    (county / "ledger.sqlite").unlink()
    call("--workspace", county, "verify", code=6)
    call("init", tmp_path / "new", "--policy", "demo")
    assert "0 entries" in call("--workspace", tmp_path / "new", "verify").output


def test_snapshots_of_runs_that_are_not_here_are_told(county: Path) -> None:
    shutil.rmtree(county / "snapshots" / "2026-10")
    told = json.loads(call("--workspace", county, "--json", "verify", "--all").output)
    assert [one[:7] for one in told["missing_snapshots"]] == ["2026-10"]
    assert "cannot be explained" in call("--workspace", county, "verify", "--all").output

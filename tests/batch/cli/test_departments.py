"""Departments through the command line: stored, shown and exported."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from payengine import texts
from tests.support import ledgers
from tests.support.schemes import SETTINGS, workspace

# tests/schemes/department-bonus: 5,000.00 among 内科, 护理 and 检验 by weighted heads, 2.4 : 1.6 : 1.0.
POOLS = {"内科": 240_000, "护理": 160_000, "检验": 100_000}


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    texts._from_environment.cache_clear()


def call(*words: object) -> str:
    result = CliRunner().invoke(root, [str(word) for word in words], prog_name="payengine")
    assert result.exit_code == 0, result.output
    return result.stdout


def ask(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("--json", *words))
    return found


def published(folder: Path) -> str:
    """Freeze, run and publish October; return the run."""
    call("--workspace", folder, "freeze", "2026-10")
    run = str(ask("--workspace", folder, "run", "2026-10")["run"])
    call("--workspace", folder, "publish", run)
    return run


@pytest.mark.parametrize("kind", ledgers.KINDS)
def test_departments_are_stored_shown_and_exported(kind: str, tmp_path: Path) -> None:
    folder = workspace("department-bonus", tmp_path / "county").folder
    with ledgers.fresh(kind, tmp_path) as url:
        settings = SETTINGS.format(policy="department-bonus").replace("sqlite:///ledger.sqlite", url)
        (folder / "payengine.toml").write_text(settings, "utf-8")
        run = published(folder)
        told = ask("--workspace", folder, "show", run, "--institution", "H")["departments"]
        pools = {line["department"]: line["value"] for line in told if line["name"] == "department_pool"}
        assert pools == POOLS
        assert list(pools) == sorted(pools, key=str.encode), "in order of the codes' bytes"
        shown = call("--workspace", folder, "show", run, "--institution", "H")
        line = next(line for line in shown.splitlines() if "护理" in line and "department_pool " in line)
        assert line.split() == ["护理", "department_pool", "科室奖金", "1,600.00", "yuan"]
        call("--workspace", folder, "export", run, "-o", f"{tmp_path}/out/")
        with (tmp_path / "out" / "department_reports.csv").open(encoding="utf-8-sig", newline="") as stream:
            exported = {row["department"]: row for row in csv.DictReader(stream) if row["name"] == "department_pool"}
        assert {code: int(row["value"]) for code, row in exported.items()} == POOLS
        assert exported["内科"]["value_text"] == "2400.00"


def test_a_run_without_departments_shows_none(tmp_path: Path) -> None:
    folder = workspace("base-by-title", tmp_path / "county").folder
    call("--workspace", folder, "freeze", "2026-10")
    run = str(ask("--workspace", folder, "run", "2026-10")["run"])
    institution = "T"
    assert ask("--workspace", folder, "show", run, "--institution", institution)["departments"] == []
    assert "Department" not in call("--workspace", folder, "show", run, "--institution", institution)

"""Runs of every region's example, and a new region that is only a TOML file.

The new region combines existing rules.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

import formulas
from batch.cli.root import root
from batch.compute.compute import compute
from batch.reports.compliance import obligations
from batch.results import Results
from batch.snapshot.snapshot import Snapshot
from batch.workspace import Workspace
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import list_policies, load_policy
from tests.support.recomputed_year import Year, problems

REGIONS = [file.code for file in list_policies([formulas.POLICIES]) if file.level == "region"]
SMALL = ("--records", "300", "--staff", "40", "--institutions", "8")
# Enough people to expose a floor that leaves some pay out of account.
LARGER = ("--records", "500", "--staff", "120", "--institutions", "12")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    monkeypatch.delenv("PAYENGINE_WORKSPACE", raising=False)
    texts._from_environment.cache_clear()


def demo(folder: Path, region: str, period: str, size: tuple[str, ...] = SMALL) -> dict[str, Any]:
    """Run and publish a small demo county of the region's example."""
    words = ["--json", "demo", str(folder), *size, "--policy", region, "--period", period]
    result = CliRunner().invoke(root, words, prog_name="payengine")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def amounts(table: pa.Table, key: str = "component") -> dict[tuple[str, str], int]:
    """Add up fen by institution and component."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in table.to_pylist():
        found[row["institution"], row[key]] += row["amount_fen"]
    return dict(found)


def reported(results: Results, name: str) -> dict[str, int]:
    """Return a figure by institution, in its own smallest units."""
    rows = results.reports.to_pylist()
    return {row["institution"]: row["value"] for row in rows if row["name"] == name and row["level"] == "institution"}


@pytest.mark.parametrize("region", REGIONS)
def test_an_example_runs_a_month(region: str, tmp_path: Path) -> None:
    told = demo(tmp_path / "county", region, "2026-10")
    assert told["state"] == "published"
    assert told["register"]["illustrative"] is True
    results = Workspace(tmp_path / "county").results(told["run"])
    policy = load_policy(f"{region}-example", [formulas.POLICIES])
    outputs = policy.formulas()[0]
    paid = set(results.pay_lines["component"].to_pylist())
    assert {"post_pay", "workload_pay"} <= paid <= set(outputs)
    stated = {row["name"].split("[")[0] for row in results.reports.to_pylist()}
    assert {name for name in outputs if name not in {*policy.components, *policy.statements}} <= stated


@pytest.mark.parametrize("region", REGIONS)
def test_an_example_runs_a_year(region: str, tmp_path: Path) -> None:
    """An example publishes its months and quarters, then the year with its own lines.

    The quarters are those that the policy settles.
    """
    told = demo(tmp_path / "county", region, "2026", LARGER)
    assert told["state"] == "published"
    workspace = Workspace(tmp_path / "county")
    policy = load_policy(f"{region}-example", [formulas.POLICIES])
    year = Period.parse("2026")
    due = {str(period) for period in (*year.settled(), year) if policy.formulas(period.kind)[0]}
    assert {str(record.period) for record in workspace.runs() if record.current} == due
    results = workspace.results(told["run"])
    outputs = policy.formulas("year")[0]
    assert set(results.pay_lines["component"].to_pylist()) <= set(outputs)
    assert set(results.statement_lines["component"].to_pylist()) <= set(outputs)
    assert list(problems(Year(workspace, policy, year))) == []
    sheet = obligations(results)
    assert {one.name for one in sheet} == {check.name for check in policy.checks_of("year")}
    assert all(said.result for one in sheet for said in one.institutions)


# A region that is a TOML file: its rules are combinations of what is there.

IN_2026 = "from = 2026-01-01, until = 2027-01-01"
HAIZHOU = """
[policy]
code = "haizhou"
title = "海州市基层绩效办法"
level = "region"
extends = ["national"]

[formulas.month]
outputs = [
  "post_pay", "grade_pay", "workload_pay", "service_purchase", "directed_tasks",
  "quality_coefficient", "institution_coefficient", "workload_pool", "workload_pool_parts", "purchased_points",
  "purchase_budget", "purchase_withheld", "fixed_share", "fixed_share_to_date", "fixed_share_lacking", "staff_pay",
]
service_purchase = "redistribute"             # a budget, all of it paid
workload_pay = "by_split_pool"                # 30 % by post, 70 % by points
quality_coefficient = "staff_hard_gate"       # from 0.90 on in full, below it the rate
institution_coefficient = "institution_hard_gate"

[names.indicator]
workload = "工作量"
quality = "服务质量"
ethics = "医德医风"
satisfaction = "群众满意度"

[names.task]
epidemic_response = "疫情应急处置"
night_emergency = "夜间急救保障"

[components.grade_pay]
label = "薪级工资"
class = "variable"                            # this region counts it as variable
funding = "fiscal"

[parameters.gate_rate]
values = [{ IN_2026, value = "0.90", source = "haizhou-2026 3" }]

[parameters.workload_part_share]
values = [
  { IN_2026, where = { part = "by_post" }, value = "0.30", source = "haizhou-2026 4" },
  { IN_2026, where = { part = "by_points" }, value = "0.70", source = "haizhou-2026 4" },
]

[parameters.workload_part_weight]
values = [
  { IN_2026, where = { part = "by_post" }, value = "post_weight", source = "haizhou-2026 4" },
  { IN_2026, where = { part = "by_points" }, value = "quality_weighted_points", source = "haizhou-2026 4" },
]

[parameters.fixed_share_floor]
values = [
  { IN_2026, where = { kind = "township_center" }, value = "0.75", source = "haizhou-2026 5" },
]

[parameters.appraisal_weight]
required = true
per = "indicator"

[parameters.directed_task_amount]
required = true

[parameters.purchase_budget_amount]
required = true
"""
HAIYAN = """
[policy]
code = "haiyan"
title = "海晏县"
level = "county"
extends = ["haizhou"]

[names.component]
without = ["case_addition", "case_deduction"]
[ignored] # the county of the snapshot gives what this region does not pay
component = ["allowance", "basic_performance_pay", "case_addition", "case_deduction"]
finance = ["prepaid_fiscal", "prepaid_insurance", "prepaid_public_health"]

[parameters.appraisal_weight]
values = [
  { IN_2026, where = { indicator = ["workload", "quality"] }, value = "0.4", source = "haiyan-2026 1" },
  { IN_2026, where = { indicator = ["ethics", "satisfaction"] }, value = "0.1", source = "haiyan-2026 1" },
]

[parameters.directed_task_amount]
values = [
  { IN_2026, where = { task = "epidemic_response" }, value = "100", source = "haiyan-2026 2" },
  { IN_2026, where = { task = "night_emergency" }, value = "100", source = "haiyan-2026 2" },
]

[parameters.purchase_budget_amount]
values = [{ IN_2026, value = "123456.78", source = "haiyan-2026 3" }]
"""


NEIGHBOUR = """
[policy]
code = "neighbour"
title = "邻县"
level = "county"
extends = ["shengzhou-example"]

[ignored]
finance = ["workload_pool"]
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Freeze a month of a county: input of no policy."""
    folder = tmp_path_factory.mktemp("county") / "county"
    demo(folder, "shengzhou", "2026-10")
    [file] = [file for file in folder.rglob("*") if file.is_file() and _has_finance(file)]
    with closing(sqlite3.connect(file)) as database, database:  # what the new region divides
        database.execute(
            "INSERT INTO finance (institution, line, amount, period) "
            "SELECT code, 'workload_pool', '50000.00', '2026-10' FROM institution"
        )
    return Workspace(folder).freeze("2026-10")


def _has_finance(file: Path) -> bool:
    if file.read_bytes()[:6] != b"SQLite":
        return False
    with closing(sqlite3.connect(file)) as database:
        return bool(database.execute("SELECT 1 FROM sqlite_master WHERE name = 'finance'").fetchall())


def run(snapshot: Snapshot, folder: Path, name: str) -> Results:
    return compute(snapshot, load_policy(name, [folder, formulas.POLICIES]))


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """Write the new region and a county of it into a folder of TOML files."""
    (tmp_path / "haizhou.toml").write_text(HAIZHOU.replace("IN_2026", IN_2026), encoding="utf-8")
    (tmp_path / "neighbour.toml").write_text(NEIGHBOUR, encoding="utf-8")
    (tmp_path / "haiyan.toml").write_text(HAIYAN.replace("IN_2026", IN_2026), encoding="utf-8")
    return tmp_path


def test_a_new_region_is_a_toml_file(snapshot: Snapshot, region: Path) -> None:
    """A new region pays by its own rules from a TOML file alone.

    The pool is paid to the fen, in its parts; the budget to the fen; components have the region's own classes.
    """
    results = run(snapshot, region, "haiyan")
    pay, statements = amounts(results.pay_lines), amounts(results.statement_lines)
    pools = reported(results, "workload_pool")
    assert {name: pay.get((name, "workload_pay"), 0) for name in pools} == pools
    assert sum(pools.values()) > 0
    by_post, by_points = (
        reported(results, "workload_pool_parts[by_post]"),
        reported(results, "workload_pool_parts[by_points]"),
    )
    for name, pool in pools.items():
        assert by_post[name] + by_points[name] == pool
        assert abs(10 * by_post[name] - 3 * pool) <= 10, "30 % by post, to the fen"
    assert sum(amount for (_, line), amount in statements.items() if line == "service_purchase") == 12_345_678
    classes = {row["component"]: row["pay_class"] for row in results.components.to_pylist()}
    assert (classes["post_pay"], classes["grade_pay"]) == ("fixed", "variable")
    lacking = reported(results, "fixed_share_lacking")
    kinds = {row["code"]: row["kind"] for row in snapshot.tables()["institution"].to_pylist()}
    assert all(kinds[name] == "township_center" for name, amount in lacking.items() if amount > 0)
    assert any(lacking.values()), "grade pay is variable here, so that centres lack fixed pay"


def test_it_differs_from_another_region_as_its_rules_say(snapshot: Snapshot, region: Path) -> None:
    """Two regions differ on one frozen month only where their rules do.

    Pay is by price in one and by pool in the other; what neither rule touches is the same.
    """
    here, there = run(snapshot, region, "haiyan"), run(snapshot, region, "neighbour")
    pay, other = amounts(here.pay_lines), amounts(there.pay_lines)
    assert {key: fen for key, fen in pay.items() if key[1] == "post_pay"} == {
        key: fen for key, fen in other.items() if key[1] == "post_pay"
    }
    assert any(pay[key] != other.get(key) for key in pay if key[1] == "workload_pay")
    assert reported(here, "purchased_points") == reported(there, "purchased_points")
    assert here.meta.policy_digest != there.meta.policy_digest
    # A price pays nobody without points; a part by post pays everybody who holds a post.
    working = {(row["institution"], row["staff"]) for row in here.workload.to_pylist() if row["points_micro"]}
    idle = {
        (row["institution"], row["staff"]): row["amount_fen"]
        for row in here.pay_lines.to_pylist()
        if row["component"] == "workload_pay" and (row["institution"], row["staff"]) not in working
    }
    assert idle
    assert any(idle.values())
    by_price = {
        (row["institution"], row["staff"]): row["amount_fen"]
        for row in there.pay_lines.to_pylist()
        if row["component"] == "workload_pay"
    }
    assert not any(by_price.get(person, 0) for person in idle)


def test_a_region_without_its_county_s_values_stops_and_names_them(snapshot: Snapshot, region: Path) -> None:
    """Values that the region leaves to the county are asked for, never guessed."""
    with pytest.raises(Refused) as refused:
        run(snapshot, region, "haizhou")
    lacking = {problem.parameter for problem in refused.value.problems}
    assert {"appraisal_weight", "directed_task_amount", "purchase_budget_amount"} <= lacking

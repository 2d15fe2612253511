"""A plan tells what changes and whom it pays, and an approval may quote its digest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused, UsageError
from tests.support.simulated_county import OCTOBER, demo
from tests.support.small_county import call

NEXT = """
[policy]
code = "next"
title = "调价方案（虚构）"
level = "county"
extends = ["demo"]
illustrative = true

[[parameters.purchase_unit_price.values]]
from = 2026-10-01
continues = "至下次调整"
value = "{price}"
source = "县医改办 9 号"
cause = "price_adjustment"
{approvals}
"""
APPROVALS = """approvals = [
  {{ body = "health", document = "卫健 1 号", date = 2026-09-20, plan = "{plan}" }},
  {{ body = "finance", document = "财 2 号", date = 2026-09-21 }},
]"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return demo(tmp_path_factory.mktemp("planned") / "county")


@pytest.fixture
def county(made: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(made.folder, tmp_path / "county")
    return Workspace(tmp_path / "county")


def write(county: Workspace, price: str, approvals: str = "") -> None:
    (county.folder / "policy").mkdir(exist_ok=True)
    (county.folder / "policy" / "next.toml").write_text(NEXT.format(price=price, approvals=approvals), "utf-8")


def test_a_plan_before_its_approval(county: Workspace) -> None:
    write(county, "10.00")
    plan, _ = county.plan(OCTOBER, "next", budget="210,000.00")
    (value,) = plan.changes.values
    assert (value.parameter, value.label) == ("purchase_unit_price", "标准当量单价（财政购买）")
    assert [(one.value, one.since, one.source) for one in value.after or ()] == [
        ("10.00", "2026-10-01", "县医改办 9 号")
    ]
    assert [one.value for one in value.before or ()] == ["9.50"]
    assert [(one.name, one.bodies) for one in plan.to_approve] == [("purchase_unit_price", ("health", "finance"))]
    (simulated,) = county.simulate(OCTOBER, policy="next").scenarios
    assert simulated.effect is not None
    assert plan.effect.statements == simulated.effect.statements
    assert plan.effect.statements.change_fen > 0
    assert plan.left_fen == 21_000_000 - plan.effect.pay.after_fen


def test_next_years_value_is_not_yet_to_be_approved(county: Workspace) -> None:
    write(county, "10.00", APPROVALS.format(plan="").replace(', plan = ""', ""))
    file = county.folder / "policy" / "next.toml"
    later = NEXT.format(price="11.00", approvals="").partition("illustrative = true")[2]
    later = later.replace("2026-10-01", "2027-01-01")
    file.write_text(file.read_text("utf-8") + later, "utf-8")
    plan, _ = county.plan(OCTOBER, "next")
    assert list(plan.to_approve) == []
    assert [(one.name, str(one.start)) for one in plan.later] == [("purchase_unit_price", "2027-01-01")]


def test_a_value_that_begins_after_the_period_is_told(county: Workspace) -> None:
    """Else a price of next month would be planned, digest and all, as if nothing changed."""
    write(county, "10.00")
    file = county.folder / "policy" / "next.toml"
    file.write_text(file.read_text("utf-8").replace("2026-10-01", "2026-11-01"), "utf-8")
    plan, _ = county.plan(OCTOBER, "next")
    assert plan.changes.empty
    assert [(one.label, str(one.start)) for one in plan.later] == [("标准当量单价（财政购买）", "2026-11-01")]
    assert county.plan(OCTOBER, "demo")[0].later == []
    (note,) = county.simulate(OCTOBER, policy="next").notes
    assert note == "policy next has values that begin after 2026-10, and change nothing in it: purchase_unit_price"
    told = call(county.folder, "plan", OCTOBER, "--policy", "next").stdout
    assert "because they begin after 2026-10" in told
    assert "(purchase_unit_price) from 2026-11-01" in told
    assert "之后才生效" in call(county.folder, "--lang", "zh", "plan", OCTOBER, "--policy", "next").stdout


def test_the_policy_that_was_planned_can_be_approved_and_run(county: Workspace) -> None:
    write(county, "10.00")
    plan, _ = county.plan(OCTOBER, "next")
    write(county, "10.00", APPROVALS.format(plan=plan.digest))
    assert county.plan(OCTOBER, "next")[0].to_approve == []
    assert county.plan(OCTOBER, "next")[0].digest == plan.digest, "approvals are no part of the plan"
    settings = county.folder / "payengine.toml"
    settings.write_text(settings.read_text("utf-8").replace('policy = "demo"', 'policy = "next"'), "utf-8")
    office = Workspace(county.folder)
    run = office.run(OCTOBER, dry_run=True)
    statements = sum(run.results.statement_lines["amount_fen"].to_pylist())
    assert statements == plan.effect.statements.after_fen
    write(office, "10.01", APPROVALS.format(plan=plan.digest))
    with pytest.raises(Refused, match="approves the plan"):
        office.run(OCTOBER, dry_run=True)
    again, _ = office.plan(OCTOBER, "next", old="demo")
    assert again.digest.new != plan.digest.new
    assert again.digest.old == plan.digest.old
    write(office, "10.01", APPROVALS.format(plan=again.digest))
    assert office.run(OCTOBER, dry_run=True)


def test_the_same_policy_changes_nothing(county: Workspace) -> None:
    plan, _ = county.plan(OCTOBER, "demo")
    assert plan.changes.empty
    assert plan.digest.new == plan.digest.old
    assert plan.effect.pay.change_fen == 0
    assert plan.left_fen is None


def test_what_cannot_be_planned_is_told(county: Workspace) -> None:
    with pytest.raises(Refused, match="demmo"):
        county.plan(OCTOBER, "demmo")
    for budget in ("much", "1.001"):
        with pytest.raises(UsageError):
            county.plan(OCTOBER, "demo", budget=budget)
    with pytest.raises(UsageError, match="has not been frozen"):
        county.plan("2026-11", "demo")

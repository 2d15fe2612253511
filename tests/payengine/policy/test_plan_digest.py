"""An approval that quotes a plan holds for that plan alone."""

from __future__ import annotations

from pathlib import Path

import pytest

import formulas
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, load_policy, stored_policy
from payengine.policy.plan_digest import PlanDigest

OCTOBER = Period.parse("2026-10")
HEAD = '[policy]\ncode = "{code}"\ntitle = "{code}"\nextends = ["demo"]\n'
PRICE = """
[[parameters.purchase_unit_price.values]]
from = 2026-10-01
continues = "至下次调整"
value = "{price}"
source = "{source}"
cause = "price_adjustment"
{approvals}
"""
APPROVED = """approvals = [
  {{ body = "health", document = "卫健 1 号", date = 2026-09-01{plan} }},
  {{ body = "finance", document = "财 2 号", date = 2026-09-02 }},
]"""


def load(folder: Path, text: str, *, unapproved: bool = False, name: str = "next") -> Policy:
    (folder / f"{name}.toml").write_text(HEAD.format(code=name) + text, "utf-8")
    return load_policy(name, [folder, formulas.POLICIES], unapproved=unapproved)


def price(value: str, approvals: str = "", source: str = "试算", more: str = "") -> str:
    return PRICE.format(price=value, approvals=approvals, source=source) + more


@pytest.fixture
def planned(tmp_path: Path) -> str:
    old = load_policy("demo", [formulas.POLICIES])
    return str(PlanDigest.of(old, load(tmp_path, price("10.00"), unapproved=True), OCTOBER))


def quoting(plan: str) -> str:
    return APPROVED.format(plan=f', plan = "{plan}"')


def test_a_plan_needs_no_approvals_and_a_policy_does(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no approval of the health office, the finance office"):
        load(tmp_path, price("10.00"))
    assert load(tmp_path, price("10.00"), unapproved=True).value("purchase_unit_price", OCTOBER.last_day) == 100_000


def test_what_was_approved_is_what_was_planned(tmp_path: Path, planned: str) -> None:
    approval = load(tmp_path, price("10.00", quoting(planned))).parameters["purchase_unit_price"].values[-1].approvals
    assert [one.plan for one in approval] == [planned, ""]
    with pytest.raises(Refused) as refused:
        load(tmp_path, price("10.01", quoting(planned)))
    told = refused.value.report()
    assert "approvals.plan" in told
    assert planned.split(":")[1][:12] in told
    assert "purchase_unit_price" in told


def test_another_value_of_the_period_is_another_plan(tmp_path: Path, planned: str) -> None:
    more = '[[parameters.staff_point_price.values]]\nfrom = {day}\ncontinues = "至调整"\nvalue = "5"\nsource = "试算"\n'
    with pytest.raises(Refused, match="approves the plan"):
        load(tmp_path, price("10.00", quoting(planned), more=more.format(day="2026-10-01")))
    assert load(tmp_path, price("10.00", quoting(planned), more=more.format(day="2026-11-01")))


def test_a_plan_of_a_period_without_the_value_approves_nothing(tmp_path: Path) -> None:
    """The digest of September is the same whatever is written for October."""
    old, new = load_policy("demo", [formulas.POLICIES]), load(tmp_path, price("10.00"), unapproved=True)
    september = str(PlanDigest.of(old, new, Period.parse("2026-09")))
    with pytest.raises(Refused, match="in which this value does not hold") as refused:
        load(tmp_path, price("99.00", quoting(september)))
    assert "2026-09" in refused.value.report()
    november = str(PlanDigest.of(old, new, Period.parse("2026-11")))
    assert load(tmp_path, price("10.00", quoting(november))), "it holds there still"


def test_what_changes_no_figure_is_the_same_plan(tmp_path: Path, planned: str) -> None:
    assert load(tmp_path, price("10.00", quoting(planned), source="县政府令"), name="renamed")


def test_an_approval_without_a_plan_is_valid_as_it_is(tmp_path: Path) -> None:
    assert load(tmp_path, price("10.00", APPROVED.format(plan="")))


@pytest.mark.parametrize("text", ["2026-10:ab:cd", "", "2026-13:" + "a" * 64 + ":" + "b" * 64])
def test_what_is_no_digest_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused) as refused:
        load(tmp_path, price("10.00", quoting(text)))
    assert "plan" in refused.value.report()


def test_a_plan_is_not_held_against_an_approval_that_it_replaces(tmp_path: Path, planned: str) -> None:
    assert load(tmp_path, price("11.00", quoting(planned)), unapproved=True)


def test_a_kept_policy_is_not_compared_again(tmp_path: Path, planned: str) -> None:
    from batch.run import policy_text

    kept = policy_text(load(tmp_path, price("10.01", quoting(planned)), unapproved=True))
    assert stored_policy(kept).value("purchase_unit_price", OCTOBER.last_day) == 100_100

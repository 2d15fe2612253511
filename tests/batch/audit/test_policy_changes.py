"""Differences of policies: everything that is in a run's digest, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import formulas
from batch.audit.policy_changes import PolicyChanges, RunPolicy, policy_changes
from payengine.periods import Period
from payengine.policy import Policy, list_policies, load_policy, policy_digest
from tests.support.small_county import county, tables

OCTOBER, NOVEMBER = Period.parse("2026-10"), Period.parse("2026-11")
FOURTH, YEAR = Period.parse("2026-Q4"), Period.parse("2026")


def changed(before: Policy, after: Policy, period: Period = OCTOBER, later: Period | None = None) -> PolicyChanges:
    """Compare all parameters of both."""
    old = RunPolicy(before, period, before.parameters)
    return policy_changes(old, RunPolicy(after, later or period, after.parameters))


@pytest.fixture(scope="module")
def demo() -> Policy:
    return load_policy("demo", [formulas.POLICIES])


def layered(folder: Path, layer: str) -> Policy:
    """Load the demo policy with a county's own layer over it."""
    return county(folder / "county", tables(), layer).policy()


def test_whatever_changes_the_digest_is_told_and_nothing_else() -> None:
    policies = [load_policy(file.code, [formulas.POLICIES]) for file in list_policies([formulas.POLICIES])]
    assert len(policies) > 20
    for before, after in (*pairwise(policies), *((one, one) for one in policies)):
        for period in (OCTOBER, FOURTH):
            same = policy_digest(before, period) == policy_digest(after, period)
            assert changed(before, after, period).empty == same, f"{before.code} {after.code} {period}"


SECTIONS = ("components", "statements", "totals", "figures", "checks")
MOST_ENTRIES = 4  # of a section of one policy, for the sake of time


@pytest.mark.parametrize("section", SECTIONS)
def test_each_entry_of_a_section_that_counts_is_told_when_it_is_taken_away(section: str) -> None:
    told = 0
    for code in ("township-example", "xining-example"):
        whole = load_policy(code, [formulas.POLICIES])
        for name in list(getattr(whole, section))[:MOST_ENTRIES]:
            entries = {other: entry for other, entry in getattr(whole, section).items() if other != name}
            lacking = replace(whole, **{section: entries})
            for period in (OCTOBER, YEAR):
                found = changed(whole, lacking, period)
                assert found.empty == (policy_digest(whole, period) == policy_digest(lacking, period)), name
                told += sum((one.name, one.change) == (name, "removed") for one in found.declarations)
    assert told


def test_what_is_declared_otherwise_is_told_key_by_key(demo: Policy, tmp_path: Path) -> None:
    after = layered(
        tmp_path,
        """
[components.allowance]
label = "津贴补贴"
class = "variable"
funding = [{ source = "fiscal", share = "0.6" }, { source = "institution_funds", share = "0.4" }]
input = "allowance"

[components.night_duty]
label = "夜班补贴"
class = "variable"
funding = "fiscal"
input = "night_duty"
""",
    )
    told = {(one.section, one.name): (one.change, dict(one.keys)) for one in changed(demo, after).declarations}
    assert told["components", "allowance"] == (
        "changed", {"class": ("fixed", "variable"), "funding": ("fiscal 1", "fiscal 3/5, institution_funds 2/5")},
    )  # fmt: skip
    change, keys = told["components", "night_duty"]
    assert (change, keys["class"]) == ("added", ("", "variable"))
    back = {one.name: one.change for one in changed(after, demo).declarations}
    assert back["night_duty"] == "removed"


def test_formulas_listed_more_or_less_and_chosen_otherwise_are_told(demo: Policy) -> None:
    other = load_policy("demo-point-value", [formulas.POLICIES])
    found = changed(demo, other)
    assert dict(found.choices or {})["workload_pay"] == ("by_point_price", "by_point_value")
    more = set(other.outputs["month"]) - set(demo.outputs["month"])
    assert (set(found.outputs_added), set(found.outputs_removed) & set(other.outputs["month"])) == (more, set())


def test_a_keyed_value_is_compared_with_that_of_the_same_keys(demo: Policy, tmp_path: Path) -> None:
    keyed = '[[parameters.staff_point_price.values]]\nfrom = 2026-01-01\ncontinues = "x"\nvalue = "5"\nsource = "s 1"\n'
    after = layered(tmp_path, keyed + 'where = { kind = "village_clinic" }\n')
    (one,) = changed(demo, after).values
    assert one.where == "kind=village_clinic"
    assert one.before == ()
    assert one.after is not None
    assert [(each.value, each.since, each.source) for each in one.after] == [("5.00", "2026-01-01", "s 1")]


def test_a_parameter_that_only_one_run_reads_is_told(demo: Policy) -> None:
    found = policy_changes(
        RunPolicy(demo, OCTOBER, set(demo.parameters) - {"staff_point_price"}),
        RunPolicy(demo, OCTOBER, set(demo.parameters)),
    )
    (one,) = found.values
    assert (one.parameter, one.before, one.after is not None) == ("staff_point_price", None, True)


def test_the_same_values_in_two_months_are_no_difference(demo: Policy) -> None:
    assert changed(demo, demo, OCTOBER, NOVEMBER).empty


def test_a_value_that_changes_between_two_months_is_told(tmp_path: Path) -> None:
    text = '[[parameters.staff_point_price.values]]\nfrom = {day}\ncontinues = "x"\nvalue = "5"\nsource = "s 1"\n'
    after = layered(tmp_path, text.format(day="2026-11-01"))
    (one,) = changed(after, after, OCTOBER, NOVEMBER).values
    assert [each.value for each in (*(one.before or ()), *(one.after or ()))] == ["4.20", "5.00"]
    (within,) = changed(load_policy("demo", [formulas.POLICIES]), after, FOURTH).values
    assert [each.value for each in within.after or ()] == ["4.20", "5.00"]

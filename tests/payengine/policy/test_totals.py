"""Totals of a policy, which floors and limits add up, declared layer by layer.

Wrong totals are refused.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.compute.policy_formulas import with_policy_formulas
from payengine.graph import Rules
from payengine.periods import Period
from payengine.policy import Policy, policy_digest
from tests.support.policy_files import head, load, refusal

OCTOBER = Period.parse("2026-10")
PARTS = """
[names.funding]
fiscal = "财政"
[components.base]
label = "基本"
class = "fixed"
funding = "fiscal"
input = "base"
[components.merit]
label = "绩效"
class = "variable"
funding = "fiscal"
input = "merit"
[components.top_up]
label = "保底"
class = "variable"
funding = "fiscal"
[formulas.month]
outputs = ["base", "merit", "top_up"]
[formulas.year]
outputs = ["merit"]
"""
TOTALS = """
[totals.before]
label = "保底前"
components = ["base", "merit"]
earlier = ["top_up"]
to_date = true
[totals.after]
label = "保底后"
components = ["before", "top_up"]
[totals.free]
label = "变动"
class = "variable"
without = ["top_up"]
"""


def policy(folder: Path, more: str = TOTALS, county: str = "") -> Policy:
    files = {"nation": head("nation") + PARTS + more, "county": head("county", "nation") + county}
    return load(folder, "county", files)


def arguments(policy: Policy, kind: str = "month") -> dict[str, tuple[str, ...]]:
    """Return the arguments of the formulas that the policy's totals add."""
    made = with_policy_formulas(Rules([]), policy, policy.formulas(kind)[0], OCTOBER.last_day)
    return {name: next(iter(made.variants[name].values())).arguments for name in policy.totals}


def test_a_total_asks_for_what_the_period_pays_and_for_history(tmp_path: Path) -> None:
    made = policy(tmp_path)
    assert arguments(made) == {
        "before": ("base", "merit", "paid_before"), "after": ("before", "top_up"), "free": ("merit",),
    }  # fmt: skip
    assert arguments(made, "year") == {"before": ("merit", "paid_before"), "after": ("before",), "free": ("merit",)}


def test_a_total_of_all_pay_counts_whatever_component_a_layer_adds(tmp_path: Path) -> None:
    """A total by class counts a component that a later layer adds.

    Nobody's pay is left out of a comparison because a list did not know its component.
    """
    total = '[totals.t]\nlabel = "t"\nclass = "all"\nwithout = ["top_up"]\nto_date = true\n'
    night = '[components.night]\nlabel = "夜班"\nclass = "variable"\nfunding = "fiscal"\n'
    made = policy(tmp_path, total, night + '[formulas.month]\noutputs = ["night"]\n')
    before = ("staff_fixed_paid_before", "staff_variable_paid_before")
    assert arguments(made)["t"] == ("base", "merit", "night", *before)
    assert arguments(made, "year")["t"] == ("merit", *before)
    fixed = policy(tmp_path, '[totals.t]\nlabel = "t"\nclass = "fixed"\nto_date = true\n')
    assert arguments(fixed)["t"] == ("base", "staff_fixed_paid_before")


def test_a_later_layer_changes_what_it_names(tmp_path: Path) -> None:
    made = policy(tmp_path, county='[totals.before]\ncomponents = ["base"]\n[totals.free]\nwithout = []\n')
    before, free = made.totals["before"], made.totals["free"]
    assert (before.label, before.components, before.earlier, before.to_date) == ("保底前", ("base",), ("top_up",), True)
    assert (free.pay_class, free.without) == ("variable", ())
    listed = policy(tmp_path, county='[totals.free]\ncomponents = ["merit"]\n').totals["free"]
    assert (listed.pay_class, listed.without, listed.components) == ("", (), ("merit",))
    classed = policy(tmp_path, county='[totals.before]\nclass = "fixed"\n').totals["before"]
    assert (classed.pay_class, classed.components, classed.earlier, classed.to_date) == ("fixed", (), (), False)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('[totals.t]\nlabel = "t"\ncomponents = ["bace"]', "'bace' is no component, total or known income (did"),
        ('[totals.t]\nlabel = "t"\ncomponents = ["base"]\nearlier = ["before"]', "'before' is no component, total or"),
        ('[totals.t]\nlabel = "t"', "a total names components, or a class: one of the two"),
        ('[totals.t]\nlabel = "t"\nclass = "fixed"\nearlier = ["merit"]', "a total by class counts what was"),
        ('[totals.t]\nlabel = "t"\nclass = "fixt"', "did you mean fixed?"),
        ('[totals.t]\nlabel = "t"\ncomponents = ["base"]\nwithout = ["merit"]', "leave them out of the list"),
        ('[totals.t]\ncomponents = ["base"]', "label is missing"),
        ('[totals.base]\nlabel = "t"\ncomponents = ["merit"]', "'base' is the name of a total and of something else"),
        ('[totals.t]\nlabel = "t"\ncomponents = ["base"]\nsince = "x"', "unknown key 'since'"),
    ],
)
def test_what_is_wrong_with_a_total(tmp_path: Path, more: str, told: str) -> None:
    files = {"nation": head("nation") + PARTS + TOTALS + more}
    assert any(told in line for line in refusal(tmp_path, "nation", files)), refusal(tmp_path, "nation", files)


def test_the_digest_counts_what_is_added_up_and_not_its_label(tmp_path: Path) -> None:
    one = policy_digest(policy(tmp_path), OCTOBER)
    assert policy_digest(policy(tmp_path, TOTALS.replace("保底前", "别名")), OCTOBER) == one
    assert policy_digest(policy(tmp_path, TOTALS.replace('["base", "merit"]', '["merit", "base"]')), OCTOBER) == one
    assert policy_digest(policy(tmp_path, TOTALS.replace('["base", "merit"]', '["base"]')), OCTOBER) != one
    assert policy_digest(policy(tmp_path, TOTALS.replace("to_date = true", "to_date = false")), OCTOBER) != one

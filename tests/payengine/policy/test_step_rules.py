"""Rules for steps are read strictly, layer over layer, and are outside the digest."""

from __future__ import annotations

from pathlib import Path

import pytest

import formulas
from payengine.errors import Refused
from payengine.policy import Policy, load_policy, policy_digest
from payengine.policy.step_rule import PAYMENT_ORDER, StepRule, rules_from, rules_json, stricter

HEAD = '[policy]\ncode = "county"\ntitle = "县"\nlevel = "county"\nextends = ["demo"]\nillustrative = true\n'
FULL = """
[steps.reviewed]
required = true
not_by = ["draft"]
source = "county-2026 3"

[steps.announced]
required = true
days = "7"
source = "county-2026 4"

[steps.approved]
required = true
not_by = ["draft", "reviewed"]
source = "county-2026 5"

[steps.published]
not_by = ["draft"]
source = "county-2026 6"
"""


def load(folder: Path, text: str, more: str = "") -> Policy:
    (folder / "county.toml").write_text(HEAD + text, encoding="utf-8")
    if more:
        own = HEAD.replace("county", "own").replace('["demo"]', '["county"]').replace('level = "own"', "")
        (folder / "own.toml").write_text(own + more, encoding="utf-8")
    return load_policy("own" if more else "county", [folder, formulas.POLICIES])


def test_a_policy_demands_nothing_unless_it_says_so(tmp_path: Path) -> None:
    assert load(tmp_path, "").steps == {}


def test_steps_are_read_with_days_and_source(tmp_path: Path) -> None:
    steps = load(tmp_path, FULL).steps
    assert steps["announced"] == StepRule(True, 7, None, "county-2026 4")
    assert steps["approved"].not_by == ("draft", "reviewed")
    assert steps["published"].required is None
    assert rules_from(rules_json(steps))["reviewed"] == StepRule(True, None, ("draft",), "county-2026 3")


def test_steps_of_payments_stand_apart_and_change_no_figure(tmp_path: Path) -> None:
    text = '[steps.payment.paid]\nnot_by = ["approved", "draft"]\nsource = "county-2026 9"\n'
    made = load(tmp_path, FULL + text, '[steps.payment.approved]\nnot_by = ["draft"]\nsource = "own 2"\n')
    assert made.payment_steps == {
        "paid": StepRule(None, None, ("approved", "draft"), "county-2026 9"),
        "approved": StepRule(None, None, ("draft",), "own 2"),
    }
    assert set(made.steps) == {"reviewed", "announced", "approved", "published"}
    assert list(rules_json(made.payment_steps, PAYMENT_ORDER)) == ["approved", "paid"]
    assert policy_digest(load(tmp_path, FULL + text)) == policy_digest(load(tmp_path, FULL))


def test_steps_change_no_figure_and_so_not_the_digest(tmp_path: Path) -> None:
    """A policy of before, and one that demands steps, name the same runs."""
    assert policy_digest(load(tmp_path, FULL)) == policy_digest(load(tmp_path, ""))


def test_a_later_layer_says_only_what_is_other_there(tmp_path: Path) -> None:
    steps = load(tmp_path, FULL, '[steps.announced]\ndays = "10"\nsource = "own 1"\n').steps
    assert steps["announced"] == StepRule(True, 10, None, "own 1")
    assert steps["reviewed"].not_by == ("draft",)


def test_names_stand_in_full_only_where_both_policies_say_so(tmp_path: Path) -> None:
    text = '[steps.announced]\nnames = "full"\nsource = "county-2026 4"\n'
    full, silent = load(tmp_path, text).steps, load(tmp_path, FULL).steps
    assert full["announced"] == StepRule(None, None, None, "county-2026 4", "full")
    assert rules_from(rules_json(full))["announced"].names == "full"
    assert "names" not in rules_json(silent)["announced"]  # what was staged before names the same run
    assert stricter(full, full)["announced"].names == "full"
    assert stricter(full, silent)["announced"].names == stricter({}, full)["announced"].names == "surname"
    assert stricter(silent, silent)["announced"].names == ""
    assert load(tmp_path, FULL, text.replace("full", "surname")).steps["announced"].names == "surname"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[steps.checked]\nrequired = true\nsource = 's'\n", "'checked' is not one of reviewed, announced, approved"),
        ("[steps.reviewed]\nrequired = 'yes'\nsource = 's'\n", "must be true or false"),
        ("[steps.reviewed]\nrequired = true\n", "source is missing"),
        ("[steps.reviewed]\nrequired = true\ndays = '7'\nsource = 's'\n", "unknown key 'days'"),
        ("[steps.published]\nrequired = true\nsource = 's'\n", "unknown key 'required'"),
        ("[steps.announced]\nrequired = true\ndays = 7\nsource = 's'\n", "stands without quotes"),
        ("[steps.announced]\nrequired = true\ndays = '0'\nsource = 's'\n", "a whole number of days from 1 to 366"),
        ("[steps.announced]\nrequired = true\ndays = '1.5'\nsource = 's'\n", "a whole number of days from 1 to 366"),
        ("[steps.announced]\nrequired = true\ndays = '367'\nsource = 's'\n", "a whole number of days from 1 to 366"),
        ("[steps.announced]\nnames = 'given'\nsource = 's'\n", "'given' is not one of surname, full"),
        ("[steps.reviewed]\nnames = 'full'\nsource = 's'\n", "unknown key 'names'"),
        ("[steps.reviewed]\nnot_by = ['approved']\nsource = 's'\n", "'approved' is not one of draft"),
        ("[steps.approved]\nnot_by = ['aproved']\nsource = 's'\n", "is not one of draft, reviewed, announced"),
        ("[steps.approved]\nnot_by = ['reviewed']\nsource = 's'\n", "'reviewed' is no step that the policy demands"),
        ("[steps]\nreview = true\n", "is not one of reviewed"),
        ("[steps.payment.published]\nnot_by = ['draft']\nsource = 's'\n", "is not one of approved, exported, paid"),
        ("[steps.payment.approved]\nnot_by = ['paid']\nsource = 's'\n", "'paid' is not one of draft"),
        ("[steps.payment.approved]\nsource = 's'\n", "not_by is missing"),
        ("[steps.payment.approved]\nnot_by = ['draft']\n", "source is missing"),
        ("[steps.payment.approved]\nnot_by = ['draft']\nrequired = true\nsource = 's'\n", "unknown key 'required'"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        load(tmp_path, text)
    assert what in str(refused.value)
    assert all(problem.column.startswith("steps") for problem in refused.value.problems)


def test_of_two_policies_the_stricter_parts_hold() -> None:
    one = {"announced": StepRule(True, 5, None, "a"), "approved": StepRule(False, None, ("draft",), "a")}
    other = {"announced": StepRule(False, 7, None, "b"), "reviewed": StepRule(True, None, None, "b")}
    found = stricter(one, other)
    assert list(found) == ["reviewed", "announced", "approved"]
    assert (found["announced"].required, found["announced"].days) == (True, 7)
    assert found["announced"].source == "a; b"
    assert found["approved"].not_by == ("draft",)
    assert stricter({}, {}) == {}

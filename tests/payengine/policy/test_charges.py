"""Charges that a policy declares: clauses, order, and totals by charge."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.policy import Policy, policy_digest
from payengine.policy.charges import charged_first
from tests.support.policy_files import head, load, refusal

LINE = '[components.{name}]\nlabel = "{name}"\nclass = "variable"\nfunding = "fiscal"\n{charge}\n'
OUTPUTS = '[names.funding]\nfiscal = "财政"\n[formulas.month]\noutputs = ["a", "b", "c"]\n'
TOTAL = '[totals.granted]\nlabel = "已发"\ncharged_to = "total"\n'


def written(more: str = "", **charges: str) -> str:
    lines = [LINE.format(name=name, charge=charges.get(name, "")) for name in "abcd"]
    return head("county") + OUTPUTS + "".join(lines) + more


def loaded(folder: Path, more: str = "", **charges: str) -> Policy:
    return load(folder, "county", {"county": written(more, **charges)})


def test_outside_the_total_names_its_clause(tmp_path: Path) -> None:
    told = " ".join(refusal(tmp_path, "county", {"county": written(a='charged_to = "outside"')}))
    assert "no clause is named" in told
    assert loaded(tmp_path, a='charged_to = "outside"\noutside_by = "x 3"').components["a"].outside_by == "x 3"


def test_a_total_by_charge_lists_what_runs_pay_inside(tmp_path: Path) -> None:
    """Nothing said counts inside, a draw on a pool too; d is no output, b is outside."""
    charges = {"b": 'charged_to = "outside"\noutside_by = "x 3"', "c": 'charged_to = "pool"'}
    assert loaded(tmp_path, TOTAL, **charges).totals["granted"].components == ("a", "c")
    assert loaded(tmp_path, TOTAL + 'without = ["a"]\n', **charges).totals["granted"].components == ("c",)


def test_a_total_by_charge_lists_nothing_itself(tmp_path: Path) -> None:
    told = " ".join(refusal(tmp_path, "county", {"county": written(TOTAL + 'components = ["a"]\n')}))
    assert "lists no components and no class" in told


def test_draws_have_an_order(tmp_path: Path) -> None:
    charges = {
        "a": 'charged_to = "p"', "b": 'charged_to = "p"\ncharged_after = ["a"]',
        "c": 'charged_to = "p"\ncharged_after = ["b"]',
    }  # fmt: skip
    assert charged_first(loaded(tmp_path, **charges), "c") == ("a", "b")


@pytest.mark.parametrize(
    ("charges", "what"),
    [
        ({"a": 'charged_to = "p"\ncharged_after = ["b"]', "b": 'charged_to = "q"'}, "not charged to p"),
        ({"a": 'charged_to = "p"\ncharged_after = ["z"]'}, "no component"),
        ({one: f'charged_to = "p"\ncharged_after = ["{two}"]' for one, two in ("ab", "ba")}, "wait for each other"),
        ({"a": 'charged_to = "total"\ncharged_after = ["b"]'}, "only draws on a pool have an order"),
        ({"a": 'charged_to = "total"\noutside_by = "x"'}, "names a clause"),
    ],
)
def test_an_order_that_cannot_be_is_refused(tmp_path: Path, charges: dict[str, str], what: str) -> None:
    assert what in " ".join(refusal(tmp_path, "county", {"county": written(**charges)}))


def test_what_becomes_of_sums_below_zero_is_one_of_two(tmp_path: Path) -> None:
    assert "'payable'" in " ".join(
        refusal(tmp_path, "county", {"county": written('[below_zero]\nmonth = "payable"\n')})
    )


def test_only_what_is_used_enters_the_digest(tmp_path: Path) -> None:
    """Inside the total, and refused below zero: so it holds also where nobody says it."""
    plain = policy_digest(loaded(tmp_path))
    assert policy_digest(loaded(tmp_path, '[below_zero]\nmonth = "refuse"\n', a='charged_to = "total"')) == plain
    assert policy_digest(loaded(tmp_path, '[below_zero]\nmonth = "receivable"\n')) != plain
    assert policy_digest(loaded(tmp_path, a='charged_to = "p"')) != plain


@pytest.mark.parametrize("charge", ["p[u]", "p[u", "奖励池"])
def test_what_cannot_be_a_pool_is_told_once(tmp_path: Path, charge: str) -> None:
    """A cause is told without what follows from it for outputs and for another one's order."""
    charges = {"a": f'charged_to = "{charge}"', "b": 'charged_to = "p"\ncharged_after = ["a"]'}
    if charge == "奖励池":
        del charges["b"]
    told = refusal(tmp_path, "county", {"county": written(**charges)})
    assert [line for line in told if "components" in line] == [line for line in told if "is no pool" in line]
    assert sum("is no pool, so nothing can be charged to it" in line for line in told) == 1
    if charge != "奖励池":
        assert any('charged_to = "p"' in line for line in told)

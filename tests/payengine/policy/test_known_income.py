"""Known income of a policy: totals count it, and nothing pays it.

A list names only what stands for something.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.periods import Period
from payengine.policy import policy_digest
from payengine.policy.total_checks import counts_known_income
from tests.payengine.policy.test_totals import PARTS, TOTALS, arguments, policy
from tests.support.policy_files import head, load, refusal

FEES = '[known_income.fees]\nlabel = "诊疗费"\ninput = "clinic_fees"\n'
COMPARED = '[totals.level]\nlabel = "比较的收入"\ncomponents = ["before", "fees"]\n'
UNPAID = '[components.night]\nlabel = "夜班"\nclass = "variable"\nfunding = "fiscal"\n'
LIST = '[totals.t]\nlabel = "t"\ncomponents = ["night"]\n'
NATION = '[policy]\ncode = "nation"\ntitle = "nation"\nlevel = "national"\n'


def test_a_total_counts_known_income_and_no_sum_of_pay_does(tmp_path: Path) -> None:
    made = policy(tmp_path, TOTALS + FEES + COMPARED)
    assert arguments(made)["level"] == ("before", "fees")
    assert "fees" not in made.components
    assert "clinic_fees" in made.known("component")
    assert counts_known_income(made, "level") == (["fees"], True)
    assert counts_known_income(made, "before") == ([], True)


def test_the_digest_counts_the_rows_that_are_known_income_and_not_their_label(tmp_path: Path) -> None:
    one, october = policy(tmp_path, TOTALS + FEES + COMPARED), Period.parse("2026-10")
    renamed = policy(tmp_path, TOTALS + FEES.replace("诊疗费", "别名") + COMPARED)
    other = policy(tmp_path, TOTALS + FEES.replace("clinic_fees", "drug_subsidy") + COMPARED)
    assert policy_digest(renamed, october) == policy_digest(one, october) != policy_digest(other, october)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (FEES + COMPARED.replace('"fees"', '"fess"'), "no component, total or known income (did you mean fees?)"),
        (FEES + COMPARED + 'earlier = ["fees"]', "'fees' is known income, which is never paid"),
        (FEES + '[totals.t]\nlabel = "t"\nclass = "all"\nwithout = ["fees"]', "'fees' is known income"),
        (FEES.replace("clinic_fees", "base"), "'base' is paid by the component base"),
        (FEES + FEES.replace("income.fees", "income.more"), "'clinic_fees' is the known income fees already"),
        (FEES.replace("income.fees", "income.merit"), "'merit' is the name of known income and of something else"),
        (FEES.replace("input", "from"), "unknown key 'from'"),
        (UNPAID + LIST, "'night' is an output of no kind of period: it would count as 0"),
    ],
)
def test_what_is_wrong_with_known_income_and_lists(tmp_path: Path, more: str, told: str) -> None:
    files = {"nation": head("nation") + PARTS + TOTALS + more}
    assert any(told in line for line in refusal(tmp_path, "nation", files)), refusal(tmp_path, "nation", files)


def test_a_national_list_may_name_what_a_region_does_not_pay(tmp_path: Path) -> None:
    """The nation's lists hold for all regions; a county's name what its policy pays.

    A component that a county takes out of the outputs is taken out in words: a list of an earlier layer keeps it.
    """
    national = {"nation": NATION + PARTS + UNPAID + LIST}
    assert refusal(tmp_path, "county", {**national, "county": head("county", "nation") + LIST})
    for county in ("", LIST + '[formulas.month]\noutputs = ["night"]\n'):
        assert policy_of(tmp_path, {**national, "county": head("county", "nation") + county})
    region = head("region", "nation") + LIST + '[formulas.month]\noutputs = ["night"]\n'
    county = head("county", "region") + '[formulas.month]\nwithout = ["night"]\n'
    assert policy_of(tmp_path, {**national, "region": region, "county": county})


def policy_of(folder: Path, files: dict[str, str]) -> bool:
    return bool(load(folder, "county", files).totals["t"].components)

"""A pool below 0 is refused with what was given below 0, which most likely made it so."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.department_pool import POLICY
from tests.support.small_county import OCTOBER, county, tables


def refusal(folder: Path, policy: str, amount: str = "-9000") -> Refused:
    given = [{"institution": "I1", "line": "bonus", "amount": amount, "period": OCTOBER}]
    office = county(folder, tables(finance=given, appraisal=[]), layer=" ")
    (folder / "policy" / "county.toml").write_text(policy, encoding="utf-8")
    office.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        office.run(OCTOBER)
    return refused.value


@pytest.mark.parametrize("limit", ["", 'at_most = "5000"\n'])
def test_the_line_given_below_zero_is_named_first(tmp_path: Path, limit: str) -> None:
    """Both where the pool is shared freely and where its limits cannot hold."""
    first, *others = refusal(tmp_path / "c", POLICY + limit).problems
    assert (first.where, first.column) == ("finance", "line")
    assert first.what == "奖励资金 (bonus) is below 0: I1 -9,000.00"
    assert others
    assert "dept_pool" in others[0].what or "below 0" in others[0].what


def test_what_a_divided_pool_would_not_do_is_refused(tmp_path: Path) -> None:
    """`at_least` beside `divides` was read and passed over."""
    refused = refusal(tmp_path / "c", POLICY.replace('by = "dept_points"\n', 'by = "dept_points"\nat_least = "0"\n'))
    assert [problem.column or problem.parameter for problem in refused.problems] == ["pools.dept_pool.at_least"]

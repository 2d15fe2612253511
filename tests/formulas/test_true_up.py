"""Quarterly true-up: it adds nothing to a pool, and settles only months that it fits."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy
from tests.support.evaluate import Ready, V, written
from tests.support.policy_files import check_policy

FOURTH = Period.parse("2026-Q4")
POLICY = f"""
[formulas.month]
outputs = ["workload_pay"]
workload_pay = "MONTHS"
quality_coefficient = "COEFFICIENT"
[formulas.quarter]
outputs = ["appraisal_true_up"]
appraisal_true_up = "TRUE_UP"
quality_coefficient = "staff_weighted_score"
MORE
[names.indicator]
quality = "质量"
[parameters.appraisal_weight]
values = [{{ {V}, where = {{ indicator = "quality" }}, value = "1" }}]
[parameters.provisional_coefficient]
values = PROVISIONAL
[parameters.staff_point_price]
values = PRICES
"""
ALWAYS, TWO = f'[{{ {V}, value = "0.9" }}]', (
    '[{ from = 2020-01-01, until = 2026-11-01, value = "0.8", source = "test 1" },'
    ' { from = 2026-11-01, continues = "test", value = "0.9", source = "test 1" }]'
)  # fmt: skip


def policy(
    folder: Path, true_up: str, months: str = "by_point_price", coefficient: str = "staff_provisional",
    provisional: str = ALWAYS, prices: str = ALWAYS, quarter: str = "",
) -> Policy:  # fmt: skip
    text = POLICY.replace("TRUE_UP", true_up).replace("MONTHS", months).replace("COEFFICIENT", coefficient)
    text = text.replace("PROVISIONAL", provisional).replace("PRICES", prices)
    return written(folder, "own", text.replace("MORE", quarter))


@pytest.fixture(scope="module")
def within_pool(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    made = policy(tmp_path_factory.mktemp("policy"), "true_up_within_pool", "by_point_value")
    return Ready(made, "2026-Q4")


people = some.lists(
    some.tuples(some.integers(0, 10**8), some.integers(0, 10**6), some.integers(0, 100)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(people)
def test_months_and_true_up_are_the_pool(within_pool: Ready, drawn: list[tuple[int, int, int]]) -> None:
    """The true-up adds nothing to a pool, and in the end more weight has no less pay.

    People are drawn as (fen paid, points, score).
    """
    texts, _ = within_pool.evaluate(
        {"A": "township_center"},
        [f"A/S{number}" for number in range(len(drawn))],
        paid_in_period={"workload_pay": [f"{paid // 100}.{paid % 100:02}" for paid, _, _ in drawn]},
        points=[str(points) for _, points, _ in drawn],
        post_coefficient=["1"] * len(drawn),
        score={"quality": [str(score) for *_, score in drawn]},
        full_score={"quality": ["100"] * len(drawn)},
    )
    true_up = [int(text.replace(".", "")) for text in texts["appraisal_true_up"]]
    assert sum(true_up) == 0
    if any(points * score for _, points, score in drawn):
        whole = [(points * score, paid + more) for (paid, points, score), more in zip(drawn, true_up, strict=True)]
        for weight, pay in whole:
            assert pay >= 0
            assert all(pay >= other for less, other in whole if less < weight)
    else:
        assert not any(true_up)


def test_a_true_up_by_coefficient_does_not_settle_a_pool(tmp_path: Path) -> None:
    """A true-up by coefficient does not settle months that divide a pool.

    Nothing was held back from a pool: what the coefficient would add is nobody's money.
    """
    with pytest.raises(Refused, match="cannot settle months that compute workload_pay by by_point_value"):
        check_policy(policy(tmp_path, "true_up_by_coefficient", "by_point_value"), FOURTH)


def test_a_true_up_by_coefficient_settles_provisional_months_only(tmp_path: Path) -> None:
    made = policy(tmp_path, "true_up_by_coefficient", coefficient="staff_weighted_score")
    with pytest.raises(Refused, match="months that compute quality_coefficient by staff_weighted_score"):
        check_policy(made, FOURTH)
    check_policy(policy(tmp_path, "true_up_by_coefficient"), FOURTH)


def test_a_provisional_coefficient_that_changes_inside_the_quarter_is_refused(tmp_path: Path) -> None:
    """A provisional coefficient that changes inside the quarter is refused.

    Two months at 0.8 and one at 0.9 cannot be divided by one of them. The quarter before is not affected.
    """
    made = policy(tmp_path, "true_up_by_coefficient", provisional=TWO)
    with pytest.raises(Refused, match="changes inside 2026-Q4, and true_up_by_coefficient applies one value") as told:
        check_policy(made, FOURTH)
    assert [problem.parameter for problem in told.value.problems] == ["provisional_coefficient"]
    check_policy(made, Period.parse("2026-Q3"))


def test_a_price_that_changes_inside_the_quarter_does_not_price_all_of_it(tmp_path: Path) -> None:
    made = policy(tmp_path, "true_up_by_recalculation", prices=TWO, quarter='workload_pay = "by_point_price"')
    with pytest.raises(Refused, match="by_point_price applies one value to all of it"):
        check_policy(made, FOURTH)
    check_policy(made, Period.parse("2026-10"))

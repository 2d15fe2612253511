"""The value that a sum allows is the last one that does not overspend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batch.simulation.solution import DECREASING, INCREASING, Solution
from batch.workspace import Workspace
from payengine.errors import Refused, UsageError
from tests.support.simulated_county import OCTOBER, demo
from tests.support.small_county import county as small
from tests.support.small_county import engagement, pay, record, tables

BONUS = """
[components.bonus]
label = "奖金"
class = "variable"
funding = "service_income"
charged_to = "outside"
outside_by = "试 1"
level = "staff"
{calculation}

[parameters.bonus_rate]
label = "奖金比例"
unit = "ratio"
minimum = "0"
maximum = "2"
values = [{{ from = 2026-01-01, continues = "至调整", value = "{now}", source = "县医改办 3 号" }}]

[formulas.month]
outputs = ["bonus"]
"""


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return demo(tmp_path_factory.mktemp("solved") / "county")


def solved(county: Workspace, *arguments: str, **options: Any) -> Solution:
    return county.solve(OCTOBER, *arguments, **options)[0]


def pay_at(county: Workspace, name: str, value: str, institution: str = "") -> int:
    (one,) = county.simulate(OCTOBER, values=[f"{name}={value}"]).scenarios
    assert one.effect is not None
    found = {each.institution: each.pay.after_fen for each in one.effect.institutions}
    return found[institution] if institution else one.effect.pay.after_fen


@pytest.mark.parametrize("spend", ["209059.31", "209059.32", "209059.33", "210000", "212345.67", "204620.01"])
def test_the_next_step_would_overspend(county: Workspace, spend: str) -> None:
    found = solved(county, "staff_point_price", spend)
    money = round(float(spend) * 100)
    assert found.spend == money
    assert found.found.figure <= money
    assert found.left == money - found.found.figure
    assert found.following is not None
    assert found.following.value == found.found.value + 1, "the last of the four decimals"
    assert found.following.figure > money
    for step in (found.found, found.following):
        assert step.figure == pay_at(county, "staff_point_price", f"{step.value / 10_000:.4f}")
    assert found.direction == INCREASING
    assert found.now is not None
    assert (found.now.value, found.now.figure) == (42_000, pay_at(county, "staff_point_price", "4.2"))


def test_a_step_of_a_fen_and_one_institution(county: Workspace) -> None:
    found = solved(county, "staff_point_price[institution=I0001]", "75000", institution="I0001", step="0.01")
    assert found.following is not None
    assert (found.found.value % 100, found.following.value) == (0, found.found.value + 100)
    at = "staff_point_price[institution=I0001]"
    figures = [pay_at(county, at, f"{step.value / 10_000}", "I0001") for step in (found.found, found.following)]
    assert figures[0] <= 7_500_000 < figures[1]


def test_any_figure_of_the_results_is_a_target(county: Workspace) -> None:
    by_name = solved(county, "purchase_unit_price", "20000", target="service_purchase")
    assert by_name.found.figure <= 2_000_000 < getattr(by_name.following, "figure", 0)
    assert solved(county, "purchase_unit_price", "45600", target="statements").target_label == "结算项目合计"
    share = solved(county, "staff_point_price", "0.9000", target="fixed_share_of_all", between="1:100")
    assert (share.direction, share.unit) == (DECREASING, "ratio")
    assert share.following is not None
    assert share.following.value == share.found.value - 1, "the least value where the figure falls"
    assert share.following.figure > share.spend >= share.found.figure


def test_the_declared_bounds_are_the_range(tmp_path: Path) -> None:
    rows = tables(
        engagement=[engagement("S1"), engagement("S2")], service_record=[record("R1")],
        pay_component=[pay("S1", "3000"), pay("S2", "1000")],
    )  # fmt: skip
    layer = BONUS.format(calculation='times = ["post_pay", "bonus_rate"]', now="0.5")
    office = small(tmp_path, rows, layer)
    office.freeze(OCTOBER)
    found = solved(office, "bonus_rate", "8042", target="pay")
    assert (found.found.value, found.following) == (10_000, found.following)
    assert found.left == 0
    whole = solved(office, "bonus_rate", "99999")
    assert (whole.found.value, whole.following) == (20_000, None), "the range ends before the money"
    with pytest.raises(Refused, match="even at 0 more is spent"):
        solved(office, "bonus_rate", "4041.99")


def test_a_figure_that_turns_is_refused(tmp_path: Path) -> None:
    rows = tables(service_record=[record("R1")], pay_component=[pay("S1", "3000"), pay("S2", "1000")])
    layer = BONUS.format(calculation='times = ["post_pay", "rest_rate", "bonus_rate"]', now="0.5")
    layer += """
[figures.rest_rate]
label = "余数"
level = "staff"
unit = "ratio"
add = ["2"]
subtract = ["bonus_rate"]
"""
    office = small(tmp_path, rows, layer)
    office.freeze(OCTOBER)
    with pytest.raises(Refused, match="does not go in one direction"):
        solved(office, "bonus_rate", "6000")
    rising = solved(office, "bonus_rate", "6000", between="0:1")
    assert rising.direction == INCREASING


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("staf_point_price", "1"), {}, "did you mean staff_point_price?"),
        (("appraisal_weight", "1"), {}, "is keyed by indicator"),
        (("floor_by_person_months", "1"), {}, "simulate both"),
        (("staff_point_price", "much"), {}, "is not a number"),
        (("staff_point_price", "1.001"), {}, "more than 2 decimals"),
        (("staff_point_price", "1"), {}, "even at 0"),
        (("purchase_unit_price", "300000"), {}, "has no effect"),
        (("staff_point_price", "300000"), {"target": "gros_pay"}, "did you mean gross_pay?"),
        (("staff_point_price", "1"), {"target": "fixed_share"}, "does not add up"),
        (("staff_point_price", "1"), {"target": "gross_pay[x]"}, "one figure"),
        (("staff_point_price", "1"), {"target": "fixed_share_of_all", "institution": "I0001"}, "of all institutions"),
        (("staff_point_price", "300000"), {"institution": "I001"}, "did you mean I0001?"),
        (("staff_point_price", "300000"), {"step": "0"}, "not above 0"),
        (("staff_point_price", "300000"), {"step": "x"}, "--step"),
        (("staff_point_price", "300000"), {"between": "4"}, "FROM:TO"),
        (("staff_point_price", "300000"), {"between": "5:4"}, "no two values"),
    ],
)
def test_what_cannot_be_solved_is_told_in_words(
    county: Workspace, arguments: tuple[str, str], options: dict[str, str], words: str
) -> None:
    with pytest.raises((UsageError, Refused)) as refused:
        solved(county, *arguments, **options)
    assert words in refused.value.report()

"""Warning of days away that a pool pays twice: by deemed pay, and by weights.

The county is that of the scheme `leave-within-the-pool`: in January C is away all month, A and B work.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.schemes import pay, workspace

FIGURE = """
[figures.weight]
label = "分配依据"
unit = "ratio"
level = "staff"
times = ["{times}"]
prorated = "{prorated}"
"""
OWN = """
[components.leave_pay]
label = "休假绩效"
class = "variable"
funding = "service_income"
level = "staff"
times = ["absence_days[study]", "day_rate"]
charged_to = "work_pool"
[parameters.day_rate]
label = "日标准"
unit = "yuan per day"
values = [{ from = 2026-01-01, continues = "至下次调整", value = "100", source = "illustrative" }]
"""


def run(folder: Path, weights: str, more: str = "", own: bool = False) -> tuple[list[str], dict[str, str]]:
    """Run January with other weights: (warnings of double leave, pay)."""
    made = workspace("leave-within-the-pool", folder)
    file = folder / "policy" / "leave.toml"
    text = file.read_text("utf-8").replace('weights = "points"', f'weights = "{weights}"')
    if own:
        text = text.replace('"work_bonus", "case', '"work_bonus", "leave_pay", "case')
        text = text.replace(', "deemed_performance_pay", "deemed_person_months", "deemed_pay_of_pool"', "")
        text = text.replace('deemed_performance_pay = "deemed_within_pool"\n', "")
    file.write_text(text + more, "utf-8")
    made.freeze("2026-01")
    outcome = made.run("2026-01")
    return [one for one in outcome.warnings if "days away" in one], pay(outcome.results)


@pytest.mark.parametrize(
    ("weights", "more"),
    [
        ("person_months", ""),
        ("1", ""),
        ("post_coefficient", ""),
        ("weight", FIGURE.format(times="post_coefficient", prorated="days_engaged")),
    ],
)
def test_weights_that_count_days_away_are_told_with_persons_and_sums(tmp_path: Path, weights: str, more: str) -> None:
    """C has 3,333.33 of 10,000 for the month away, and a third of the other 6,666.67 once more."""
    told, paid = run(tmp_path / "c", weights, more)
    assert paid["L/C deemed_performance_pay"] == "3333.33"
    assert paid["L/C work_bonus"] == "2222.22"
    assert len(told) == 1
    assert "1 person(s) have 3333.33 yuan for days away from 绩效总量, and 2222.22 yuan of it by" in told[0]
    assert "L/C" in told[0]


SUM = """
[figures.weight]
label = "分配依据"
unit = "points"
level = "staff"
add = ["points", "time_points"]
[figures.time_points]
label = "时间折算分"
unit = "points"
level = "staff"
times = ["person_months", "points_a_month"]
[parameters.points_a_month]
label = "每月折算分"
unit = "points"
values = [{ from = 2026-01-01, continues = "至下次调整", value = "100", source = "illustrative" }]
"""


def test_time_beside_work_in_the_weights_is_told(tmp_path: Path) -> None:
    """C has no points, and a share by the summand of time."""
    told, paid = run(tmp_path / "c", "weight", SUM)
    assert paid["L/C work_bonus"]
    assert len(told) == 1
    assert "L/C" in told[0]


LEAST = """
[figures.least]
label = "保底"
unit = "yuan"
level = "staff"
times = ["least_amount"]
prorated = "{prorated}"
[parameters.least_amount]
label = "保底标准"
unit = "yuan"
values = [{{ from = 2026-01-01, continues = "至下次调整", value = "1000", source = "illustrative" }}]
"""


@pytest.mark.parametrize(
    ("least", "more"), [("1000", ""), ("least", LEAST.format(prorated="days_engaged"))], ids=["number", "engaged"]
)
def test_a_minimum_that_pays_days_away_is_told(tmp_path: Path, least: str, more: str) -> None:
    told, paid = run(tmp_path / "c", f'points"\nat_least = "{least}', more)
    assert paid["L/C work_bonus"] == "1000.00"
    assert len(told) == 1
    assert "L/C" in told[0]


def test_a_minimum_by_days_present_is_not(tmp_path: Path) -> None:
    told, paid = run(tmp_path / "c", 'points"\nat_least = "least', LEAST.format(prorated="days_present"))
    assert told == []
    assert "L/C work_bonus" not in paid


@pytest.mark.parametrize(
    ("weights", "more"),
    [("points", ""), ("weight", FIGURE.format(times="post_coefficient", prorated="days_present"))],
)
def test_weights_by_work_or_by_days_present_are_not(tmp_path: Path, weights: str, more: str) -> None:
    told, paid = run(tmp_path / "c", weights, more)
    assert told == []
    assert "L/C work_bonus" not in paid


def test_leave_pay_that_a_policy_calculates_itself_is_told_too(tmp_path: Path) -> None:
    told, paid = run(tmp_path / "c", "person_months", OWN, own=True)
    assert paid["L/C leave_pay"]
    assert len(told) == 1
    assert told[0].startswith("休假绩效 and 绩效: 1 person(s)")

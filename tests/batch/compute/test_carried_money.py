"""Use of a carried pool: what left it, by whatever pools it reached lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.batch.compute.test_carried_pools import POLICY, County, fen, paid

LINE = 'pool = "bonus"\nweights = "points"\n'
DIVIDED = """[figures.department_points]
label = "科室工分"
level = "department"
unit = "points"
total_of = "points"
[pools.department_pool]
label = "科室奖金"
level = "department"
divides = "{}"
by = "department_points"
"""
HALF = '[pools.half]\nlabel = "一半"\nadd = ["bonus"]\ntimes = ["1/2"]\n'
VALUE = """[figures.all_points]
label = "总工分"
level = "institution"
unit = "points"
total_of = "points"
[figures.point_value]
label = "分值"
level = "institution"
unit = "yuan per point"
add = ["bonus"]
over = ["all_points"]
round = "unrounded"
"""


def county(folder: Path, line: str, more: str) -> County:
    """Make a county of one institution with 800.00 in October and no more.

    Its person has points in every month."""
    made = County(folder, institutions=("I",))
    text = POLICY.replace("{outputs}", '"bonus_pay"').replace(LINE, line) + more
    assert line in text
    (folder / "policy" / "carrying.toml").write_text(text, "utf-8")
    for month in ("2026-10", "2026-11", "2026-12"):
        made.money[month, "I"] = 80000 if month == "2026-10" else 0
        made.points[month, "I"] = 10
    return made


@pytest.mark.parametrize(
    ("pool", "more", "pays"),
    [
        ("department_pool", DIVIDED.format("bonus"), (80000, 0, 0)),
        ("half", HALF, (40000, 20000, 10000)),  # half of 800, of the 400 left, of the 200 left
        ("department_pool", DIVIDED.format("half") + HALF, (40000, 20000, 10000)),
    ],
)
def test_money_that_leaves_by_another_pool_is_paid_once(
    pool: str, more: str, pays: tuple[int, ...], tmp_path: Path
) -> None:
    made, left = county(tmp_path / "county", f'pool = "{pool}"\nweights = "points"\n', more), 80000
    for month, pay in zip(("2026-10", "2026-11", "2026-12"), pays, strict=True):
        results = made.publish(month)
        left -= pay
        assert (paid(results, "I"), fen(results, "I bonus_used")) == (pay, pay)
        assert fen(results, "I bonus_carried_forward") == left


def test_money_that_leaves_by_a_part_is_paid_once(tmp_path: Path) -> None:
    """Work has 3/4 of 800, so 600 leave.

    Of the 200 that stay (nobody is paid `kept`) the work of November has 150.
    """
    more = DIVIDED.format("bonus[work]") + (
        '[components.kept_pay]\nlabel = "留存"\nclass = "variable"\nfunding = "service_income"\n'
        'pool = "bonus[kept]"\nweights = "points"\n'
    )
    made = county(tmp_path / "county", 'pool = "department_pool"\nweights = "points"\n', more)
    path = made.folder / "policy" / "carrying.toml"
    text = path.read_text("utf-8").replace('carried"\n', 'carried"\nparts = { work = "3", kept = "1" }\n')
    path.write_text(text, "utf-8")
    for month, pay in (("2026-10", 60000), ("2026-11", 15000)):
        results = made.publish(month)
        assert (paid(results, "I"), fen(results, "I bonus_used")) == (pay, pay)


@pytest.mark.parametrize(
    ("line", "more", "told"),
    [
        ('times = ["points", "point_value"]\n', VALUE, "bonus_pay is paid of bonus by way of point_value"),
        (
            'pool = "mixed"\nweights = "points"\n',
            '[pools.mixed]\nlabel = "合"\nadd = ["bonus", "finance[more]"]\n',
            "bonus_pay is paid of bonus by way of mixed",
        ),
        ('add = ["bonus"]\nover = ["7"]\nlevel = "staff"\n', "", "bonus_pay is paid of bonus by way of bonus"),
        (
            'pool = "half"\nweights = "points"\n',
            HALF + 'unclaimed = "carried"\n',
            "half is made of bonus and carried too",
        ),
    ],
)
def test_a_carry_of_which_nobody_can_tell_what_was_used_is_refused(
    line: str, more: str, told: str, tmp_path: Path
) -> None:
    made = county(tmp_path / "county", line, more)
    with pytest.raises(Refused) as refused:
        made.publish("2026-10")
    assert told in refused.value.report()


def test_an_opening_balance_beside_published_months_is_refused(tmp_path: Path) -> None:
    """October leaves 400 of 800; a row of 400 in November would make 800 of them."""
    made = county(tmp_path / "county", 'pool = "half"\nweights = "points"\n', HALF)
    made.publish("2026-10")
    made.balances = ["I||bonus|400|2026-11"]
    with pytest.raises(Refused) as refused:
        made.publish("2026-11")
    assert "is 400.00 yuan from 2026-11, and 2026-10 before it are published" in refused.value.report()
    made.balances = []
    assert paid(made.publish("2026-11"), "I") == 20000

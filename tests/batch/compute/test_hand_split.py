"""Pools that departments split by hand: to the fen, signed, never scaled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.texts import use
from tests.support.department_pool import POLICY
from tests.support.small_county import OCTOBER, county, engagement, tables

BY_HAND = POLICY.replace('weights = "points"', 'weights = "second_distribution[reward]"').replace(
    'by = "dept_points"', 'by = "dept_heads"'
).replace("[figures.dept_points]", "[figures.dept_heads]").replace(
    'unit = "points"\ntotal_of = "points"', 'unit = "count"\ntotal_of = "head"\nround = "0"'
)  # fmt: skip
PEOPLE = ("S1", "S2", "S3")  # two of them in 内科, which has 600 of 900 yuan


def split(staff: str, amount: str, department: str = "内科", signed_by: str = "王主任") -> dict[str, str]:
    return {
        "institution": "I1", "department": department, "component": "reward", "staff": staff, "amount": amount,
        "signed_by": signed_by, "period": OCTOBER,
    }  # fmt: skip


RIGHT = [split("S1", "400.01"), split("S2", "199.99"), split("S3", "300", "护理部", "李护士长")]


def office(
    folder: Path, rows: Sequence[dict[str, str]], policy: str = BY_HAND, pool: str = "900", **given: Any
) -> Workspace:
    money = [{"institution": "I1", "line": "bonus", "amount": pool, "period": OCTOBER}]
    engaged = [engagement(staff, department="护理部" if staff == "S3" else "内科") for staff in PEOPLE]
    made = {
        "finance": money, "appraisal": [], "engagement": engaged,
        "staff": [{"code": code, "name": code, "first_worked": ""} for code in PEOPLE], **given,
    }  # fmt: skip
    made |= {"second_distribution": rows} if rows else {}
    workspace = county(folder, tables(**made), layer=" ")
    (folder / "policy" / "county.toml").write_text(policy, encoding="utf-8")
    workspace.freeze(OCTOBER)
    return workspace


def paid(workspace: Workspace) -> dict[str, int]:
    lines = workspace.results(workspace.run(OCTOBER).run).tables()["pay_lines"].to_pylist()
    return {line["staff"]: line["amount_fen"] for line in lines}


def refused(folder: Path, rows: Sequence[dict[str, str]], policy: str = BY_HAND, **given: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        office(folder, rows, policy, **given).run(OCTOBER)
    return [problem.what for problem in caught.value.problems]


def test_everybody_is_paid_what_the_head_wrote_down(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", RIGHT)
    assert paid(workspace) == {"S1": 40001, "S2": 19999, "S3": 30000}
    reports = workspace.results(workspace.run(OCTOBER).run).tables()["reports"].to_pylist()
    told = {row["name"]: (row["label"], row["value"]) for row in reports if row["name"].startswith("split[")}
    assert told == {
        "split[reward/内科/王主任]": ("奖励：内科 二次分配（王主任 签字）", 60000),
        "split[reward/护理部/李护士长]": ("奖励：护理部 二次分配（李护士长 签字）", 30000),
    }


def test_a_department_that_is_not_split_yet_pays_nobody_and_is_told(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", RIGHT[2:])
    assert paid(workspace) == {"S3": 30000}
    [told] = [text for text in workspace.run(OCTOBER).warnings if "split" in text]
    assert told == (
        "奖励: 600.00 yuan are not split yet, at I1/内科: hand out the sheet of payengine split, enter the amounts, "
        "then: payengine month 2026-10"
    )
    assert not [text for text in workspace.run(OCTOBER).warnings if "reach nobody" in text]


def test_the_first_run_needs_no_split_at_all(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", [])
    assert paid(workspace) == {}
    [told] = [text for text in workspace.run(OCTOBER).warnings if "split" in text]
    assert told.startswith("奖励: 900.00 yuan are not split yet, at I1/内科, I1/护理部: ")


@pytest.mark.parametrize(
    ("amount", "difference"), [("400.00", "0.01 too little"), ("400.02", "0.01 too much"), ("0", "400.01 too little")]
)
def test_a_split_that_is_a_fen_off_is_refused_with_the_difference(tmp_path: Path, amount: str, difference: str) -> None:
    [what] = refused(tmp_path / "c", [split("S1", amount), *RIGHT[1:]])
    assert what.startswith("奖励 of I1/内科: ")
    assert what.endswith(f" yuan are split and the pool holds 600.00: {difference}")


def test_a_split_of_a_pool_that_changed_since_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "c", RIGHT, pool="903") == [
        "奖励 of I1/内科: 600.00 yuan are split and the pool holds 602.00: 2.00 too little",
        "奖励 of I1/护理部: 300.00 yuan are split and the pool holds 301.00: 1.00 too little",
    ]


def test_the_same_is_said_in_chinese(tmp_path: Path) -> None:
    use("zh")
    try:
        [first, _] = refused(tmp_path / "c", RIGHT, pool="903")
    finally:
        use(None)
    assert first == "I1/内科 的奖励：已分配 600.00 元，总额为 602.00 元，少分 2.00 元"


def test_who_works_in_another_department_is_named(tmp_path: Path) -> None:
    found = refused(tmp_path / "c", [*RIGHT[:2], split("S3", "300", "护理")])
    assert found[0] == "S3 is in no engagement of I1 in department '护理' in 2026-10 (did you mean 护理部?)"


def test_two_signatures_for_one_department_are_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "c", [split("S1", "400.01", signed_by="赵主任"), *RIGHT[1:]]) == [
        "奖励 of I1/内科 is signed by several: 赵主任, 王主任"
    ]


def test_who_does_not_share_by_the_policy_has_nothing(tmp_path: Path) -> None:
    without = BY_HAND.replace('pool = "dept_pool"', 'pool = "dept_pool"\noutside = { director = true }')
    engaged = [
        engagement(staff, department="护理部" if staff == "S3" else "内科", director="yes" if staff == "S1" else "no")
        for staff in PEOPLE
    ]
    assert refused(tmp_path / "c", RIGHT, without, engagement=engaged) == [
        "奖励 of I1/内科: by the policy S1 do(es) not share"
    ]


def test_equal_sharing_is_told(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", [split("S1", "300"), split("S2", "300"), RIGHT[2]])
    assert [text for text in workspace.run(OCTOBER).warnings if "equally" in text] == [
        "奖励: shared equally at I1/内科"
    ]
    reports = workspace.results(workspace.run(OCTOBER).run).tables()["reports"].to_pylist()
    assert "奖励：内科 二次分配（王主任 签字，2 人平均分配）" in [row["label"] for row in reports]


def test_a_line_that_no_rule_splits_by_hand_is_money_unread(tmp_path: Path) -> None:
    rows = [{**row, "component": "rewards"} for row in RIGHT]
    [what] = refused(tmp_path / "c", rows)
    assert what.startswith("rewards 900.00 yuan of 3 person(s), and no rule of policy county reads it")


def test_a_person_with_two_engagements_in_the_department_has_it_on_the_latest(tmp_path: Path) -> None:
    engaged = [
        engagement("S1", department="内科", until="2026-10-16"),
        engagement("S1", department="内科", **{"from": "2026-10-16"}),
        engagement("S2", department="内科"), engagement("S3", department="护理部"),
    ]  # fmt: skip
    workspace = office(tmp_path / "c", RIGHT, engagement=engaged)
    lines = workspace.results(workspace.run(OCTOBER).run).tables()["pay_lines"].to_pylist()
    assert [(line["engagement_from"], line["amount_fen"]) for line in lines if line["staff"] == "S1"] == [
        ("2026-10-16", 40001)
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('weights = "second_distribution[other]"', "reads second_distribution[other]"),
        ('weights = "second_distribution[reward]"\nat_most = "500"', "at_most would change what was signed"),
    ],
)
def test_a_rule_that_would_change_the_split_is_refused(tmp_path: Path, change: str, told: str) -> None:
    policy = BY_HAND.replace('weights = "second_distribution[reward]"', change)
    assert any(told in what for what in refused(tmp_path / "c", RIGHT, policy))


SHARED = (
    BY_HAND.replace('add = ["finance[bonus]"]', 'add = ["funds"]')
    + """
[parameters.bonus_share]
label = "奖励比例"
unit = "ratio"
values = [{ from = "2026-01-01", value = "1.0000", continues = "虚构", source = "试点方案 3" }]
[figures.funds]
label = "奖励资金"
unit = "yuan"
level = "institution"
add = ["finance[bonus]"]
times = ["bonus_share"]
round = "2"
"""
)


def test_a_scenario_that_changes_a_split_pool_is_refused_as_its_run_would_be(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", RIGHT, SHARED)
    less, same = workspace.simulate(OCTOBER, sweeps=["bonus_share=0.9:1:0.1"]).scenarios
    assert isinstance(less.refused, Refused)
    assert [problem.what for problem in less.refused.problems] == [
        "奖励 of I1/内科: 600.00 yuan are split and the pool holds 540.00: 60.00 too much",
        "奖励 of I1/护理部: 300.00 yuan are split and the pool holds 270.00: 30.00 too much",
    ]
    assert same.refused is None
    file = tmp_path / "c" / "policy" / "county.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"1.0000"', '"0.9000"'), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        workspace.run(OCTOBER)
    assert [problem.what for problem in caught.value.problems] == [one.what for one in less.refused.problems]


def test_before_the_departments_split_every_size_of_the_pool_can_be_tried(tmp_path: Path) -> None:
    workspace = office(tmp_path / "c", [], SHARED)
    [less] = workspace.simulate(OCTOBER, values=["bonus_share=0.9"]).scenarios
    assert less.refused is None
    solution, _ = workspace.solve(OCTOBER, "bonus_share", "810", target="dept_pool", between="0.5:1.5")
    assert solution.found.value == 9000

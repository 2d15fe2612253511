"""Warning of money of pools that reaches nobody, and silence about what a policy carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from tests.support.department_pool import POLICY
from tests.support.schemes import workspace
from tests.support.small_county import OCTOBER, county, engagement, tables

BY_HEADS = (
    POLICY.replace("dept_points", "dept_heads")
    .replace('unit = "points"\ntotal_of = "points"', 'unit = "count"\ntotal_of = "head"\nround = "0"')
    .replace("科室分值", "科室人数")
)
TOLD = {
    "en": "工作量奖: 200.00 yuan of 奖励总量 reach nobody, at P, Q: nobody there has a weight, or all have their most",
    "zh": "工作量奖：奖励总量 中的 200.00 元无人可得（P、Q）：没有人有分配依据，或各人都已达到上限",
}


def warnings(folder: Path, policy: str) -> list[str]:
    """Run a pool of 900 over two departments of one person each; only S1 has points."""
    given = [{"institution": "I1", "line": "bonus", "amount": "900", "period": OCTOBER}]
    engaged = [engagement("S1", department="内科"), engagement("S2", department="护理部")]
    office = county(folder, tables(finance=given, appraisal=[], engagement=engaged), layer=" ")
    (folder / "policy" / "county.toml").write_text(policy, encoding="utf-8")
    office.freeze(OCTOBER)
    return [text for text in office.run(OCTOBER).warnings if "reach nobody" in text]


def test_the_money_of_a_department_without_a_sharer_is_told(tmp_path: Path) -> None:
    assert warnings(tmp_path / "c", BY_HEADS) == [
        "奖励: 450.00 yuan of 科室奖励 reach nobody, at I1/护理部: nobody there has a weight, or all have their most"
    ]


def test_a_department_without_weight_leaves_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path / "c", POLICY) == []


def test_what_is_carried_is_not_told(tmp_path: Path) -> None:
    carried = BY_HEADS.replace('add = ["finance[bonus]"]', 'add = ["finance[bonus]"]\nunclaimed = "carried"')
    assert warnings(tmp_path / "c", carried) == []


@pytest.mark.parametrize(("cut", "told"), [("others", 1), ("pool", 0)])
def test_what_caps_cut_is_told_unless_it_stays_by_declaration(tmp_path: Path, cut: str, told: int) -> None:
    capped = BY_HEADS.replace('weights = "points"', f'weights = "head"\nat_most = "most"\ncut = "{cut}"') + (
        '[parameters.most]\nlabel = "封顶"\nunit = "yuan"\n'
        'values = [{ from = 2026-01-01, continues = "至下次调整", value = "400", source = "illustrative" }]\n'
    )
    found = warnings(tmp_path / "c", capped)
    assert len(found) == told
    assert not told or found[0].startswith("奖励: 100.00 yuan of 科室奖励 reach nobody, at I1/")


def test_a_pool_of_which_no_part_is_claimed_is_told(tmp_path: Path) -> None:
    parts = POLICY.replace('divides = "bonus_pool"', 'divides = "bonus_pool[a]"').replace(
        'add = ["finance[bonus]"]', 'add = ["finance[bonus]"]\nparts = { a = "1" }\nunclaimed = "others"'
    )
    parts = parts.replace('total_of = "points"', 'total_of = "points"\namong = { director = true }')
    assert [text.partition(":")[2] for text in warnings(tmp_path / "c", parts)] == [
        " 900.00 yuan of 奖励总量 reach nobody, at I1: nobody there has a weight, or all have their most"
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_institutions_are_added_up_and_named(tmp_path: Path, language: str) -> None:
    made = workspace("minimums-in-parts", tmp_path / "county")
    made.freeze(OCTOBER)
    command = ["--workspace", str(made.folder), "--lang", language, "run", OCTOBER]
    answer = CliRunner().invoke(root, command, prog_name="payengine")
    assert answer.exit_code == 0, answer.output
    assert TOLD[language].replace(" ", "") in answer.output.replace("\n", "").replace(" ", "")

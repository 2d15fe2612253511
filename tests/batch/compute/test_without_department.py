"""Persons without a department beside others are told, where departments share."""

from __future__ import annotations

from pathlib import Path

from tests.support.department_pool import POLICY
from tests.support.small_county import OCTOBER, county, engagement, tables


def warnings(folder: Path, first: str, second: str, policy: str = POLICY) -> list[str]:
    given = [{"institution": "I1", "line": "bonus", "amount": "900", "period": OCTOBER}]
    engaged = [engagement("S1", department=first), engagement("S2", department=second)]
    office = county(folder, tables(finance=given, appraisal=[], engagement=engaged), layer=" ")
    (folder / "policy" / "county.toml").write_text(policy, encoding="utf-8")
    office.freeze(OCTOBER)
    return [text for text in office.run(OCTOBER).warnings if "without a department" in text]


def test_who_has_no_department_beside_others_is_named(tmp_path: Path) -> None:
    told = (
        "engagement: 1 person(s) without a department form one of their own, beside the departments of their "
        "institution: I1 S2"
    )
    assert warnings(tmp_path / "a", "内科", "") == [told]
    assert warnings(tmp_path / "b", "内科", "护理部") == []
    assert warnings(tmp_path / "c", "", "") == []  # one department on purpose


def test_no_rule_of_departments_asks_for_none(tmp_path: Path) -> None:
    whole = POLICY.replace('pool = "dept_pool"', 'pool = "bonus_pool"')
    assert warnings(tmp_path / "a", "内科", "", whole) == []

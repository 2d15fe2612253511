"""Warning of persons who were away all the time and are paid by a pool all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.department_pool import POLICY
from tests.support.small_county import OCTOBER, county, engagement, tables

BY_HEADS = POLICY.replace("dept_points", "dept_heads").replace(
    'unit = "points"\ntotal_of = "points"', 'unit = "count"\ntotal_of = "head"\nround = "0"'
)


def warnings(folder: Path, policy: str, until: str) -> list[str]:
    """Run a pool of 900 of which S1, suspended from 1 October on, has a share."""
    given = [{"institution": "I1", "line": "bonus", "amount": "900", "period": OCTOBER}]
    away = [{"staff": "S1", "kind": "suspension", "blocks_service": "yes", "from": "2026-10-01", "until": until}]
    engaged = [engagement("S1", department="内科"), engagement("S2", department="内科")]
    office = county(folder, tables(finance=given, appraisal=[], engagement=engaged, absence=away), layer=" ")
    (folder / "policy" / "county.toml").write_text(policy, encoding="utf-8")
    office.freeze(OCTOBER)
    return [text for text in office.run(OCTOBER).warnings if "away on every day" in text]


def by_persons(policy: str) -> str:
    return policy.replace('weights = "points"', 'weights = "head"')


def test_a_share_of_who_was_away_all_month_is_told(tmp_path: Path) -> None:
    told = warnings(tmp_path / "c", by_persons(BY_HEADS), "2026-11-01")
    assert len(told) == 1
    assert "1 person(s) away on every day that they are engaged in 2026-10 have 450.00 yuan of it: I1/S1" in told[0]


@pytest.mark.parametrize(("policy", "until"), [(by_persons(BY_HEADS), "2026-10-31"), (BY_HEADS, "2026-11-01")])
def test_a_day_present_or_a_share_by_work_is_not_told(tmp_path: Path, policy: str, until: str) -> None:
    assert warnings(tmp_path / "c", policy, until) == []

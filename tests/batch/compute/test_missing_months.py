"""Months without a published run that tiers of the year and carried pools lack."""

from __future__ import annotations

from pathlib import Path

from tests.support.schemes import pay, workspace, write_table

COLUMNS = ["institution", "staff", "name", "amount", "period"]


def test_tiers_of_the_year_say_which_months_they_lack(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    county.freeze("2026-03")
    outcome = county.run("2026-03")
    told = "tiers of 分档绩效 count from 2026-03: no run of 2026-01, 2026-02; what they gave can stand in"
    assert [one for one in outcome.warnings if one.startswith(told)]
    county.freeze("2026-02")
    county.publish(county.run("2026-02").run)
    county.freeze("2026-03")
    assert any("count from 2026-02: no run of 2026-01" in one for one in county.run("2026-03").warnings)


def test_tiers_say_which_month_in_the_middle_they_lack(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    county.freeze("2026-01")
    county.publish(county.run("2026-01").run)
    county.freeze("2026-03")
    assert any("分档绩效 count without 2026-02: no published run" in one for one in county.run("2026-03").warnings)


def test_an_opening_balance_of_points_stands_for_the_months_before(tmp_path: Path) -> None:
    """An opening balance of points fills the tiers as if the months before had run.

    S1 had 800 points in January, so February's 800 are worth 200 x 4 + 600 x 6 = 4,400.
    """
    county = workspace("tiers-of-the-year", tmp_path / "county")
    rows = ["I1|S1|points|800|2026-02", "I1|S2|points|1200|2026"]
    write_table(
        tmp_path / "county" / "input" / "opening_balance.csv", "opening_balance", {"columns": COLUMNS, "rows": rows}
    )
    county.freeze("2026-02")
    outcome = county.run("2026-02")
    assert pay(outcome.results)["I1/S1 tier_pay"] == "4400.00"
    assert pay(outcome.results)["I1/S2 tier_pay"] == "180.00"
    [told] = [one for one in outcome.warnings if "tiers of" in one]
    assert told.endswith("(1 person(s) have none)"), "the third person's January nobody gave"


def test_an_opening_balance_of_one_person_stands_for_that_person_alone(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    rows = ["I1|S1|points|800|2026-02", "I1|S2|point|1200|2026-02"]
    write_table(
        tmp_path / "county" / "input" / "opening_balance.csv", "opening_balance", {"columns": COLUMNS, "rows": rows}
    )
    county.freeze("2026-02")
    warnings = county.run("2026-02").warnings
    assert any("no run of 2026-01" in one and "(2 person(s) have none)" in one for one in warnings), warnings
    assert any(one.startswith("opening_balance: no rule of policy ") and "point (did you mean points?)" in one
               for one in warnings), warnings  # fmt: skip


def test_a_carried_pool_says_which_months_it_lacks(tmp_path: Path) -> None:
    county = workspace("limits-in-a-pool", tmp_path / "county")
    county.freeze("2026-02")
    assert any("专项总量 carries nothing of 2026-01: no published run" in one for one in county.run("2026-02").warnings)

"""Opening balances beside published periods: what these gave counts once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.errors import Refused
from tests.support.schemes import pay, workspace, write_table

COLUMNS = ["institution", "staff", "name", "amount", "period"]


def balances(county: Workspace, *rows: str) -> None:
    file = county.folder / "input" / "opening_balance.csv"
    write_table(file, "opening_balance", {"columns": COLUMNS, "rows": rows})


def engagements(county: Workspace, *rows: str) -> None:
    columns = ["staff", "institution", "title", "from", "until"]
    write_table(county.folder / "input" / "engagement.csv", "engagement", {"columns": columns, "rows": rows})


def publish(county: Workspace, period: str, revise: str = "") -> dict[str, str]:
    county.freeze(period)
    outcome = county.run(period, revise=revise)
    county.publish(outcome.run)
    return pay(outcome.results)


def refusal(county: Workspace, period: str) -> str:
    county.freeze(period)
    with pytest.raises(Refused) as refused:
        county.run(period)
    return " ".join(refused.value.report().split())


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish January: S1 has 800 points at each of two institutions, S2 1,200 at one."""
    folder = tmp_path_factory.mktemp("tiers") / "county"
    publish(workspace("tiers-of-the-year", folder), "2026-01")
    return folder


@pytest.fixture
def county(january: Path, tmp_path: Path) -> Workspace:
    return Workspace(shutil.copytree(january, tmp_path / "county"))


@pytest.mark.parametrize("period", ["2026", "2026-01", "2026-Q1"])
def test_a_row_that_the_published_month_did_not_read_is_refused(county: Workspace, period: str) -> None:
    balances(county, f"I1|S1|points|800|{period}")
    told = refusal(county, "2026-02")
    assert "I1 S1 points is 800 from 2026-01, and 2026-01 was published without it: what that gave would" in told
    assert "take the row out; if it stood before, correct 2026-01 first" in told


def test_a_row_dated_after_the_published_month_is_refused(county: Workspace) -> None:
    """S2 worked at one institution alone all January, which is published."""
    balances(county, "I1|S2|points|1200|2026-02")
    told = refusal(county, "2026-02")
    assert "I1 S2 points is 1200 from 2026-02, and 2026-01 before it gave that in published runs" in told


def test_a_row_of_who_was_elsewhere_too_is_told(county: Workspace) -> None:
    """S1 worked at I2 as well: whether the row takes that along, the office knows."""
    balances(county, "I1|S1|points|800|2026-02")
    county.freeze("2026-02")
    outcome = county.run("2026-02")
    assert pay(outcome.results)["I1/S1 tier_pay"] == "4800.00"
    [told] = [one for one in outcome.warnings if one.startswith("opening_balance beside published months")]
    assert "I1 S1 points 800 2026-02 (2026-01)" in told


def test_a_row_takes_along_what_who_moved_had_elsewhere(county: Workspace) -> None:
    """S3 had nothing at I2 in January: the row tells of work that no published month gave."""
    engagements(county, "S1|I1|中级|2020-01-01|", "S1|I2|中级|2020-01-01|", "S3|I1|高级|2020-01-01|2026-02-01",
                "S3|I2|高级|2026-02-01|", "S2|I1|中级|2020-01-01|")  # fmt: skip
    balances(county, "I2|S3|points|300|2026", "I2|S3|services|2|2026-02")
    county.freeze("2026-02")
    assert not [one for one in county.run("2026-02").warnings if "opening_balance beside" in one]


def test_the_balance_of_an_office_that_starts_in_february_goes_on(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    balances(county, "I1|S1|points|800|2026-02", "I1|S2|points|1200|2026", "I2|S1|points|800|2026")
    assert publish(county, "2026-02")["I1/S1 tier_pay"] == "4400.00"
    balances(county, "I1|S1|points|800|2026-02", "I1|S2|points|1200|2026-01", "I2|S1|points|800|2026")
    county.freeze("2026-03")
    told = county.run("2026-03").warnings
    assert not [one for one in told if one.startswith("opening_balance")], "a year and its January begin together"
    balances(county, "I1|S1|points|900|2026-02", "I1|S2|points|1200|2026")
    told = refusal(county, "2026-03")
    assert "I1 S1 points is 900 from 2026-02, and published 2026-02 counted 800; enter 800 again; if 900 is" in told
    assert "I2 S1 points is 0 from 2026-01, and published 2026-02 counted 800" in told


def test_a_forgotten_row_counts_after_the_published_month_is_revised(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    publish(county, "2026-02")
    balances(county, "I1|S1|points|800|2026-02")
    assert "correct 2026-02 first: payengine month 2026-02 --revise REASON" in refusal(county, "2026-03")
    assert publish(county, "2026-02", "the year before the first month")["I1/S1 tier_pay"] == "4400.00"
    county.freeze("2026-03")
    assert not [one for one in county.run("2026-03").warnings if one.startswith("opening_balance")]


def test_a_row_of_an_institution_that_the_published_month_left_out_is_its_own(tmp_path: Path) -> None:
    county = workspace("tiers-of-the-year", tmp_path / "county")
    county.freeze("2026-01")
    county.publish(county.run("2026-01", hold={"I1": "appeal"}).run)
    balances(county, "I1|S2|points|1200|2026", "I1|S3|points|100|2026-02")
    county.freeze("2026-02")
    assert pay(county.run("2026-02").results)["I1/S2 tier_pay"] == "180.00"


def test_a_published_snapshot_that_is_not_here_is_told(county: Workspace) -> None:
    balances(county, "I1|S3|points|800|2026")
    county.freeze("2026-02")
    shutil.rmtree(county.snapshots / "2026-01")
    told = [one for one in county.run("2026-02").warnings if one.startswith("opening_balance")]
    assert told == ["opening_balance cannot be compared with that of published 2026-01: the snapshot is not here"]

"""Two permits over a whole year: twelve published months with advances, then settlement.

The shipped rules compute it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.settled_county import MONTHS, Office, pay, reported
from tests.support.two_permits_office import POINTS, opened


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish twelve months and return the folder."""
    folder = tmp_path_factory.mktemp("two_permits")
    with opened(folder) as office:
        office.publish_all(MONTHS)
    return folder


@pytest.fixture
def copy(months: Path, tmp_path: Path) -> Path:
    shutil.copytree(months, tmp_path / "year")
    return tmp_path / "year"


def shares(pool: int) -> dict[str, int]:
    """Divide a pool of fen by the year's points: largest remainder, ties by code."""
    exact = {who: pool * points / sum(POINTS.values()) for who, points in POINTS.items()}
    found = {who: int(share) for who, share in exact.items()}
    rest = sorted(POINTS, key=lambda who: (found[who] - exact[who], who))
    for who in rest[: pool - sum(found.values())]:
        found[who] += 1
    return found


def advanced(office: Office) -> dict[str, int]:
    """Add up what the months advanced to each person of the hospital."""
    found = dict.fromkeys(POINTS, 0)
    for month in MONTHS:
        for (at, who, component), fen in pay(office.run(month)).items():
            if component == "reward_advance":
                assert at == "H", "the policy has no staff share for clinics"
                found[who] += fen
    return found


def test_the_year_pays_what_the_months_have_not(copy: Path) -> None:
    """The year pays what the months have not, up to the ceiling.

    10,000 - 4,000 = 6,000; risk fund 20; 5,980 x 0.6 = 3,588.00.

    Heads on the last day: A, C, D; ceiling 3,000 x 3 x 0.9 = 8,100. The months granted (81 + 18 + 2.31) x 50 = 5,065.50
    (advances apart), so 3,034.50 can be paid and 553.50 cannot: the ceiling.
    """
    with opened(copy) as office:
        year = office.publish("2026")
        before = advanced(office)
    assert reported(year, "reward_pool")["H"] == 358800
    assert reported(year, "performance_ceiling")["H"] == 810000
    assert reported(year, "performance_granted")["H"] == 506550
    assert reported(year, "reward_payable")["H"] == 303450
    assert reported(year, "reward_not_payable[ceiling]")["H"] == 55350
    assert (reported(year, "reward_reason[ceiling]")["H"], reported(year, "reward_reason[nobody]")["H"]) == (1, 0)
    due, settled = shares(303450), pay(year)
    assert sum(before.values()) == 120000
    for who in POINTS:
        assert settled.get(("H", who, "reward_pay"), 0) == due[who] - before[who], who
    assert reported(year, "reward_pool")["V"] == 0, "no two permits there"
    labels = {row["name"]: row["label"] for row in year.results.reports.to_pylist()}
    assert labels["reward_not_payable[ceiling]"] == "未发放的奖励[超过总量上限]"
    assert labels["fund_set_aside[risk_fund]"] == "实际提取的基金[医疗风险基金]"


def test_a_year_without_a_surplus_takes_the_advances_back(copy: Path) -> None:
    with opened(copy, income="4000", costs="4000") as office:
        year = office.publish("2026")
        before = advanced(office)
    assert reported(year, "reward_reason[no_surplus]")["H"] == 1
    assert {who: -fen for who, fen in before.items() if fen} == {
        who: fen for (_, who, component), fen in pay(year).items() if component == "reward_pay"
    }


def test_or_carries_them_to_the_next_year_where_the_policy_says_so(copy: Path) -> None:
    with opened(copy, more='reward_pay = "carry_advances"', income="4000", costs="4000") as office:
        year = office.publish("2026")
        before = advanced(office)
    assert not [key for key in pay(year) if key[2] == "reward_pay"]
    carried = reported(year, "reward_advance_carried")
    assert {who: carried["H", who] for who in POINTS} == before


def test_a_balance_that_nothing_reads_is_told(copy: Path) -> None:
    """One warning tells of an opening balance that no run reads, in the first month already.

    A misspelled balance would leave the ceiling too much room, in silence.
    """
    with opened(copy) as office:
        runs = (office.publish("2026"), office.run(MONTHS[0]))
    for run in runs:
        assert [line for line in run.results.warnings if "opening_balance" in line] == [
            "opening_balance: no rule of policy office reads: performance_pya (did you mean performance_pay?)"
        ]


def test_pay_of_the_year_that_stands_beside_published_months_is_told(copy: Path) -> None:
    """Pay of the year before the first run is read by its settlement alone.

    So the published months cannot tell whether a row repeats what they paid. It would leave the ceiling too little
    room, in silence.
    """
    with opened(copy) as office:
        for period in ("2026", "2026-07"):
            row = {"institution": "H", "name": "performance_pay", "amount": "1000", "period": period}
            office.tables["opening_balance"] = [row]
            office.freeze("2026")
            told = [line for line in office.run("2026").warnings if line.startswith("opening_balance")]
            start = "2026-01" if period == "2026" else period
            assert told[0].startswith("opening_balance ")
            assert all(f"H performance_pay 1000 {start} (2026-" in line for line in told), told
            assert len(told) == (1 if period == "2026" else 2)


def test_a_year_of_which_a_month_is_missing_is_refused(tmp_path: Path) -> None:
    """A year with a month that is not published is refused.

    The advances of that month would be paid a second time.
    """
    with opened(tmp_path) as office:
        office.publish(MONTHS[0])
        with pytest.raises(Refused) as refused:
            office.publish("2026")
    assert "2026-02" in refused.value.report()

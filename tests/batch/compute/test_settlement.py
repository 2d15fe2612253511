"""Quarters and years: results of their months, as published, become their inputs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch.ledger import Ledger
from batch.snapshot.snapshot import Snapshot
from payengine.errors import Refused
from payengine.periods import Period
from tests.support.freeze_case import engagement
from tests.support.settled_county import (
    IN_QUARTERS,
    MONTHS,
    POLICY,
    YEAR,
    Office,
    owed,
    pay,
    policy,
    reported,
    toy_rules,
)


@pytest.fixture(scope="module", autouse=True)
def _rules() -> Iterator[None]:
    with toy_rules():
        yield


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the snapshots and the ledger of twelve published months."""
    folder = tmp_path_factory.mktemp("year")
    with Ledger.open("sqlite:///ledger.sqlite", folder) as ledger:
        Office(folder / "snapshots", ledger, policy(folder / "policy")).publish_all(MONTHS)
    return folder


@pytest.fixture
def office(published: Path, tmp_path: Path) -> Iterator[Office]:
    """The county after its twelve months, in a folder of the test's own."""
    shutil.copytree(published, tmp_path / "year")
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path / "year") as ledger:
        yield Office(tmp_path / "year" / "snapshots", ledger, policy(tmp_path / "year" / "policy"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Office]:
    """The county before its first month."""
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as ledger:
        yield Office(tmp_path / "snapshots", ledger, policy(tmp_path / "policy"))


# --- what the year owes ------------------------------------------------------------------------------------------


def test_twelve_months_and_the_settlement_are_what_the_year_owes(office: Office) -> None:
    """Each person's advances and settlement add up, to the fen, to the pay of the year.

    The year owes its points at the price of its last day.
    """
    year = office.publish("2026")
    advances = {
        key: sum(pay_of_month(office, month).get(key, 0) for month in MONTHS)
        for key in (("H", "A"), ("H", "B"), ("H", "C"), ("V", "D"))
    }
    settled = pay(year)
    for (at, who), advanced in advances.items():
        assert advanced + settled[at, who, "settled_pay"] == owed("2.5", who, at), who
    assert ("H", "D", "settled_pay") not in settled  # engaged in December, without work: nothing owed, nothing paid
    bought = {row["institution"]: row["amount_fen"] for row in year.results.statement_lines.to_pylist()}
    whole = {"H": ("A", "B", "C"), "V": ("D", "")}
    for at, people in whole.items():
        points = sum(owed("1", who, at) for who in people)  # in hundredths of a point, so exact
        months = sum(statement_of_month(office, month, at) for month in MONTHS)
        assert months + bought[at] == points * 25 // 10 + (points * 25 % 10 >= 5), at


def pay_of_month(office: Office, month: Period) -> dict[tuple[str, str], int]:
    made = office.ledger.current(month)
    assert made is not None
    rows = office.ledger.results(made.run).pay_lines.to_pylist()
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["component"] == "advance":
            key = (row["institution"], row["staff"])
            found[key] = found.get(key, 0) + row["amount_fen"]
    return found


def statement_of_month(office: Office, month: Period, at: str) -> int:
    made = office.ledger.current(month)
    assert made is not None
    rows = office.ledger.results(made.run).statement_lines.to_pylist()
    return sum(row["amount_fen"] for row in rows if row["institution"] == at)


def test_the_institution_s_year_holds_everything_that_was_paid(office: Office) -> None:
    year = office.publish("2026")
    history = office.ledger.history(YEAR).lines.to_pylist()
    for at in ("H", "V"):
        months = sum(row["amount_fen"] for row in history if (row["kind"], row["institution"]) == ("pay", at))
        now = sum(fen for (where, *_), fen in pay(year).items() if where == at)
        assert reported(year, "paid_to_date")[at] == months + now
        assert reported(year, "months.paid")[at] == reported(year, "year.paid")[at] == months
    assert reported(year, "year.fixed") == {"H": 12 * 100_001, "V": 0}
    assert set(reported(year, "months.paid_to_others").values()) == {0}


def test_work_of_the_months_is_the_work_of_the_year(office: Office) -> None:
    """A settlement lists no workload of its own, so that nothing is counted twice.

    12 + 6 + 7 records at H, 24 at V.
    """
    year = office.publish("2026")
    assert reported(year, "months.services") == {"H": 25, "V": 24}
    assert reported(year, "months.points") == {"H": 101_310_000, "V": 117_240_000}
    assert year.results.workload.num_rows == year.results.rejections.num_rows == 0
    office.ledger.verify()


def test_person_months_and_heads_of_a_year(office: Office) -> None:
    """A 12, B 5 and 15/30 of June, C 3 and four halves, D 1 in December; B is no head any more."""
    year = office.publish("2026")
    assert reported(year, "months.person_months") == {"H": 120_000 + 55_000 + 50_000 + 10_000, "V": 120_000}
    assert reported(year, "heads") == {"H": 3, "V": 1, "": 3}


def test_a_leaver_is_settled_and_a_person_engaged_again_has_one_line(office: Office) -> None:
    year = office.publish("2026")
    assert pay(year)["H", "B", "settled_pay"] == owed("0.5", "B", "H")
    lines = [row for row in year.results.pay_lines.to_pylist() if row["staff"] == "C"]
    assert [(row["engagement_from"], row["amount_fen"]) for row in lines] == [
        ("2026-09-01", pay(year)["H", "C", "settled_pay"])
    ]
    assert reported(year, "months.paid")["H", "C"] == sum(
        pay_of_month(office, month).get(("H", "C"), 0) for month in MONTHS
    )


def test_a_parameter_has_the_value_of_the_last_day_and_its_change_is_told(office: Office) -> None:
    year = office.publish("2026")
    assert pay(year)["H", "A", "settled_pay"] == owed("0.5", "A", "H")  # 2.50 less the 2.00 advanced, not 2.40
    assert [text for text in year.warnings if "年度单价" in text] == [
        "年度单价 changes on 2026-07-01, inside the period"
    ]


# --- what a settlement reads -------------------------------------------------------------------------------------


def test_a_settlement_reads_no_service_records_and_no_patients(office: Office) -> None:
    del office.tables["service_record"]
    office.tables["patient"] = [{"patient": "", "died": "not a date"}]  # would refuse a month
    frozen = office.freeze("2026")
    assert frozen.counts["read"] == frozen.counts["kept"] == 0
    assert frozen.hot_parts() == frozen.limited_parts() == []
    assert "patient" not in frozen.logical["tables"]
    assert not {"service_record", "patient"} & set(frozen.absent_tables)
    assert frozen.logical["privacy"] == ""
    frozen.verify()


def test_a_settlement_is_named_by_what_its_months_published(office: Office) -> None:
    frozen = office.freeze("2026")
    read = frozen.logical["history"]
    assert [made["period"] for made in read["publications"]] == [str(month) for month in MONTHS]
    assert read["missing"] == []
    assert office.freeze("2026").digest == frozen.digest
    assert Snapshot.open(frozen.path).history_work().num_rows == frozen.logical["history_work"]["rows"] > 0


def test_a_settlement_is_the_same_whatever_order_its_rows_come_in(office: Office) -> None:
    year = office.publish("2026")
    for table in ("engagement", "staff", "institution"):
        office.tables[table] = office.tables[table][::-1]
    again = office.publish("2026")
    assert (again.run, again.state) == (year.run, "already published")


def test_a_revised_month_changes_the_year(office: Office) -> None:
    """Its digest, its figures and the warning to whoever settled before."""
    first = office.freeze("2026")
    before = office.run("2026")
    office.ledger.publish(before.run)
    office.tables["service_record"] = [
        row for row in office.tables["service_record"] if row["record_id"] != "2026-05-A"
    ]
    office.publish("2026-05", revise="cancelled")
    stale = ["2026-05 was revised after this snapshot was frozen; to take it in: payengine month 2026"]
    assert [text for text in office.run("2026").warnings if "frozen" in text] == stale
    assert office.freeze("2026").digest != first.digest
    after = office.run("2026", revise="May was revised")
    assert not [text for text in after.warnings if "frozen" in text]
    # 81 points before: 202.50 less 162.00 advanced. 5.25 fewer: 189.375 as 189.38, less 151.50 by the current revision.
    assert pay(before)["H", "A", "settled_pay"] == 20250 - 16200
    assert pay(after)["H", "A", "settled_pay"] == 18938 - 15150
    assert after.revision == 2


def test_a_month_revised_after_the_year_was_published_is_told_to_the_month(office: Office) -> None:
    office.publish("2026")
    office.freeze("2026-12")
    told = office.run("2026-12", holds={"V": "scores missing"}, revise="scores missing").warnings
    assert "2026 is published already: its year to date has to take this in by a revision" in told


# --- what is refused, and what is said ---------------------------------------------------------------------------


def test_months_that_are_not_published_refuse_the_settlement_all_at_once(empty: Office) -> None:
    empty.publish_all(["2026-01", "2026-03"])
    empty.freeze("2026-02")
    empty.run("2026-02")  # staged is not published
    with pytest.raises(Refused, match="freeze of 2026 refused: 10 of its months are not published") as refused:
        empty.freeze("2026")
    assert [problem.column for problem in refused.value.problems] == ["2026-02", *(str(month) for month in MONTHS[3:])]
    assert refused.value.exit_code == 3
    assert not (empty.folder / "2026").exists()
    with pytest.raises(Refused, match="2026-Q1 refused: 1 of its months"):
        empty.freeze("2026-Q1")


def test_a_month_published_with_a_hold_is_said(empty: Office) -> None:
    for month in ("2026-01", "2026-02", "2026-03"):
        empty.publish(month, **({"holds": {"V": "scores missing"}} if month == "2026-02" else {}))
    frozen = empty.freeze("2026-Q1")
    said = "2026-02 was published without V (held: scores missing): nothing of it is in 2026-Q1 for that month"
    assert frozen.warnings == [said]


def test_an_institution_held_in_the_settlement_has_no_rows(office: Office) -> None:
    office.freeze("2026")
    held = office.run("2026", holds={"V": "accounts not closed"})
    assert {at for at, *_ in pay(held)} == {"H"}
    assert "V" not in reported(held, "months.paid")
    assert not [text for text in held.warnings if text.startswith("V has")]
    office.ledger.publish(held.run)
    whole = office.run("2026", revise="accounts closed")
    assert whole.difference is not None
    assert {row["institution"] for row in whole.difference.lines.to_pylist()} == {"V"}


def test_a_person_who_is_gone_from_the_table_stays_in_the_institution_s_figures(office: Office) -> None:
    """B's rows were removed later: the money stays in the institution's figures.

    The points are bought, no more.
    """
    before = office.publish("2026")
    office.tables["engagement"] = [row for row in office.tables["engagement"] if row["staff"] != "B"]
    office.freeze("2026")
    after = office.run("2026", revise="B was never engaged")
    assert not [key for key in pay(after) if key[1] == "B"]
    paid = owed("2", "B", "H")
    assert reported(after, "months.paid_to_others") == {"H": paid, "V": 0}
    for figure in ("months.paid", "year.paid", "months.points", "months.services"):
        assert reported(after, figure)["H"] == reported(before, figure)["H"], figure
    assert after.results.statement_lines.equals(before.results.statement_lines)
    said = [text for text in after.warnings if text.startswith("B has no engagement")]
    assert said == [
        "B has no engagement at H in 2026: 36.00 yuan and 18 points of its months count for the institution, and no"
        " line is computed"
    ]
    # All that they are paid is still in the year to date of the institution.
    assert (
        reported(after, "paid_to_date")["H"]
        == reported(before, "paid_to_date")["H"] - pay(before)["H", "B", "settled_pay"]
    )


def test_a_total_of_the_policy_tells_what_others_got_of_it(office: Office) -> None:
    """The total granted in the year includes persons no longer there: both parts are asked for."""
    totals = """
[totals.granted]
label = "已预发"
components = ["advance"]
to_date = true
[totals.granted_in_all]
label = "已发合计"
components = ["granted"]
"""
    listed = POLICY.replace('"purchase_settlement", "paid', '"purchase_settlement", "granted_in_all_of_others", "paid')
    office.policy = policy(office.folder.parent / "policy", listed.replace("[names", f"{totals}\n[names"))
    office.tables["engagement"] = [row for row in office.tables["engagement"] if row["staff"] != "B"]
    office.freeze("2026")
    assert reported(office.run("2026"), "granted_in_all_of_others") == {"H": owed("2", "B", "H"), "V": 0}


def test_work_of_an_engagement_that_was_corrected_moves_to_the_one_in_force(office: Office) -> None:
    """Work of a corrected engagement stands on the row in force.

    C's second engagement began in August, as is found out later: the autumn's work stands on the corrected row.
    """
    before = office.publish("2026")
    office.tables["engagement"] = [
        engagement("C", fte="0.5", **{"from": "2026-08-01"}) if row.get("from") == "2026-09-01" else row
        for row in office.tables["engagement"]
    ]
    office.freeze("2026")
    after = office.run("2026", revise="corrected")
    assert pay(after) == pay(before)
    moved = [text for text in after.warnings if text.startswith("C at H")]
    assert moved == [
        "C at H: the engagement from 2026-09-01 is not in the table any more; its work of "
        f"{month} stands on another one"
        for month in ("2026-09", "2026-10", "2026-11", "2026-12")
    ]


def test_an_institution_that_is_gone_is_said(office: Office) -> None:
    office.tables["institution"] = [
        row | {"until": "2025-12-31"} if row["code"] == "V" else row for row in office.tables["institution"]
    ]
    office.tables["engagement"] = [row for row in office.tables["engagement"] if row["institution"] != "V"]
    office.freeze("2026")
    year = office.run("2026")
    months = sum(
        row["amount_fen"] for row in office.ledger.history(YEAR).lines.to_pylist() if row["institution"] == "V"
    )
    assert f"V has {months // 100:,}.{months % 100:02} yuan in the months of 2026 and is not in this run" in "".join(
        year.warnings
    )


# --- quarters ----------------------------------------------------------------------------------------------------


def test_a_quarter_settles_its_own_months_and_sees_the_year_before_it(empty: Office, tmp_path: Path) -> None:
    empty.policy = policy(tmp_path / "policy", IN_QUARTERS)
    empty.publish_all(MONTHS[:6])
    quarter = empty.publish("2026-Q2")
    second = MONTHS[3:6]
    assert pay(quarter)["H", "A", "quarter_bonus"] == (owed("2", "A", "H", second) + 5) // 10
    paid = reported(quarter, "months.paid")
    assert paid["H"] == owed("2", "A", "H", second) + owed("2", "B", "H", second) + 3 * 100_001
    assert reported(quarter, "year.paid")["V"] == owed("2", "D", "V", MONTHS[:6])
    assert [text for text in quarter.warnings if "year to date" in text] == [
        "2026-Q1 is not published, so the year to date lacks it: 季度奖"
    ]
    read = empty.freeze("2026-Q2").logical["history"]
    assert [made["period"] for made in read["publications"]] == [str(month) for month in MONTHS[:6]]
    # C, who left in March, is in the year to date and has no line; nobody says so, because the quarter owes nothing.
    assert not [text for text in quarter.warnings if text.startswith("C has")]


def test_a_quarter_without_the_months_before_it_says_so(empty: Office, tmp_path: Path) -> None:
    empty.policy = policy(tmp_path / "policy", IN_QUARTERS)
    empty.publish_all(MONTHS[3:6])
    assert empty.freeze("2026-Q2").warnings == ["not published, so not in the year to date: 2026-01, 2026-02, 2026-03"]


def test_the_year_holds_what_its_quarters_paid(office: Office) -> None:
    """Four bonuses of a tenth are part of the pay of the year.

    Without them the settlement is refused, and then it is right.
    """
    office.policy = policy(office.folder.parent / "policy", IN_QUARTERS)
    office.freeze("2026")
    with pytest.raises(Refused) as refused:
        office.run("2026")
    assert [problem.column for problem in refused.value.problems] == [f"2026-Q{number}" for number in (1, 2, 3, 4)]
    quarters = [office.publish(quarter) for quarter in YEAR.inner("quarter")]
    frozen = office.freeze("2026")
    assert len(frozen.logical["history"]["publications"]) == 16
    year = office.run("2026")
    for at, who in (("H", "A"), ("H", "B"), ("H", "C"), ("V", "D")):
        bonus = sum(pay(quarter).get((at, who, "quarter_bonus"), 0) for quarter in quarters)
        advanced = sum(pay_of_month(office, month).get((at, who), 0) for month in MONTHS)
        assert bonus > 0
        assert advanced + bonus + pay(year)[at, who, "settled_pay"] == owed("2.5", who, at)
        assert reported(year, "months.paid")[at, who] == advanced + bonus + (12 * 100_001 if who == "A" else 0)
    # A month after a quarter has it in its year to date, so one frozen before is warned of the quarter's publication.
    assert "2026-Q1" in " ".join(office.run("2026-12", dry_run=True).warnings)


def test_a_quarter_that_the_policy_does_not_pay_in_is_not_missed(office: Office) -> None:
    office.publish("2026")
    assert office.run("2026").state == "already published"


# --- every ledger ------------------------------------------------------------------------------------------------


def test_every_ledger_gives_the_same_settlement(tmp_path: Path) -> None:
    from tests.support import ledgers

    told = []
    for kind in ledgers.KINDS:
        (tmp_path / kind).mkdir()
        with ledgers.fresh(kind, tmp_path / kind) as url, Ledger.open(url) as ledger:
            office = Office(tmp_path / kind, ledger, policy(tmp_path / "policy", IN_QUARTERS))
            office.publish_all(MONTHS[:3])
            quarter = office.publish("2026-Q1")
            history = ledger.history(Period.parse("2026-Q1"))
            ledger.verify()
            assert ledger.results(quarter.run).reports.equals(quarter.results.reports)
            told.append((quarter.run, history.lines, history.work, history.figures))
    for other in told[1:]:
        assert other[0] == told[0][0]
        assert all(one.equals(two) for one, two in zip(other[1:], told[0][1:], strict=True))

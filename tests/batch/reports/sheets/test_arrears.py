"""Arrears and recoveries, added up again from the lines of payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from batch.ledger import Ledger
from batch.payments.recovery_limit import RecoveryLimit
from batch.reports.sheets import arrears
from batch.reports.sheets.material import NoSheet
from batch.reports.sheets.sheet import Sheet
from payengine.periods import Period
from payengine.texts import use
from tests.support.paid_history import publish
from tests.support.sheet_cells import cells, material, total

OCTOBER, NOVEMBER = Period.parse("2026-10"), Period.parse("2026-11")
DAY = date(2026, 11, 25)
NO_LIMIT = RecoveryLimit()
ONE, TWO = ("I1", "N1", "post_pay", "fiscal"), ("I1", "N2", "post_pay", "fiscal")
OTHER, STATEMENT = ("I2", "N1", "post_pay", "fiscal"), ("I1", "", "purchase", "fiscal")
BASE = {ONE: 400_000, TWO: 300_000, OTHER: 50_000, STATEMENT: 900_000}
# The month is corrected: one more, two much less, the statement a little less.
AFTER = {ONE: 420_000, TWO: 10_000, OTHER: 50_000, STATEMENT: 899_000}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open("sqlite:///ledger.sqlite", tmp_path) as opened:
        publish(opened, "2026-10", BASE)
        yield opened


def sheet_of(ledger: Ledger, period: str, folder: Path, institution: str = "") -> Sheet | NoSheet:
    whole = material(ledger, period, folder)
    return arrears.make(whole.of(institution) if institution else whole)


def the_sheet(ledger: Ledger, period: str, folder: Path, institution: str = "") -> Sheet:
    made = sheet_of(ledger, period, folder, institution)
    assert isinstance(made, Sheet)
    return made


def paid_and_corrected(ledger: Ledger) -> None:
    """October is paid, corrected, and November published."""
    ledger.pay(OCTOBER, DAY, NO_LIMIT)
    publish(ledger, "2026-10", AFTER)
    publish(ledger, "2026-11", {ONE: 400_000, TWO: 100_000})


def test_first_pay_of_a_month_is_no_arrears(ledger: Ledger, tmp_path: Path) -> None:
    ledger.pay(OCTOBER, DAY, NO_LIMIT)
    made = sheet_of(ledger, "2026-10", tmp_path)
    assert isinstance(made, NoSheet)


def test_what_pay_would_pay_now_before_a_payment(ledger: Ledger, tmp_path: Path) -> None:
    paid_and_corrected(ledger)
    made = the_sheet(ledger, "2026-11", tmp_path)
    rows = {(row["Code"], row["Staff code"], row["Of period"]): row for row in cells(made)}
    assert {row["group"] for row in rows.values()} == {"What a payment of 2026-11 would pay now; none was made"}
    one = rows["I1", "N1", "2026-10"]
    assert (one["Amount before"], one["Amount after"], one["Difference"]) == (400_000, 420_000, 20_000)
    assert (one["Paid (taken back below zero)"], one["Cause"], one["Revisions"]) == (20_000, "arrears", "1 → 2")
    assert one["Reason of the revision"] == "更正"
    statement = rows["I1", None, "2026-10"]
    assert (statement["Name"], statement["Difference"]) == ("(the institution)", -1_000)
    assert ("I2", "N1", "2026-10") not in rows  # nothing changed there
    assert ("I1", "N1", "2026-11") not in rows  # the month's own pay is none


def test_carried_balances_stand_with_what_is_recovered_of_them(ledger: Ledger, tmp_path: Path) -> None:
    """Two is due 290,000 less and earns 100,000: that is set against it, the rest is carried."""
    paid_and_corrected(ledger)
    drafted = ledger.pay(NOVEMBER, DAY, NO_LIMIT)
    made = the_sheet(ledger, "2026-11", tmp_path)
    two = next(row for row in cells(made) if (row["Staff code"], row["Of period"]) == ("N2", "2026-10"))
    assert (two["Amount before"], two["Amount after"], two["Difference"]) == (300_000, 10_000, -290_000)
    assert (two["Paid (taken back below zero)"], two["Carried forward"]) == (-100_000, -190_000)
    assert (
        total(made, "Carried forward") == sum(drafted.carried.values()) == -191_000
    )  # the statement is due 10.00 yuan less
    own = sum(line.amount_fen for line in drafted.lines if line.key.period == NOVEMBER and line.cause == "pay")
    assert total(made, "Paid (taken back below zero)") == sum(line.amount_fen for line in drafted.lines) - own


def test_every_difference_is_paid_or_carried(ledger: Ledger, tmp_path: Path) -> None:
    paid_and_corrected(ledger)
    ledger.pay(NOVEMBER, DAY, RecoveryLimit(share_e4=2_000))
    publish(ledger, "2026-12", {TWO: 300_000})
    for number, period in enumerate(("2026-11", "2026-12")):
        if number:
            ledger.pay(Period.parse(period), DAY, RecoveryLimit(share_e4=2_000))
        made = the_sheet(ledger, period, tmp_path)
        assert cells(made)
        for row in cells(made):
            before, after, difference = (row[each] for each in ("Amount before", "Amount after", "Difference"))
            paid, carried = row["Paid (taken back below zero)"], row["Carried forward"]
            numbers = [before, after, difference, paid, carried]
            before, after, difference, paid, carried = [each for each in numbers if isinstance(each, int)]
            assert after - before == difference == paid + carried
    december = [row for row in cells(made) if row["Cause"] == "carried, recovered"]
    assert [row["Paid (taken back below zero)"] for row in december] == [-60_000]  # a fifth of 3,000.00 yuan
    assert "A payment recovers at most 20.00 % of what the person would get." in made.notes


def test_before_is_what_earlier_payments_paid(ledger: Ledger, tmp_path: Path) -> None:
    paid_and_corrected(ledger)
    first = ledger.payment(1)
    ledger.pay(NOVEMBER, DAY, NO_LIMIT)
    paid = {line.key: line.amount_fen for line in first.lines}
    for row in cells(the_sheet(ledger, "2026-11", tmp_path)):
        if row["Of period"] == "2026-10":
            own = [amount for key, amount in paid.items()
                   if (key.institution, key.staff or None) == (row["Code"], row["Staff code"])]  # fmt: skip
            assert row["Amount before"] == sum(own)


def test_a_returned_transfer_is_marked(ledger: Ledger, tmp_path: Path) -> None:
    paid_and_corrected(ledger)
    ledger.pay(NOVEMBER, DAY, NO_LIMIT)
    for step in ("approved", "exported", "paid"):
        ledger.advance_payment(2, step)
    ledger.return_payment(2, "N1", "I1", "账户已注销")
    one = next(row for row in cells(the_sheet(ledger, "2026-11", tmp_path)) if row["Staff code"] == "N1")
    assert one["Cause"] == "arrears; the transfer came back"


def test_an_office_that_never_pays_here_sees_the_revisions(ledger: Ledger, tmp_path: Path) -> None:
    made = sheet_of(ledger, "2026-10", tmp_path)
    assert isinstance(made, NoSheet)
    publish(ledger, "2026-10", AFTER)
    sheet = the_sheet(ledger, "2026-10", tmp_path)
    assert {row["group"] for row in cells(sheet)} == {"2026-10, revision 1 → 2: 更正"}
    assert total(sheet, "Difference") == sum(AFTER.values()) - sum(BASE.values())
    assert {row["Paid (taken back below zero)"] for row in cells(sheet)} == {"not given"}


def test_first_pay_of_an_earlier_period_is_told_and_not_listed(ledger: Ledger, tmp_path: Path) -> None:
    """October is paid with November; of the two institutions none was paid before."""
    ledger.pay(OCTOBER, DAY, NO_LIMIT)
    publish(ledger, "2026-10", AFTER)
    publish(ledger, "2026-11", {ONE: 7, OTHER: 8})
    publish(ledger, "2026-12", {ONE: 1})
    ledger.pay(Period.parse("2026-12"), DAY, NO_LIMIT)
    made = the_sheet(ledger, "2026-12", tmp_path)
    assert {row["Of period"] for row in cells(made)} == {"2026-10"}
    told = [note for note in made.notes if "first pay" in note]
    assert len(told) == 1
    assert told[0].endswith("the first pay of 2026-11, 2 line(s), 0.15 yuan, is not listed.")
    own = [note for note in the_sheet(ledger, "2026-12", tmp_path, "I1").notes if "first pay" in note]
    assert own[0].endswith("1 line(s), 0.07 yuan, is not listed.")


def test_an_institution_paid_later_than_others_is_listed(ledger: Ledger, tmp_path: Path) -> None:
    """I2 was held when October was paid, and is paid with November."""
    publish(ledger, "2026-10", {ONE: 400_000}, {"I2": "评分缺失"})
    ledger.pay(OCTOBER, DAY, NO_LIMIT)
    publish(ledger, "2026-10", {ONE: 400_000, OTHER: 50_000})
    publish(ledger, "2026-11", {ONE: 400_000})
    ledger.pay(NOVEMBER, DAY, NO_LIMIT)
    rows = cells(the_sheet(ledger, "2026-11", tmp_path))
    assert [(row["Code"], row["Of period"], row["Amount before"], row["Amount after"]) for row in rows] == [
        ("I2", "2026-10", 0, 50_000)
    ]


def test_one_institution_sees_its_own(ledger: Ledger, tmp_path: Path) -> None:
    ledger.pay(OCTOBER, DAY, NO_LIMIT)
    publish(ledger, "2026-10", {**AFTER, OTHER: 60_000})
    publish(ledger, "2026-11", {ONE: 1, OTHER: 1})
    ledger.pay(NOVEMBER, DAY, NO_LIMIT)
    assert {row["Code"] for row in cells(the_sheet(ledger, "2026-11", tmp_path, "I2"))} == {"I2"}
    assert {row["Code"] for row in cells(the_sheet(ledger, "2026-11", tmp_path))} == {"I1", "I2"}


def test_in_chinese(ledger: Ledger, tmp_path: Path) -> None:
    paid_and_corrected(ledger)
    use("zh")
    made = the_sheet(ledger, "2026-11", tmp_path)
    assert (made.tab, made.title) == ("补发追扣表", "补发追扣表")
    assert {row["缘由"] for row in cells(made)} == {"补发", "追扣", "结转"}

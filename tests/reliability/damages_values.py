"""Damages of single values: dates and numbers, in forms with one reading and in others."""

from __future__ import annotations

from datetime import date

from tests.reliability.damage import REFUSED, SAME, Office, damage

DAY = ("service_record", "service_date")
AMOUNT = ("pay_component", "amount")
SHEET_EPOCH = date(1899, 12, 30)


def refused_at(office: Office, table: str, column: str, row: int) -> tuple[str, ...]:
    return (f"{table}.csv", f"row {row}", column)


@damage("dates_written", SAME)
def day_with_an_hour(office: Office) -> tuple[str, ...]:
    office.change_all(*DAY, lambda day: f"{day.replace('-', '/')} 8:05")
    return ()


@damage("dates_written", SAME)
def day_in_chinese(office: Office) -> tuple[str, ...]:
    office.change_all(*DAY, lambda day: "{}年{}月{}日".format(*map(int, day.split("-"))))
    return ()


@damage("dates_written", SAME)
def day_with_points(office: Office) -> tuple[str, ...]:
    office.change_all(*DAY, lambda day: ".".join(str(int(part)) for part in day.split("-")))
    return ()


@damage("dates_written", SAME)
def day_numbers_of_a_spreadsheet(office: Office) -> tuple[str, ...]:
    office.change_all(*DAY, lambda day: str((date.fromisoformat(day) - SHEET_EPOCH).days))
    return ()


@damage("dates_wrong", REFUSED)
def month_typed_wrong(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*DAY, lambda day: day.replace("-10-", "-13-"))
    return refused_at(office, *DAY, row)


@damage("dates_wrong", REFUSED)
def day_before_month(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*DAY, lambda day: "/".join(reversed(day.split("-"))))
    return refused_at(office, *DAY, row)


@damage("dates_wrong", REFUSED)
def day_missing(office: Office) -> tuple[str, ...]:
    row, _ = office.change("engagement", "from", lambda day: "")
    return refused_at(office, "engagement", "from", row)


@damage("dates_wrong", REFUSED)
def thirtieth_of_february(office: Office) -> tuple[str, ...]:
    row, _ = office.change("engagement", "from", lambda day: "2020-02-30")
    return refused_at(office, "engagement", "from", row)


@damage("dates_wrong", REFUSED)
def period_typed_wrong(office: Office) -> tuple[str, ...]:
    row, _ = office.change("pay_component", "period", lambda period: "2026-1O")
    return refused_at(office, "pay_component", "period", row)


@damage("dates_wrong", REFUSED)
def october_cut_to_january(office: Office) -> tuple[str, ...]:
    row, _ = office.change("pay_component", "period", lambda period: "2026.1")
    return (*refused_at(office, "pay_component", "period", row), "2026.10")


@damage("numbers_written", SAME)
def thousands_separators(office: Office) -> tuple[str, ...]:
    office.change_all(*AMOUNT, lambda amount: f"{int(amount):,}.00")
    return ()


@damage("numbers_written", SAME)
def sign_of_the_yuan(office: Office) -> tuple[str, ...]:
    office.change_all(*AMOUNT, lambda amount: f"￥{int(amount):,}.00")
    return ()


@damage("numbers_written", SAME)
def yuan_behind_a_number(office: Office) -> tuple[str, ...]:
    office.change_all(*AMOUNT, lambda amount: f"{amount}元")
    return ()


@damage("numbers_written", SAME)
def full_width_digits(office: Office) -> tuple[str, ...]:
    full = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}
    office.change_all(*AMOUNT, lambda amount: amount.translate(full))
    return ()


@damage("numbers_written", SAME)
def blanks_around_numbers(office: Office) -> tuple[str, ...]:
    office.change_all(*AMOUNT, lambda amount: f" {amount}.00 ")
    return ()


@damage("numbers_wrong", REFUSED)
def letter_for_a_digit(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*AMOUNT, lambda amount: amount.replace("0", "O", 1))
    return refused_at(office, *AMOUNT, row)


@damage("numbers_wrong", REFUSED)
def unit_behind_a_number(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*AMOUNT, lambda amount: amount + "万元")
    return refused_at(office, *AMOUNT, row)


@damage("numbers_wrong", REFUSED)
def part_of_a_fen(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*AMOUNT, lambda amount: amount + ".005")
    return refused_at(office, *AMOUNT, row)


@damage("numbers_wrong", REFUSED)
def comma_with_two_readings(office: Office) -> tuple[str, ...]:
    row, _ = office.change("service_item", "equivalents", lambda amount: "1,250")
    return refused_at(office, "service_item", "equivalents", row)


@damage("numbers_wrong", REFUSED)
def amount_missing(office: Office) -> tuple[str, ...]:
    row, _ = office.change(*AMOUNT, lambda amount: "")
    return refused_at(office, *AMOUNT, row)


@damage("numbers_wrong", REFUSED)
def score_above_the_full_score(office: Office) -> tuple[str, ...]:
    row, _ = office.change("appraisal", "score", lambda score: score + "0")
    return refused_at(office, "appraisal", "score", row)

"""Damages between the publication of a month and the next month."""

from __future__ import annotations

from tests.reliability.damage import NEXT, REFUSED, TOLD, NoEffect, Office, damage
from tests.reliability.damages_ledger import execute
from tests.support.small_county import Row


def paid_record(office: Office) -> tuple[Row, list[Row]]:
    """Draw a person's record of the published month; return it and all others."""
    rows = office.rows("service_record")
    paid = [row for row in rows if row["service_date"].startswith("2026-10") and row["staff"] != "T1"]
    drawn = office.rng.choice(paid)
    return drawn, [row for row in rows if row is not drawn]


@damage("published_months", TOLD, stage=NEXT)
def record_late(office: Office) -> tuple[str, ...]:
    row, others = paid_record(office)
    office.write("service_record", [*others, row, row | {"record_id": "L1"}])
    return ("2026-10", "1")


@damage("published_months", TOLD, stage=NEXT)
def record_taken_away(office: Office) -> tuple[str, ...]:
    _, others = paid_record(office)
    office.write("service_record", others)
    return ("2026-10", "1")


@damage("published_months", TOLD, stage=NEXT)
def record_dated_into_the_next_month(office: Office) -> tuple[str, ...]:
    """Paid in October, and once more in November."""
    row, others = paid_record(office)
    office.write("service_record", [*others, row | {"service_date": "2026-11-20"}])
    return (row["record_id"], "2026-10")


@damage("published_months", TOLD, stage=NEXT)
def price_of_a_published_month_changed(office: Office) -> tuple[str, ...]:
    if "finance" in office.tables:
        raise NoEffect("paid from a pool")
    office.replace(office.policy, '"4.20"', '"4.50"')
    return ("当量绩效单价", "4.20 -> 4.50", "2026-10")


@damage("published_months", TOLD, stage=NEXT)
def paid_record_cancelled_later(office: Office) -> tuple[str, ...]:
    row, others = paid_record(office)
    cancelling = {
        "record_id": "X1", "service_date": "2026-11-03", "institution": row["institution"],
        "reverses": row["record_id"],
    }  # fmt: skip
    office.write("service_record", [*others, row, cancelling])
    return ("X1", "reversed")


@damage("month_after", REFUSED, stage=NEXT)
def given_pay_not_given_again(office: Office) -> tuple[str, ...]:
    rows = office.rows("pay_component")
    office.write("pay_component", [row for row in rows if row["period"] == "2026-10"])
    return ("pay_component", "none of 2026-11")


@damage("month_after", REFUSED, stage=NEXT)
def cases_not_given_again(office: Office) -> tuple[str, ...]:
    office.write("adjustment", [])
    return ("adjustment", "2026-10")


@damage("month_after", REFUSED, stage=NEXT, code=7)
def pay_changed_before_the_next_month(office: Office) -> tuple[str, ...]:
    execute(office, "UPDATE pay_line SET amount_fen = amount_fen + 100")
    return ("pay_line",)


@damage("month_after", REFUSED, stage=NEXT, code=7)
def publication_deleted_before_the_next_month(office: Office) -> tuple[str, ...]:
    execute(office, "DELETE FROM publication")
    return ("publication",)


@damage("month_after", TOLD, stage=NEXT)
def ledger_gone_before_the_next_month(office: Office) -> tuple[str, ...]:
    office.ledger.unlink()
    return ("ledger.sqlite", "2026-10")


@damage("month_after", TOLD, stage=NEXT)
def component_of_one_not_given_again(office: Office) -> tuple[str, ...]:
    rows = office.rows("pay_component")
    drawn = office.rng.choice([row for row in rows if row["period"] == "2026-11"])
    office.write("pay_component", [row for row in rows if row is not drawn])
    return ("component_lost", drawn["component"], drawn["staff"])


@damage("sizes", TOLD, stage=NEXT)
def task_count_with_two_zeros_more(office: Office) -> tuple[str, ...]:
    _, row = office.change("directed_task", "count", lambda count: f"{count}00", period="2026-11")
    return ("input_amount", "directed_task", row["institution"])


@damage("sizes", TOLD, stage=NEXT)
def item_with_a_digit_more(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_item", "equivalents", lambda equivalents: f"1{equivalents}")
    return ("reference_value", "service_item", f"{row['code']}: {row['equivalents']} -> 1{row['equivalents']}")

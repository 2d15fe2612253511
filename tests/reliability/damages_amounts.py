"""Damages of signs and sizes, and of money that no rule reads."""

from __future__ import annotations

from batch.findings.item_quantities import FEWEST_ROWS
from tests.reliability.damage import REFUSED, TOLD, Office, damage


@damage("signs", TOLD)
def minus_before_given_pay(office: Office) -> tuple[str, ...]:
    office.change("pay_component", "amount", lambda amount: f"-{int(amount) // 100}", component="grade_pay")
    return ("grade_pay", "pay_component")


@damage("signs", REFUSED)
def minus_missing_from_a_deduction(office: Office) -> tuple[str, ...]:
    office.change("adjustment", "amount", lambda amount: amount.lstrip("-"), component="case_deduction")
    return ("adjustment", "case_deduction")


@damage("signs", REFUSED)
def pool_below_zero(office: Office) -> tuple[str, ...]:
    _, row = office.change("finance", "amount", lambda amount: "-" + amount)
    return (row["institution"], "below 0")


@damage("signs", REFUSED)
def person_below_zero(office: Office) -> tuple[str, ...]:
    _, row = office.change("adjustment", "amount", lambda amount: "-15000", component="case_deduction")
    return (row["institution"], row["staff"], "below 0")


@damage("unread_money", REFUSED)
def component_that_no_line_pays(office: Office) -> tuple[str, ...]:
    office.change("pay_component", "component", lambda code: "heating_pay")
    return ("pay_component", "heating_pay")


@damage("unread_money", REFUSED)
def case_that_no_line_pays(office: Office) -> tuple[str, ...]:
    office.change("adjustment", "component", lambda code: "case_bonus")
    return ("adjustment", "case_bonus")


@damage("unread_money", REFUSED)
def finance_line_that_no_rule_reads(office: Office) -> tuple[str, ...]:
    rows = office.rows("finance")
    office.write("finance", [*rows, rows[0] | {"line": "heating_fund", "amount": "70"}])
    return ("finance", "heating_fund")


@damage("sizes", TOLD)
def quantity_with_zeros_too_many(office: Office) -> tuple[str, ...]:
    """Typed for an item of which there are enough records to say what is usual."""
    rows = office.rows("service_record")
    typed = rows[0] | {"record_id": "Q", "quantity": "9000"}
    usual = [typed | {"record_id": f"Q{n:02}", "quantity": str(n % 9 + 1)} for n in range(FEWEST_ROWS)]
    office.write("service_record", [*rows, *usual, typed])
    return ("service_record", f"quantities of {typed['item']}", "9000")


@damage("sizes", TOLD)
def amount_with_zeros_too_many(office: Office) -> tuple[str, ...]:
    _, row = office.change("pay_component", "amount", lambda amount: amount + "00")
    return ("pay_component", row["component"])


@damage("sizes", TOLD)
def scores_on_another_scale(office: Office) -> tuple[str, ...]:
    office.change_all("appraisal", "score", lambda score: f"0.{score}")
    return ("appraisal",)


@damage("posts", TOLD)
def two_full_posts(office: Office) -> tuple[str, ...]:
    rows = office.rows("engagement")
    last = rows[-1]
    office.write("engagement", [*rows, last | {"institution": rows[0]["institution"]}])
    return ("engagement", last["staff"], "fte")


@damage("posts", TOLD)
def paid_where_nobody_is_engaged(office: Office) -> tuple[str, ...]:
    rows = office.rows("pay_component")
    rows[-1] |= {"institution": rows[0]["institution"]}
    office.write("pay_component", rows)
    return ("pay_component", rows[-1]["staff"], "not engaged")

"""Damages of rows and tables: doubled, overlapping, of another period, missing."""

from __future__ import annotations

from tests.reliability.damage import REFUSED, TOLD, NoEffect, Office, damage
from tests.support.small_county import Row


def any_row(office: Office, table: str) -> tuple[int, Row, list[Row]]:
    """Draw a row; return its number in the file, a copy of it, and all rows."""
    rows = office.rows(table)
    place = office.rng.randrange(len(rows))
    return place + 2, dict(rows[place]), rows


@damage("doubled_rows", TOLD)
def record_twice(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "service_record")
    office.write("service_record", [*rows, row])
    return (row["record_id"], "duplicate_row")


@damage("doubled_rows", TOLD)
def record_id_twice(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "service_record")
    if row["staff"] == "T1":
        raise NoEffect("a team's record")
    office.write("service_record", [*rows, row | {"quantity": "77"}])
    return (row["record_id"], "inconsistent_record")


@damage("doubled_rows", TOLD)
def record_under_another_id(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "service_record")
    office.write("service_record", [*rows, row | {"record_id": row["record_id"] + "B"}])
    return ("service_record", row["record_id"])


@damage("doubled_rows", REFUSED)
def given_pay_twice(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "pay_component")
    office.write("pay_component", [*rows, row])
    return ("pay_component.csv", f"row {len(rows) + 2}")


@damage("doubled_rows", REFUSED)
def person_twice(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "staff")
    office.write("staff", [*rows, row | {"name": "另一人"}])
    return ("staff.csv", f"row {len(rows) + 2}")


@damage("doubled_rows", REFUSED)
def score_twice(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "appraisal")
    office.write("appraisal", [*rows, row | {"score": "1"}])
    return ("appraisal.csv", f"row {len(rows) + 2}")


@damage("overlaps", REFUSED)
def engagement_overlaps(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "engagement")
    office.write("engagement", [*rows, row | {"from": "2026-10-10"}])
    return ("engagement.csv", "overlaps row")


@damage("overlaps", REFUSED)
def item_overlaps(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "service_item")
    office.write("service_item", [*rows, row | {"from": "2026-10-01", "equivalents": "9"}])
    return ("service_item.csv", "overlaps row")


@damage("overlaps", REFUSED)
def until_before_from(office: Office) -> tuple[str, ...]:
    place, _, rows = any_row(office, "engagement")
    rows[place - 2]["until"] = "2019-12-31"
    office.write("engagement", rows)
    return ("engagement.csv", f"row {place}", "until")


@damage("overlaps", TOLD)
def until_written_inclusive(office: Office) -> tuple[str, ...]:
    place, _, rows = any_row(office, "engagement")
    rows[place - 2]["until"] = "2026-10-31"
    office.write("engagement", rows)
    return ("engagement", "until")


@damage("overlaps", TOLD)
def engaged_after_the_service(office: Office) -> tuple[str, ...]:
    _, row, _ = any_row(office, "service_record")
    posts = office.rows("engagement")
    for post in posts:
        if post["staff"] == row["staff"]:
            post["from"] = "2026-10-30"
    office.write("engagement", posts)
    if row["staff"] == "T1":
        raise NoEffect("a team's record")
    return (row["record_id"], row["staff"], "not_engaged")


@damage("shares", REFUSED)
def shares_of_a_team(office: Office) -> tuple[str, ...]:
    office.change("team_member", "share", lambda share: "0.3333")
    return ("team_member", "T1", "0.")


@damage("shares", TOLD)
def shares_of_a_record(office: Office) -> tuple[str, ...]:
    _, row = office.change("service_record", "share", lambda share: "0.5")
    if row["staff"] == "T1":
        raise NoEffect("a team's record")
    return (row["record_id"], "bad_share")


@damage("contracts", TOLD)
def contract_cut_on_its_cancellation(office: Office) -> tuple[str, ...]:
    _, _, rows = any_row(office, "contract")
    rows[0] |= {"until": "2026-10-11", "cancelled_on": "2026-10-11"}
    office.write("contract", rows)
    return ("contract", "K1", "cancellation")


@damage("contracts", REFUSED)
def contract_signed_again_in_its_term(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "contract")
    office.write("contract", [*rows, row | {"from": "2026-10-16", "until": "2027-10-16"}])
    return ("contract.csv", "overlaps row")


@damage("other_periods", REFUSED)
def given_pay_of_another_month(office: Office) -> tuple[str, ...]:
    office.change_all("pay_component", "period", lambda period: "2026-09")
    return ("pay_component", "none of 2026-10")


@damage("other_periods", REFUSED)
def pool_of_another_month(office: Office) -> tuple[str, ...]:
    office.change_all("finance", "period", lambda period: "2026-09")
    return ("finance",)


@damage("other_periods", REFUSED)
def cases_of_another_month(office: Office) -> tuple[str, ...]:
    office.change_all("adjustment", "period", lambda period: "2026-11")
    return ("adjustment", "none of 2026-10")


@damage("other_periods", REFUSED)
def scores_of_the_quarter(office: Office) -> tuple[str, ...]:
    office.change_all("appraisal", "period", lambda period: "2026-Q4")
    return ("appraisal",)


@damage("other_periods", REFUSED)
def records_of_another_month(office: Office) -> tuple[str, ...]:
    office.change_all("service_record", "service_date", lambda day: day.replace("2026-10", "2026-09"))
    return ("service_record", "none of 2026-10")


@damage("other_periods", TOLD)
def one_record_dated_2062(office: Office) -> tuple[str, ...]:
    office.change("service_record", "service_date", lambda day: day.replace("2026", "2062"))
    return ("service_record", "2062")


@damage("other_periods", TOLD)
def pay_of_one_typed_2025(office: Office) -> tuple[str, ...]:
    office.change("pay_component", "period", lambda period: "2025-10")
    return ("pay_component", "2025-10")


@damage("missing_tables", REFUSED)
def no_staff_table(office: Office) -> tuple[str, ...]:
    office.file("staff").unlink()
    return ("staff",)


@damage("missing_tables", REFUSED)
def no_scores(office: Office) -> tuple[str, ...]:
    office.file("appraisal").unlink()
    return ("appraisal",)


@damage("missing_tables", REFUSED)
def no_pool(office: Office) -> tuple[str, ...]:
    office.rows("finance")
    office.file("finance").unlink()
    return ("finance",)


@damage("missing_tables", TOLD)
def no_given_pay(office: Office) -> tuple[str, ...]:
    office.file("pay_component").unlink()
    return ("no table pay_component", "post_pay")


@damage("missing_tables", TOLD)
def no_tasks(office: Office) -> tuple[str, ...]:
    office.file("directed_task").unlink()
    return ("no table directed_task",)


@damage("empty_tables", TOLD)
def given_pay_with_a_header_only(office: Office) -> tuple[str, ...]:
    office.write("pay_component", [])
    return ("pay_component", "a header and no row", "post_pay")


@damage("empty_tables", TOLD)
def records_with_a_header_only(office: Office) -> tuple[str, ...]:
    office.write("service_record", [])
    return ("service_record", "a header and no row")


@damage("empty_tables", REFUSED)
def file_without_a_byte(office: Office) -> tuple[str, ...]:
    office.put("pay_component", b"")
    return ("pay_component.csv",)


@damage("missing_rows", REFUSED)
def scores_of_one_institution(office: Office) -> tuple[str, ...]:
    rows = office.rows("appraisal")
    office.write("appraisal", [row for row in rows if row["institution"] != rows[0]["institution"]])
    return ("appraisal", rows[0]["institution"])


@damage("missing_rows", TOLD)
def person_without_any_pay(office: Office) -> tuple[str, ...]:
    """The last person, who is in no team: without given pay, cases and records."""
    last = office.rows("staff")[-1]["code"]
    for table in ("pay_component", "service_record", "adjustment"):
        office.write(table, [row for row in office.rows(table) if row["staff"] != last])
    return ("paid nothing", last)


@damage("missing_rows", TOLD)
def person_no_longer_engaged(office: Office) -> tuple[str, ...]:
    last = office.rows("engagement")[-1]
    office.write("engagement", office.rows("engagement")[:-1])
    return ("pay_component", last["staff"], "not engaged")


@damage("missing_rows", TOLD)
def reversal_of_no_record(office: Office) -> tuple[str, ...]:
    _, row, rows = any_row(office, "service_record")
    office.write("service_record", [*rows, row | {"record_id": "X1", "quantity": "-1", "reverses": "R9999"}])
    return ("X1",)

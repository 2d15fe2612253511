"""Rows of `service_summary` become service records of their month."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from batch.findings.item_minutes import minutes_of_days
from batch.findings.work import quantities, snapshot_services
from batch.pricing.part_sums import price_part
from batch.pricing.price_parts import price_parts
from batch.pricing.price_snapshot import price_snapshot
from batch.snapshot.snapshot import Snapshot
from payengine.errors import IntegrityBroken, Refused
from tests.support.freeze_case import Row, engagement, freeze, item, kept, reasons, record, reference


def summary(
    staff: str = "A", quantity: str = "412", item: str = "EXAM", period: str = "2026-10", institution: str = "H"
) -> Row:
    return {"institution": institution, "staff": staff, "item": item, "period": period, "quantity": quantity}


def frozen(folder: Path, *rows: Row, records: list[Row] | None = None, **more: Any) -> Snapshot:
    return freeze(folder, records or [], service_summary=list(rows), **more)


def refusal(folder: Path, *rows: Row, records: list[Row] | None = None, **more: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        frozen(folder, *rows, records=records, **more)
    assert all(problem.where == "service_summary" for problem in refused.value.problems)
    return [f"{problem.row} {problem.column}: {problem.what}; {problem.remedy}" for problem in refused.value.problems]


def days(snapshot: Snapshot) -> dict[str, str]:
    return {row["record_id"]: row["day"] for row in kept(snapshot)}


def test_a_row_is_one_record_that_counts_as_its_services(tmp_path: Path) -> None:
    snapshot = frozen(tmp_path, summary(), summary("", "7", "TASK"), records=[record("R1", staff="B")])
    assert [(row["record_id"], row["staff"], row["amount"]) for row in kept(snapshot)] == [
        ("summary:H:A:EXAM:2026-10", "A", 412_000_000), ("R1", "B", 1_000_000),
        ("summary:H::TASK:2026-10", "", 7_000_000),
    ]  # fmt: skip
    assert set(days(snapshot).values()) == {"2026-10-31", "2026-10-05"}
    priced = price_snapshot(snapshot)
    assert int(priced.services.sum()) == 412 + 7 + 1
    assert priced.counts["paid"] == 3
    assert (priced.counts["summary_rows"], priced.counts["summary_services"]) == (2, 419)
    assert int(priced.points_micro.sum()) == 413_000_000  # a directed task has none
    snapshot.verify()


def test_a_county_without_summaries_is_frozen_as_before(tmp_path: Path) -> None:
    without = freeze(tmp_path, [record("R1")])
    assert without.summaries() is None
    assert "summaries" not in without.logical
    others = frozen(tmp_path, summary(period="2026-09"), summary(quantity="0"), records=[record("R1")])
    assert others.digest == without.digest
    assert "summary_rows" not in price_snapshot(others).counts


def test_the_cluster_and_holds_count_summaries_too(tmp_path: Path) -> None:
    snapshot = frozen(tmp_path, summary(), summary("D", "5", institution="V"))
    for holds, services in (((), 417), (("V",), 412), (("H",), 5)):
        whole = price_snapshot(snapshot, holds)
        shared = price_parts(snapshot, holds, lambda tasks: map(price_part, tasks))
        assert int(whole.services.sum()) == services
        assert whole.services.tobytes() == shared.services.tobytes()
        assert whole.counts == shared.counts


def test_a_summary_file_that_was_changed_is_found(tmp_path: Path) -> None:
    snapshot = frozen(tmp_path, summary())
    other = frozen(tmp_path, summary(quantity="413"))
    (snapshot.path / "summaries.parquet").write_bytes((other.path / "summaries.parquet").read_bytes())
    with pytest.raises(IntegrityBroken):
        snapshot.verify_values()


@pytest.mark.parametrize(
    ("changes", "day"),
    [
        ({"until": "2026-10-16"}, "2026-10-15"),
        ({"from": "2026-10-20"}, "2026-10-31"),
        ({}, "2026-10-31"),
    ],
)
def test_it_is_dated_on_the_last_day_of_the_engagement(changes: Row, day: str, tmp_path: Path) -> None:
    snapshot = frozen(tmp_path, summary(), engagement=[engagement("A", **changes)])
    assert list(days(snapshot).values()) == [day]


def test_days_away_are_passed_over(tmp_path: Path) -> None:
    away = [
        {"staff": "A", "kind": "leave", "blocks_service": "yes", "from": "2026-10-29", "until": "2026-11-05"},
        {"staff": "A", "kind": "course", "blocks_service": "no", "from": "2026-10-20", "until": "2026-10-29"},
        {"staff": "B", "kind": "leave", "blocks_service": "yes", "from": "2026-09-01", "until": "2027-01-01"},
    ]
    snapshot = frozen(tmp_path, summary(), summary("B"), absence=away)
    assert days(snapshot) == {"summary:H:A:EXAM:2026-10": "2026-10-28"}
    assert reasons(snapshot) == {"summary:H:B:EXAM:2026-10": "absent"}


def test_a_row_passes_the_checks_of_every_record(tmp_path: Path) -> None:
    items = [*reference()["service_item"], item("OLD", until="2026-10-01")]
    snapshot = frozen(tmp_path, summary("D"), summary(item="OLD"), summary("B"), service_item=items)
    assert reasons(snapshot) == {
        "summary:H:D:EXAM:2026-10": "not_engaged", "summary:H:A:OLD:2026-10": "item_not_in_force",
    }  # fmt: skip
    table = snapshot.summaries()
    assert table is not None
    assert table["record_id"].to_pylist() == ["summary:H:B:EXAM:2026-10"]
    assert int(price_snapshot(snapshot).services.sum()) == 412


def test_items_that_a_count_cannot_show_are_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, summary(item="CHECK"), summary(item="SURGERY"), summary(item="NEW"), summary(item="TASK"))
    remedy = "record these services one by one in service_record"
    assert told == [
        f"1 item: CHECK has a limit, which counts by patient and day; {remedy}",
        f"2 item: SURGERY needs a licence, which counts on the day; {remedy}",
        "3 item: NEW is in no row of service_item; ",
    ]


def test_rows_of_other_months_are_judged_in_theirs(tmp_path: Path) -> None:
    assert frozen(tmp_path, summary(item="CHECK", period="2026-09")).summaries() is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (summary(quantity="1.5"), "quantity: 1.5 is not a whole number"),
        (summary(quantity="-1"), "quantity: -1 is less than 0"),
        (summary(quantity=""), "quantity: is empty"),
        (summary(period="2026-Q4"), "period: 2026-Q4 is not a month; give a row for each month"),
        (summary(period="2026"), "period: 2026 is not a month; give a row for each month"),
        (summary("T"), "staff: T is in no row of staff"),
    ],
    ids=lambda row: row if isinstance(row, str) else "",
)
def test_a_row_that_is_no_count_of_a_month_is_refused(row: Row, problem: str, tmp_path: Path) -> None:
    [told] = refusal(tmp_path, row)
    assert told.startswith(f"1 {problem}")


def test_two_rows_of_one_key_are_refused(tmp_path: Path) -> None:
    [told] = refusal(tmp_path, summary(), summary(quantity="1"))
    assert "stands already in row 1" in told


REMEDY = "; count each service once: take out this row, or those records"


def test_services_recorded_one_by_one_too_are_refused(tmp_path: Path) -> None:
    records = [
        record("R1"), record("R2"), record("R3", item="TASK"), record("R4", "2026-11-05"), record("R5", staff="B"),
        record("R6", staff="", item="TASK"), record("R7", institution="V", staff="D"),
    ]  # fmt: skip
    told = refusal(tmp_path, summary("D"), summary(), summary("", item="TASK"), records=records)
    assert told == [
        f"3 item: 1 record(s) of service_record are of the same institution, staff, item and month{REMEDY}",
        f"2 item: 2 record(s) of service_record are of the same institution, staff, item and month{REMEDY}",
    ]


def test_records_of_a_team_with_that_person_are_counted_too(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, summary(), records=[record("R1", staff="T")])) == 1
    frozen(tmp_path, summary("C"), records=[record("R1", staff="T")])


@pytest.mark.parametrize("place", ["record_id", "reverses"])
def test_an_office_cannot_use_the_ids(place: str, tmp_path: Path) -> None:
    mine = "summary:H:A:EXAM:2026-10"
    other = record("R1", staff="B") | {place: mine}
    if place == "reverses":
        other |= {"quantity": "", "service_date": "2026-11-03"}
    told = refusal(tmp_path, summary(), records=[other])
    assert told == [
        f"1 item: service_record names {mine}, which is the record of this row; "
        "give that record another id; to take services off, correct this row"
    ]
    free = frozen(tmp_path, summary("C"), records=[record("summary:mine", staff="B")])
    assert free.counts["kept"] == 2


def test_codes_of_the_office_are_mapped_and_added_up(tmp_path: Path) -> None:
    item_map = [{"source_item": "1102", "item": "EXAM"}, {"source_item": "1103", "item": "EXAM"}]
    snapshot = frozen(tmp_path, summary(item="1102"), summary(item="1103", quantity="8"), item_map=item_map)
    assert snapshot.digest == frozen(tmp_path, summary(quantity="420")).digest
    assert snapshot.mapped["items"] == [["1102", "EXAM", 1], ["1103", "EXAM", 1]]
    told = refusal(tmp_path, summary(item="1104"), item_map=item_map)
    assert told == ["1 item: 1104 is in no row of service_item; "]


MIDDLE = "2026-10-16"
DOUBLED = {"institution": "H", "coefficient": "2"}  # the difficulty


@pytest.mark.parametrize(
    ("changed", "more", "named"),
    [
        ("service_item", {"service_item": [item("EXAM", until=MIDDLE), item("EXAM", **{"from": MIDDLE})]}, "EXAM"),
        ("difficulty", {"difficulty": [{**DOUBLED, "item": "", "from": MIDDLE}]}, "H EXAM"),
        ("difficulty", {"difficulty": [{**DOUBLED, "item": "EXAM", "from": "2026-01-01", "until": MIDDLE}]}, "H EXAM"),
        ("item_map", {"item_map": [{"source_item": "EXAM", "item": "TASK", "from": "2026-01-01", "until": MIDDLE}]},
         "EXAM"),
        ("engagement", {"engagement": [engagement("A", until=MIDDLE), engagement("A", **{"from": MIDDLE})]}, "A"),
    ],
)  # fmt: skip
def test_a_count_of_what_changes_within_the_month_is_told(
    changed: str, more: dict[str, list[Row]], named: str, tmp_path: Path
) -> None:
    """It has no days, so all of it is paid as of one of them."""
    snapshot = frozen(tmp_path, summary(), **more)
    assert [text for text in snapshot.warnings if "a count has no days" in text] == [
        f"service_summary: {changed} changes within 2026-10, and a count has no days: all of it is paid as of the last "
        f"one. Record these services one by one if they differ: {named}"
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"service_item": [item("EXAM", until="2026-10-01"), item("EXAM", equivalents="9", **{"from": "2026-10-01"})]},
        {"service_item": [item("EXAM", until="2026-11-01"), item("EXAM", equivalents="9", **{"from": "2026-11-01"})]},
        {"difficulty": [{"institution": "V", "item": "", "coefficient": "2", "from": MIDDLE}]},
        {"engagement": [engagement("A"), engagement("B", until=MIDDLE), engagement("B", **{"from": MIDDLE})]},
    ],
)
def test_a_change_elsewhere_or_between_months_is_no_matter(more: dict[str, list[Row]], tmp_path: Path) -> None:
    assert not [text for text in frozen(tmp_path, summary(), **more).warnings if "a count has no days" in text]


def test_codes_with_colons_make_ids_of_their_own(tmp_path: Path) -> None:
    items = [*reference()["service_item"], item("X:A"), item("A")]
    people = [{"code": "S"}, {"code": "S:X"}]
    posts = [engagement("S"), engagement("S:X")]
    snapshot = frozen(
        tmp_path, summary("S", item="X:A"), summary("S:X", item="A"), service_item=items, staff=people,
        engagement=posts, team_member=[],
    )  # fmt: skip
    assert set(days(snapshot)) == {"summary:H:S:X%3AA:2026-10", "summary:H:S%3AX:A:2026-10"}


def test_findings_of_single_services_leave_summaries_out(tmp_path: Path) -> None:
    items = [*reference()["service_item"][1:], item("EXAM", minutes="30")]
    snapshot = frozen(tmp_path, summary(), records=[record("R1", staff="B")], service_item=items)
    minutes = np.maximum(snapshot.coding.item_rows["minutes"].to_numpy(), 0)
    assert int(minutes_of_days(snapshot, minutes).sum()) == 30 * 10**6
    assert quantities(snapshot, 10_000, 20).rows.sum() <= 1
    assert snapshot_services(snapshot) == {("H", "A"): 412, ("H", "B"): 1}

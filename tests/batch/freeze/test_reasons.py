"""Reasons why a single row is not paid, and the order in which they apply."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.input_tables import REASONS
from tests.support.freeze_case import engagement, freeze, item, kept, limited, paid, reasons, record, reference

# What makes a record fail for each reason, in their order, by columns of a record that would be paid otherwise.
FAULTS = {
    "unknown_institution": {"institution": "h"},
    "unknown_staff": {"staff": "a"},
    "unknown_item": {"item": "exam"},
    "bad_quantity": {"quantity": "0"},
    "bad_share": {"share": "0.5"},
    "no_patient": {"item": "CHECK"},
    "institution_closed": {"institution": "SHUT"},
    "item_not_in_force": {"item": "OLD"},
    "not_engaged": {"staff": "D"},
    "absent": {"staff": "B"},
    "not_licensed": {"item": "SURGERY"},
    "after_death": {"patient": "dead"},
}


def county() -> dict[str, list[dict[str, str]]]:
    """The small county with an institution that has shut, an old item, an absence and a death."""
    tables = reference()
    shut = {"code": "SHUT", "kind": "cdc", "public_class": "1", "from": "2020-01-01", "until": "2026-10-05"}
    tables["institution"].append(shut)
    tables["engagement"] += [engagement(staff, "SHUT") for staff in "ABC"]
    tables["service_item"].append(item("OLD", until="2026-10-05"))
    leave = {"staff": "B", "kind": "leave", "blocks_service": "yes", "from": "2026-10-05", "until": "2026-10-06"}
    course = leave | {"staff": "A", "blocks_service": "no"}
    tables["absence"] = [leave, course]
    tables["patient"] = [{"patient": "dead", "died": "2026-10-04"}]
    return tables


@pytest.mark.parametrize("reason", FAULTS)
def test_each_reason(tmp_path: Path, reason: str) -> None:
    snapshot = freeze(tmp_path, [record("good"), record("bad", **FAULTS[reason])], **county())
    assert reasons(snapshot) == {"bad": reason}
    assert paid(snapshot) == [("good", "A", 1_000_000)]


def test_reasons_are_those_of_the_list_in_its_order() -> None:
    """The reasons of a single row stand in the order of the list.

    The first three and the last are about several rows or the run; the others belong to the eligibility of a single
    row.
    """
    assert ("duplicate_row", "inconsistent_record", "reversed", *FAULTS, "over_limit") == REASONS


PAIRS = [
    (first, second)
    for place, first in enumerate(FAULTS)
    for second in list(FAULTS)[place + 1 :]
    if not FAULTS[first].keys() & FAULTS[second].keys()
]


def test_the_first_reason_in_the_order_applies(tmp_path: Path) -> None:
    """Two faults in one row: every pair that one row can have."""
    records = [record(f"{first} {second}", **(FAULTS[first] | FAULTS[second])) for first, second in PAIRS]
    tables = county()
    found = reasons(freeze(tmp_path, records, **tables))
    expected = {f"{first} {second}": first for first, second in PAIRS}
    expected["no_patient after_death"] = "after_death"  # who has died is a patient
    assert found == expected


@pytest.mark.parametrize("quantity", ["", "0", "-1", "-0.01"])
def test_a_quantity_that_is_empty_zero_or_negative_is_bad(tmp_path: Path, quantity: str) -> None:
    assert reasons(freeze(tmp_path, [record("R", quantity=quantity)])) == {"R": "bad_quantity"}


@pytest.mark.parametrize("share", ["", "0", "-0.5", "1.0001", "0.9999"])
def test_a_share_that_is_empty_or_outside_or_not_whole_is_bad(tmp_path: Path, share: str) -> None:
    assert reasons(freeze(tmp_path, [record("R", share=share)])) == {"R": "bad_share"}


def test_the_institutions_own_work_needs_no_person(tmp_path: Path) -> None:
    """The institution's own work is asked for no engagement, absence or licence.

    R10, R11: without staff the other checks still apply.
    """
    records = [record("lab", staff="", item="SURGERY"), record("none", staff="", quantity="0")]
    snapshot = freeze(tmp_path, records)
    assert [(row["record_id"], row["staff"], row["institution"]) for row in kept(snapshot)] == [("lab", "", "H")]
    assert kept(snapshot)[0]["engagement"] == snapshot.coding.engagements.num_rows  # institution 0
    assert reasons(snapshot) == {"none": "bad_quantity"}


def test_empty_codes_of_institution_and_item_are_unknown(tmp_path: Path) -> None:
    """R17: only an empty staff code is known."""
    found = reasons(freeze(tmp_path, [record("a", institution=""), record("b", item="")]))
    assert found == {"a": "unknown_institution", "b": "unknown_item"}


def test_from_is_inclusive_and_until_exclusive(tmp_path: Path) -> None:
    tables = reference()
    tables["engagement"][0] |= {"from": "2026-10-03", "until": "2026-10-05"}
    records = [record(f"R{day}", f"2026-10-0{day}") for day in (2, 3, 4, 5)]
    snapshot = freeze(tmp_path, records, **tables)
    assert reasons(snapshot) == {"R2": "not_engaged", "R5": "not_engaged"}
    assert [row["record_id"] for row in kept(snapshot)] == ["R3", "R4"]


def test_points_belong_to_the_engagement_in_force_on_the_day(tmp_path: Path) -> None:
    tables = reference()
    tables["engagement"] = [engagement("A", until="2026-10-05"), engagement("A", **{"from": "2026-10-05"})]
    snapshot = freeze(tmp_path, [record("R1", "2026-10-04"), record("R2", "2026-10-05")], **tables)
    assert [(row["record_id"], row["engagement"]) for row in kept(snapshot)] == [("R1", 0), ("R2", 1)]


def test_the_item_row_in_force_on_the_day_is_taken(tmp_path: Path) -> None:
    tables = reference()
    tables["service_item"] = [item("EXAM", until="2026-10-05"), item("EXAM", **{"from": "2026-10-05"}), item("AAA")]
    snapshot = freeze(tmp_path, [record("R1", "2026-10-04"), record("R2", "2026-10-05")], **tables)
    assert [(row["record_id"], row["item_row"]) for row in kept(snapshot)] == [("R1", 1), ("R2", 2)]


def test_difficulty_of_the_item_then_of_the_institution_then_none(tmp_path: Path) -> None:
    """R12: row 0 is a coefficient of 1."""
    difficulty = [
        {"institution": "H", "item": "EXAM", "coefficient": "1.3", "from": "2026-10-01", "until": "2026-10-05"},
        {"institution": "H", "item": "", "coefficient": "1.2", "from": "2026-10-04", "until": "2026-10-06"},
        {"institution": "V", "item": "", "coefficient": "1.5", "from": "2020-01-01"},
    ]
    records = [record(f"R{day}", f"2026-10-0{day}") for day in (3, 4, 5, 6)]
    snapshot = freeze(tmp_path, [*records, record("task", "2026-10-04", item="TASK")], difficulty=difficulty)
    coefficient = snapshot.coding.coefficient
    found = {row["record_id"]: int(coefficient[row["difficulty_row"]]) for row in kept(snapshot)}
    assert found == {"R3": 13000, "R4": 13000, "R5": 12000, "R6": 10000, "task": 12000}


def test_a_licence_counts_while_it_is_in_force(tmp_path: Path) -> None:
    held = [{"staff": "A", "kind": "doctor", "from": "2026-10-03", "until": "2026-10-05"}]
    other = [{"staff": "B", "kind": "nurse", "from": "2020-01-01"}]
    records = [record(f"R{day}", f"2026-10-0{day}", item="SURGERY") for day in (2, 4, 5)]
    snapshot = freeze(tmp_path, [*records, record("B", staff="B", item="SURGERY")], license=held + other)
    assert reasons(snapshot) == {"R2": "not_licensed", "R5": "not_licensed", "B": "not_licensed"}


def test_death_counts_from_the_day_after(tmp_path: Path) -> None:
    died = [{"patient": "P", "died": "2026-10-04"}, {"patient": "Q", "died": "2026-10-01"}]
    records = [record("on", "2026-10-04", patient="P"), record("after", "2026-10-05", patient="P")]
    assert reasons(freeze(tmp_path, records, patient=died)) == {"after": "after_death"}


def test_a_limited_item_needs_a_patient_where_its_row_has_a_limit(tmp_path: Path) -> None:
    """R13: the row in force on the date decides; the rows of such an item all stand apart."""
    tables = reference()
    tables["service_item"] = [
        item("CHECK", until="2026-10-05"),
        item("CHECK", limit_count="1", limit_period="year", **{"from": "2026-10-05"}),
    ]
    records = [record("before", "2026-10-04", item="CHECK"), record("since", "2026-10-05", item="CHECK")]
    snapshot = freeze(tmp_path, records, **tables)
    assert reasons(snapshot) == {"since": "no_patient"}
    assert [(row["record_id"], row["has_patient"]) for row in limited(snapshot)] == [("before", 0)]
    assert kept(snapshot) == []


def test_rejections_show_codes_as_written(tmp_path: Path) -> None:
    """R17: rejections show codes as written, also codes that stand in no table."""
    records = [record("R1", institution="𬭎镇", staff="谁"), record("R2", staff="谁")]
    snapshot = freeze(tmp_path, records)
    rows = [row for batch in snapshot.rejected() for row in batch.to_pylist()]
    assert [(row["record_id"], row["institution"], row["staff"], row["reason"]) for row in rows] == [
        ("R1", "𬭎镇", "谁", "unknown_institution"),
        ("R2", "H", "谁", "unknown_staff"),
    ]
    assert (rows[0]["quantity"], rows[0]["share"], rows[0]["item"]) == (100, 10_000, "EXAM")


def test_directed_items_are_kept_and_priced_at_nothing(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R", item="TASK")])
    row = kept(snapshot)[0]
    assert snapshot.coding.priced_equivalents[row["item_row"]] == 0
    assert snapshot.coding.equivalents[row["item_row"]] == 10_000

"""Services whose shares are of roles, or that institutions do together, as their item says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.freeze_case import Row, engagement, freeze, item, kept, limited, paid, record, reference, rejected

MILLION = 1_000_000
OPERATION = item("OP", shares="of_roles", joint="no")
CONSULT = item("CONSULT", joint="yes")


def frozen(folder: Path, rows: list[Row], *items: Row, **changed: Any) -> Any:
    """Freeze with further items."""
    return freeze(folder, rows, service_item=[*reference()["service_item"], *items], **changed)


def reasons(snapshot: Any) -> list[tuple[str, str, str]]:
    return [(code, staff, reason) for code, staff, reason, _ in rejected(snapshot)]


def test_shares_of_roles_need_not_sum_to_one(tmp_path: Path) -> None:
    """A surgeon has 100 %, an assistant 16 % on top; one row with 16 % is paid that, too."""
    rows = [record("R", item="OP"), record("R", item="OP", staff="B", share="0.16")]
    rows += [record("S", item="OP", staff="C", share="0.16")]
    snapshot = frozen(tmp_path, rows, OPERATION)
    assert paid(snapshot) == [("R", "A", MILLION), ("R", "B", 160_000), ("S", "C", 160_000)]
    assert not rejected(snapshot)


@pytest.mark.parametrize("share", ["", "0", "-0.1", "1.01"])
def test_a_share_of_a_role_is_within_zero_and_one(tmp_path: Path, share: str) -> None:
    rows = [record("R", item="OP"), record("R", item="OP", staff="B", share=share)]
    assert reasons(frozen(tmp_path, rows, OPERATION)) == [("R", "A", "bad_share"), ("R", "B", "bad_share")]


def test_shares_of_other_items_still_sum_to_one(tmp_path: Path) -> None:
    """The default, in words or by an empty cell, is what it was before the column was there."""
    rows = [record("R"), record("R", staff="B", share="0.16")]
    rows += [record("S", item="WHOLE"), record("S", item="WHOLE", staff="B", share="0.16")]
    found = reasons(frozen(tmp_path, rows, OPERATION, item("WHOLE", shares="of_whole")))
    assert found == [("R", "A", "bad_share"), ("R", "B", "bad_share"), ("S", "A", "bad_share"), ("S", "B", "bad_share")]


def test_the_row_in_force_on_the_date_decides(tmp_path: Path) -> None:
    """An item is of roles and joint from the 16th on."""
    items = [item("OP", until="2026-10-16"), item("OP", **{"from": "2026-10-16"}, shares="of_roles", joint="yes")]
    rows = [
        record(code, day, staff=staff, institution=place, item="OP", share="0.9")
        for code, day in (("R", "2026-10-15"), ("S", "2026-10-16"))
        for staff, place in (("A", "H"), ("D", "V"))
    ]
    rows += [record("T", "2026-10-15", item="OP", share="0.9"), record("U", "2026-10-16", item="OP", share="0.9")]
    snapshot = frozen(tmp_path, rows, *items)
    assert paid(snapshot) == [("S", "A", 900_000), ("S", "D", 900_000), ("U", "A", 900_000)]
    assert reasons(snapshot) == [
        ("R", "A", "inconsistent_record"), ("R", "D", "inconsistent_record"), ("T", "A", "bad_share"),
    ]  # fmt: skip


def test_a_teams_own_share_is_one_beside_other_roles(tmp_path: Path) -> None:
    """The team T is of A (0.6) and B (0.4); a part of a part is not written out."""
    rows = [record("R", item="OP", staff="T"), record("R", item="OP", staff="C", share="0.16")]
    rows += [record("S", item="OP", staff="T", share="0.16"), record("S", item="OP", staff="C")]
    snapshot = frozen(tmp_path, rows, OPERATION)
    assert paid(snapshot) == [("R", "A", 600_000), ("R", "B", 400_000), ("R", "C", 160_000), ("S", "C", MILLION)]
    assert reasons(snapshot) == [("S", "T", "bad_share")]


def test_a_joint_service_is_paid_at_each_institution_with_its_difficulty(tmp_path: Path) -> None:
    """A is at H, D at V. Their owners and difficulty rows are those of the own row."""
    rows = [record("R", item="CONSULT", share="0.6")]
    rows += [record("R", item="CONSULT", staff="D", institution="V", share="0.4")]
    difficulty = [{"institution": "V", "item": "CONSULT", "coefficient": "1.5", "from": "2020-01-01"}]
    found = kept(frozen(tmp_path, rows, CONSULT, difficulty=difficulty))
    assert sorted((row["staff"], row["institution"], row["amount"], row["difficulty_row"]) for row in found) == [
        ("A", "H", 600_000, 0), ("D", "V", 400_000, 1),
    ]  # fmt: skip


def test_a_person_of_a_joint_service_is_engaged_at_the_own_rows_institution(tmp_path: Path) -> None:
    rows = [record("R", item="CONSULT", share="0.6")]
    rows += [record("R", item="CONSULT", staff="B", institution="V", share="0.4")]
    snapshot = frozen(tmp_path, rows, CONSULT)
    assert paid(snapshot) == [("R", "A", 600_000)]
    assert reasons(snapshot) == [("R", "B", "not_engaged")]


def test_the_shares_of_a_joint_service_sum_to_one_over_all_institutions(tmp_path: Path) -> None:
    rows = [record("R", item="CONSULT"), record("R", item="CONSULT", staff="D", institution="V")]
    assert reasons(frozen(tmp_path, rows, CONSULT)) == [("R", "A", "bad_share"), ("R", "D", "bad_share")]


@pytest.mark.parametrize("staff", ["D", ""])
def test_one_staff_code_stands_once_in_a_joint_service(tmp_path: Path, staff: str) -> None:
    """Somebody with posts at both institutions did one part of it.

    Another code stands between the two rows.
    """
    posts = [*reference()["engagement"], engagement("D", "H")]
    rows = [record("R", item="CONSULT", staff=staff, institution=place, share="0.4") for place in "HV"]
    rows += [record("R", item="CONSULT", staff="C", share="0.2")]
    found = reasons(frozen(tmp_path, rows, CONSULT, engagement=posts))
    assert {reason for *_, reason in found} == {"inconsistent_record"}
    assert len(found) == 3


def test_a_joint_service_with_roles(tmp_path: Path) -> None:
    """Both columns together; a copy of a row is a duplicate and no second part."""
    both = item("BOTH", shares="of_roles", joint="yes")
    rows = [record("R", item="BOTH"), record("R", item="BOTH", staff="D", institution="V", share="0.16")]
    snapshot = frozen(tmp_path, [*rows, rows[1]], both)
    assert paid(snapshot) == [("R", "A", MILLION), ("R", "D", 160_000)]
    assert reasons(snapshot) == [("R", "D", "duplicate_row")]


@pytest.mark.parametrize("change", [{"day": "2026-10-06"}, {"item": "EXAM"}, {"quantity": "2"}, {"patient": "P"}])
def test_a_joint_service_agrees_in_all_but_the_institution(tmp_path: Path, change: dict[str, str]) -> None:
    """A row of another item contradicts it, too, whichever of the two stands first."""
    rows = [record("R", item="CONSULT", share="0.6")]
    rows += [record("R", **({"item": "CONSULT", "staff": "D", "institution": "V", "share": "0.4"} | change))]
    assert {reason for *_, reason in reasons(frozen(tmp_path, rows, CONSULT))} == {"inconsistent_record"}


def test_a_limit_counts_a_service_once_across_institutions(tmp_path: Path) -> None:
    """Two rows of one joint service are one service for the limit: only the first begins it."""
    both = item("BOTH", shares="of_roles", joint="yes", limit_count="1", limit_period="year")
    rows = [
        record(code, day, item="BOTH", staff=staff, institution=place, share=share, patient="P")
        for code, day in (("R", "2026-10-05"), ("S", "2026-10-06"))
        for staff, place, share in (("A", "H", "1"), ("D", "V", "0.16"))
    ]
    found = limited(frozen(tmp_path, rows, both))
    assert [(row["record_id"], row["staff"], row["institution"], row["first_of_service"]) for row in found] == [
        ("R", "A", "H", 1), ("R", "D", "V", 0), ("S", "A", "H", 1), ("S", "D", "V", 0),
    ]  # fmt: skip


def test_refunds_take_back_a_row_with_its_own_share_and_institution(tmp_path: Path) -> None:
    """Half of both rows come back in one record.

    A refund that names the other institution finds nothing.
    """
    both = item("BOTH", shares="of_roles", joint="yes")
    pairs = (("A", "H", "1"), ("D", "V", "0.16"))
    rows = [record("R", item="BOTH", staff=who, institution=at, share=share) for who, at, share in pairs]
    rows += [
        record("X", item="BOTH", staff=who, institution=at, share="", quantity="-0.5", reverses="R")
        for who, at, _ in pairs
    ]
    rows += [record("Y", item="BOTH", staff="D", institution="H", share="", quantity="-0.5", reverses="R")]
    snapshot = frozen(tmp_path, rows, both)
    assert paid(snapshot) == [("R", "A", MILLION), ("R", "D", 160_000), ("X", "A", -500_000), ("X", "D", -80_000)]
    assert reasons(snapshot) == [("Y", "D", "reversed")]


def test_refunds_of_a_role_are_no_more_than_its_row(tmp_path: Path) -> None:
    """0.16 of a service were done; 0.2 of one come back."""
    rows = [record("R", item="OP"), record("R", item="OP", staff="B", share="0.16")]
    rows += [record("X", item="OP", staff="B", share="0.2", quantity="-1", reverses="R")]
    assert reasons(frozen(tmp_path, rows, OPERATION)) == [("X", "B", "bad_quantity")]


def test_a_cancellation_cancels_the_rows_of_all_institutions(tmp_path: Path) -> None:
    rows = [record("R", item="CONSULT", share="0.6")]
    rows += [record("R", item="CONSULT", staff="D", institution="V", share="0.4")]
    rows += [record("X", item="", staff="", quantity="", share="", institution="H", reverses="R")]
    snapshot = frozen(tmp_path, rows, CONSULT)
    assert not paid(snapshot)
    assert reasons(snapshot) == [("R", "A", "reversed"), ("R", "D", "reversed"), ("X", "", "reversed")]


def test_a_refund_of_two_institutions_is_judged_on_its_own_date(tmp_path: Path) -> None:
    """Once the item is joint no more, such a record contradicts itself; two records do not."""
    items = [item("CONSULT", joint="yes", until="2026-10-10"), item("CONSULT", **{"from": "2026-10-10"})]
    pairs = (("A", "H", "0.6"), ("D", "V", "0.4"))
    rows = [record("R", item="CONSULT", staff=who, institution=at, share=share) for who, at, share in pairs]
    for who, at, _ in pairs:
        back = {"item": "CONSULT", "staff": who, "institution": at, "share": "", "quantity": "-0.5", "reverses": "R"}
        rows += [record("X", "2026-10-20", **back), record(f"Y{who}", "2026-10-20", **back)]
    snapshot = frozen(tmp_path, rows, *items)
    assert paid(snapshot) == [("R", "A", 600_000), ("R", "D", 400_000), ("YA", "A", -300_000), ("YD", "D", -200_000)]
    assert reasons(snapshot) == [("X", "A", "inconsistent_record"), ("X", "D", "inconsistent_record")]


def test_a_column_that_says_nothing_leaves_the_snapshot_as_it_was(tmp_path: Path) -> None:
    """Absent, empty and written defaults freeze to the same.

    Another value is kept beside the item.
    """
    plain = freeze(tmp_path / "plain", [record("R")])
    said = [row | {"shares": "of_whole", "joint": "no"} for row in reference()["service_item"]]
    assert freeze(tmp_path / "said", [record("R")], service_item=said).digest == plain.digest
    assert "shares" not in plain.table("service_item").column_names
    other = frozen(tmp_path / "other", [record("R")], OPERATION).table("service_item")
    assert "joint" not in other.column_names
    assert sorted(set(other["shares"].to_pylist())) == ["of_roles", "of_whole"]

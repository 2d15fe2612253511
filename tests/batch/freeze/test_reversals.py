"""Rows with `reverses`: cancellations, partial refunds, their effects and their listing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batch.snapshot.schemas import EXCESS, ORIGINAL, REFUND, REFUND_OF_BAD_SHARE
from tests.support.freeze_case import Row, freeze, kept, limited, paid, record, rejected

MILLION = 1_000_000
EARLIER = "2026-09-20"
LATER = "2026-11-20"


def cancel(record_id: str, reverses: str, **columns: Any) -> Row:
    return record(record_id, reverses=reverses, **{"quantity": ""} | columns)


def refund(record_id: str, reverses: str, quantity: str = "-1", **columns: Any) -> Row:
    return record(record_id, reverses=reverses, quantity=quantity, **{"share": ""} | columns)


def told(snapshot: Any) -> set[tuple[str, str, str]]:
    return {(record_id, staff, reason) for record_id, staff, reason, _ in rejected(snapshot)}


def test_both_sides_of_a_cancellation_are_reversed(tmp_path: Path) -> None:
    """R6: all rows of the record, whoever did them; the cancelling row also with other faults."""
    rows = [record("R", share="0.5"), record("R", staff="B", share="0.5"), cancel("X", "R", staff="?", item="?")]
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == []
    assert told(snapshot) == {("R", "A", "reversed"), ("R", "B", "reversed"), ("X", "?", "reversed")}


def test_reversed_comes_before_other_reasons_but_not_before_inconsistent(tmp_path: Path) -> None:
    rows = [record("R", staff="?"), cancel("X", "R"), record("S"), record("S", quantity="2"), cancel("Y", "S")]
    assert told(freeze(tmp_path, rows)) == {
        ("R", "?", "reversed"), ("X", "A", "reversed"), ("S", "A", "inconsistent_record"), ("Y", "A", "reversed"),
    }  # fmt: skip


def test_a_team_is_reversed_before_it_is_expanded(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R", staff="T"), cancel("X", "R", staff="T")])
    assert told(snapshot) == {("R", "T", "reversed"), ("X", "T", "reversed")}
    assert snapshot.counts["expanded"] == 0


def test_an_inconsistent_cancellation_cancels_nothing(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R"), cancel("X", "R"), cancel("X", "R", item="TASK")])
    assert paid(snapshot) == [("R", "A", MILLION)]
    assert told(snapshot) == {("X", "A", "inconsistent_record")}


def test_a_record_whose_rows_reverse_different_records_is_inconsistent(tmp_path: Path) -> None:
    rows = [record("R"), record("S"), cancel("X", "R"), cancel("X", "S", staff="B"), cancel("X", "", staff="C")]
    snapshot = freeze(tmp_path, rows)
    assert [row[0] for row in paid(snapshot)] == ["R", "S"]
    assert {(row[0], row[2]) for row in rejected(snapshot)} == {("X", "inconsistent_record")}


def test_duplicates_of_a_cancellation(tmp_path: Path) -> None:
    found = rejected(freeze(tmp_path, [record("R"), cancel("X", "R"), cancel("X", "R")]))
    assert found == [("R", "A", "reversed", 1), ("X", "A", "duplicate_row", 1), ("X", "A", "reversed", 2)]


def test_reversing_a_reversal_restores_nothing(tmp_path: Path) -> None:
    """R2: neither a cancellation nor a refund is an original."""
    rows = [
        record("R"),
        cancel("X", "R"),
        cancel("Y", "X"),
        record("S", quantity="2"),
        refund("F", "S"),
        cancel("G", "F"),
    ]
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == [("F", "A", -MILLION), ("S", "A", 2 * MILLION)]
    assert told(snapshot) == {(code, "A", "reversed") for code in "RXYG"}


def test_a_cancellation_of_nothing_is_reversed(tmp_path: Path) -> None:
    assert told(freeze(tmp_path, [cancel("X", "nothing")])) == {("X", "A", "reversed")}


def test_a_refund_is_priced_as_its_original(tmp_path: Path) -> None:
    """R7: a refund is priced with the original's date, engagement and difficulty.

    The quantity and the share are its own; an empty share is the original's.
    """
    rows = [
        record("R", quantity="4", share="0.5"), record("R", quantity="4", staff="B", share="0.5"),
        refund("F", "R", "-1.5", day=LATER), refund("G", "R", "-1", staff="B", share="0.25", day=LATER),
    ]  # fmt: skip
    snapshot = freeze(tmp_path, rows)
    found = {row["record_id"]: row for row in kept(snapshot) if row["reverses"]}
    assert {code: (row["day"], row["amount"], row["share"], row["reverses"]) for code, row in found.items()} == {
        "F": ("2026-10-05", -750_000, 5000, "R"), "G": ("2026-10-05", -250_000, 2500, "R"),
    }  # fmt: skip
    assert snapshot.counts["late_reversals"] == 2
    assert snapshot.counts["read"] == 4


@pytest.mark.parametrize("change", [{"staff": "B"}, {"item": "TASK"}, {"institution": "V"}])
def test_a_refund_must_name_staff_item_and_institution(tmp_path: Path, change: dict[str, str]) -> None:
    snapshot = freeze(tmp_path, [record("R"), refund("F", "R", **change)])
    assert [(row[0], row[2]) for row in rejected(snapshot)] == [("F", "reversed")]
    assert paid(snapshot) == [("R", "A", MILLION)]


@pytest.mark.parametrize("fault", [{"quantity": "0"}, {"staff": "?"}, {"share": "0.9"}])
def test_a_refund_of_a_row_that_is_not_paid_is_reversed(tmp_path: Path, fault: dict[str, str]) -> None:
    snapshot = freeze(tmp_path, [record("R", **fault), refund("F", "R", staff=fault.get("staff", "A"))])
    assert [row[2] for row in rejected(snapshot) if row[0] == "F"] == ["reversed"]


def test_a_refund_of_a_cancelled_record_is_reversed(tmp_path: Path) -> None:
    rows = [
        record("R"),
        cancel("X", "R"),
        refund("F", "R"),
        record("S", staff="T"),
        cancel("Y", "S"),
        refund("G", "S", staff="T"),
    ]
    assert {row[:3] for row in rejected(freeze(tmp_path, rows)) if row[0] in "FG"} == {
        ("F", "A", "reversed"), ("G", "T", "reversed"),
    }  # fmt: skip


def test_refunds_that_exceed_their_row_are_all_bad(tmp_path: Path) -> None:
    """quantity x share, summed over all refunds of one row; exactly the row is not too much."""
    rows = [
        record("R", quantity="2"), refund("F", "R", "-1.5"), refund("G", "R", "-0.51"),
        record("S", quantity="2"), refund("H", "S", "-1.5"), refund("I", "S", "-1", share="0.5"),
    ]  # fmt: skip
    snapshot = freeze(tmp_path, rows)
    assert told(snapshot) == {("F", "A", "bad_quantity"), ("G", "A", "bad_quantity")}
    assert [row[0] for row in paid(snapshot)] == ["H", "I", "R", "S"]


@pytest.mark.parametrize("share", ["0", "-0.5", "1.0001"])
def test_a_refund_of_a_bad_share_counts_in_no_sum(tmp_path: Path, share: str) -> None:
    snapshot = freeze(tmp_path, [record("R"), refund("F", "R", "-1", share=share), refund("G", "R", "-1")])
    assert told(snapshot) == {("F", "A", "bad_share")}
    assert paid(snapshot) == [("G", "A", -MILLION), ("R", "A", MILLION)]


def test_refunds_of_enormous_quantities_do_not_wrap(tmp_path: Path) -> None:
    rows = [record("R"), *(refund(f"F{number}", "R", "-1000000000000", share="1") for number in range(30))]
    snapshot = freeze(tmp_path, rows)
    assert {row[2] for row in rejected(snapshot)} == {"bad_quantity"}
    assert len(rejected(snapshot)) == 30


def test_a_teams_refund_becomes_one_row_per_member(tmp_path: Path) -> None:
    """A team's refund has the members' shares; each is checked against that member's row."""
    away = [{"staff": "A", "kind": "leave", "blocks_service": "yes", "from": "2026-10-05", "until": "2026-10-06"}]
    rows = [
        record("R", "2026-10-04", staff="T", quantity="5"),
        refund("F", "R", staff="T"),
        refund("F", "R", staff="A"),
    ]
    rows += [record("S", staff="T", quantity="5"), refund("G", "S", staff="T", share="1")]
    snapshot = freeze(tmp_path, rows, absence=away)
    assert [row for row in paid(snapshot) if row[0] in "FG"] == [
        ("F", "A", -600_000), ("F", "B", -400_000), ("G", "B", -400_000),
    ]  # fmt: skip
    assert told(snapshot) == {("F", "A", "reversed"), ("S", "A", "absent"), ("G", "A", "reversed")}
    assert snapshot.counts["expanded"] == 4


def test_a_teams_refund_needs_a_whole_share(tmp_path: Path) -> None:
    rows = [record("R", staff="T"), refund("F", "R", staff="T", share="0.5"), record("S", staff="T", share="0.5")]
    rows += [refund("G", "S", staff="T")]
    assert told(freeze(tmp_path, rows)) == {
        ("F", "T", "bad_share"), ("S", "T", "bad_share"), ("G", "T", "reversed"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "bad_quantity"), ({"quantity": "0"}, "bad_quantity"), ({"institution": "?"}, "unknown_institution"),
        ({"staff": "?"}, "unknown_staff"), ({"item": "?"}, "unknown_item"), ({"staff": "T"}, "bad_quantity"),
        ({"share": "9"}, "bad_quantity"),
    ],
)  # fmt: skip
def test_a_reversing_row_of_a_positive_quantity_is_bad(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    """R8: unknown codes come before; it does nothing to its original."""
    snapshot = freeze(tmp_path, [record("R"), record("X", reverses="R", **change)])
    assert [(row[0], row[2]) for row in rejected(snapshot)] == [("X", reason)]
    assert paid(snapshot) == [("R", "A", MILLION)]


def test_a_late_reversal_is_listed_in_its_originals_month(tmp_path: Path) -> None:
    """R3: a late reversal takes effect in the month of its original.

    That is October; in November, where only the reversal is dated, it is `reversed`.
    """
    rows = [record("R"), cancel("X", "R", day=LATER), record("S", quantity="2"), refund("F", "S", day=LATER)]
    october = freeze(tmp_path, rows)
    assert told(october) == {("R", "A", "reversed"), ("X", "A", "reversed")}
    assert paid(october) == [("F", "A", -MILLION), ("S", "A", 2 * MILLION)]
    november = freeze(tmp_path, rows, "2026-11")
    assert told(november) == {("X", "A", "reversed"), ("F", "A", "reversed")}
    assert paid(november) == []


def test_a_late_row_is_listed_also_when_it_is_a_duplicate_or_inconsistent(tmp_path: Path) -> None:
    rows = [
        record("R"),
        *[cancel("X", "R", day=LATER)] * 2,
        cancel("Y", "R", day=LATER),
        cancel("Y", "R", day="2026-12-01"),
    ]
    found = [(row[0], row[2]) for row in rejected(freeze(tmp_path, rows))]
    assert found == [
        ("R", "reversed"), ("X", "duplicate_row"), ("X", "reversed"), ("Y", "inconsistent_record"),
        ("Y", "inconsistent_record"),
    ]  # fmt: skip


def test_only_late_rows_that_reverse_what_is_read_are_read(tmp_path: Path) -> None:
    """R1: one level; rows that are not read are compared with nothing."""
    rows = [
        record("R", quantity="2"), refund("F", "R", day=LATER), cancel("G", "F", day="2026-12-01"),
        cancel("F", "elsewhere", day="2019-01-01"), cancel("K", "unknown", day=LATER),
    ]  # fmt: skip
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == [("F", "A", -MILLION), ("R", "A", 2 * MILLION)]
    assert rejected(snapshot) == []
    assert (snapshot.counts["read"], snapshot.counts["late_reversals"]) == (2, 1)


def test_a_late_row_that_reverses_a_reversal_of_the_month_is_read_and_not_listed(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R"), cancel("X", "R"), cancel("Y", "X", day=LATER)])
    assert told(snapshot) == {("R", "A", "reversed"), ("X", "A", "reversed")}
    assert (snapshot.counts["late_reversals"], snapshot.counts["unlisted"]) == (1, 1)


def test_refunds_of_limited_services_go_to_the_run(tmp_path: Path) -> None:
    """The run decides whether the limited service of a refund is accepted.

    Freeze says whether refunds would be too much, or of a bad share.
    """
    check = {"item": "CHECK", "patient": "P"}
    rows = [
        record("R", quantity="2", **check), refund("F", "R", **check), refund("G", "R", share="9", **check),
        record("S", **check), refund("H", "S", "-2", **check), refund("H", "S", "-2", **check),
        record("U", staff="T", **check), refund("I", "U", staff="T", share="0.5", **check),
    ]  # fmt: skip
    snapshot = freeze(tmp_path, rows)
    found = [
        (row["record_id"], row["staff"], row["refund"], row["first_of_service"], row["amount"], row["copies_before"])
        for row in limited(snapshot)
    ]
    assert found == [
        ("R", "A", ORIGINAL, 1, 2 * MILLION, 0), ("F", "A", REFUND, 0, -MILLION, 0),
        ("G", "A", REFUND_OF_BAD_SHARE, 0, 0, 0),
        ("S", "A", ORIGINAL, 1, MILLION, 0), ("H", "A", EXCESS, 0, -2 * MILLION, 1),
        ("U", "A", ORIGINAL, 1, 600_000, 0), ("U", "B", ORIGINAL, 0, 400_000, 0),
        ("I", "T", REFUND_OF_BAD_SHARE, 0, 0, 0),
    ]  # fmt: skip
    assert told(snapshot) == {("H", "A", "duplicate_row")}


def test_a_refund_dated_in_the_month_of_an_earlier_limited_service_is_reversed(tmp_path: Path) -> None:
    """A refund of an earlier month's limited service is reversed, and the service still counts.

    The original is read, counting only, but is not dated in the month. One row per member.
    """
    check = {"item": "CHECK", "patient": "P"}
    rows = [record("R", EARLIER, quantity="2", **check), refund("F", "R", **check)]
    rows += [
        record("S", EARLIER, staff="T", **check),
        refund("G", "S", staff="T", **check),
        cancel("K", "nothing", day=EARLIER),
    ]
    snapshot = freeze(tmp_path, rows)
    assert told(snapshot) == {("F", "A", "reversed"), ("G", "A", "reversed"), ("G", "B", "reversed")}
    assert {row["record_id"] for row in limited(snapshot)} == {"R", "S"}
    assert all(row["counting_only"] for row in limited(snapshot))


def test_an_earlier_service_cancelled_in_the_month_does_not_count(tmp_path: Path) -> None:
    check = {"item": "CHECK", "patient": "P"}
    rows = [record("R", EARLIER, **check), cancel("X", "R", **check), record("S", EARLIER, **check)]
    snapshot = freeze(tmp_path, rows)
    assert [row["record_id"] for row in limited(snapshot)] == ["S"]
    assert told(snapshot) == {("X", "A", "reversed")}
    assert snapshot.counts["unlisted"] == 1

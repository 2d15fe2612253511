"""Several rows of one record: duplicates, contradictions, shares, copy numbers; and teams."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.freeze_case import engagement, freeze, item, kept, limited, paid, record, reference, rejected

MILLION = 1_000_000


def test_identical_rows_are_kept_once(tmp_path: Path) -> None:
    """R4: typed values are compared, so 1 is 1.00."""
    rows = [record("R"), record("R", quantity="1.00", share="1.0"), record("R"), record("S")]
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == [("R", "A", MILLION), ("S", "A", MILLION)]
    assert rejected(snapshot) == [("R", "A", "duplicate_row", 1), ("R", "A", "duplicate_row", 2)]


@pytest.mark.parametrize(
    "change",
    [
        {"day": "2026-10-06"}, {"institution": "V"}, {"item": "TASK"}, {"quantity": "2"}, {"patient": "P"},
        {"institution": "nowhere"}, {"quantity": ""}, {"share": "0.5"}, {"reverses": "X"},
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other_are_all_inconsistent(tmp_path: Path, change: dict[str, str]) -> None:
    """R5: rows of one record that disagree are all inconsistent.

    They differ in date, institution, item, quantity, patient or reverses; or the same staff code has another share.
    """
    snapshot = freeze(tmp_path, [record("R"), record("R", **change)])
    assert rejected(snapshot) == [("R", "A", "inconsistent_record", 1), ("R", "A", "inconsistent_record", 2)]


def test_the_empty_staff_code_twice_is_inconsistent(tmp_path: Path) -> None:
    rows = [record("R", staff="", share="0.4"), record("R", staff="", share="0.6")]
    assert {reason for _, _, reason, _ in rejected(freeze(tmp_path, rows))} == {"inconsistent_record"}


def test_different_unknown_codes_are_different(tmp_path: Path) -> None:
    """Unknown codes are compared as texts.

    Two unknown persons may share a record, two unknown institutions may not.
    """
    rows = [record("R", staff="x", share="0.5"), record("R", staff="y", share="0.5")]
    rows += [record("S", institution="x"), record("S", institution="y", staff="B")]
    found = rejected(freeze(tmp_path, rows))
    assert {(record_id, reason) for record_id, _, reason, _ in found} == {
        ("R", "unknown_staff"), ("S", "inconsistent_record"),
    }  # fmt: skip


def test_a_record_of_duplicates_and_contradictions_gives_both(tmp_path: Path) -> None:
    snapshot = freeze(tmp_path, [record("R"), record("R"), record("R", quantity="2")])
    assert rejected(snapshot) == [
        ("R", "A", "duplicate_row", 1),
        ("R", "A", "inconsistent_record", 2),
        ("R", "A", "inconsistent_record", 3),
    ]


def test_shares_of_a_record_sum_to_one(tmp_path: Path) -> None:
    rows = [
        record("R", staff=code, share=share) for code, share in zip("ABC", ("0.3333", "0.3333", "0.3334"), strict=True)
    ]
    rows += [record("S", staff="A", share="0.5"), record("S", staff="B", share="0.4999")]
    rows += [record("Z", staff="A", share="1"), record("Z", staff="B", share="")]
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == [("R", "A", 333_300), ("R", "B", 333_300), ("R", "C", 333_400)]
    assert [(found[0], found[2]) for found in rejected(snapshot)] == [(code, "bad_share") for code in "SSZZ"]


def test_shares_are_summed_before_other_reasons_and_after_duplicates(tmp_path: Path) -> None:
    """A row that fails for another reason still has its share; a duplicate has none."""
    rows = [
        record("R", staff="A", share="0.5"),
        record("R", staff="D", share="0.5"),
        record("R", staff="A", share="0.5"),
    ]
    snapshot = freeze(tmp_path, rows)
    assert paid(snapshot) == [("R", "A", 500_000)]
    assert rejected(snapshot) == [("R", "A", "duplicate_row", 1), ("R", "D", "not_engaged", 1)]


def test_a_team_becomes_its_members_in_force(tmp_path: Path) -> None:
    """R9: a team becomes its members in force, with their shares.

    Staff A is absent, which concerns only A.
    """
    away = [{"staff": "A", "kind": "leave", "blocks_service": "yes", "from": "2026-10-05", "until": "2026-10-06"}]
    snapshot = freeze(tmp_path, [record("R", staff="T", quantity="2")], absence=away)
    assert paid(snapshot) == [("R", "B", 800_000)]
    assert rejected(snapshot) == [("R", "A", "absent", 1)]
    assert snapshot.counts["expanded"] == 1


@pytest.mark.parametrize("share", ["0.5", "", "2"])
def test_a_teams_row_whose_share_is_not_one_stays(tmp_path: Path, share: str) -> None:
    assert rejected(freeze(tmp_path, [record("R", staff="T", share=share)])) == [("R", "T", "bad_share", 1)]


def test_a_team_without_members_on_the_date_stays(tmp_path: Path) -> None:
    """Its row stays one row; earlier reasons come first, since a team is no unknown staff."""
    tables = reference()
    for member in tables["team_member"]:
        member |= {"from": "2026-10-05"}
    rows = [record("R", "2026-10-04", staff="T"), record("S", "2019-10-05", staff="T"), record("Q", staff="T")]
    rows += [record("N", "2026-10-04", staff="T", institution="?"), record("M", "2026-10-04", staff="T", quantity="0")]
    snapshot = freeze(tmp_path, rows, **tables)
    assert rejected(snapshot) == [
        ("M", "T", "bad_quantity", 1), ("N", "T", "unknown_institution", 1), ("R", "T", "bad_share", 1),
    ]  # fmt: skip
    assert [row[0] for row in paid(snapshot)] == ["Q", "Q"]


def test_a_team_with_a_person_in_one_record_is_expanded_and_all_of_it_is_bad(tmp_path: Path) -> None:
    """R9, R16: the record's shares sum to 1.5; copies are counted within record and staff code."""
    snapshot = freeze(tmp_path, [record("R", staff="T"), record("R", staff="A", share="0.5")])
    assert rejected(snapshot) == [
        ("R", "A", "bad_share", 1), ("R", "A", "bad_share", 2), ("R", "B", "bad_share", 1),
    ]  # fmt: skip


def test_copies_are_numbered_by_reason_then_institution(tmp_path: Path) -> None:
    """R16: copies are numbered in the order of REASONS, then of the institution's bytes."""
    rows = [record("R"), record("R"), record("R", institution="V"), record("R", institution="?")]
    rows += [record("R", staff="B")]
    snapshot = freeze(tmp_path, rows)
    listed = [
        (row["record_id"], row["staff"], row["institution"], row["reason"], row["copy"])
        for batch in snapshot.rejected()
        for row in batch.to_pylist()
    ]
    assert listed == [
        ("R", "A", "H", "duplicate_row", 1),
        ("R", "A", "?", "inconsistent_record", 2),
        ("R", "A", "H", "inconsistent_record", 3),
        ("R", "A", "V", "inconsistent_record", 4),
        ("R", "B", "H", "inconsistent_record", 1),
    ]


def test_rows_of_one_limited_service_are_one_service(tmp_path: Path) -> None:
    """A service counts once, however many persons did it.

    The copies that freeze refused are counted for the run.
    """
    rows = [
        record("R", item="CHECK", patient="P", staff="A", share="0.5"),
        record("R", item="CHECK", patient="P", staff="B", share="0.5"),
        record("R", item="CHECK", patient="P", staff="B", share="0.5"),
        record("Q", item="CHECK", patient="P", staff="T"),
        record("S", item="CHECK", patient="O"),
    ]
    found = [
        (row["record_id"], row["staff"], row["first_of_service"], row["copies_before"], row["share"])
        for row in sorted(limited(freeze(tmp_path, rows)), key=lambda row: (row["record_id"], row["staff"]))
    ]
    assert found == [
        ("Q", "A", 1, 0, 6000), ("Q", "B", 0, 0, 4000), ("R", "A", 1, 0, 5000), ("R", "B", 0, 1, 5000),
        ("S", "A", 1, 0, 10000),
    ]  # fmt: skip


def test_a_column_that_is_no_record_id_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory must not grow with a constant where ids should stand."""
    monkeypatch.setattr("batch.freeze.sorting.groups.MOST_ROWS_OF_ONE", 20)
    rows = [record("0", staff="A", quantity=str(number)) for number in range(1, 30)]
    with pytest.raises(Refused, match="more than 20 rows have, or reverse, the record_id '0'"):
        freeze(tmp_path, rows, batch_rows=7)


def test_many_codes_do_not_wrap_narrow_columns(tmp_path: Path) -> None:
    """The columns get wider for many codes, and the codes stay right.

    There are more than 65,536 item rows, engagements and difficulty rows each.
    """
    many = 65_540
    tables = reference()
    tables["staff"] = [{"code": f"N{number:06}"} for number in range(many)]
    tables["engagement"] = [engagement(row["code"]) for row in tables["staff"]]
    tables["team_member"] = []
    tables["service_item"] = [item(f"I{number:06}") for number in range(many)]
    tables["difficulty"] = [
        {"institution": "H", "item": row["code"], "coefficient": "2", "from": "2020-01-01"}
        for row in tables["service_item"]
    ]
    last = f"{many - 1:06}"
    rows = [
        record("R", staff=f"N{last}", item=f"I{last}", quantity="3000"),
        record("S", staff="N000000", item="I000000"),
    ]
    snapshot = freeze(tmp_path, rows, **tables)
    assert snapshot.hot_dtypes == {
        "engagement": "int32", "item_row": "int32", "difficulty_row": "int32", "amount": "int64",
    }  # fmt: skip
    found = {
        row["record_id"]: (row["staff"], row["engagement"], row["item_row"], row["difficulty_row"])
        for row in kept(snapshot)
    }
    assert found == {"R": (f"N{last}", many - 1, many - 1, many), "S": ("N000000", 0, 0, 1)}


@pytest.mark.parametrize(("quantity", "kind"), [("2147.48", "int32"), ("2147.49", "int64"), ("1000000000000", "int64")])
def test_amounts_are_as_wide_as_the_largest(tmp_path: Path, quantity: str, kind: str) -> None:
    snapshot = freeze(tmp_path, [record("R", quantity=quantity), record("S")])
    assert snapshot.hot_dtypes["amount"] == kind
    assert {row["record_id"]: row["amount"] for row in kept(snapshot)} == {
        "R": int(quantity.replace(".", "")) * 10 ** (4 if "." in quantity else 6), "S": MILLION,
    }  # fmt: skip

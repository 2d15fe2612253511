"""Equal shares of teams, and teams whose shares do not sum to 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.freeze.reference.read import check_reference
from payengine.errors import Problem, Refused
from payengine.periods import Period
from tests.support.freeze_case import Given, Row, freeze, paid, record, reference


def member(staff: str, share: str = "", since: str = "2020-01-01", until: str = "", team: str = "T") -> Row:
    return {"team": team, "staff": staff, "share": share, "from": since, "until": until}


def test_three_members_share_a_service_without_a_remainder(tmp_path: Path) -> None:
    """One service is shared out whole: 0.3334 + 0.3333 + 0.3333 = 1.

    10000 / 3 = 3333, 1 left over: it goes to A, the first by code.
    """
    snapshot = freeze(tmp_path, [record("R", staff="T")], team_member=[member(code) for code in "CBA"])
    assert paid(snapshot) == [("R", "A", 333_400), ("R", "B", 333_300), ("R", "C", 333_300)]
    assert not snapshot.warnings


def test_who_joins_or_leaves_changes_equal_shares_from_that_day_on(tmp_path: Path) -> None:
    """A and B until the 9th, then A alone, from the 20th A, B and C.

    The snapshot holds the shares of each time.
    """
    members = [member("A"), member("B", until="2026-10-10"), member("B", since="2026-10-20")]
    members += [member("C", since="2026-10-20", until="2026-11-01")]
    rows = [record(f"R{day}", f"2026-10-{day}", staff="T") for day in ("09", "10", "20")]
    snapshot = freeze(tmp_path, rows, team_member=members)
    assert paid(snapshot) == [
        ("R09", "A", 500_000), ("R09", "B", 500_000), ("R10", "A", 1_000_000),
        ("R20", "A", 333_400), ("R20", "B", 333_300), ("R20", "C", 333_300),
    ]  # fmt: skip
    table = snapshot.table("team_member")
    assert not table["share"].null_count
    assert [(row["staff"], row["share"]) for row in table.to_pylist()] == [
        ("A", 5000), ("A", 10000), ("A", 3334), ("A", 5000), ("B", 5000), ("B", 3333), ("B", 5000), ("C", 3333),
    ]  # fmt: skip


def test_a_refund_of_a_team_takes_back_what_each_member_had(tmp_path: Path) -> None:
    rows = [record("R", staff="T"), record("X", staff="T", quantity="-1", share="", reverses="R")]
    snapshot = freeze(tmp_path, rows, team_member=[member(code) for code in "ABC"])
    assert [row for row in paid(snapshot) if row[0] == "X"] == [
        ("X", "A", -333_400), ("X", "B", -333_300), ("X", "C", -333_300),
    ]  # fmt: skip


def test_a_share_of_some_members_only_refuses_the_freeze(tmp_path: Path) -> None:
    """Nobody knows if the others have the rest or nothing.

    Members of other days or teams may be as they are.
    """
    members = [member("A", "0.4"), member("B"), member("C", "1", "2019-01-01", "2020-01-01"), member("D", team="U")]
    with pytest.raises(Refused) as refused:
        freeze(tmp_path, [], team_member=members)
    [problem] = refused.value.problems
    assert (problem.row, problem.column) == (2, "share")
    assert problem.what == "is empty, but A of the same team has one on the same day"


def test_equal_shares_written_out_are_those_that_the_county_would_write(tmp_path: Path) -> None:
    """The snapshot is the same as of 0.3334, 0.3333, 0.3333."""
    rows = [record("R", staff="T")]
    equal = freeze(tmp_path / "equal", rows, team_member=[member(code) for code in "ABC"])
    written = [member("A", "0.3334"), member("B", "0.3333"), member("C", "0.3333")]
    assert equal.digest == freeze(tmp_path / "written", rows, team_member=written).digest


def test_teams_whose_shares_do_not_sum_to_one_refuse_the_freeze(tmp_path: Path) -> None:
    """Teams are named with days, sum and rows.

    T sums to 0.9999 all month; U to 1 until the 9th, then to 0.5, with another member from the 20th to 0.75.
    V is past, and no team that adds up is named.
    """
    members = [member(code, "0.3333") for code in "ABC"]
    members += [member("A", "0.5", team="U"), member("B", "0.5", until="2026-10-10", team="U")]
    members += [member("C", "0.25", "2026-10-20", team="U"), member("A", "0.3", until="2026-10-01", team="V")]
    members += [member("A", "0.4", team="W"), member("B", "0.6", team="W")]
    of_t, of_u = problems(tmp_path, members)
    assert (of_t.row, of_t.column) == (1, "share")
    assert of_t.what == (
        "the shares of team T do not sum to 1: 0.9999 from 2026-10-01 to 2026-10-31; "
        "they are A 0.3333 (row 1), B 0.3333 (row 2), C 0.3333 (row 3)"
    )
    assert of_u.what == (
        "the shares of team U do not sum to 1: 0.5000 from 2026-10-10 to 2026-10-19, "
        "0.7500 from 2026-10-20 to 2026-10-31; they are A 0.5 (row 4), C 0.25 (row 6)"
    )


def test_days_with_the_same_sum_are_told_as_one_and_many_are_counted(tmp_path: Path) -> None:
    """Other members with the same shares change nothing; of five spans three are named."""
    members = [member("A", "0.5", until="2026-10-10"), member("B", "0.5", "2026-10-10"), member("C", "0.1")]
    members += [
        member("D", share, f"2026-10-{day}", f"2026-10-{day + 1}", "U")
        for day, share in ((11, "0.1"), (13, "0.2"), (15, "0.3"), (17, "0.4"), (19, "0.5"))
    ]
    of_t, of_u = problems(tmp_path, members)
    assert "sum to 1: 0.6000 from 2026-10-01 to 2026-10-31; they are" in of_t.what
    assert "0.3000 from 2026-10-15 to 2026-10-15, 2 further spans of days; they are" in of_u.what


def test_a_member_twice_on_a_day_is_told_once(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, [member("A", "0.5"), member("A", "0.5", "2026-10-20"), member("B", "0.5")])
    assert "overlaps" in problem.what


def test_a_settlement_does_not_ask_for_the_sum() -> None:
    given = Given(reference() | {"team_member": [member("A", "0.5")], "service_record": []})
    assert check_reference(given, Period.parse("2026-Q4"))[1] == []
    assert len(check_reference(given, Period.parse("2026-10"))[1]) == 1


def problems(folder: Path, members: list[Row]) -> list[Problem]:
    with pytest.raises(Refused) as refused:
        freeze(folder, [], team_member=members)
    return list(refused.value.problems)

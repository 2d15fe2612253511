"""Equal rows under different record ids, against a count of all groups."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batch.freeze.records import same_rows
from tests.support.freeze_case import freeze, record

ROWS = st.lists(
    st.tuples(
        st.integers(0, 20).map("R{}".format),
        st.sampled_from(["2026-10-05", "2026-10-06"]),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["EXAM", "CHECK", "TASK"]),
        st.sampled_from(["1", "2"]),
        st.sampled_from(["", "p1", "p2"]),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.sampled_from([8, 2**16]))
def test_rows_that_equal_another_are_counted_whatever_the_size_of_the_table(
    rows: list[tuple[str, str, str, str, str, str]], bits: int
) -> None:
    groups: dict[tuple[str, ...], set[str]] = {}
    for name, *rest in rows:
        if rest[-1]:
            groups.setdefault(tuple(rest), set()).add(name)
    expected: dict[str, int] = {}
    for key, names in groups.items():
        if len(names) > 1:
            expected[key[2]] = expected.get(key[2], 0) + len(names) - 1
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(same_rows, "FEWEST_BITS", bits)
        patch.setattr(same_rows, "MOST_BITS", bits)
        found = freeze(
            Path(folder), [record(row[0], row[1], row[2], row[3], row[4], patient=row[5]) for row in rows]
        ).same_rows
    assert found.get("items", {}) == expected
    assert found.get("rows", 0) == sum(expected.values())
    assert not found.get("at_least", False)


def test_the_same_row_of_two_months_before_counts_for_limits_only(tmp_path: Path) -> None:
    rows = [record(f"R{n}", "2026-09-05", item="CHECK", patient="p") for n in range(2)]
    assert not freeze(tmp_path, rows).same_rows


def test_more_groups_than_are_looked_into_give_a_lower_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_rows, "MOST_KEYS", 1)
    rows = [record(f"R{n}", item="CHECK", patient=f"p{n % 2}") for n in range(4)]
    found = freeze(tmp_path, rows).same_rows
    assert (found["rows"], found["at_least"]) == (1, True)


MEMBER = {"team": "T", "staff": "A", "share": "1", "from": "2020-01-01"}


def test_rows_of_teams_and_of_several_persons_are_compared_too(tmp_path: Path) -> None:
    """Each of the two rows of a shared service stands twice, and so does the team's."""
    rows = [
        *(record(name, staff=staff, share="0.5", patient="p") for name in ("R1", "R2") for staff in ("A", "B")),
        *(record(name, staff="T", patient="q") for name in ("R3", "R4")),
        record("R5", staff="T", patient="r"),
    ]
    found = freeze(tmp_path, rows, team_member=[MEMBER]).same_rows
    assert found["rows"] == 3
    assert found["first"] == ["EXAM: R1 = R2", "EXAM: R1 = R2", "EXAM: R3 = R4"]


def test_a_cancelling_row_is_no_second_service(tmp_path: Path) -> None:
    rows = [record("R1", patient="p"), *(record(f"X{n}", patient="p", reverses="R1", quantity="-1") for n in range(2))]
    assert not freeze(tmp_path, rows).same_rows

"""Expansion of team rows: one row for each member in force, with the member's share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from batch.freeze.records.record_rules import RecordRules
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import Int32, Int64
from payengine.kernels.compile import by_python, compiled


@compiled(
    "void(readonly_int32, readonly_int64, readonly_int64, int64, "
    "readonly_int64, readonly_int64, readonly_int32, readonly_int32, int64[::1])",
    otherwise=by_python,
)
def count_members(
    day: Any, staff: Any, share: Any, persons: Any, starts: Any, shares: Any, since: Any, until: Any, members: Any
) -> None:
    """Count the members that each row becomes; 0 for a row that stays as it is."""
    for row in range(len(day)):
        members[row] = 0
        if staff[row] < persons or share[row] != ONE:
            continue
        team = staff[row] - persons
        count, total = 0, 0
        for at in range(starts[team], starts[team + 1]):
            if since[at] <= day[row] < until[at]:
                count += 1
                total += min(shares[at], ONE + 1)
        if total == ONE:
            members[row] = count


@compiled(
    "void(readonly_int32, readonly_int64, readonly_int64, readonly_int64, int64, "
    "readonly_int64, readonly_int32, readonly_int64, readonly_int32, readonly_int32, "
    "int64[::1], int64[::1], int64[::1])",
    otherwise=by_python,
)
def write_members(
    day: Any, staff: Any, share: Any, members: Any, persons: Any, starts: Any, member: Any, shares: Any, since: Any,
    until: Any, source: Any, new_staff: Any, new_share: Any,
) -> None:  # fmt: skip
    """Write the rows after expansion: the row each comes from, its staff code and share."""
    to = 0
    for row in range(len(day)):
        if members[row] == 0:
            source[to], new_staff[to], new_share[to] = row, staff[row], share[row]
            to += 1
            continue
        team = staff[row] - persons
        for at in range(starts[team], starts[team + 1]):
            if since[at] <= day[row] < until[at]:
                source[to], new_staff[to], new_share[to] = row, member[at], shares[at]
                to += 1


@dataclass(frozen=True)
class ExpandedRows:
    """Rows after expansion, as arrays; those of one `source` are together, in its order."""

    source: Int64
    staff: Int64
    share: Int64
    member: npt.NDArray[np.bool_]  # the row is a member's


def expand(rules: RecordRules, day: Int32, staff: Int64, share: Int64) -> ExpandedRows:
    """Expand the rows of teams.

    A row stays as it is where its share is not 1, or those of the members do not sum to 1.
    """
    persons = len(rules.coding.staff)
    team = rules.members
    members = np.zeros(day.size, np.int64)
    count_members(day, staff, share, persons, team.starts, team.share, team.since, team.until, members)
    rows = int(np.maximum(members, 1).sum())
    source, new_staff, new_share = (np.empty(rows, np.int64) for _ in range(3))
    write_members(
        day, staff, share, members, persons, team.starts, team.staff, team.share, team.since, team.until,
        source, new_staff, new_share,
    )  # fmt: skip
    return ExpandedRows(source, new_staff, new_share, members[source] > 0)

"""Pools of teams, divided among members by share and days in the team.

Only days on which a member is engaged at the institution count.

Money of a team at an institution is one pool; every pool is divided to the fen by largest remainder.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded, integers
from batch.inputs.keyed_columns import sum_by_cell
from batch.inputs.roster import Roster
from batch.snapshot.codes import Codes
from payengine.exact import FEN, Exact, apportion
from payengine.graph import ENGAGEMENT, STAFF
from payengine.kernels.arrays import Int64
from payengine.periods import Period, day_number

FEW = 10_000  # cells that are counted however few of them are there


@dataclass(frozen=True)
class Members:
    """Rows of the table `team_member` that meet a period, in order of their teams.

    Days are those of the period; `person` is an index of `Coding.staff`, -1 for one it does not know.
    """

    team: Int64
    person: Int64
    share: Int64
    start: Int64
    until: Int64

    @classmethod
    def of(cls, table: pa.Table | None, teams: Codes, roster: Roster) -> Members:
        """Take the rows of some teams; none without a table."""
        if table is None:
            return cls(*(np.zeros(0, np.int64) for _ in range(5)))
        period: Period = roster.period
        start = np.maximum(integers(table, "from", np.int64), day_number(period.first_day))
        until = np.minimum(integers(table, "until", np.int64), day_number(period.next_first_day))
        team = teams.index(table["team"]).astype(np.int64)
        rows = np.flatnonzero((team >= 0) & (start < until))
        rows = rows[np.argsort(team[rows], kind="stable")]
        person = roster.coding.staff.index(table["staff"]).astype(np.int64)
        return cls(*(values[rows] for values in (team, person, integers(table, "share", np.int64), start, until)))


class TeamPools:
    """Pools of some amounts, and the STAFF rows that have part in each.

    `place` is the INSTITUTION row of every amount, `team` the code beside it; a team without members has no pool.
    """

    def __init__(self, roster: Roster, members: pa.Table | None, place: Int64, team: Coded) -> None:
        self.roster = roster
        self._teams = Codes.of(pa.chunked_array([team.dictionary], pa.string()))
        number = self._teams.index(team.dictionary).astype(np.int64)[team.codes]
        pool = place * (len(self._teams) + 1) + number + 1
        pools, self._pool_of_amount = numbered(pool)
        self._place, self._team = pools // (len(self._teams) + 1), pools % (len(self._teams) + 1) - 1
        self._members = Members.of(members, self._teams, roster)
        bounds = np.searchsorted(self._members.team, np.arange(len(self._teams) + 1))
        counts = np.where(self._team >= 0, np.diff(bounds)[self._team] if len(self._teams) else 0, 0)
        self._pool, self._member = spans(bounds[self._team], counts)
        self._row = roster.rows_of(self._place[self._pool], self._members.person[self._member])
        self._rows, self._weights, self._offsets = self._weighed()

    def added(self, amounts: Int64, columns: npt.NDArray[np.int32], width: int) -> Int64:
        """Sum the amounts of each pool by their column."""
        return sum_by_cell(self._pool_of_amount, columns, amounts, (len(self._place), width))

    def divided(self, money: Int64) -> Int64:
        """Divide each pool's money; return the fen per STAFF row."""
        shares, _ = apportion(Exact(np.ascontiguousarray(money), FEN), Exact(self._weights, 0), self._offsets)
        fen = np.zeros(self.roster.frame.rows(STAFF), np.int64)
        np.add.at(fen, self._rows, shares.values)
        return fen

    def elsewhere(self) -> list[tuple[str, str, str]]:
        """List (team, institution, staff) of members not engaged where the team has a pool."""
        lost = np.flatnonzero(self._row < 0)
        pool, person = self._pool[lost], self._members.person[self._member[lost]]
        teams = self._teams.texts(self._team[pool].astype(np.int32)).to_pylist()
        staff = self.roster.coding.staff.texts(person.astype(np.int32)).to_pylist()
        institutions = [self.roster.frame.institutions[place] for place in self._place[pool].tolist()]
        return sorted(set(zip(teams, institutions, staff, strict=True)))

    def _weighed(self) -> tuple[Int64, Int64, Int64]:
        """Weigh STAFF rows by share x days.

        By pool and in order of the staff code, which decides ties.
        """
        frame, coding = self.roster.frame, self.roster.coding
        there = np.flatnonzero(self._row >= 0)
        member, row = self._member[there], self._row[there]
        bounds = frame.offsets(ENGAGEMENT, STAFF)
        which, engagement = spans(bounds[row], bounds[row + 1] - bounds[row])
        until = coding.engagement_until[self.roster.engagement[engagement]]
        days = np.minimum(self._members.until[member[which]], until) - np.maximum(
            self._members.start[member[which]], frame.engaged_from[engagement]
        )
        weight = np.zeros(len(there), np.int64)
        np.add.at(weight, which, np.maximum(days, 0) * self._members.share[member[which]])
        order = np.lexsort((row, self._pool[there]))
        pool, row, weight = self._pool[there][order], row[order], weight[order]
        first = np.ones(len(row), bool)  # who joined a team twice has one part
        first[1:] = (pool[1:] != pool[:-1]) | (row[1:] != row[:-1])
        starts = np.flatnonzero(first)
        weight = np.add.reduceat(weight, starts) if len(starts) else weight
        return row[starts], weight, np.searchsorted(pool[starts], np.arange(len(self._place) + 1)).astype(np.int64)


def numbered(cells: Int64) -> tuple[Int64, Int64]:
    """Return the distinct cells, ascending, and beside each cell its place among them.

    Cells are not below zero. Few possible ones are counted, which a sort of them all would take ten times as long for.
    """
    possible = int(cells.max(initial=-1)) + 1
    if possible > 2 * len(cells) + FEW:  # sorted are the distinct ones alone, which a hash table finds
        found = pa.array(cells).dictionary_encode()
        distinct = np.asarray(found.dictionary)
        order = np.argsort(distinct)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return distinct[order], place[np.asarray(found.indices)]
    there = np.bincount(cells, minlength=possible) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[cells]


def spans(starts: Int64, counts: Int64) -> tuple[Int64, Int64]:
    """Return for every n the counts[n] places from starts[n] on, and beside each its n."""
    owner = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - before[owner] + starts[owner]

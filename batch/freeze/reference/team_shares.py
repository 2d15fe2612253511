"""Shares of teams: equal ones written out, and the days on which they do not sum to 1.

Members whose share is empty share equally. A share has four decimals, so that of three members is written out as
0.3334, 0.3333, 0.3333: whole ten-thousandths of 1, and those left over go one each to the first members in the order of
their codes' bytes. The sum is exactly 1, so the members together are paid all of a service.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from batch.freeze.reference.rows import Rows
from payengine.errors import Problem
from payengine.exact.amounts import decimal_text
from payengine.periods import MONTH, Period, day_number, from_day_number
from payengine.suggest import listed
from payengine.texts import joined, say

WHOLE = 10_000  # a share of 1, in a share's smallest units
MOST_SPANS = 3  # intervals of days named of one team; the rest is counted
MOST_MEMBERS = 10  # rows named of one team, as well

Member = dict[str, Any]


class Sum(NamedTuple):
    """Sum of the shares of `members` from `start` to the day before `until`."""

    start: int
    until: int
    total: int
    members: list[Member]


def given_or_empty(rows: Rows) -> list[Problem]:
    """Check that of the members of a team on one day all have a share, or none has."""
    sound = np.flatnonzero(rows.sound("team", "staff", "share", "from", "until"))
    members = [row | {"row": at} for at, row in zip(sound.tolist(), rows.data.take(sound).to_pylist(), strict=True)]
    wrong: dict[int, str] = {}
    for team in _teams(members):
        for _, _, there in _spans(team):
            given = next((member for member in there if member["share"] is not None), None)
            if given is not None:
                wrong |= {member["row"]: given["staff"] for member in there if member["share"] is None}

    def what(row: int) -> str:
        return say("is empty, but {staff} of the same team has one on the same day", staff=wrong[row])

    return rows.each(np.array(sorted(wrong), np.int64), "share", what)


def written_out(table: pa.Table) -> pa.Table:
    """Write equal shares out, cutting intervals where the number of members changes.

    `share` is never null then.
    """
    schema = table.schema.set(table.schema.get_field_index("share"), pa.field("share", pa.int64(), nullable=False))
    if not table["share"].null_count:
        return table.cast(schema)
    rows = []
    for team in _teams(table.to_pylist()):
        equal = [member for member in team if member["share"] is None]
        rows += [member for member in team if member["share"] is not None]
        for start, until, there in _spans(equal):
            each, over = divmod(WHOLE, len(there))
            there.sort(key=lambda member: member["staff"].encode())
            shares = [each + (place < over) for place in range(len(there))]
            rows += [
                member | {"share": share, "from": start, "until": until}
                for member, share in zip(there, shares, strict=True)
            ]
    rows.sort(key=lambda row: (row["team"].encode(), row["staff"].encode(), row["from"]))
    return pa.Table.from_pylist(rows, schema)


def sum_to_one(rows: Rows, period: Period) -> list[Problem]:
    """Check that the shares of a team sum to 1 on each day of a month on which it has members.

    A settlement reads no records, so it asks nothing. A team with a row that is wrong otherwise, or with a member twice
    on one day, is left to the checks that tell of it.
    """
    if period.kind != MONTH:
        return []
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    sound = rows.sound("team", "staff", "share", "from", "until")
    members = [
        row | {"row": at, "from": max(row["from"], first), "until": min(row["until"], end)}
        for at, row in enumerate(rows.data.to_pylist())
        if not sound[at] or (row["from"] < end and row["until"] > first)
    ]
    problems = []
    for team in _teams(members):
        if all(sound[member["row"]] for member in team):
            wrong = _wrong_sums(team)
            if wrong:
                problems.append(_not_whole(rows, wrong))
    return problems


def _not_whole(rows: Rows, wrong: list[Sum]) -> Problem:
    """Name a team with the days, the sums, and the rows that make them."""
    sums = [
        say(
            "{sum} from {begin} to {end}",
            sum=decimal_text(one.total, 4),
            begin=_day(one.start),
            end=_day(one.until - 1),
        )
        for one in wrong
    ]
    if len(sums) > MOST_SPANS:
        sums[MOST_SPANS:] = [say("{n} further spans of days", n=len(sums) - MOST_SPANS)]
    at = sorted({member["row"] for one in wrong for member in one.members})
    shares = [
        say(
            "{staff} {share} ({row})",
            staff=rows.shown(row, "staff"),
            share=rows.shown(row, "share"),
            row=rows.other(row, at[0]),
        )
        for row in at
    ]
    what = say(
        "the shares of team {team} do not sum to 1: {sums}; they are {shares}",
        team=rows.shown(at[0], "team"), sums=joined(sums), shares=listed(shares, MOST_MEMBERS),
    )  # fmt: skip
    return rows.problem(at[0], "share", what)


def _teams(members: list[Member]) -> Iterator[list[Member]]:
    """Give the members of each team, by the bytes of its code."""
    ordered = sorted(members, key=lambda member: member["team"].encode())
    for _, team in groupby(ordered, lambda member: member["team"]):
        yield list(team)


def _spans(members: list[Member]) -> Iterator[tuple[int, int, list[Member]]]:
    """Give (first day, day after the last, members in force) wherever there are some.

    Members that begin or end cut the days.
    """
    cuts = sorted({member[end] for member in members for end in ("from", "until")})
    for start, until in pairwise(cuts):
        there = [member for member in members if member["from"] <= start and until <= member["until"]]
        if there:
            yield start, until, there


def _wrong_sums(members: list[Member]) -> list[Sum]:
    """List the days on which the shares do not sum to 1.

    Days in a row with the same sum are one.
    """
    found: list[Sum] = []
    for start, until, there in _spans(members):
        shares = [member["share"] for member in there]
        if None in shares or len({member["staff"] for member in there}) < len(there):
            continue
        total = sum(shares)
        if total == WHOLE:
            continue
        if found and (found[-1].until, found[-1].total) == (start, total):
            last = found.pop()
            start, there = last.start, [*last.members, *there]
        found.append(Sum(start, until, total, there))
    return found


def _day(number: int) -> str:
    day = from_day_number(number)
    return "" if day is None else day.isoformat()

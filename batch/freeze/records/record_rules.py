"""Reference tables as the checks of a service record read them: intervals grouped by subject.

Rows about one institution, item, person or team lie together, and offsets say where: those of `i` are
`[starts[i], starts[i + 1])`. In the columns of records a staff code is a person in [0, P), a team in [P, P + T),
OWN_WORK where it is empty, and UNKNOWN or less where it stands in no table; institutions and items likewise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers, ordered
from batch.snapshot.codes import Codes, Coding
from payengine.kernels.arrays import Int32, Int64, UInt8

OWN_WORK = -1  # the staff code is empty: the institution's own work
UNKNOWN = -2  # this and everything below: a code that stands in no table
NO_LICENSE = -1  # the item asks for no licence
EVERY_ITEM = -1  # a difficulty row without an item


class Tables(NamedTuple):
    """What the kernel `check_rows` reads, in the order of its arguments."""

    institution_starts: Int64
    institution_from: Int32
    institution_until: Int32
    item_starts: Int64  # by item; row k of these columns is item row k
    item_from: Int32
    item_until: Int32
    item_limited: UInt8
    item_license: Int32  # index of a kind of licence, or NO_LICENSE
    engagement_starts: Int64  # by person
    engagement: Int32  # the engagement's index
    engagement_institution: Int32
    engagement_from: Int32
    engagement_until: Int32
    absence_starts: Int64  # by person; only what blocks service
    absence_from: Int32
    absence_until: Int32
    license_starts: Int64  # by person
    license_kind: Int32
    license_from: Int32
    license_until: Int32
    difficulty_starts: Int64  # by institution; row k of these columns is difficulty row k + 1, by item, then from
    difficulty_item: Int32  # or EVERY_ITEM, which stands first
    difficulty_from: Int32
    difficulty_until: Int32


class Members(NamedTuple):
    """Members of teams: by team, then by the bytes of the staff code; shares in ten-thousandths."""

    starts: Int64
    staff: Int32
    share: Int64
    since: Int32
    until: Int32


@dataclass(frozen=True)
class RecordRules:
    """Rules that decide about a service record: codes, intervals by subject, members of teams."""

    coding: Coding
    teams: Codes
    tables: Tables
    members: Members

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> RecordRules:
        """Build the rules from checked reference tables: every code is known, no intervals overlap."""
        coding = Coding.of(tables)
        kinds = Codes.of(tables["license"]["kind"], coding.item_rows["license"])
        teams = Codes.of(tables["team_member"]["team"])
        persons, institutions = len(coding.staff), len(coding.institutions)
        absence = tables["absence"].filter(tables["absence"]["blocks_service"])
        team = ordered(tables["team_member"], "team", "staff", "from")

        house = _Grouped(tables["institution"], coding.institutions.index(tables["institution"]["code"]), institutions)
        item = _Grouped(coding.item_rows, coding.item_of_row, len(coding.items))
        engaged = _Grouped(coding.engagements, coding.engagement_staff, persons)
        absent = _Grouped(absence, coding.staff.index(absence["staff"]), persons)
        licensed = _Grouped(tables["license"], coding.staff.index(tables["license"]["staff"]), persons)
        hard = _Grouped(
            coding.difficulty_rows, coding.institutions.index(coding.difficulty_rows["institution"]), institutions
        )
        member = _Grouped(team, teams.index(team["team"]), len(teams))
        return cls(
            coding=coding,
            teams=teams,
            tables=Tables(
                house.starts, house.since, house.until,
                item.starts, item.since, item.until,
                (coding.limit_count >= 0).astype(np.uint8), kinds.index(coding.item_rows["license"]),
                engaged.starts, engaged.order.astype(np.int32), coding.engagement_institution[engaged.order],
                engaged.since, engaged.until,
                absent.starts, absent.since, absent.until,
                licensed.starts, kinds.index(tables["license"]["kind"])[licensed.order], licensed.since, licensed.until,
                hard.starts, coding.items.index(coding.difficulty_rows["item"]), hard.since, hard.until,
            ),
            members=Members(
                member.starts, coding.staff.index(team["staff"]), integers(team, "share", np.int64),
                member.since, member.until,
            ),
        )  # fmt: skip

    def staff_codes(self, texts: pa.Array) -> Int64:
        """Code staff texts: persons, then teams; '' is OWN_WORK, any other text UNKNOWN."""
        codes = self.coding.staff.index(texts).astype(np.int64)
        missing = np.flatnonzero(codes < 0)
        if missing.size:
            rest = texts.take(pa.array(missing))
            team = self.teams.index(rest)
            empty = np.asarray(pc.equal(rest, "").to_numpy(zero_copy_only=False), bool)
            named = np.where(team >= 0, team + len(self.coding.staff), UNKNOWN)
            codes[missing] = np.where(empty, OWN_WORK, named)
        return codes

    def staff_texts(self, codes: Int64, unknown: pa.Array) -> pa.Array:
        """Give the texts of staff codes; `unknown` holds those of the unknown ones."""
        return _texts(self._persons_and_teams, codes, unknown)

    @cached_property
    def _persons_and_teams(self) -> pa.Array:
        return pa.concat_arrays([self.coding.staff.values, self.teams.values])

    def institution_texts(self, codes: Int64, unknown: pa.Array) -> pa.Array:
        """Give the texts of institution codes, as `staff_texts` does."""
        return _texts(self.coding.institutions.values, codes, unknown)

    def item_texts(self, codes: Int64, unknown: pa.Array) -> pa.Array:
        """Give the texts of item codes, as `staff_texts` does."""
        return _texts(self.coding.items.values, codes, unknown)


class _Grouped:
    """The intervals of a table in the order of what they are about; within one, in the table's order."""

    def __init__(self, table: pa.Table, about: Int32, groups: int) -> None:
        self.order = np.argsort(about, kind="stable")
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(about, minlength=groups))]).astype(np.int64)
        self.since = integers(table, "from", np.int32)[self.order]
        self.until = integers(table, "until", np.int32)[self.order]


def _texts(values: pa.Array, codes: Int64, unknown: pa.Array) -> pa.Array:
    known = codes >= 0
    texts = values.take(pa.array(np.where(known, codes, 0), mask=~known))
    return texts if known.all() else pc.coalesce(texts, unknown)

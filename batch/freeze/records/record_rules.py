"""Reference tables for the checks of a service record: intervals grouped by subject.

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
from batch.input_tables import SHARES_OF_ROLES
from batch.snapshot.codes import Codes, Coding
from payengine.kernels.arrays import Int32, Int64, UInt8, read_only

OWN_WORK = -1  # the staff code is empty: the institution's own work
UNKNOWN = -2  # this and everything below: a code that stands in no table
NO_LICENSE = -1  # the item asks for no licence
EVERY_ITEM = -1  # a difficulty row without an item
OF_ROLES, JOINT = 1, 2  # bits of an item row: its shares need not sum to 1; institutions may do a service together


class Intervals(NamedTuple):
    """Intervals by subject: of institutions, or of persons' absences that block service."""

    starts: Int64
    since: Int32
    until: Int32


class ItemRows(NamedTuple):
    """Item rows by item; place k of the columns is item row k."""

    starts: Int64
    since: Int32
    until: Int32
    limited: UInt8
    license: Int32  # index of a kind of licence, or NO_LICENSE


class EngagementRows(NamedTuple):
    """Engagements by person."""

    starts: Int64
    since: Int32
    until: Int32
    engagement: Int32  # the engagement's index
    institution: Int32


class LicenseRows(NamedTuple):
    """Licences by person."""

    starts: Int64
    since: Int32
    until: Int32
    kind: Int32


class DifficultyRows(NamedTuple):
    """Difficulty rows by institution, then item, then from.

    Place k of the columns is difficulty row k + 1.
    """

    starts: Int64
    since: Int32
    until: Int32
    item: Int32  # or EVERY_ITEM, which comes first


class RuleTables(NamedTuple):
    """Tables that `check_rows` reads, in the order of its arguments, read-only."""

    institutions: Intervals
    items: ItemRows
    engagements: EngagementRows
    absences: Intervals
    licenses: LicenseRows
    difficulties: DifficultyRows


class Members(NamedTuple):
    """Members of teams, by team and staff code; shares in ten-thousandths."""

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
    tables: RuleTables
    members: Members
    sharing: UInt8  # OF_ROLES and JOINT of every item row

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table]) -> RecordRules:
        """Build the rules from checked reference tables: every code is known, no intervals overlap."""
        coding = Coding.of(tables)
        kinds = Codes.of(tables["license"]["kind"], coding.item_rows["license"])
        teams = Codes.of(tables["team_member"]["team"])
        persons, institutions = len(coding.staff), len(coding.institutions)
        absence = tables["absence"].filter(tables["absence"]["blocks_service"])
        team = ordered(tables["team_member"], "team", "staff", "from")

        institution = _Subjects(
            tables["institution"], coding.institutions.index(tables["institution"]["code"]), institutions
        )
        item = _Subjects(coding.item_rows, coding.item_of_row, len(coding.items))
        engagement = _Subjects(coding.engagements, coding.engagement_staff, persons)
        leave = _Subjects(absence, coding.staff.index(absence["staff"]), persons)
        license = _Subjects(tables["license"], coding.staff.index(tables["license"]["staff"]), persons)
        difficulty = _Subjects(
            coding.difficulty_rows, coding.institutions.index(coding.difficulty_rows["institution"]), institutions
        )
        member = _Subjects(team, teams.index(team["team"]), len(teams))
        return cls(
            coding=coding,
            teams=teams,
            tables=RuleTables(
                Intervals(*institution.intervals()),
                ItemRows(
                    *item.intervals(), read_only((coding.limit_count >= 0).astype(np.uint8)),
                    read_only(kinds.index(coding.item_rows["license"])),
                ),
                EngagementRows(
                    *engagement.intervals(), read_only(engagement.order.astype(np.int32)),
                    read_only(coding.engagement_institution[engagement.order]),
                ),
                Intervals(*leave.intervals()),
                LicenseRows(
                    *license.intervals(), read_only(kinds.index(tables["license"]["kind"])[license.order])
                ),
                DifficultyRows(
                    *difficulty.intervals(), read_only(coding.items.index(coding.difficulty_rows["item"]))
                ),
            ),
            members=Members(
                member.starts, coding.staff.index(team["staff"]), integers(team, "share", np.int64),
                member.since, member.until,
            ),
            sharing=_sharing(coding.item_rows),
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


class _Subjects:
    """Intervals of a table by subject, a code below `subjects`.

    Those of one subject are in the table's order.
    """

    def __init__(self, table: pa.Table, subject: Int32, subjects: int) -> None:
        self.order = np.argsort(subject, kind="stable")
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(subject, minlength=subjects))]).astype(np.int64)
        self.since = integers(table, "from", np.int32)[self.order]
        self.until = integers(table, "until", np.int32)[self.order]

    def intervals(self) -> tuple[Int64, Int32, Int32]:
        """Give starts, first days and ends, read-only."""
        return read_only(self.starts), read_only(self.since), read_only(self.until)


def _sharing(items: pa.Table) -> UInt8:
    of_roles = np.array([shares == SHARES_OF_ROLES for shares in items["shares"].to_pylist()], np.uint8)
    joint = np.array(items["joint"].to_pylist(), np.uint8)
    return read_only((of_roles * OF_ROLES | joint * JOINT).astype(np.uint8))


def _texts(values: pa.Array, codes: Int64, unknown: pa.Array) -> pa.Array:
    known = codes >= 0
    texts = values.take(pa.array(np.where(known, codes, 0), mask=~known))
    return texts if known.all() else pc.coalesce(texts, unknown)

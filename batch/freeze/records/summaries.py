"""Rows of `service_summary` as service records of the month.

Each becomes one record under an id of its own, dated on the last day of the month on which the person is engaged at the
institution and not away, and passes the checks of every record. It stands for as many services as it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.content_digest import Description
from batch.freeze.records.eligibility import ELIGIBLE, Eligibility
from batch.freeze.records.read import Batch
from batch.freeze.records.record_rules import OWN_WORK, Intervals, RecordRules
from batch.freeze.records.row_schemas import IN_PERIOD
from batch.input_tables import RECORD
from batch.snapshot.codes import ONE
from batch.snapshot.part_writer import Files, write_table
from batch.snapshot.schemas import SUMMARIES
from batch.values import parse as values
from payengine.errors import Problem
from payengine.kernels.arrays import Int32, Int64
from payengine.periods import Period, day_number
from payengine.texts import say

PREFIX = "summary:"
HUNDREDTHS = 100  # of a quantity
MOST_TOLD = 1_000
TellRow = Callable[[int, str, str], Problem]  # the row of the table (from 0), its column, what is wrong


class Key(NamedTuple):
    """Codes of what a row counts: institution, staff code (OWN_WORK for none), item."""

    institution: int
    staff: int
    item: int


class Summaries:
    """Counts of a month by institution, staff and item, and records that contradict them."""

    def __init__(self, rows: pa.Table, tell: TellRow, rules: RecordRules, period: Period) -> None:
        """Take the typed rows of the table; `tell` makes the problem of one of them."""
        self._tell = tell
        self._rules = rules
        self._period = period
        self._first, self._next = day_number(period.first_day), day_number(period.next_first_day)
        coding = rules.coding
        chosen = pc.and_(pc.equal(rows["period"], str(period)), pc.greater(rows["quantity"], 0))
        places = np.flatnonzero(chosen.combine_chunks().to_numpy(zero_copy_only=False))
        mine = rows.take(pa.array(places)).combine_chunks()
        columns = (
            coding.institutions.index(mine["institution"]),
            rules.staff_codes(pa.array(mine["staff"].to_pylist(), pa.string())),
            coding.items.index(mine["item"]),
        )
        counted: dict[Key, tuple[int, int]] = {}  # the quantity, and the first of its rows
        keys = (Key(*map(int, codes)) for codes in zip(*columns, strict=True))
        for key, quantity, row in zip(keys, mine["quantity"].to_pylist(), places.tolist(), strict=True):
            before, first = counted.get(key, (0, row))  # several codes of the office may mean one item
            counted[key] = before + quantity, first
        named = sorted((self._record_id(key).encode(), key) for key in counted)
        self._keys = [key for _, key in named]
        self._ids = pa.array([record_id.decode() for record_id, _ in named], pa.string())
        self._quantity = np.array([counted[key][0] for key in self._keys], np.int64)
        self._rows = [counted[key][1] for key in self._keys]
        self._single = np.zeros(len(self._keys), np.int64)  # records of the office beside each
        self._reserved: set[str] = set()  # ids of ours that the office's records name
        self._known, self._place = self._numbered()

    def __len__(self) -> int:
        return len(self._keys)

    def note(self, batch: Batch) -> None:
        """Look for what contradicts the counts among the records that the month reads."""
        rows, rules = batch.rows, self._rules
        for name in ("record_id", "reverses"):
            if pc.any(pc.starts_with(rows[name], PREFIX)).as_py():
                named = rows[name].filter(pc.is_in(rows[name], value_set=self._ids))
                self._reserved.update(named.to_pylist())
        institution = rules.coding.institutions.index(rows["institution"]).astype(np.int64)
        number = self._number(institution, rules.staff_codes(rows["staff"]), batch.item)
        at = np.minimum(np.searchsorted(self._known, number), len(self._known) - 1)
        hit = (self._known[at] == number) & (batch.kind == IN_PERIOD)
        self._single += np.bincount(self._place[at[hit]], minlength=len(self._keys))

    def noted(self) -> tuple[list[int], set[str]]:
        """Give what was noted: the records beside each count, ids of ours that records name."""
        return self._single.tolist(), self._reserved

    def add(self, noted: tuple[list[int], set[str]]) -> None:
        """Take in what was noted of other records."""
        single, reserved = noted
        self._single += np.array(single, np.int64)
        self._reserved |= reserved

    def problems(self) -> list[Problem]:
        """List the rows whose services are recorded one by one too, and ids that are taken."""
        return [*self._doubled(), *self._taken()][:MOST_TOLD]

    def batch(self) -> Batch:
        """Make the records, in the order of their ids."""
        coding, count = self._rules.coding, len(self._keys)
        codes = [np.array([key[at] for key in self._keys], np.int32) for at in range(len(Key._fields))]
        empty = pa.array([""] * count, pa.string())
        day = self._days()
        rows = pa.RecordBatch.from_arrays(
            [
                self._ids, pa.array(day), coding.institutions.texts(codes[0]),
                self._rules.staff_texts(codes[1].astype(np.int64), empty), coding.items.texts(codes[2]),
                pa.array(self._quantity * HUNDREDTHS), pa.array(np.full(count, ONE, np.int64)), empty, empty,
            ],
            schema=values.schema(RECORD),
        )  # fmt: skip
        no = np.zeros(count, bool)
        kind = np.full(count, IN_PERIOD, np.uint8)
        return Batch(rows, day, codes[2].astype(np.int64), no, no, kind, np.zeros(count, np.uint8))

    def write(self, root: Path, found: Eligibility, files: Files) -> Description | None:
        """Write which priced rows stand for how many services; None if no row is priced."""
        paid = np.flatnonzero(found.reason == ELIGIBLE)
        if not paid.size:
            return None
        columns = [
            self._ids.take(pa.array(paid)), pa.array(found.owner[paid]), pa.array(found.item_row[paid]),
            pa.array(self._quantity[paid]),
        ]  # fmt: skip
        batch = pa.RecordBatch.from_arrays(columns, schema=SUMMARIES)
        return write_table(root, "summaries.parquet", SUMMARIES, [batch], files)

    def _record_id(self, key: Key) -> str:
        coding = self._rules.coding
        staff = coding.staff.values[key.staff].as_py() if key.staff != OWN_WORK else ""
        codes = (coding.institutions.values[key.institution].as_py(), staff, coding.items.values[key.item].as_py())
        return PREFIX + ":".join((*map(_escaped, codes), str(self._period)))

    def _days(self) -> Int32:
        """Find the day of each record, once for each person and institution."""
        found: dict[tuple[int, int], int] = {}
        for key in self._keys:
            place = key.institution, key.staff
            if place not in found:
                found[place] = self._last_day(key.institution, key.staff)
        return np.array([found[key.institution, key.staff] for key in self._keys], np.int32)

    def _last_day(self, institution: int, staff: int) -> int:
        """Find the last day of the month in force here, one not away if there is one.

        It is the month's last day where there is none.
        """
        tables = self._rules.tables
        if staff == OWN_WORK:
            spans = list(self._spans(tables.institutions, institution))
            return max((end for _, end in spans), default=self._next) - 1
        posts = tables.engagements
        here = [
            span
            for at, span in self._numbered_spans(Intervals(posts.starts, posts.since, posts.until), staff)
            if posts.institution[at] == institution
        ]
        if not here:
            return self._next - 1
        away = list(self._spans(tables.absences, staff))
        for begin, end in sorted(here, key=lambda span: -span[1]):
            for day in range(end - 1, begin - 1, -1):
                if not any(since <= day < until for since, until in away):
                    return day
        return max(end for _, end in here) - 1

    def _spans(self, table: Intervals, subject: int) -> Iterator[tuple[int, int]]:
        return (span for _, span in self._numbered_spans(table, subject))

    def _numbered_spans(self, table: Intervals, subject: int) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the subject's intervals that meet the month, cut to it, with their places."""
        for at in range(int(table.starts[subject]), int(table.starts[subject + 1])):
            begin, end = max(int(table.since[at]), self._first), min(int(table.until[at]), self._next)
            if begin < end:
                yield at, (begin, end)

    def _numbered(self) -> tuple[Int64, Int64]:
        """Number the keys, those of a person's teams too: ascending, with their places."""
        rules = self._rules
        teams: dict[int, set[int]] = {}
        for team in range(len(rules.teams)):
            for at in range(int(rules.members.starts[team]), int(rules.members.starts[team + 1])):
                if rules.members.since[at] < self._next and rules.members.until[at] > self._first:
                    teams.setdefault(int(rules.members.staff[at]), set()).add(team + len(rules.coding.staff))
        named = [
            (key._replace(staff=staff), place)
            for place, key in enumerate(self._keys)
            for staff in (key.staff, *sorted(teams.get(key.staff, ())))
        ]
        columns = [np.array([key[at] for key, _ in named], np.int64) for at in range(len(Key._fields))]
        numbers, first = np.unique(self._number(*columns), return_index=True)
        return numbers, np.array([place for _, place in named], np.int64)[first]

    def _number(self, institution: Int64, staff: Int64, item: Int64) -> Int64:
        """Join codes in one number; -1 where one of them is unknown."""
        coding = self._rules.coding
        people = len(coding.staff) + len(self._rules.teams) + 1  # the last is nobody: own work
        person = np.where(staff == OWN_WORK, people - 1, staff)
        number = (institution * people + person) * max(len(coding.items), 1) + item
        return np.where((institution >= 0) & (person >= 0) & (item >= 0), number, -1)

    def _doubled(self) -> Iterator[Problem]:
        for place in np.flatnonzero(self._single).tolist():
            what = say(
                "{n} record(s) of service_record are of the same institution, staff, item and month",
                n=f"{int(self._single[place]):,}",
            )  # fmt: skip
            remedy = say("count each service once: take out this row, or those records")
            yield replace(self._tell(self._rows[place], "item", what), remedy=remedy)

    def _taken(self) -> Iterator[Problem]:
        for place, record_id in enumerate(self._ids.to_pylist()):
            if record_id in self._reserved:
                what = say("service_record names {record_id}, which is the record of this row", record_id=record_id)
                remedy = say("give that record another id; to take services off, correct this row")
                yield replace(self._tell(self._rows[place], "item", what), remedy=remedy)


def _escaped(code: str) -> str:
    """Write a code so that it holds no colon, and no two codes are written alike."""
    return code.replace("%", "%25").replace(":", "%3A")

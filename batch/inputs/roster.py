"""Roster of a run: institutions and engagements in force on some day of the period.

Both keep the order of `batch.snapshot.codes`, which is the canonical one, so a row of the frame is found from a code's
index by an offset table.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Coded, Texts, coded_column
from batch.inputs.person_months import PersonMonths
from batch.snapshot.codes import Coding
from payengine.graph import DEPARTMENT, ENGAGEMENT, STAFF, Frame
from payengine.kernels.arrays import Int32, Int64
from payengine.periods import EPOCH, Period, day_number

Flag = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Roster:
    """Rows of a run, and their places in the tables.

    `engagement` and `institution` are indices of `Coding`, one for each row of the frame; `institution_row` is the row
    of the table `institution` that describes each of them: the latest that began before the period's end.
    """

    frame: Frame
    engagement: Int64
    institution: Int64
    institution_row: Int64
    coding: Coding
    period: Period

    @cached_property
    def row_of_institution(self) -> Int64:
        """Row in the frame of each institution index; -1 outside the run."""
        rows = np.full(len(self.coding.institutions) + 1, -1, np.int64)  # the last one answers for index -1
        rows[self.institution] = np.arange(len(self.institution))
        return rows

    def staff_rows(self, institutions: pa.ChunkedArray, staff: pa.ChunkedArray) -> Int64:
        """Find the STAFF rows of (institution, staff) codes; -1 of those not engaged there."""
        runs = TextRuns.of(institutions, staff)
        codes, people_codes = runs.columns
        place = self.row_of_institution[self.coding.institutions.index(codes)]
        return runs.repeat(self.rows_of(place, self.coding.staff.index(people_codes)))

    def rows_of(self, place: Int64, person: npt.NDArray[np.integer]) -> Int64:
        """Find the STAFF rows of person indices at INSTITUTION rows; -1 if not engaged."""
        frame = self.frame
        if not len(frame.staff):  # nobody is engaged anywhere
            return np.full(len(person), -1, np.int64)
        found = self._a_row_of_person[person]
        # Most people are at one institution; the others are looked for.
        others = np.flatnonzero((place >= 0) & (found >= 0) & (frame.institution_of_staff[found] != place))
        found = np.where(place >= 0, found, -1)
        if len(others):
            people = len(self.coding.staff)
            known = frame.institution_of_staff.astype(np.int64) * people + frame.staff
            wanted = place[others] * people + person[others]
            at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            found[others] = np.where(known[at] == wanted, at, -1)
        return found

    def department_rows(
        self, institutions: pa.ChunkedArray, departments: pa.ChunkedArray, staff: pa.ChunkedArray
    ) -> Int64:
        """Find the ENGAGEMENT rows of (institution, department, staff) codes.

        Of several engagements in one department the latest; -1 of those not engaged in that department.
        """
        frame = self.frame
        people = self.staff_rows(institutions, staff)
        codes = {code: number for number, code in enumerate(dict.fromkeys(frame.departments))}
        numbers = np.array([codes[code] for code in frame.departments], np.int64)
        own = numbers[frame.parent(ENGAGEMENT, DEPARTMENT)] if len(frame.departments) else np.zeros(0, np.int64)
        latest = {
            pair: row for row, pair in enumerate(zip(frame.staff_of_engagement.tolist(), own.tolist(), strict=True))
        }
        wanted = zip(people.tolist(), departments.to_pylist(), strict=True)
        return np.array([latest.get((person, codes.get(code, -1)), -1) for person, code in wanted], np.int64)

    @cached_property
    def _a_row_of_person(self) -> Int64:
        """One STAFF row of each person, else -1; the last one answers for index -1."""
        rows = np.full(len(self.coding.staff) + 1, -1, np.int64)
        rows[self.frame.staff] = np.arange(len(self.frame.staff))
        return rows

    def institution_rows(self, institutions: pa.ChunkedArray) -> Int64:
        """Find the INSTITUTION rows of codes; -1 outside the run."""
        runs = TextRuns.of(institutions)
        return runs.repeat(self.row_of_institution[self.coding.institutions.index(runs.columns[0])])

    @cached_property
    def days(self) -> Int64:
        """Days in force in the period, per engagement."""
        return self.days_of(self.period)

    def days_of(self, period: Period) -> Int64:
        start = np.maximum(self.coding.engagement_from[self.engagement], day_number(period.first_day))
        until = np.minimum(self.coding.engagement_until[self.engagement], day_number(period.next_first_day))
        return np.maximum(until.astype(np.int64) - start, 0)

    @property
    def until(self) -> Int32:
        """Day after the last, per engagement; `OPEN` where there is none."""
        return self.coding.engagement_until[self.engagement]

    @property
    def first_engaged(self) -> Int32:
        """First day of the first engagement there, per STAFF row, also before the period."""
        coding = self.coding
        institution, person = coding.engagement_institution, coding.engagement_staff
        first = np.arange(len(person))
        first[1:][(institution[1:] == institution[:-1]) & (person[1:] == person[:-1])] = 0
        return coding.engagement_from[np.maximum.accumulate(first)[self.engagement[self.frame.latest]]]

    @cached_property
    def person_months(self) -> Int64:
        """Person-months per engagement in ten-thousandths; see `months_of`."""
        total = np.zeros(len(self.engagement), np.int64)
        for month in self.period.months():
            total += self.months_of(month)
        return total

    @cached_property
    def person_months_to_date(self) -> Int64:
        """Person-months from January to the period's end, per STAFF row, in ten-thousandths.

        Engagements that ended before the period began count too: pay to date has their pay.
        """
        coding, frame = self.coding, self.frame
        months = np.zeros(len(coding.engagement_staff), np.int64)
        for month in (*self.period.earlier_months(), *self.period.months()):
            months += self.months.of(month)
        worked = np.flatnonzero(months)
        row = self.rows_of(
            self.row_of_institution[coding.engagement_institution[worked]], coding.engagement_staff[worked]
        )
        total = np.zeros(frame.rows(STAFF), np.int64)
        np.add.at(total, row[row >= 0], months[worked][row >= 0])
        return total

    def months_of(self, month: Period) -> Int64:
        """Compute days engaged / days of the month x fte per engagement, in ten-thousandths.

        They are rounded half up so that the engagements of a person add up (`batch.inputs.person_months`).
        """
        return self.months.of(month)[self.engagement]

    @cached_property
    def months(self) -> PersonMonths:
        """Person-months of all engagements, also of those outside the run."""
        return PersonMonths(self.coding)

    @cached_property
    def on_last_day(self) -> Flag:
        """Engagements in force on the period's last day."""
        return self._on_last_day_of(self.period)

    def _on_last_day_of(self, period: Period) -> Flag:
        last = day_number(period.last_day)
        start, until = self.coding.engagement_from[self.engagement], self.coding.engagement_until[self.engagement]
        in_force: Flag = (start <= last) & (until > last)
        return in_force

    @cached_property
    def heads(self) -> Flag:
        """STAFF rows of persons engaged there on the period's last day."""
        return self._heads_of(self.period)

    def _heads_of(self, period: Period) -> Flag:
        heads = np.zeros(self.frame.rows(STAFF), bool)
        heads[self.frame.staff_of_engagement[self._on_last_day_of(period)]] = True
        return heads

    @cached_property
    def head_counts(self) -> Int64:
        """Number of heads per institution of the frame."""
        return self.head_counts_of(self.period)

    def head_counts_of(self, period: Period) -> Int64:
        """Count persons per institution engaged there on the last day of a period."""
        heads = self._heads_of(period)
        counts = np.bincount(self.frame.institution_of_staff[heads], minlength=len(self.frame.institutions))
        return counts.astype(np.int64)

    @property
    def distinct_heads(self) -> int:
        """Number of persons who are heads somewhere; at two institutions still one."""
        people = np.zeros(len(self.frame.staff_codes), bool)
        people[self.frame.staff[self.heads]] = True
        return int(people.sum())


def build_roster(coding: Coding, institutions: pa.Table, period: Period, held: Collection[str]) -> Roster:
    """Build the rows of a run; held institutions and everybody there are left out."""
    first, end = day_number(period.first_day), day_number(period.next_first_day)
    chosen = (coding.engagement_from < end) & (coding.engagement_until > first)
    out = np.zeros(len(coding.institutions), bool)
    out[[index for index in coding.institutions.index(pa.array(list(held), pa.string())) if index >= 0]] = True
    engagement = np.flatnonzero(chosen & ~out[coding.engagement_institution])

    index = coding.institutions.index(institutions["code"])
    start = np.asarray(institutions["from"].to_numpy(), np.int64)
    until = np.asarray(institutions["until"].to_numpy(), np.int64)
    there = np.zeros(len(coding.institutions), bool)
    there[index[(start < end) & (until > first)]] = True
    there[coding.engagement_institution[engagement]] = True
    institution = np.flatnonzero(there & ~out)

    row_of = np.full(len(coding.institutions), -1, np.int64)
    row_of[institution] = np.arange(len(institution))
    codes = coding.institutions.values.take(pa.array(institution)).to_pylist()
    frame = Frame.build(
        codes,
        Texts(coding.staff.values),
        (
            row_of[coding.engagement_institution[engagement]],
            coding.engagement_staff[engagement],
            coding.engagement_from[engagement],
        ),
        lambda: _departments(coding, engagement),
    )
    described = _described(index, start, until, period, len(coding.institutions))
    return Roster(frame, engagement, institution, described[institution], coding, period)


def _departments(coding: Coding, engagement: Int64) -> tuple[Int32, Sequence[str]]:
    """Find the department of every engagement of a run, as numbers of labels."""
    coded = Coded.of(coding.engagements["department"])
    return coded.codes[engagement], coded.texts


def _described(index: Int32, start: Int64, until: Int64, period: Period, count: int) -> Int64:
    """Find the row that describes each institution: the latest, else the first."""
    chosen = np.full(count, -1, np.int64)
    for row in np.argsort(start, kind="stable"):
        if start[row] < day_number(period.next_first_day) or chosen[index[row]] < 0:
            chosen[index[row]] = row
    return chosen


@dataclass(frozen=True)
class TextRuns:
    """Runs of equal texts in sorted tables: a code is looked up once for many rows."""

    columns: tuple[pa.Array, ...]  # of the first row of each run
    lengths: Int64

    @classmethod
    def of(cls, *columns: pa.ChunkedArray) -> TextRuns:
        whole = [column.combine_chunks() for column in columns]
        rows = len(whole[0])
        changed = np.zeros(rows, bool)
        changed[:1] = True
        for column in whole:
            values = column.indices if pa.types.is_dictionary(column.type) else column
            changed[1:] |= np.asarray(pc.not_equal(values.slice(1), values.slice(0, max(rows - 1, 0))), bool)
        first = np.flatnonzero(changed)
        return cls(tuple(column.take(pa.array(first)) for column in whole), np.diff(first, append=rows))

    def repeat(self, values: Int64) -> Int64:
        """Repeat a value of each run for all its rows."""
        return np.repeat(values, self.lengths)


def coded_days(days: Int32) -> pa.DictionaryArray:
    """Write day numbers as 2026-10-01; the few distinct days are written once."""
    coded = pa.array(days, pa.int32()).dictionary_encode()
    texts = [date.isoformat(EPOCH + timedelta(days=day)) for day in coded.dictionary.to_pylist()]
    return coded_column(coded.indices.to_numpy(), pa.array(texts, pa.string()))

"""Sample rows on which formulas are tried: every kind of institution and person.

No named row is given.

A formula that computes with a row that is not there is noted by the graph, with the rows that lack it, as in a run. So
the notes tell who must have which row, and which missing row counts as 0 or is not asked of somebody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import product

import numpy as np

from batch.input_tables import DEPARTMENT_CLASSES, EMPLOYMENTS, KINDS_OF_INSTITUTION, PAY_SCHEMES
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import InputEntry
from batch.inputs.period_tables import RowSelection
from batch.snapshot.codes import DIRECTED
from payengine.exact import Exact
from payengine.graph import (
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    POINTS,
    STAFF,
    Absence,
    Codes,
    Column,
    Flags,
    Frame,
    Input,
    Keyed,
    KeyedInput,
    Level,
    Origin,
    Scope,
)
from payengine.graph.inputs import CODES, FLAG
from payengine.periods import Period, day_number
from payengine.policy import Policy

PUBLIC_CLASSES = (1, 2)
OPEN_DAY = 2**31 - 1
# Inputs that come of one column of a table without names, and are not given where it is empty.
OF_COLUMNS: Mapping[str, tuple[str, str]] = {
    "first_worked": ("staff", "first_worked"), "tenure_years": ("staff", "first_worked"),
    "working_days": ("calendar", "day"), "engaged_working_days": ("calendar", "day"),
    "absent_working_days": ("calendar", "day"),
}  # fmt: skip


class SampleCounty:
    """Rows of every level with what tells them apart: kinds, employment, titles ..."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.places = list(product(KINDS_OF_INSTITUTION, PUBLIC_CLASSES))
        self.people = list(product(EMPLOYMENTS, PAY_SCHEMES, (False, True)))
        institutions = [f"I{number:02}" for number in range(len(self.places))]
        staff = [f"S{number:04}" for number in range(len(self.places) * len(self.people))]
        rows = np.arange(len(staff))
        self.frame = Frame.build(institutions, staff, (rows // len(self.people), rows, np.zeros(len(staff))))

    def attributes(self, level: Level) -> dict[str, list[str]]:
        """List what tells the rows of a level apart, by its name: a value for each row."""
        if level is INSTITUTION:
            return {"kind": [kind for kind, _ in self.places], "public_class": [str(each) for _, each in self.places]}
        if level in (STAFF, ENGAGEMENT):
            at = self.frame.institution_of_staff.tolist()
            of_people = {name: self.words(name) for name in ("employment", "pay_scheme", "director", *self.named)}
            return {**of_people, "kind": [self.places[place][0] for place in at],
                    "public_class": [str(self.places[place][1]) for place in at]}  # fmt: skip
        return {}

    @cached_property
    def named(self) -> dict[str, Sequence[str]]:
        """Words that tell persons apart and are no closed list, as far as the policy writes any."""
        closed: dict[str, Sequence[str]] = {"department_class": DEPARTMENT_CLASSES}
        return closed | {key: ("", *sorted(self.policy.named(key))) for key in ("title", "role", "education")}

    def words(self, name: str) -> list[str]:
        """Give each engagement its word of one column."""
        count = self.frame.rows(ENGAGEMENT)
        if name in self.named:
            known = self.named[name]
            return [known[(row + row // len(self.people)) % len(known)] for row in range(count)]
        place = ("employment", "pay_scheme", "director").index(name)
        return [str(self.people[row % len(self.people)][place]) for row in range(count)]


class SampleRows:
    """Provider of the sample's inputs; the named rows of the `lacking` tables are not given.

    `number` stands wherever a number is given, so that several trials take several ways through a formula.
    """

    def __init__(
        self, county: SampleCounty, period: Period, known: Mapping[str, Sequence[str]], number: int,
        lacking: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        self.county, self.period, self.known, self.number = county, period, known, number
        self.lacking = lacking  # None: of all tables
        self.frame = county.frame
        self.scope = Scope(self.frame)

    def keys(self, axis: str) -> Sequence[str]:
        return self.known.get(axis, ())

    def value(self, name: str) -> Input:
        """Make an input without its named rows."""
        entry = BY_NAME[name]
        if not entry.axis:
            return self._plain(entry)
        if entry.given:
            return self._named(entry)
        left_out = DIRECTED if entry.axis == "category" and entry.unit is POINTS else ""
        columns = {key: self._number(entry, self.number) for key in self.keys(entry.axis) if key != left_out}
        return Keyed(self.scope, entry.axis, columns, entry.pattern(self.scope))

    def _is_lacking(self, table: str) -> bool:
        return self.lacking is None or table in self.lacking

    def _named(self, entry: InputEntry) -> KeyedInput:
        def fetch(key: str) -> Column:
            if entry.zero or not self._is_lacking(entry.table) or entry.table == "history":
                lacks = self._is_lacking(entry.table)
                return self._number(entry, 0 if lacks else self.number, OF_COLUMNS.get(entry.name, ("", ""))[1])
            source = entry.source
            fallback = "institution" if isinstance(source, RowSelection) and source.fallback else ""
            return self._absent(entry, Origin(entry.name, key, entry.level, fallback=fallback))

        return KeyedInput(self.scope, entry.axis, self.keys(entry.axis), fetch, entry.pattern(self.scope))

    def _plain(self, entry: InputEntry) -> Input:
        if entry.kind == CODES:
            return self._codes(entry)
        if entry.kind == FLAG:
            rows = np.array([word == "True" for word in self.county.words("director")])
            if entry.name != "director":
                rows = np.ones(self.frame.rows(entry.level), bool)
            return Flags(self.scope, entry.level, rows)
        if entry.name in OF_COLUMNS:
            return self._number(entry, self.number, OF_COLUMNS[entry.name][1])
        if entry.name == "public_class":
            classes = np.array([each for _, each in self.county.places], np.int64)
            return Column(self.scope, entry.level, Exact(classes, 0), entry.unit)
        return self._number(entry, self._figures.get(entry.name, self.number))

    def _number(self, entry: InputEntry, number: int, column: str = "") -> Column:
        if column and self._is_lacking(OF_COLUMNS[entry.name][0]):
            return self._absent(entry, Origin(entry.name, column, entry.level))
        values = np.full(self.frame.rows(entry.level), number * 10**entry.scale, np.int64)
        return Column(self.scope, entry.level, Exact(values, entry.scale), entry.unit)

    def _absent(self, entry: InputEntry, origin: Origin) -> Column:
        rows = self.frame.rows(entry.level)
        values = np.full(rows, self.number * 10**entry.scale, np.int64)
        mark = Absence(origin, np.ones(rows, bool))
        return Column(self.scope, entry.level, Exact(values, entry.scale), entry.unit, (mark,))

    def _codes(self, entry: InputEntry) -> Codes:
        texts = {
            "institution": list(self.frame.institutions),
            "institution_kind": [kind for kind, _ in self.county.places],
            "employer": [self.frame.institutions[place] for place in self.frame.institution_of_staff.tolist()],
        }.get(entry.name)
        if texts is None and entry.level is ENGAGEMENT and entry.name != "department":
            texts = self.county.words(entry.name)
        if texts is None:  # nothing tells these rows apart
            texts = [""] * self.frame.rows(DEPARTMENT if entry.level is DEPARTMENT else entry.level)
        labels = sorted(set(texts), key=str.encode)
        place = {text: number for number, text in enumerate(labels)}
        return Codes(self.scope, entry.level, np.array([place[text] for text in texts], np.int32), tuple(labels))

    @cached_property
    def _figures(self) -> dict[str, int]:
        """Give the figures of period and roster that formulas count with."""
        period, people = self.period, len(self.county.people)
        days, months = period.days, len(period.months())
        return {
            "months_of_period": months, "days_of_period": days, "working_days": days,
            "months_to_date": period.last_day.month, "period_first_day": day_number(period.first_day),
            "period_last_day": day_number(period.last_day), "engagement_days": days, "person_months": months,
            "person_months_to_date": period.last_day.month, "months_in_force": months, "heads": people, "fte": 1,
            "engaged_from": day_number(period.year_start), "engaged_until": OPEN_DAY,
            "first_engaged": day_number(period.year_start), "post_coefficient": 1,
        }  # fmt: skip

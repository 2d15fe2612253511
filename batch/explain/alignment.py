"""Alignment of the rows of two runs by their codes, to bring inputs from one to the other.

An institution is the same if its code is, a person if institution and staff are. What has no row in the other run
keeps the value of its own: a person who came brings everything along. Work is that of the person: where the posts of
the two runs differ it is divided among those of the run to which it is brought as that run's own work is, so that on
which post it was done is no matter of the work. Where there is none to go by it stands on the post of the same first
day, else on the latest.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from payengine import exact
from payengine.exact import Exact, apportion
from payengine.graph import CONSORTIUM, ENGAGEMENT, INSTITUTION, STAFF, Column, Frame, Input, Keyed, KeyedInput, Level
from payengine.graph.values.absence import Absence
from payengine.graph.values.frame import Flag, Int64
from payengine.graph.values.scope import Scope

NONE = -1


class Alignment:
    """Way from the rows of `source` to those of `target`."""

    def __init__(self, source: Frame, target: Frame) -> None:
        self.source = source
        self.target = target

    @cached_property
    def rows(self) -> Mapping[Level, Int64]:
        """Row of the source for each row of the target, by level; `NONE` where there is none."""
        place = _found(list(self.target.institutions), list(self.source.institutions))
        person = _found(list(self.target.staff_codes), list(self.source.staff_codes))
        staff = _pairs_found(
            _pairs(self.source.institution_of_staff, self.source.staff, len(self.source.staff_codes)),
            place[self.target.institution_of_staff], person[self.target.staff], len(self.source.staff_codes),
        )  # fmt: skip
        return {CONSORTIUM: np.zeros(self.target.rows(CONSORTIUM), np.int64), INSTITUTION: place, STAFF: staff}

    @cached_property
    def of_engagements(self) -> Int64:
        """Row of the target on which the work of each engagement of the source stands.

        That of the same first day, else the person's latest; `NONE` where the person is not there.
        """
        person, same, latest = self._person_of_engagement, self._same_engagement, self.target.latest
        if not len(latest):
            return same
        return np.where(same >= 0, same, np.where(person >= 0, latest[np.maximum(person, 0)], NONE))

    @cached_property
    def _person_of_engagement(self) -> Int64:
        """STAFF row of the target of each engagement of the source; `NONE` where there is none."""
        theirs = self.rows[STAFF]  # per person of the target
        own = np.full(self.source.rows(STAFF), NONE, np.int64)
        own[theirs[theirs >= 0]] = np.flatnonzero(theirs >= 0)
        return own[self.source.staff_of_engagement]

    @cached_property
    def _same_engagement(self) -> Int64:
        """Engagement of the target of the same person and first day, for each of the source."""
        here, there = self.target.engaged_from.astype(np.int64), self.source.engaged_from.astype(np.int64)
        least = min(here.min(initial=0), there.min(initial=0))
        span = int(max(here.max(initial=0), there.max(initial=0)) - least) + 1
        known = self.target.staff_of_engagement.astype(np.int64) * span + (here - least)
        return _pairs_found(known, self._person_of_engagement, there - least, span)

    @cached_property
    def is_same(self) -> bool:
        """True where both runs have the same rows."""
        one, other = self.source, self.target
        return (
            list(one.institutions) == list(other.institutions)
            and one.rows(ENGAGEMENT) == other.rows(ENGAGEMENT)
            and one.rows(STAFF) == other.rows(STAFF)
            and bool((self.rows[STAFF] == np.arange(one.rows(STAFF))).all())
            and bool((one.engaged_from == other.engaged_from).all())
            and bool((one.staff_of_engagement == other.staff_of_engagement).all())
        )

    def bring(self, value: Input, own: Input) -> Input:
        """Bring an input of the source to the rows of the target.

        `own` is the same input of the target.
        """
        scope = Scope(self.target)
        if isinstance(value, KeyedInput) and isinstance(own, KeyedInput):
            keys = list(dict.fromkeys([*value.keys(), *own.keys()]))
            return KeyedInput(scope, own.axis, keys, lambda key: self._column(scope, value[key], own[key]), own.pattern)
        if isinstance(value, Keyed):
            mine, theirs = dict(own.items()), dict(value.items())
            columns = {
                key: self._column(scope, theirs.get(key), mine.get(key)) for key in dict.fromkeys([*theirs, *mine])
            }
            return Keyed(scope, own.axis, columns, own.pattern)
        return self._column(scope, value, own)

    def _column(self, scope: Scope, value: Column | None, own: Column | None) -> Column:
        """Bring one column; of a key that one of the runs does not know its numbers are 0."""
        like = value if value is not None else own
        assert like is not None
        value = zeros(like, self.source) if value is None else value
        own = zeros(like, self.target) if own is None else own
        if like.level is ENGAGEMENT:
            return Column(scope, ENGAGEMENT, self._work(value, own), like.unit)
        rows = self.rows[like.level]
        there = rows >= 0
        at = np.maximum(rows, 0)
        if not len(value.data):  # no row to take anything from
            return own
        data = exact.where(there, value.full(like.level).take(at), own.full(like.level))
        marks = [_marked(mark, mark.rows[at] & there) for mark in value.absent]
        marks += [_marked(mark, mark.rows & ~there) for mark in own.absent]
        return Column(scope, like.level, data, like.unit, tuple(mark for mark in marks if mark.rows.any()))

    def _work(self, value: Column, own: Column) -> Exact:
        """Bring the work of each engagement to the one on which it stands.

        Of persons whose posts differ the whole work is divided as their own is. Who is new keeps all of it.
        """
        target, frame = self.of_engagements, self.target
        numbers, theirs = value.full(ENGAGEMENT), own.full(ENGAGEMENT)
        total = np.zeros(frame.rows(ENGAGEMENT), np.int64)
        np.add.at(total, target[target >= 0], numbers.values[target >= 0])
        person, offsets = frame.staff_of_engagement, frame.offsets(ENGAGEMENT, STAFF)
        weights = np.where(self._has_other_posts[person], theirs.values, 0)
        below_zero = np.zeros(frame.rows(STAFF), bool)
        below_zero[person[weights < 0]] = True
        weights = np.where(below_zero[person], 0, weights)
        of_person = Exact(weights, theirs.scale).sum_by(offsets).values
        whole = np.zeros(frame.rows(STAFF), np.int64)
        np.add.at(whole, person, total)
        divided, _ = apportion(Exact(np.where(of_person > 0, whole, 0), numbers.scale),
                               Exact(weights, theirs.scale), offsets)  # fmt: skip
        placed = exact.where((of_person > 0)[person], divided, Exact(total, numbers.scale))
        return exact.where((self.rows[STAFF] >= 0)[person], placed, theirs)

    @cached_property
    def _has_other_posts(self) -> Flag:
        """STAFF rows of the target of persons whose posts in the other run began on other days."""
        found = np.zeros(self.target.rows(STAFF), bool)
        here, there = self._same_days
        found[self.target.staff_of_engagement[~here]] = True
        person = self._person_of_engagement
        found[person[~there & (person >= 0)]] = True
        return found & (self.rows[STAFF] >= 0)

    @cached_property
    def _same_days(self) -> tuple[Flag, Flag]:
        """Engagements of the target, and of the source, whose first day is in the other run."""
        here = np.zeros(self.target.rows(ENGAGEMENT), bool)
        here[self._same_engagement[self._same_engagement >= 0]] = True
        return here, self._same_engagement >= 0


def same_input(value: Input, own: Input) -> bool:
    """Tell whether an input that was brought to the rows of a run is the run's own."""
    if isinstance(value, Keyed) and isinstance(own, Keyed):
        keys = dict.fromkeys([*value.keys(), *own.keys()])
        if not isinstance(own, KeyedInput) and set(value.keys()) != set(own.keys()):
            return False
        return all(_same(value[key], own[key]) for key in keys)
    return _same(value, own)


def _same(one: Input, other: Input) -> bool:
    if not isinstance(one, Column) or not isinstance(other, Column):
        return False  # flags and texts come with their rows, whose cause is always looked at
    missing, lacking = _missing(one), _missing(other)
    if not (missing == lacking).all():
        return False
    return bool((missing | np.asarray(one.full(one.level) == other.full(other.level))).all())


def _missing(value: Column) -> np.ndarray:
    rows = np.zeros(value.scope.frame.rows(value.level), bool)
    for mark in value.absent:
        rows |= mark.rows
    return rows


def zeros(like: Column, frame: Frame) -> Column:
    """Give a column like another with 0 in every row of a frame."""
    return Column(
        Scope(frame), like.level, Exact(np.zeros(frame.rows(like.level), np.int64), like.data.scale), like.unit
    )


def _marked(mark: Absence, rows: np.ndarray) -> Absence:
    return Absence(mark.origin, rows)


def _found(wanted: list[str], known: list[str]) -> Int64:
    """Find each code among the known ones; `NONE` where it is not."""
    place = {code: number for number, code in enumerate(known)}
    return np.array([place.get(code, NONE) for code in wanted], np.int64)


def _pairs(high: np.ndarray, low: np.ndarray, size: int) -> Int64:
    packed: Int64 = high.astype(np.int64) * max(size, 1) + low
    return packed


def _pairs_found(known: Int64, high: Int64, low: Int64, size: int) -> Int64:
    """Find pairs (high, low) among ascending packed ones; `NONE` where there is none."""
    wanted = high * max(size, 1) + low
    if not len(known):
        return np.full(len(wanted), NONE, np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where((high >= 0) & (low >= 0) & (known[at] == wanted), at, NONE)

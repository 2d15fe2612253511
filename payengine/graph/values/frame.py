"""Rows of a run: engagements by person, persons by institution.

Rows of every level stand in canonical order: institutions by the bytes of their code, persons by (institution, staff),
engagements by (institution, staff, from), departments by (institution, department). So the rows of a person, and the
persons and departments of an institution, are neighbours, and every way up or down is an offset table; only the
engagements of a department are scattered, and have an order of their own. The order in which the input came is
forgotten here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Level

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Flag = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frame:
    """The rows of the five levels.

    `staff_codes` are the distinct persons, sorted; `staff` points into them. `departments_of` gives the department of
    every engagement, as numbers of labels, when a figure of departments is first asked for; without it all are one.
    """

    institutions: Sequence[str]
    staff_codes: Sequence[str]
    staff: Int32  # per STAFF row: which person
    institution_of_staff: Int32  # per STAFF row
    staff_of_engagement: Int32  # per ENGAGEMENT row: which STAFF row
    engaged_from: Int32  # per ENGAGEMENT row: day number
    consortium: int = 1  # 0 in the empty frame on which formulas are tried out
    departments_of: Callable[[], tuple[Int32, Sequence[str]]] | None = None

    @classmethod
    def build(
        cls,
        institutions: Sequence[str],
        staff_codes: Sequence[str],
        engagements: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
        departments_of: Callable[[], tuple[Int32, Sequence[str]]] | None = None,
    ) -> Frame:
        """Build a frame from engagements in canonical order.

        An engagement is (institution index, index into staff_codes, from).

        The codes are sorted by their bytes and distinct. Institutions without engagements stay in the frame.
        `ValueError` where the engagements are not in canonical order.
        """
        institution, staff, start = (np.asarray(values, np.int32) for values in engagements)
        first = np.ones(len(institution), bool)
        if len(institution):
            changed = (institution[1:] != institution[:-1]) | (staff[1:] != staff[:-1])
            first[1:] = changed
            pair = institution.astype(np.int64) * max(len(staff_codes), 1) + staff
            forward = (pair[1:] > pair[:-1]) | ((pair[1:] == pair[:-1]) & (start[1:] > start[:-1]))
            if not forward.all():
                raise ValueError("engagements are not in the order of institution, staff, from")
        return cls(
            institutions=institutions,
            staff_codes=staff_codes,
            staff=staff[first],
            institution_of_staff=institution[first],
            staff_of_engagement=(np.cumsum(first) - 1).astype(np.int32),
            engaged_from=start,
            departments_of=departments_of,
        )

    @classmethod
    def empty(cls) -> Frame:
        """Make a frame without a single row at any level.

        Every operator works on it, and no figure can divide by zero.
        """
        none = np.zeros(0, np.int32)
        return cls((), (), none, none, none, none, consortium=0)

    def rows(self, level: Level) -> int:
        """Count the rows of a level."""
        if level is DEPARTMENT:
            return len(self.departments)
        return {
            ENGAGEMENT: len(self.staff_of_engagement), STAFF: len(self.staff), INSTITUTION: len(self.institutions),
            CONSORTIUM: self.consortium,
        }[level]  # fmt: skip

    def parent(self, low: Level, high: Level) -> Int32:
        """Find, per row of `low`, the row of `high` to which it belongs."""
        if high is CONSORTIUM:
            return np.zeros(self.rows(low), np.int32)
        if (low, high) == (ENGAGEMENT, STAFF):
            return self.staff_of_engagement
        if (low, high) == (STAFF, INSTITUTION):
            return self.institution_of_staff
        if (low, high) == (ENGAGEMENT, INSTITUTION):
            return self._institution_of_engagement
        if high is DEPARTMENT and low in (ENGAGEMENT, STAFF):  # a person's is that of the latest engagement
            of_engagement = self._departments[0]
            return of_engagement if low is ENGAGEMENT else of_engagement[self.latest]
        if (low, high) == (DEPARTMENT, INSTITUTION):
            return self._departments[1]
        raise ValueError(f"no way from {low} to {high}")

    def offsets(self, low: Level, high: Level) -> Int64:
        """Find where the rows of `low` begin that belong to each row of `high`.

        They stand in the order that `order` gives. One more entry than rows of `high`.
        """
        if (low, high) == (ENGAGEMENT, STAFF):
            return self._engagements_of_staff
        if (low, high) == (STAFF, INSTITUTION):
            return self._staff_of_institution
        if (low, high) == (ENGAGEMENT, INSTITUTION):
            return self._engagements_of_institution
        if (low, high) == (DEPARTMENT, INSTITUTION):
            return _offsets(self._departments[1], self.rows(INSTITUTION))
        if high is DEPARTMENT and (order := self.order(low, high)) is not None:
            return _offsets(self.parent(low, high)[order], self.rows(DEPARTMENT))
        if high is CONSORTIUM and low is not CONSORTIUM:
            return np.array([0, self.rows(low)] if self.consortium else [0], np.int64)
        raise ValueError(f"no way from {low} to {high}")

    def counts(self, low: Level, high: Level) -> Int64 | None:
        """Count the rows of `low` of each row of `high`; None where they are no neighbours."""
        return self._counts.get((low, high))

    @cached_property
    def _counts(self) -> dict[tuple[Level, Level], Int64]:
        neighbours = ((ENGAGEMENT, STAFF), (STAFF, INSTITUTION), (ENGAGEMENT, INSTITUTION))
        return {(low, high): np.diff(self.offsets(low, high)) for low, high in neighbours}

    def are_alike(self, low: Level, high: Level) -> bool:
        """Tell if each row of `high` has one row of `low`, so that figures of both are the same."""
        return (low, high) == (ENGAGEMENT, STAFF) and self._has_one_engagement_each

    @cached_property
    def _has_one_engagement_each(self) -> bool:
        return bool((self._counts[ENGAGEMENT, STAFF] == 1).all())

    def order(self, low: Level, high: Level) -> Int64 | None:
        """Find the order in which the rows of `low` are neighbours within `high`.

        None where they are as they stand.
        """
        if high is not DEPARTMENT:
            return None
        return {ENGAGEMENT: self._by_department, STAFF: self._staff_by_department}.get(low)

    @property
    def departments(self) -> Sequence[str]:
        """The code of every department, in order of (institution, code)."""
        return self._departments[2]

    @cached_property
    def _departments(self) -> tuple[Int32, Int32, Sequence[str]]:
        """Find (department of every engagement, institution and code of every department)."""
        rows = self.rows(ENGAGEMENT)
        codes, labels = (np.zeros(rows, np.int32), ("",)) if self.departments_of is None else self.departments_of()
        by_bytes = sorted(range(len(labels)), key=lambda number: labels[number].encode())
        place = np.empty(len(labels), np.int64)
        place[by_bytes] = np.arange(len(labels))
        pair = self._institution_of_engagement.astype(np.int64) * max(len(labels), 1) + place[codes]
        distinct, of_engagement = np.unique(pair, return_inverse=True)
        institution, code = np.divmod(distinct, max(len(labels), 1))
        texts = tuple(labels[by_bytes[number]] for number in code.tolist())
        return of_engagement.astype(np.int32), institution.astype(np.int32), texts

    @cached_property
    def _by_department(self) -> Int64:
        """The ENGAGEMENT rows in order of (department, staff, from)."""
        return np.argsort(self._departments[0], kind="stable").astype(np.int64)

    @cached_property
    def _staff_by_department(self) -> Int64:
        """The STAFF rows in order of (department of the latest engagement, staff)."""
        return np.argsort(self.parent(STAFF, DEPARTMENT), kind="stable").astype(np.int64)

    @cached_property
    def latest(self) -> Int64:
        """Per STAFF row the row of the latest engagement there, on which a person's amounts stand."""
        return self._engagements_of_staff[1:] - 1

    @cached_property
    def staff_by_code(self) -> Int64:
        """The STAFF rows in order of (staff code, institution).

        The order of ties in a pool over all institutions.
        """
        return np.lexsort((self.institution_of_staff, self.staff)).astype(np.int64)

    @cached_property
    def _institution_of_engagement(self) -> Int32:
        return self.institution_of_staff[self.staff_of_engagement]

    @cached_property
    def _engagements_of_staff(self) -> Int64:
        return _offsets(self.staff_of_engagement, self.rows(STAFF))

    @cached_property
    def _staff_of_institution(self) -> Int64:
        return _offsets(self.institution_of_staff, self.rows(INSTITUTION))

    @cached_property
    def _engagements_of_institution(self) -> Int64:
        return _offsets(self._institution_of_engagement, self.rows(INSTITUTION))

    def code(self, level: Level, row: int) -> tuple[str, str]:
        """Return institution and staff (or department) code of a row for messages, or ''."""
        if level is CONSORTIUM:
            return "", ""
        if level is INSTITUTION:
            return self.institutions[row], ""
        if level is DEPARTMENT:
            return self.institutions[int(self._departments[1][row])], self.departments[row]
        staff_row = int(self.staff_of_engagement[row]) if level is ENGAGEMENT else row
        return self.institutions[int(self.institution_of_staff[staff_row])], self.staff_codes[
            int(self.staff[staff_row])
        ]


def _offsets(groups: Int32, count: int) -> Int64:
    """Find the offsets of ascending group numbers."""
    return np.searchsorted(groups, np.arange(count + 1)).astype(np.int64)

"""Missing values: carried along, and reported only where they would become a figure.

A finance line that an institution did not report is no zero. Rows without a value are marked; the marks follow every
operator, `where` drops those that it does not choose, and a mark that reaches a formula's result is an error. So a
formula asks for what it needs by computing with it, and all that is missing is told at once.

A figure that no pay depends on is not given then, instead of an error: its marks stay with it, and go up with sums.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from payengine.graph.values.frame import Flag, Frame, Int64
from payengine.graph.values.levels import CONSORTIUM, INSTITUTION, Level


@dataclass(frozen=True)
class Origin:
    """A name in a table (`finance`, `workload_pool`) or a parameter that lacks values."""

    table: str  # 'finance', 'appraisal' ..., or 'parameter'
    key: str
    level: Level
    fallback: str = ""  # where the value is looked for next, when a row of its own is missing
    period: str = ""  # of the missing rows, where it is not that of the run


@dataclass(frozen=True, eq=False)
class Absence:
    """The rows for which an origin has no value.

    They are rows of the level of the value that carries the mark. `institutions` are those that lack it, once the mark
    has gone up and its rows do not tell any more.
    """

    origin: Origin
    rows: Flag
    institutions: tuple[int, ...] | None = None

    def down(self, frame: Frame, high: Level, low: Level) -> Absence:
        """Spread the mark to the rows of a lower level."""
        if high is CONSORTIUM:
            return replace(self, rows=np.broadcast_to(self.rows, frame.rows(low)) if self.rows.size else self.rows)
        return replace(self, rows=self.rows[frame.parent(low, high)])

    def up(self, frame: Frame, low: Level, high: Level) -> Absence:
        """Bring the mark up: a row is marked where one of those below it is."""
        if low >= high:
            return self
        order = frame.order(low, high)
        counts = np.concatenate([[0], np.cumsum(self.rows if order is None else self.rows[order], dtype=np.int64)])
        offsets = frame.offsets(low, high)
        who = self.institutions
        if who is None and low <= INSTITUTION < high:
            who = tuple(self.at_institutions(frame, low))
        return replace(self, rows=counts[offsets[1:]] > counts[offsets[:-1]], institutions=who)

    def at_institutions(self, frame: Frame, level: Level) -> list[int]:
        """List the institutions (rows) of the marked rows; none of the whole run.

        `level` is that of the marked rows.
        """
        if self.institutions is not None:
            return list(self.institutions)
        rows = np.flatnonzero(self.rows)
        if level is CONSORTIUM:
            return []
        places = rows if level is INSTITUTION else frame.parent(level, INSTITUTION)[rows]
        return [int(place) for place in np.unique(places)]

    def everywhere(self) -> Absence:
        """Mark every row, where one mark leaves none of them known."""
        return replace(self, rows=np.ones(len(self.rows), bool)) if self.rows.any() else self

    def only(self, chosen: Flag) -> Absence | None:
        """Restrict the mark to chosen rows; None where none is left."""
        rows = self.rows & chosen
        return replace(self, rows=rows) if rows.any() else None


@dataclass(frozen=True, eq=False)
class Pools:
    """The pools that one formula divided, one per row of `level`, in fen.

    `shared` is the sum of the shares, `retained` what no weight could claim: it stays with the institution.
    """

    formula: str
    part: str  # the key, where a formula divides pools of several categories
    level: Level
    pool: Int64
    shared: Int64
    retained: Int64
    not_given: Flag | None = None  # pools that are not known, because what they are reckoned from is not given


@dataclass
class Notes:
    """Findings of an evaluation: values that are missing, and pools that were divided."""

    missing: dict[Origin, set[int]] = field(default_factory=dict)  # rows of the origin's level
    needed_by: dict[Origin, str] = field(default_factory=dict)  # the formula that asked first
    pools: list[Pools] = field(default_factory=list)
    read: dict[str, set[str]] = field(default_factory=dict)  # names read, by input table

    def miss(self, frame: Frame, level: Level, absences: Iterable[Absence], formula: str) -> None:
        """Note rows without a value; `level` is that of the value which carries the marks."""
        for absence in absences:
            rows = np.flatnonzero(absence.rows)
            if not rows.size:
                continue
            if level < absence.origin.level:
                rows = np.unique(frame.parent(level, absence.origin.level)[rows])
            self.missing.setdefault(absence.origin, set()).update(rows.tolist())
            self.needed_by.setdefault(absence.origin, formula)

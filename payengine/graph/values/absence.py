"""Missing values: carried along, and reported only where they would become a figure.

A finance line that an institution did not report is no zero. Rows without a value are marked; the marks follow every
operator, `where` drops those that it does not choose, and a mark that reaches a formula's result is an error. So a
formula asks for what it needs by computing with it, and all that is missing is told at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from payengine.graph.values.frame import Flag, Frame, Int64
from payengine.graph.values.levels import CONSORTIUM, Level


@dataclass(frozen=True)
class Origin:
    """A name in a table (`finance`, `workload_pool`) or a parameter that lacks values."""

    table: str  # 'finance', 'appraisal' ..., or 'parameter'
    key: str
    level: Level
    fallback: str = ""  # where the value is looked for next, when a row of its own is missing


@dataclass(frozen=True, eq=False)
class Absence:
    """The rows for which an origin has no value.

    They are rows of the level of the value that carries the mark.
    """

    origin: Origin
    rows: Flag

    def down(self, frame: Frame, high: Level, low: Level) -> Absence:
        """Spread the mark to the rows of a lower level."""
        if high is CONSORTIUM:
            return replace(self, rows=np.broadcast_to(self.rows, frame.rows(low)) if self.rows.size else self.rows)
        return replace(self, rows=self.rows[frame.parent(low, high)])

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

"""Rows of `service_record` that the source had, month by month, when a period was frozen.

A row dated in no month that anybody freezes is paid to nobody: these counts are where it can be seen. They are facts of
the freeze and stand beside the digest, as the counts of the tables do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payengine.kernels.arrays import Int32

COUNTED_SPAN = 2**16  # days from the first to the last of a batch that are counted in an array instead of sorted


@dataclass(frozen=True)
class RecordMonths:
    """Rows of `service_record` by month (`2026-10`), as one freeze found them.

    `rows` are all rows, in order of months; `limited` those of the year's earlier months that count for limits.
    `is_whole` is false where a query stands for the table: nobody knows then which rows it leaves out. `query` are
    facts of that query's text: the dates it names (`binds`) and if it lets later reversals through (`asks_reversals`).
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    limited: Mapping[str, int] = field(default_factory=dict)
    is_whole: bool = True
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Rows of all months."""
        return sum(self.rows.values())

    def as_json(self) -> dict[str, Any]:
        told = {"rows": dict(self.rows), "limited": dict(self.limited), "is_whole": self.is_whole}
        return told | ({"query": dict(self.query)} if self.query else {})


class MonthCounts:
    """Counter of rows by month; days come batch by batch as days since 1970-01-01."""

    def __init__(self) -> None:
        self._months: Counter[int] = Counter()  # months since 1970-01

    def add(self, days: Int32) -> None:
        """Count the rows of a batch."""
        import numpy as np

        if not days.size:
            return
        first, last = int(days.min()), int(days.max())
        if last - first < COUNTED_SPAN:
            counts = np.bincount(days - first)
            found = np.flatnonzero(counts)
            counts, found = counts[found], found + first
        else:
            found, counts = np.unique(days, return_counts=True)
        months = found.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        starts = np.flatnonzero(np.append(True, months[1:] != months[:-1]))
        sums = np.add.reduceat(counts, starts)
        self._months.update(dict(zip(months[starts].tolist(), sums.tolist(), strict=True)))

    def join(self, others: MonthCounts) -> None:
        """Add the counts of other rows."""
        self._months.update(others._months)

    def by_month(self) -> dict[str, int]:
        """Give the rows of each month that has some, in order."""
        import numpy as np

        return {str(np.datetime64(month, "M")): self._months[month] for month in sorted(self._months)}

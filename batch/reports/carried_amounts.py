"""Amounts of carried pools that somebody has to act on: openings, undecided amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batch.input_tables import opening_row
from batch.report_names import FORWARD, OUTSIDE
from payengine.periods import MONTH, YEAR, Period

if TYPE_CHECKING:
    from batch.results import Results

DECEMBER = 12


@dataclass(frozen=True)
class CarriedAmount:
    """Amount left of a pool at an institution, in fen.

    `row` is the row of `opening_balance` to enter, or ''.
    """

    institution: str
    pool: str
    label: str
    fen: int
    row: str = ""

    def as_json(self) -> dict[str, Any]:
        told = {"institution": self.institution, "pool": self.pool, "label": self.label, "amount_fen": self.fen}
        return {**told, "opening_balance": self.row} if self.row else told


@dataclass(frozen=True)
class CarriedAmounts:
    """Amounts that open the next year, and those in no pool of the run.

    `opens` is the period to open, '' within a year.
    """

    opens: str = ""
    forward: list[CarriedAmount] = field(default_factory=list)
    outside: list[CarriedAmount] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "carried_forward": [one.as_json() for one in self.forward],
            "carried_outside": [one.as_json() for one in self.outside],
        }


def carried_amounts(results: Results) -> CarriedAmounts:
    """Read what a December or a year leaves, and what no run takes up."""
    import pyarrow.compute as pc

    opens = next_opening(results.meta.period)
    forward: list[CarriedAmount] = []
    outside: list[CarriedAmount] = []
    reports = results.reports
    left = pc.or_(pc.ends_with(reports["name"], FORWARD), pc.ends_with(reports["name"], OUTSIDE))
    rows = reports.filter(pc.and_(left, pc.not_equal(reports["value"], 0))).to_pylist()
    for row in sorted(rows, key=lambda row: (row["institution"].encode(), row["name"])):
        for ending, found in ((FORWARD, forward), (OUTSIDE, outside)):
            if row["name"].endswith(ending):
                pool = row["name"].removesuffix(ending)
                entry = "" if opens is None else opening_row(row["institution"], pool, row["value"], opens)
                found.append(CarriedAmount(row["institution"], pool, row["label"], row["value"], entry))
    return CarriedAmounts("" if opens is None else str(opens), [] if opens is None else forward, outside)


def next_opening(period: Period) -> Period | None:
    """Return the January after a December or a year; None after other periods."""
    ends = period.kind == YEAR or (period.kind == MONTH and period.first_day.month == DECEMBER)
    return Period(period.next_first_day) if ends else None

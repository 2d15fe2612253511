"""Work of a settlement: that of its published months, on its own engagements.

A month's row names an engagement by institution, person and first day. Where the table `engagement` was corrected
since, the work stands on the person's engagement there that was in force in that month, else on the latest. Where the
person has none any more it counts as the institution's own: it is bought, but nobody can be paid for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Coded
from batch.inputs.keyed_columns import sum_by_cell, whole_numbers
from batch.inputs.roster import Roster
from payengine.errors import ExactOverflow
from payengine.graph import ENGAGEMENT, STAFF
from payengine.kernels.arrays import Flags, Int32, Int64
from payengine.periods import Period, day_number
from payengine.texts import say

Moved = tuple[str, str, str, str]  # institution, staff, first day of the engagement as published, month


@dataclass(frozen=True)
class SettledWork:
    """Paid services and points in millionths by cell owner and category.

    `moved` is the work that stands on another engagement than the one it was published for.
    """

    services: Int64
    refunds: Int64
    points_micro: Int64
    moved: Sequence[Moved]


def settled_work(work: pa.Table, roster: Roster, categories: Sequence[str]) -> tuple[SettledWork, pa.Table]:
    """Sum the rows of `schemas.HISTORY_WORK` at institutions of the run.

    Also returns those of persons without a row there.
    """
    owner, moved, unengaged = _owners(work, roster)
    category, shape = _coded(work["category"], categories), (roster.coding.owners, len(categories))
    services, points = (
        sum_by_cell(owner, category, whole_numbers(work, column), shape, _too_much_work)
        for column in ("services", "points_micro")
    )
    found = SettledWork(services, np.zeros_like(services), points, moved)
    return found, work.filter(pa.array(unengaged & ~Coded.of(work["staff"]).are("")))


def _too_much_work() -> ExactOverflow:
    return ExactOverflow(say("the work of the settled months adds up to more than 64 bits hold"))


def _owners(work: pa.Table, roster: Roster) -> tuple[Int64, list[Moved], Flags]:
    """Find the cell owner of each row (-1 outside the run), and the rows moved to another.

    Also flags the rows at institutions of the run that have no STAFF row.
    """
    frame = roster.frame
    place = roster.institution_rows(work["institution"])
    own_work = np.append(roster.coding.engagements.num_rows + roster.institution, -1)  # the last one for row -1
    owner = own_work[place]
    person = roster.staff_rows(work["institution"], work["staff"])
    start = _days(work["engagement_from"])
    of_row = _find(person, start, frame.staff_of_engagement, frame.engaged_from)
    moved = []
    bounds, until = frame.offsets(ENGAGEMENT, STAFF), roster.coding.engagement_until[roster.engagement]
    for row in np.flatnonzero((person >= 0) & (of_row < 0)).tolist():
        told = {name: work[name][row].as_py() for name in ("institution", "staff", "engagement_from", "period")}
        month = Period.parse(told["period"])
        theirs = np.arange(bounds[person[row]], bounds[person[row] + 1])
        in_force = theirs[
            (frame.engaged_from[theirs] < day_number(month.next_first_day))
            & (until[theirs] > day_number(month.first_day))
        ]
        of_row[row] = in_force[-1] if len(in_force) else theirs[-1]
        moved.append((told["institution"], told["staff"], told["engagement_from"], told["period"]))
    found = of_row >= 0
    owner[found] = roster.engagement[of_row[found]]
    return owner, sorted(set(moved)), (person < 0) & (place >= 0)


def _find(person: Int64, start: Int64, persons: npt.NDArray[np.int32], starts: npt.NDArray[np.int32]) -> Int64:
    """Find the ENGAGEMENT row of each (person, start); -1 where there is none."""
    if not len(persons):
        return np.full(len(person), -1, np.int64)
    least = int(starts.min())
    span = int(starts.max()) - least + 1
    known = persons.astype(np.int64) * span + (starts - least)  # ascending: rows are in canonical order
    possible = (person >= 0) & (start >= least) & (start < least + span)
    wanted = np.where(possible, person * span + (start - least), -1)
    found = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(possible & (known[found] == wanted), found, -1).astype(np.int64)


def _days(texts: pa.ChunkedArray) -> Int64:
    """Read dates as day numbers; a far day where there is none."""
    coded = Coded.of(texts)
    days = [day_number(date.fromisoformat(text)) if text else -(2**40) for text in coded.texts]
    return np.array([*days, 0], np.int64)[coded.codes]


def _coded(texts: pa.ChunkedArray, names: Sequence[str]) -> Int32:
    """Return the place of each text among `names`."""
    coded = Coded.of(texts)
    return np.array([*(names.index(text) for text in coded.texts), 0], np.int32)[coded.codes]

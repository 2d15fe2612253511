"""Findings of refunds and cancellations that a published month has not seen.

A row that reverses another may come months later and bear any date: the month of the row it reverses has to take it in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch.arrow_columns import numbers
from batch.findings.finding import MOST_SHOWN, WARNING, Finding
from batch.findings.kinds import LIMITS_FREED as FREED
from batch.findings.kinds import REVERSED_LATER as REVERSED
from batch.findings.paid_before import with_record_ids
from batch.findings.published import PublishedPeriod
from batch.findings.remedies import revise
from payengine.kernels.arrays import Flags
from payengine.periods import Period, from_day_number
from payengine.texts import say


@dataclass
class _Found:
    """Rows that reverse records of one published month and that it has not seen."""

    rows: int = 0
    first: list[str] = field(default_factory=list)
    reversals: list[tuple[str, int]] = field(default_factory=list)  # the record reversed, the hash of the row's id


class LaterReversals:
    """Search for rows that reverse records of published months, fed while a month is frozen.

    The period that is being frozen is left out: it takes in what reverses its records.
    """

    def __init__(self, published: Sequence[PublishedPeriod], period: Period) -> None:
        self._months = with_record_ids([one for one in published if one.period != period])
        self._found = {one.period: _Found() for one, _ in self._months}

    def take(self, batch: pa.RecordBatch) -> None:
        """Look at rows that reverse something (schema `LINKED`)."""
        own, reversed_ids = numbers(batch, "id_hash"), numbers(batch, "reverses_hash")
        for one, ids in self._months:
            self._note(self._found[one.period], batch, ids.holds(reversed_ids) & ~ids.holds(own))

    def _note(self, found: _Found, batch: pa.RecordBatch, chosen: Flags) -> None:
        rows = batch.filter(pa.array(chosen))
        found.rows += rows.num_rows
        names = (rows[name].to_pylist() for name in ("record_id", "reverses", "day"))
        for (record, reverses, day), own in zip(zip(*names, strict=True), numbers(rows, "id_hash"), strict=True):
            found.reversals.append((reverses, int(own)))
            if len(found.first) < MOST_SHOWN:
                found.first.append(
                    say("{record} of {day} reverses {other}", record=record, day=from_day_number(day), other=reverses)
                )

    def findings(self) -> Iterator[Finding]:
        """Tell the published months that a reversal changes, or a limit that it frees."""
        for one, _ in self._months:
            found = self._found[one.period]
            if not found.rows:
                continue
            what = say("{period} (published): {n} row(s) refund or cancel its records and were not there when it was "
                       "frozen", period=one.period, n=f"{found.rows:,}")  # fmt: skip
            yield Finding(REVERSED, WARNING, found.rows, what, tuple(found.first), revise(one.period), str(one.period))
            yield from self._freed(one, found)

    def _freed(self, one: PublishedPeriod, found: _Found) -> Iterator[Finding]:
        """Tell the year's later published months that counted the reversed records for limits."""
        limited = _limited(one, {reverses for reverses, _ in found.reversals})
        hashes = np.array([own for reverses, own in found.reversals if reverses in limited], np.uint64)
        for later, ids in self._months:
            if later.period <= one.period or later.period.year_start != one.period.year_start:
                continue
            unseen = int(np.count_nonzero(~ids.holds(hashes)))
            if unseen:
                what = say("{period} (published) counted {n} record(s) of {other} against limits that are refunded or "
                           "cancelled since", period=later.period, n=f"{unseen:,}", other=one.period)  # fmt: skip
                yield Finding(FREED, WARNING, unseen, what, (), revise(later.period), str(later.period))


def _limited(one: PublishedPeriod, wanted: set[str]) -> set[str]:
    """Tell which of these records are of items with a limit."""
    assert one.snapshot is not None  # it has record ids
    found: set[str] = set()
    for path in one.snapshot.limited_records_parts():
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(columns=["record_id"]):
                found.update(wanted.intersection(batch["record_id"].to_pylist()))
    return found

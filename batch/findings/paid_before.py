"""Findings of records that a published month has paid already under another date.

The sorted hashes of two months find them; then the record ids themselves are compared, and only rows that are kept (to
be priced, or subject to limits) count, not rejected ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.findings.finding import GRAVE, MOST_SHOWN, NOTICE, Finding
from batch.findings.kinds import PAID_BEFORE, ROWS_NOT_COMPARED
from batch.findings.published import PublishedPeriod
from batch.findings.remedies import revise
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from batch.text_hashes import HashKey
from payengine.kernels.arrays import UInt64
from payengine.periods import from_day_number
from payengine.texts import say

MOST_MONTHS = 12  # the latest published months that are compared, each at the cost of reading its column of hashes


def paid_before(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months that paid records which the snapshot holds under another date."""
    own = frozen.record_ids()
    if own is None:
        return
    for one, ids in with_record_ids(published):
        assert one.snapshot is not None  # it has record ids
        shared = own.shared(ids)
        if not shared.size:
            continue
        now, then = kept_days(frozen, shared), kept_days(one.snapshot, shared)
        twice = sorted({*now} & {*then}, key=str.encode)
        if twice:
            first = tuple(
                say("{record}: {day} now, {before} in {period}", record=record, day=from_day_number(now[record]),
                    before=from_day_number(then[record]), period=one.period)
                for record in twice[:MOST_SHOWN]
            )  # fmt: skip
            what = say("{published} (published) has paid {n} record(s) that are dated in {period} now",
                       published=one.period, n=f"{len(twice):,}", period=frozen.period)  # fmt: skip
            yield Finding(PAID_BEFORE, GRAVE, len(twice), what, first, revise(one.period), str(one.period))


def ids_not_compared(published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Tell the published months whose record ids were kept and cannot be read any more."""
    for one in published:
        if one.record_ids is None and one.snapshot is not None and one.snapshot.keeps_record_ids:
            what = say("{period} (published): the record ids of its snapshot are damaged; whether it has paid a record "
                       "that is dated anew is not looked for", period=one.period)  # fmt: skip
            remedy = say("Restore the folder from a copy, or freeze the period again.")
            yield Finding(ROWS_NOT_COMPARED, NOTICE, 1, what, (), remedy, str(one.period))


def with_record_ids(published: Sequence[PublishedPeriod]) -> list[tuple[PublishedPeriod, RecordIds]]:
    """List the latest published months whose record ids are at hand."""
    found = [(one, ids) for one in published if (ids := one.record_ids) is not None]
    return found[-MOST_MONTHS:]


def kept_days(snapshot: Snapshot, wanted: UInt64) -> dict[str, int]:
    """Map the kept record ids with one of these hashes (ascending) to their day numbers.

    Refunds are left out. Rows that only count for limits have no hash in the column.
    """
    key = HashKey.of_record_ids()
    days: dict[str, int] = {}
    for batch in _kept(snapshot):
        hashes = key.hashes(batch["record_id"])
        place = np.minimum(np.searchsorted(wanted, hashes), wanted.size - 1)
        for row in np.flatnonzero(wanted[place] == hashes).tolist():
            days[batch["record_id"][row].as_py()] = batch["service_date"][row].as_py()
    return days


def _kept(snapshot: Snapshot) -> Iterator[pa.RecordBatch]:
    for path in (*snapshot.records_parts(), *snapshot.limited_records_parts()):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(columns=["record_id", "service_date", "reverses"]):
                yield batch.filter(pc.equal(batch["reverses"], ""))

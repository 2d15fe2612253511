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

from batch.findings.finding import GRAVE, MOST_SHOWN, Finding
from batch.findings.kinds import PAID_BEFORE
from batch.findings.published import PublishedPeriod, reason
from batch.findings.remedies import revise
from batch.findings.uncompared import BY_RECORD_IDS, latest_months, not_compared
from batch.snapshot.record_ids import RecordIds
from batch.snapshot.snapshot import Snapshot
from batch.text_hashes import HashKey
from payengine.errors import IntegrityBroken
from payengine.kernels.arrays import UInt64
from payengine.periods import MONTH, from_day_number
from payengine.texts import say


def paid_before(frozen: Snapshot, published: Sequence[PublishedPeriod]) -> Iterator[Finding]:
    """Find the published months that paid records which the snapshot holds under another date.

    And months whose record ids could not be compared, except those whose snapshot is not at hand.
    """
    months = latest_months(published)
    if frozen.period.kind != MONTH or not months:
        return
    own = frozen.record_ids()
    if own is None:
        yield not_compared(frozen.period, say("its freeze kept no record ids"), BY_RECORD_IDS, len(months))
        return
    for one in months:
        if one.snapshot is None:
            continue
        if one.record_ids is None:
            yield not_compared(one.period, one.ids_fault, BY_RECORD_IDS)
            continue
        shared = own.shared(one.record_ids)
        if not shared.size:
            continue
        try:
            one.snapshot.verify_record_ids()
        except IntegrityBroken as broken:
            yield not_compared(one.period, reason(broken), BY_RECORD_IDS)
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


def with_record_ids(published: Sequence[PublishedPeriod]) -> list[tuple[PublishedPeriod, RecordIds]]:
    """List the latest published months whose record ids are at hand."""
    return [(one, ids) for one in latest_months(published) if (ids := one.record_ids) is not None]


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

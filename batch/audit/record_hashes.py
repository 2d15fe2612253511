"""Comparison of a snapshot's hashes of record ids with the record ids of its kept rows.

No digest covers the hashes, so whoever changes them may sign them anew. They are made from the record ids, which a
digest covers: one that is missing there could be paid again in another month and not be found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.parquet as pq

from batch.arrow_columns import numbers
from batch.snapshot.layout import BATCH_ROWS, RECORD_IDS
from batch.snapshot.snapshot import Snapshot
from batch.text_hashes import HashKey
from payengine.errors import IntegrityBroken, Problem
from payengine.periods import day_number
from payengine.texts import say


def verify_record_hashes(snapshot: Snapshot) -> None:
    """Raise `IntegrityBroken` unless the hash of each kept row of the month is there."""
    problems = list(_broken(snapshot))
    if problems:
        raise IntegrityBroken(
            say("snapshot {path} is not what was frozen", path=snapshot.path), problems,
            say("Restore the folder from a copy, or freeze the period again: payengine month PERIOD."),
        )  # fmt: skip


def _broken(snapshot: Snapshot) -> Iterator[Problem]:
    hashes = snapshot.record_ids()
    if hashes is None:  # an earlier version kept none
        return
    key, missing = HashKey.of_record_ids(), 0
    first, last = (day_number(day) for day in (snapshot.period.first_day, snapshot.period.last_day))
    for path in (*snapshot.records_parts(), *snapshot.limited_records_parts()):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=["record_id", "service_date"]):
                days = numbers(batch, "service_date")
                own = (days >= first) & (days <= last)  # not those of earlier months, which only count for a limit
                sought = np.sort(key.hashes(batch["record_id"])[own])  # in order: neighbours are found in the cache
                missing += int(np.count_nonzero(~hashes.holds(sought)))
    if missing:
        yield Problem(say("the hashes of {n} record(s) are missing", n=f"{missing:,}"), RECORD_IDS)

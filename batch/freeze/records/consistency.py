"""Comparison of the rows of one record: duplicates, contradictions, shares.

Rows come sorted so that those of a record stand together and identical ones beside each other. Within a record texts
are compared by their keyed hashes (`text_hashes.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.eligibility import DUPLICATE_ROW, ELIGIBLE, INCONSISTENT_RECORD
from batch.freeze.records.record_rules import JOINT, OF_ROLES
from batch.freeze.sorting.groups import begins, starts_of
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import UInt8, read_only
from payengine.kernels.compile import by_python, compiled, inlined

ORDER = ("reverses_hash", "day", "staff", "institution", "item", "quantity", "share", "patient_hash")
"""Sort order within a record: all columns in which its rows can differ, so that identical rows become neighbours, and
rows of one staff code too, whatever their institutions."""


@inlined
def same_service(row: Any, other: Any, reverses: Any, day: Any, item: Any, quantity: Any, patient: Any) -> Any:
    """Tell if two rows state the same service, whoever did it and at whichever institution."""
    return (
        reverses[row] == reverses[other]
        and day[row] == day[other]
        and item[row] == item[other]
        and quantity[row] == quantity[other]
        and patient[row] == patient[other]
    )


@compiled(
    "void(readonly_int64, readonly_uint64, readonly_int32, readonly_int64, readonly_int64, readonly_int64, "
    "readonly_int64, readonly_int64, readonly_uint64, readonly_uint8, uint8[::1], uint8[::1])",
    otherwise=by_python,
)
def compare_rows(
    starts: Any, reverses: Any, day: Any, staff: Any, institution: Any, item: Any, quantity: Any, share: Any,
    patient: Any, sharing: Any, reason: Any, bad_share: Any,
) -> None:  # fmt: skip
    """Write ELIGIBLE (so far), DUPLICATE_ROW or INCONSISTENT_RECORD for each row.

    `sharing` says of each row's item, on its day, if shares are OF_ROLES and if institutions do it JOINTly; rows of a
    record agree in it or are inconsistent. `bad_share` becomes 1 for every row of a record whose shares do not sum to
    1, where they need to. Duplicates do not count in that sum; a share that is empty or outside (0, 1] spoils it.
    """
    for group in range(len(starts) - 1):
        start, end = starts[group], starts[group + 1]
        total, readable, consistent, last = 0, True, True, start
        joint = sharing[start] & JOINT != 0
        for row in range(start, end):
            reason[row] = ELIGIBLE
            if row > start and staff[row] == staff[last]:
                identical = share[row] == share[last] and institution[row] == institution[last]
                if identical and same_service(row, last, reverses, day, item, quantity, patient):
                    reason[row] = DUPLICATE_ROW
                    continue
                consistent = False  # the same staff code twice
            if not same_service(row, start, reverses, day, item, quantity, patient):
                consistent = False
            if institution[row] != institution[start] and not joint:
                consistent = False
            last = row
            if 0 < share[row] <= ONE:
                total += share[row]
            else:
                readable = False
        right = readable and (total == ONE or sharing[start] & OF_ROLES != 0)
        for row in range(start, end):
            bad_share[row] = 0 if right else 1
            if not consistent and reason[row] == ELIGIBLE:
                reason[row] = INCONSISTENT_RECORD


@dataclass(frozen=True)
class RecordComparison:
    """Result of `compare_rows` for each row of a batch."""

    reason: UInt8
    bad_share: UInt8


def compare(batch: pa.RecordBatch, sharing: UInt8) -> RecordComparison:
    """Compare the rows of whole records, in the order of `ORDER` within each.

    `sharing` is as `item_sharing.py` gives it.
    """
    rows = batch.num_rows
    compared = RecordComparison(np.empty(rows, np.uint8), np.empty(rows, np.uint8))
    compare_rows(
        starts_of(begins(batch["record_id"])), *(numbers(batch, name) for name in ORDER), read_only(sharing),
        compared.reason, compared.bad_share,
    )  # fmt: skip
    return compared

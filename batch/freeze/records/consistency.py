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
from batch.freeze.sorting.groups import begins, starts_of
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import UInt8
from payengine.kernels.compile import compiled, inlined

ORDER = ("reverses_hash", "day", "institution", "staff", "item", "quantity", "share", "patient_hash")
"""Sort order within a record: all columns in which its rows can differ, so that identical rows become neighbours."""


@inlined
def same_service(
    row: Any, other: Any, reverses: Any, day: Any, institution: Any, item: Any, quantity: Any, patient: Any
) -> Any:
    """Tell if two rows state the same service, whoever did it."""
    return (
        reverses[row] == reverses[other]
        and day[row] == day[other]
        and institution[row] == institution[other]
        and item[row] == item[other]
        and quantity[row] == quantity[other]
        and patient[row] == patient[other]
    )


@compiled(
    "void(readonly_int64, readonly_uint64, readonly_int32, readonly_int64, readonly_int64, readonly_int64, "
    "readonly_int64, readonly_int64, readonly_uint64, uint8[::1], uint8[::1])"
)
def compare_rows(
    starts: Any, reverses: Any, day: Any, institution: Any, staff: Any, item: Any, quantity: Any, share: Any,
    patient: Any, reason: Any, bad_share: Any,
) -> None:  # fmt: skip
    """Write ELIGIBLE (so far), DUPLICATE_ROW or INCONSISTENT_RECORD for each row.

    `bad_share` becomes 1 for every row of a record whose shares do not sum to 1. Duplicates do not count in that sum;
    a share that is empty or outside (0, 1] spoils it.
    """
    for group in range(starts.size - 1):
        start, end = starts[group], starts[group + 1]
        total, consistent, last = 0, True, start
        for row in range(start, end):
            reason[row] = ELIGIBLE
            if row > start and staff[row] == staff[last]:
                if share[row] == share[last] and same_service(
                    row, last, reverses, day, institution, item, quantity, patient
                ):
                    reason[row] = DUPLICATE_ROW
                    continue
                consistent = False  # the same staff code twice
            if not same_service(row, start, reverses, day, institution, item, quantity, patient):
                consistent = False
            last = row
            if 0 < share[row] <= ONE:
                total += share[row]
            else:
                total = -(2**40)  # shares are too small to bring the sum back to 1 from here
        for row in range(start, end):
            bad_share[row] = 1 if total != ONE else 0
            if not consistent and reason[row] == ELIGIBLE:
                reason[row] = INCONSISTENT_RECORD


@dataclass(frozen=True)
class RecordComparison:
    """Result of `compare_rows` for each row of a batch."""

    reason: UInt8
    bad_share: UInt8


def compare(batch: pa.RecordBatch) -> RecordComparison:
    """Compare the rows of whole records, in the order of `ORDER` within each."""
    rows = batch.num_rows
    compared = RecordComparison(np.empty(rows, np.uint8), np.empty(rows, np.uint8))
    compare_rows(
        starts_of(begins(batch["record_id"])), *(numbers(batch, name) for name in ORDER),
        compared.reason, compared.bad_share,
    )  # fmt: skip
    return compared

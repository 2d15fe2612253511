"""Sharing of a service among its rows, as the item's row in force on the day says.

Two bits: OF_ROLES, each share is of its own role and they need not sum to 1; JOINT, the rows of one record may be of
different institutions. An unknown item, or one not in force on the day, has neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.eligibility import in_force
from batch.freeze.records.record_rules import Intervals, RecordRules
from payengine.kernels.arrays import UInt8
from payengine.kernels.compile import compiled


@compiled(
    "void(readonly_int64, readonly_int32, Intervals(readonly_int64, readonly_int32, readonly_int32), readonly_uint8, "
    "uint8[::1])"
)
def find_sharing(item: Any, day: Any, items: Intervals, of_row: Any, found: Any) -> None:
    """Write the bits of each row's item row in force, 0 where there is none."""
    for row in range(item.size):
        at = in_force(items, item[row], day[row]) if item[row] >= 0 else -1
        found[row] = of_row[at] if at >= 0 else 0


def sharing_of(rules: RecordRules, batch: pa.RecordBatch) -> UInt8:
    """Give the bits of each row of a batch of linked rows."""
    found = np.zeros(batch.num_rows, np.uint8)
    if rules.sharing.any():
        items = rules.tables.items
        intervals = Intervals(items.starts, items.since, items.until)
        find_sharing(numbers(batch, "item"), numbers(batch, "day"), intervals, rules.sharing, found)
    return found

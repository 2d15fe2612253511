"""What a month reads of the service records (docs/input.md): rows dated in it; rows since 1 January of items that have
a limit in any of their rows, counting only; and rows that reverse something, of which only those stay that reverse a
row that is read (settled in `suspects.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import Booleans
from batch.freeze.records.record_rules import Flags
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE
from batch.freeze.records.text_hashes import text_buffers
from batch.freeze.records.unreadable import Faulty
from batch.input_tables import RECORD
from batch.snapshot.codes import Coding
from batch.values.parse import parse_batch
from payengine.kernels.arrays import Int32, Int64
from payengine.periods import Period, day_number

_NOT_READ = 255


@dataclass
class Batch:
    """The rows of a batch that are read, typed, and what is known of each."""

    rows: pa.RecordBatch
    day: Int32
    item: Int64  # -1 where the text is in no row of `service_item`
    limited: Booleans  # the item has a limit in some row
    reversing: Booleans
    kind: Flags  # IN_PERIOD, COUNTING or LATE
    unreadable: Flags


class Reader:
    """Raw batches of `service_record` to what the period reads of them; faults of values are noted."""

    def __init__(self, coding: Coding, period: Period, faulty: Faulty) -> None:
        self._items = coding.items
        self._faulty = faulty
        self._year_start, self._first, self._next = (
            day_number(day) for day in (period.year_start, period.first_day, period.next_first_day)
        )
        self._limited_item = np.append(coding.limited_items, False)  # the last place is that of code -1

    def read(self, raw: pa.RecordBatch) -> Batch | None:
        """Convert a raw batch and keep what is read; None once something that is read cannot be read."""
        rows, faults = parse_batch(RECORD, raw)
        day = numbers_of(rows["service_date"], np.int32)
        item = self._items.index(rows["item"]).astype(np.int64)
        limited = self._limited_item[item]
        reversing = _filled(rows["reverses"])
        kind = self._kind(day, limited, reversing, {found.column.name: found.rows for found in faults})
        unreadable = self._faulty.note(rows, kind, faults)
        if self._faulty.any:
            return None  # the freeze is refused: only what else is wrong matters now
        chosen = np.flatnonzero(kind != _NOT_READ)
        if chosen.size == kind.size:
            return Batch(rows, day, item, limited, reversing, kind, unreadable)
        return Batch(
            rows.take(pa.array(chosen)), day[chosen], item[chosen], limited[chosen], reversing[chosen], kind[chosen],
            unreadable[chosen],
        )  # fmt: skip

    def _kind(self, day: Int32, limited: Booleans, reversing: Booleans, broken: dict[str, Int64]) -> Flags:
        """Why each row is read. What cannot be read does not keep a row from being read."""
        in_period = (day >= self._first) & (day < self._next)
        earlier = (day >= self._year_start) & (day < self._first)
        counting = earlier & limited
        for column, rows in broken.items():
            if column == "service_date":
                in_period[rows] = True
            elif column == "item":
                counting[rows] |= earlier[rows]
            elif column == "reverses":
                reversing[rows] = True
        kind = np.full(day.size, _NOT_READ, np.uint8)
        kind[reversing] = LATE
        kind[counting] = COUNTING
        kind[in_period] = IN_PERIOD
        return kind


def numbers_of(column: pa.Array, kind: type[np.integer[Any]], empty: int = 0) -> npt.NDArray[Any]:
    if column.null_count:
        column = column.fill_null(empty)
    return np.asarray(column.to_numpy(zero_copy_only=False), kind)


def _filled(texts: pa.Array) -> Booleans:
    """Which texts are not empty."""
    offsets, _ = text_buffers(texts)
    return np.asarray(offsets[1:] > offsets[:-1])

"""Reader of a month's service records (docs/input.md).

A month reads the rows dated in it; rows since 1 January of items that have a limit in any of their rows, counting
only; and rows that reverse something. Of the last only those stay that reverse a row that is read, which
`late_reversals.py` finds out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers_of, text_buffers
from batch.freeze.records.item_map import ItemMap
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE
from batch.freeze.records.spreadsheet_codes import CutCodes
from batch.freeze.records.unreadable import UnreadableValues
from batch.input_tables import RECORD
from batch.snapshot.codes import Coding
from batch.snapshot.record_months import MonthCounts
from batch.values.hidden import HiddenCharacters, hidden_in
from batch.values.parse import Faults, parse_batch
from batch.values.written_forms import DATE_SYSTEM, Normalised
from payengine.kernels.arrays import Flags, Int32, Int64, UInt8
from payengine.periods import Period, day_number

_NOT_READ = 255


@dataclass
class Batch:
    """Rows of a batch that are read, typed, with the kind and the code of each."""

    rows: pa.RecordBatch
    day: Int32
    item: Int64  # -1 where the text is in no row of `service_item`
    limited: Flags  # the item has a limit in some row
    reversing: Flags
    kind: UInt8  # IN_PERIOD, COUNTING or LATE
    unreadable: UInt8


class Reader:
    """Reader of raw batches of `service_record`; it notes the values that cannot be read.

    `normalised` counts those of the rows read that were written otherwise, `cut_codes` finds codes that a spreadsheet
    cut; `date_system` is the source's; `item_map` turns the office's own codes of services into items. `months` counts
    the rows that arrive by month, `limited_months` those that are read for counting only.
    """

    def __init__(
        self, coding: Coding, period: Period, unreadable: UnreadableValues, date_system: str = DATE_SYSTEM,
        item_map: ItemMap | None = None,
    ) -> None:  # fmt: skip
        self.item_map = item_map
        self.normalised = Normalised(date_system)
        self.cut_codes = CutCodes()
        self.months, self.limited_months = MonthCounts(), MonthCounts()
        self._items = coding.items
        self._unreadable = unreadable
        self._year_start, self._first, self._next = (
            day_number(day) for day in (period.year_start, period.first_day, period.next_first_day)
        )
        self._limited_item = np.append(coding.limited_items, False)  # the last place is that of code -1

    def read(self, raw: pa.RecordBatch) -> Batch | None:
        """Convert a raw batch and keep the rows that are read.

        None once a row that is read has an unreadable value: the freeze will be refused.
        """
        rows, unread = parse_batch(RECORD, raw, self.normalised)
        faults: list[Faults | HiddenCharacters] = [*unread, *hidden_in(RECORD.columns, rows)]
        day = numbers_of(rows["service_date"], np.int32)
        if self.item_map is not None:
            places = self.item_map.places(rows["item"], day)
            rows = self.item_map.apply(rows, places)
        item = self._items.index(rows["item"]).astype(np.int64)
        limited = self._limited_item[item]
        reversing = _filled(rows["reverses"])
        kind = self._kind(day, limited, reversing, [(found.column.name, found.rows) for found in faults])
        self.normalised.count(kind != _NOT_READ)
        if self.item_map is not None:
            self.item_map.count(places, kind != _NOT_READ)
        self.months.add(day)
        self.limited_months.add(day[kind == COUNTING])
        unreadable = self._unreadable.note(rows, kind, faults)
        if self._unreadable.any:
            return None  # the freeze is refused: only what else is wrong matters now
        chosen = np.flatnonzero(kind != _NOT_READ)
        if chosen.size == kind.size:
            self.cut_codes.note(rows)
            return Batch(rows, day, item, limited, reversing, kind, unreadable)
        rows = rows.take(pa.array(chosen))
        self.cut_codes.note(rows)
        return Batch(
            rows, day[chosen], item[chosen], limited[chosen], reversing[chosen], kind[chosen],
            unreadable[chosen],
        )  # fmt: skip

    def _kind(self, day: Int32, limited: Flags, reversing: Flags, broken: Sequence[tuple[str, Int64]]) -> UInt8:
        """Give each row's kind: IN_PERIOD, COUNTING, LATE or not read.

        An unreadable value does not keep a row from being read; it refuses the freeze.
        """
        in_period = (day >= self._first) & (day < self._next)
        earlier = (day >= self._year_start) & (day < self._first)
        counting = earlier & limited
        for column, rows in broken:
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


def _filled(texts: pa.Array) -> Flags:
    """Tell which texts are not empty."""
    offsets, _ = text_buffers(texts)
    return np.asarray(offsets[1:] > offsets[:-1])

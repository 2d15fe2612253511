"""Map of the office's own codes of services to items, by code and service date.

It is the table `item_map`. A code that stands in no row of it on that day stays as it is: it is an item's own code, or
unknown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import integers, ordered
from payengine.kernels.arrays import Flags, Int32, Int64

NONE = -1


@dataclass
class ItemMap:
    """Rows of the map in the order of code and `from`.

    `counts` is the number of records that each has mapped.
    """

    rows: pa.Table
    counts: Int64

    @classmethod
    def of(cls, table: pa.Table | None) -> ItemMap | None:
        """Make the map of the typed table, which has been checked; None where there is none."""
        if table is None or not table.num_rows:
            return None
        rows = ordered(table, "source_item", "from")
        return cls(rows, np.zeros(rows.num_rows, np.int64))

    def __post_init__(self) -> None:
        codes = self.rows["source_item"].combine_chunks()
        self._codes = codes.unique()  # in the order of the rows, so their places ascend
        self._code_of_row = np.asarray(pc.index_in(codes, value_set=self._codes), np.int64)
        self._from, self._until = (integers(self.rows, name, np.int32) for name in ("from", "until"))
        self._items = self.rows["item"].combine_chunks()
        self._starts = _code_and_day(self._code_of_row, self._from)

    def places(self, items: pa.Array, day: Int32) -> Int64:
        """Find the row of the map for each record's code on its day; `NONE` where there is none."""
        coded = items.dictionary_encode()
        code_of_text = np.asarray(pc.index_in(coded.dictionary, value_set=self._codes).fill_null(NONE), np.int64)
        code = code_of_text[coded.indices.to_numpy()]
        place = np.searchsorted(self._starts, _code_and_day(np.maximum(code, 0), day), "right") - 1
        found = np.maximum(place, 0)
        holds = (code >= 0) & (place >= 0) & (self._code_of_row[found] == code) & (day < self._until[found])
        return np.where(holds, found, NONE)

    def apply(self, batch: pa.RecordBatch, places: Int64) -> pa.RecordBatch:
        """Put the items that the map gives in the place of the office's codes."""
        mapped = places != NONE
        if not mapped.any():
            return batch
        given = self._items.take(pa.array(places, mask=~mapped))
        at = batch.schema.get_field_index("item")
        return batch.set_column(at, batch.schema.field(at), pc.coalesce(given, batch["item"]))

    def count(self, places: Int64, read: Flags) -> None:
        """Count the records mapped among those that the month reads."""
        found = places[read & (places != NONE)]
        self.counts += np.bincount(found, minlength=self.counts.size)

    def noted(self) -> list[tuple[str, str, int]]:
        """List code, item and records of each pair that was used, the most frequent first."""
        used: dict[tuple[str, str], int] = {}
        for place in np.flatnonzero(self.counts).tolist():
            pair = (self.rows["source_item"][place].as_py(), self._items[place].as_py())
            used[pair] = used.get(pair, 0) + int(self.counts[place])
        return [(*pair, count) for pair, count in sorted(used.items(), key=lambda one: (-one[1], one[0]))]


def _code_and_day(code: Int64, day: Int32) -> Int64:
    """Join code and day in one number that is in the order of both."""
    return (code << np.int64(32)) + (day.astype(np.int64) + 2**31)

"""Second pass: separate standalone rows from rows linked to others.

Rows are linked by record id or by reversal.

The counting filter is big and lives only here; its result is kept as one bit per row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.counting_filter import NEVER, ONCE, CountingFilter
from batch.freeze.records.ingest import RecordSpools
from batch.freeze.records.row_schemas import LATE
from batch.freeze.sorting.spool import Spool
from payengine.kernels.arrays import Flags


class FlaggedSpool:
    """Spool whose rows each have a flag."""

    def __init__(self, spool: Spool, flags: Iterator[Flags]) -> None:
        self._spool = spool
        self._bits = [(each.size, np.packbits(each)) for each in flags]

    def bytes(self, flagged: bool) -> int:
        """Estimate the bytes of the rows with this flag."""
        if not self._spool.rows:
            return 0
        rows = sum(int(np.unpackbits(bits, count=count).sum()) for count, bits in self._bits)
        return self._spool.bytes * (rows if flagged else self._spool.rows - rows) // self._spool.rows

    def each(self) -> Iterator[tuple[pa.RecordBatch, Flags]]:
        """Read all rows with their flags, batch by batch."""
        for batch, (count, bits) in zip(self._spool.read(), self._bits, strict=True):
            yield batch, np.unpackbits(bits, count=count).astype(bool)

    def rows(self, flagged: bool) -> Iterator[pa.RecordBatch]:
        """Read the rows with this flag, batch by batch."""
        for batch, flags in self.each():
            chosen = flags == flagged
            if chosen.all():
                yield batch
            elif chosen.any():
                yield batch.filter(pa.array(chosen))


@dataclass(frozen=True)
class ScreenedRows:
    """Plain rows, flagged if they stand alone; linked rows, flagged if they may be read."""

    plain: FlaggedSpool
    limited: FlaggedSpool
    linked: FlaggedSpool


def screen_rows(spooled: RecordSpools) -> ScreenedRows:
    """Count every record id that is read; those that are reversed count twice.

    So no reversed record stands alone.
    """
    id_counts = CountingFilter(spooled.rows)
    for spool in (spooled.plain, spooled.limited):
        for batch in spool.read(["id_hash"]):
            id_counts.count(numbers(batch, "id_hash"))
    for batch in spooled.linked.read(["id_hash", "kind"]):
        id_counts.count(numbers(batch, "id_hash")[numbers(batch, "kind") != LATE])
    linked = FlaggedSpool(spooled.linked, _perhaps_read(spooled.linked, id_counts))
    return ScreenedRows(
        FlaggedSpool(spooled.plain, _alone(spooled.plain, id_counts)),
        FlaggedSpool(spooled.limited, _alone(spooled.limited, id_counts)),
        linked,
    )


def _perhaps_read(linked: Spool, id_counts: CountingFilter) -> Iterator[Flags]:
    """Flag the linked rows that may be read: a late row only if the record it reverses may be.

    Meanwhile the late rows that stay are counted, and the records that linked rows reverse are counted twice.
    """
    for batch in linked.read(["id_hash", "reverses_hash", "kind"]):
        reversed_hash, late = numbers(batch, "reverses_hash"), numbers(batch, "kind") == LATE
        read = np.asarray(~late | (id_counts.seen(reversed_hash) != NEVER))
        id_counts.count(numbers(batch, "id_hash")[read & late])
        id_counts.count_twice(reversed_hash[read & (reversed_hash != 0)])
        yield read


def _alone(plain: Spool, id_counts: CountingFilter) -> Iterator[Flags]:
    for batch in plain.read(["id_hash"]):
        yield np.asarray(id_counts.seen(numbers(batch, "id_hash")) == ONCE)

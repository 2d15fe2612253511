"""Second pass: separate standalone rows from rows linked to others.

Rows are linked by record id or by reversal. The sorted ids show which come more than once; the hashes of those, and of
the records that are reversed, are kept in a filter of fixed size, by which every plain row is then told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.counting_filter import FEWEST_CELLS, NEVER, CountingFilter
from batch.freeze.records.ingest import RecordSpools
from batch.freeze.records.record_id_column import SortedIds, in_order
from batch.freeze.records.row_schemas import LATE, PLAIN
from batch.freeze.sorting.bucket_spool import BucketSpool
from batch.freeze.sorting.hash_partitions import together
from batch.freeze.sorting.spool import Spool
from payengine.kernels.arrays import Flags

MOST_CELLS = 2**27  # 32 MB: of 100 million records with 3 % linked, one in a hundred is compared for nothing
CELLS_PER_ROW = 8


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


class ScreenedPlain:
    """Plain rows of no limit, told apart by whether they stand alone.

    All stay in their buckets; those that do not stand alone are also in a spool. `largest` is the largest quantity of
    a row that stands alone.
    """

    def __init__(self, spool: BucketSpool, linked_ids: CountingFilter, folder: Path) -> None:
        self.buckets = spool
        self.largest = 0
        self._linked_ids = linked_ids
        self._others = Spool(folder / "plain_linked.arrow", PLAIN)
        for batch in spool.read():
            alone = self.alone(batch)
            if alone.any():
                self.largest = max(self.largest, int(np.abs(numbers(batch, "quantity")[alone]).max()))
            self._others.write(batch.take(pa.array(np.flatnonzero(~alone))))
        self._others.close()

    def alone(self, batch: pa.RecordBatch) -> Flags:
        """Tell which of some plain rows stand alone."""
        return np.asarray(self._linked_ids.seen(numbers(batch, "id_hash")) == NEVER)

    def bytes(self, flagged: bool) -> int:
        """Give the bytes of the rows that stand alone, or of the others."""
        return self.buckets.bytes - self._others.bytes if flagged else self._others.bytes

    def rows(self, flagged: bool) -> Iterator[pa.RecordBatch]:
        """Read the rows that stand alone, or the others."""
        if flagged:
            yield from map(self.only_alone, self.buckets.read())
        else:
            yield from self._others.read()

    def only_alone(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Choose the plain rows of a batch that stand alone."""
        alone = self.alone(batch)
        return batch if alone.all() else batch.filter(pa.array(alone))


class ScreenedRows:
    """Plain rows, flagged if they stand alone; linked rows, flagged if they may be read."""

    def __init__(self, plain: ScreenedPlain, limited: FlaggedSpool, linked: FlaggedSpool) -> None:
        self.plain = plain
        self.limited = limited
        self.linked = linked


def screen_rows(spooled: RecordSpools, ids: SortedIds, folder: Path) -> ScreenedRows:
    """Tell rows that stand alone from those that do not.

    The record id of these comes again, or is reversed. The hashes of the ids of the period are written in order, into
    `ids`.
    """
    cells = _cells(spooled.rows)
    linked_ids, reversed_ids = CountingFilter(0, cells), CountingFilter(0, _cells(spooled.linked.rows))
    for batch in spooled.linked.read(["reverses_hash"]):
        hashes = numbers(batch, "reverses_hash")
        reversed_ids.count(hashes[hashes != 0])
    read_and_reversed = CountingFilter(0, _cells(spooled.linked.rows))
    for of_period, counting, same in together(spooled.ids, spooled.counting_ids):
        in_order(of_period, same)
        ids.write(of_period)
        every = in_order(np.concatenate([of_period, counting]), same) if counting.size else of_period
        linked_ids.count(every[1:][every[1:] == every[:-1]])
        read_and_reversed.count(every[reversed_ids.seen(every) != NEVER])
    ids.close()
    spooled.ids.release()
    spooled.counting_ids.release()
    linked = FlaggedSpool(spooled.linked, _perhaps_read(spooled.linked, read_and_reversed, linked_ids))
    plain = ScreenedPlain(spooled.plain, linked_ids, folder)
    return ScreenedRows(plain, FlaggedSpool(spooled.limited, _alone(spooled.limited, linked_ids)), linked)


def _cells(rows: int) -> int:
    return min(MOST_CELLS, max(FEWEST_CELLS, 1 << (CELLS_PER_ROW * rows - 1).bit_length() if rows else 0))


def _perhaps_read(linked: Spool, read_ids: CountingFilter, linked_ids: CountingFilter) -> Iterator[Flags]:
    """Flag the linked rows that may be read: a late row only if the record it reverses may be.

    Meanwhile the ids of the late rows that stay are marked as linked, and of the records that linked rows reverse.
    """
    for batch in linked.read(["id_hash", "reverses_hash", "kind"]):
        reversed_hash, late = numbers(batch, "reverses_hash"), numbers(batch, "kind") == LATE
        read = np.asarray(~late | (read_ids.seen(reversed_hash) != NEVER))
        linked_ids.count(numbers(batch, "id_hash")[read & late])
        linked_ids.count(reversed_hash[read & (reversed_hash != 0)])
        yield read


def _alone(plain: Spool, linked_ids: CountingFilter) -> Iterator[Flags]:
    for batch in plain.read(["id_hash"]):
        yield np.asarray(linked_ids.seen(numbers(batch, "id_hash")) == NEVER)

"""Equal rows under different record ids: one service that was most likely sent twice.

Same day, person, item, quantity and patient. A snapshot keeps no patients but those of limited items, so this is looked
for while the rows are spooled, and noted beside the snapshot's digest. Nothing is rejected by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import numbers
from batch.freeze.records.ingest import RecordSpools
from batch.freeze.records.row_schemas import IN_PERIOD
from batch.snapshot.codes import ONE, Coding
from batch.text_hashes import EMPTY_TEXT
from payengine.kernels.arrays import Int64, UInt64
from payengine.kernels.compile import compiled

MOST_AT_ONCE = 2**20  # rows of a bucket: a table of 8 MB
MOST_BITS = 2**28  # a table of 32 MB
SEEN_TO_AGAIN = 16  # bits of the keys seen, to a bit of those seen again: they are few
FEWEST_BITS = 2**16
BITS_PER_ROW = 16  # so that one row in thirty is compared for nothing
MOST_KEYS = 2**17  # groups of equal rows that are looked into; beyond them the count is a lower bound
MOST_NAMED = 5  # pairs of record ids
_KEY = ("day", "owner", "item_row", "quantity", "patient_hash")
_LINKED_KEY = ("day", "institution", "staff", "item", "quantity", "share", "patient_hash", "kind", "reverses_hash")
_COMPARED = ["day", "owner", "share", "item", "quantity", "patient_hash"]


def mix_in_numpy(day: Any, owner: Any, item: Any, quantity: Any, patient: Any, mixed: Any) -> None:
    """Mix keys as the kernel does."""
    word = patient.copy()
    for column in (day, owner, item, quantity):
        word = (word ^ column.astype(np.uint64)) + np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word = word ^ (word >> np.uint64(31))
    mixed[:] = np.where(patient == 0, np.uint64(0), np.maximum(word, np.uint64(1)))


@compiled(
    "void(readonly_int32, readonly_int32, readonly_int32, readonly_int64, readonly_uint64, uint64[::1])",
    otherwise=mix_in_numpy,
)
def mix_keys(day: Any, owner: Any, item: Any, quantity: Any, patient: Any, mixed: Any) -> None:
    """Mix the columns of a key into one word each, by the finalizer of SplitMix64.

    0 for rows without a patient.
    """
    for row in range(mixed.size):
        if patient[row] == 0:
            mixed[row] = np.uint64(0)
            continue
        word = patient[row]
        for value in (np.uint64(day[row]), np.uint64(owner[row]), np.uint64(item[row]), np.uint64(quantity[row])):
            word = (word ^ value) + np.uint64(0x9E3779B97F4A7C15)
            word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            word = word ^ (word >> np.uint64(31))
        mixed[row] = word if word != 0 else np.uint64(1)


def mark_in_numpy(mixed: Any, mask: Any, seen: Any, few: Any, again: Any) -> None:
    """Mark keys as the kernel does."""
    words = mixed[mixed != 0]
    cell = words & mask
    first = np.zeros(cell.size, bool)
    first[np.unique(cell, return_index=True)[1]] = True
    byte, bit = cell >> np.uint64(3), np.uint8(1) << (cell & np.uint64(7)).astype(np.uint8)
    cell = (words[(seen[byte] & bit != 0) | ~first] >> np.uint64(32)) & few
    np.bitwise_or.at(again, cell >> np.uint64(3), np.uint8(1) << (cell & np.uint64(7)).astype(np.uint8))
    np.bitwise_or.at(seen, byte, bit)


@compiled("void(readonly_uint64, uint64, uint8[::1], uint64, uint8[::1])", otherwise=mark_in_numpy)
def mark_repeated(mixed: Any, mask: Any, seen: Any, few: Any, again: Any) -> None:
    """Set the bit of every key but 0 in `seen`, and in `again` where it was set before.

    The place in `again` is of the key's upper half, so that keys which share a bit of `seen` seldom share one there.
    """
    for row in range(mixed.size):
        if mixed[row] == 0:
            continue
        cell = mixed[row] & mask
        bit = np.uint8(1) << np.uint8(cell & np.uint64(7))
        byte = cell >> np.uint64(3)
        if seen[byte] & bit:
            cell = (mixed[row] >> np.uint64(32)) & few
            byte = cell >> np.uint64(3)
            again[byte] = again[byte] | np.uint8(np.uint8(1) << np.uint8(cell & np.uint64(7)))
        else:
            seen[byte] = seen[byte] | np.uint8(bit)


def mark_equal_in_numpy(mixed: Any, slots: Any, flags: Any) -> int:
    """Flag equal keys as the kernel does."""
    _, place, times = np.unique(mixed, return_inverse=True, return_counts=True)
    flags[:] = (times[place] > 1) & (mixed != 0)
    return int(np.count_nonzero(flags))


@compiled("int64(readonly_uint64, int32[::1], uint8[::1])", otherwise=mark_equal_in_numpy)
def mark_equal(mixed: Any, slots: Any, flags: Any) -> Any:
    """Flag every key but 0 that another row has; returns how many there are.

    `slots` is a table of open addressing for the rows: zeros, a power of two, more than twice as many as keys. `flags`
    are zeros.
    """
    mask = np.uint64(slots.size - 1)
    found = 0
    for row in range(mixed.size):
        if mixed[row] == 0:
            continue
        slot = mixed[row] & mask
        while slots[slot] != 0 and mixed[slots[slot] - 1] != mixed[row]:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] == 0:
            slots[slot] = np.int32(row + 1)
        else:
            before = slots[slot] - 1
            found += 2 - flags[before]
            flags[before] = np.uint8(1)
            flags[row] = np.uint8(1)
    return found


def read_in_numpy(mixed: Any, few: Any, bits: Any, flags: Any) -> None:
    """Read bits as the kernel does."""
    cell = (mixed >> np.uint64(32)) & few
    flags[:] = (bits[cell >> np.uint64(3)] >> (cell & np.uint64(7)).astype(np.uint8)) & np.uint8(1)
    flags[mixed == 0] = 0


@compiled("void(readonly_uint64, uint64, readonly_uint8, uint8[::1])", otherwise=read_in_numpy)
def read_bits(mixed: Any, few: Any, bits: Any, flags: Any) -> None:
    """Tell of every key but 0 whether the bit of its upper half is set."""
    for row in range(mixed.size):
        cell = (mixed[row] >> np.uint64(32)) & few
        set_bit = (bits[cell >> np.uint64(3)] >> np.uint8(cell & np.uint64(7))) & np.uint8(1)
        flags[row] = set_bit if mixed[row] != 0 else np.uint8(0)


class SameRows:
    """Search for equal rows, which are counted by item.

    Plain rows are looked through bucket by bucket, the others by a table of bits.
    """

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._items: dict[str, tuple[str, int]] = {}  # the first record id of an item's, and its rows
        self._first: list[tuple[str, str]] = []
        self._at_least = False

    def note_bucket(self, batches: Callable[[], Iterable[pa.RecordBatch]], rows: int) -> None:
        """Look through the plain rows of a range of owners.

        They are read once for every million of them. Equal rows are of one owner, so that no row of another bucket
        equals one of these.
        """
        parts = -(-rows // MOST_AT_ONCE)
        for part in range(parts):
            pieces = [_of_part(batch, part, parts) for batch in batches()]
            chosen = pieces[0] if len(pieces) == 1 else pa.concat_batches(pieces)
            mixed = _mixed(chosen)
            flags = np.zeros(mixed.size, np.uint8)
            slots = np.zeros(1 << (2 * mixed.size).bit_length(), np.int32)
            if mark_equal(mixed, slots, flags):
                self._count([_compared(chosen.take(pa.array(np.flatnonzero(flags))), self._coding)])

    def note_others(self, spooled: RecordSpools) -> None:
        """Look through the rows of limited items, of teams, of several persons, of refunds."""
        rows, more = _repeated(spooled)
        self._at_least |= more
        pieces = [
            _compared(batch.take(pa.array(chosen)), self._coding)
            for batch, chosen in zip(_batches(spooled, ("id_hash", "record_id")), rows, strict=True)
            if chosen.size
        ]
        if pieces:
            self._count(pieces)

    def _count(self, pieces: list[pa.RecordBatch]) -> None:
        """Count the rows that equal another of another record id.

        All that equal one of them are given together.
        """
        grouped = (
            pa.Table.from_batches(pieces)
            .group_by(_COMPARED)
            .aggregate([("id_hash", "count_distinct"), ("record_id", "min"), ("record_id", "max")])
        )
        grouped = grouped.filter(pc.greater(grouped["id_hash_count_distinct"], 1))
        told = (grouped[name].to_pylist() for name in ("item", *_TOLD))
        for item, distinct, one, other in zip(*told, strict=True):
            least, rows = self._items.get(item, (one, 0))
            self._items[item] = min(least, one), rows + distinct - 1
            self._first.append((one, f"{item}: {one} = {other}"))
        self._first = sorted(self._first)[:MOST_NAMED]

    def told(self) -> dict[str, Any]:
        """Tell how many rows equal another of another record id, and name the first pairs.

        Empty if there are none.
        """
        if not self._items:
            return {}
        items = {item: rows for item, (_, rows) in sorted(self._items.items(), key=lambda found: found[1][0])}
        first = [pair for _, pair in self._first]
        return {"rows": sum(items.values()), "items": items, "first": first, "at_least": self._at_least}


_TOLD = ("id_hash_count_distinct", "record_id_min", "record_id_max")


def _repeated(spooled: RecordSpools) -> tuple[list[Int64], bool]:
    """Find the rows whose key another row has, batch by batch.

    True where there are more keys than are looked into.

    A table of bits tells in one pass which keys may have come before, in another which rows may have such a key: few,
    which are then compared themselves. So the result does not depend on the table's size.
    """
    rows = spooled.limited.rows + spooled.linked.rows
    size = min(MOST_BITS, max(FEWEST_BITS, 1 << (BITS_PER_ROW * rows - 1).bit_length() if rows else 0))
    some = max(8, size // SEEN_TO_AGAIN)
    mask, seen = np.uint64(size - 1), np.zeros(size // 8, np.uint8)
    few, again = np.uint64(some - 1), np.zeros(some // 8, np.uint8)
    for batch in _batches(spooled):
        mark_repeated(_mixed(batch), mask, seen, few, again)
    del seen
    places: list[Int64] = []
    found = [np.zeros(0, np.uint64)]
    for batch in _batches(spooled):
        mixed = _mixed(batch)
        flags = np.empty(mixed.size, np.uint8)
        read_bits(mixed, few, again, flags)
        places.append(np.flatnonzero(flags))
        found.append(mixed[places[-1]])
    keys = np.sort(np.concatenate(found))
    keys = np.unique(keys[1:][keys[1:] == keys[:-1]])
    chosen = keys[:MOST_KEYS]
    among = (np.isin(mixed, chosen) for mixed in found[1:])
    return [place[flags] for place, flags in zip(places, among, strict=True)], keys.size > MOST_KEYS


def _batches(spooled: RecordSpools, more: tuple[str, ...] = ()) -> Iterator[pa.RecordBatch]:
    """Read the key's columns of all rows but the plain ones, always in the same batches."""
    for spool, key in ((spooled.limited, (*_KEY, "counting_only")), (spooled.linked, _LINKED_KEY)):
        yield from spool.read([*key, *more])


def _of_part(batch: pa.RecordBatch, part: int, parts: int) -> pa.RecordBatch:
    """Choose the rows whose key falls into a part, with the columns that are compared."""
    batch = batch.select([*_KEY, "id_hash", "record_id"])
    return batch if parts == 1 else batch.filter(pa.array(_mixed(batch) % np.uint64(parts) == part))


def _mixed(batch: pa.RecordBatch) -> UInt64:
    """Mix the keys of a batch; rows that only count for limits have 0, and so have refunds."""
    mixed = np.empty(batch.num_rows, np.uint64)
    if "owner" in batch.schema.names:
        mix_keys(*(numbers(batch, name) for name in _KEY), mixed)
        if "counting_only" in batch.schema.names:
            mixed[numbers(batch, "counting_only") != 0] = 0
        return mixed
    item, quantity = numbers(batch, "item"), numbers(batch, "quantity")
    whose = _owner(batch).astype(np.int32)  # what is cut off makes more candidates, which are compared whole
    mix_keys(numbers(batch, "day"), whose, item.astype(np.int32), quantity, numbers(batch, "patient_hash"), mixed)
    of_month = (numbers(batch, "kind") == IN_PERIOD) & (numbers(batch, "reverses_hash") == EMPTY_TEXT)
    mixed[~of_month | (item < 0) | (quantity <= 0) | (numbers(batch, "institution") < 0)] = 0
    return mixed


def _owner(batch: pa.RecordBatch) -> Int64:
    """Number a linked row's person or team at its institution.

    Below 0, as no engagement is.
    """
    pair = numbers(batch, "institution").astype(np.int64) * 2**31 + numbers(batch, "staff")
    return np.asarray(-(2**20) - pair, np.int64)


def _compared(rows: pa.RecordBatch, coding: Coding) -> pa.RecordBatch:
    """Give the columns by which rows are equal.

    A row that stands alone has the whole share: freeze has checked that.
    """
    alone = "owner" in rows.schema.names
    columns = [
        rows["day"],
        rows["owner"].cast(pa.int64()) if alone else pa.array(_owner(rows)),
        pa.array(np.full(rows.num_rows, ONE, np.int64)) if alone else rows["share"].cast(pa.int64()),
        coding.item_rows["code"].combine_chunks().take(rows["item_row"]).cast(pa.string()) if alone
        else coding.items.values.take(rows["item"]),
        rows["quantity"], rows["patient_hash"], rows["id_hash"], rows["record_id"],
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, names=[*_COMPARED, "id_hash", "record_id"])

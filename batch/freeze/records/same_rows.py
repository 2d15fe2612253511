"""Equal rows under different record ids: one service that was most likely sent twice.

Same day, person, item, quantity and patient. A snapshot keeps no patients but those of limited items, so this is looked
for while the rows are spooled, and noted beside the snapshot's digest. Nothing is rejected by it.
"""

from __future__ import annotations

from collections.abc import Iterator
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

MOST_BITS = 2**30  # a table of 128 MB; 10 million rows take one of 32 MB
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


def same_rows(spooled: RecordSpools, coding: Coding) -> dict[str, Any]:
    """Count the rows that equal another of another record id, and name the first pairs.

    Empty if there are none.
    """
    rows, more = _repeated(spooled)
    if not any(chosen.size for chosen in rows):
        return {}
    pieces = [
        _compared(batch.take(pa.array(chosen)), coding)
        for batch, chosen in zip(_batches(spooled, ("id_hash", "record_id")), rows, strict=True)
        if chosen.size
    ]
    grouped = (
        pa.Table.from_batches(pieces)
        .group_by(_COMPARED)
        .aggregate([("id_hash", "count_distinct"), ("record_id", "min"), ("record_id", "max")])
    )
    grouped = grouped.filter(pc.greater(grouped["id_hash_count_distinct"], 1)).sort_by("record_id_min")
    if not grouped.num_rows:
        return {}
    codes = grouped["item"].to_pylist()
    items: dict[str, int] = {}
    first: list[str] = []
    for item, distinct, one, other in zip(codes, *(grouped[name].to_pylist() for name in _TOLD), strict=True):
        items[item] = items.get(item, 0) + distinct - 1
        if len(first) < MOST_NAMED:
            first.append(f"{item}: {one} = {other}")
    return {"rows": sum(items.values()), "items": items, "first": first, "at_least": more}


_TOLD = ("id_hash_count_distinct", "record_id_min", "record_id_max")


def _repeated(spooled: RecordSpools) -> tuple[list[Int64], bool]:
    """Find the rows whose key another row has, batch by batch.

    True where there are more keys than are looked into.

    A table of bits tells in one pass which keys may have come before, in another which rows may have such a key: few,
    which are then compared themselves. So the result does not depend on the table's size.
    """
    rows = spooled.plain.rows + spooled.limited.rows + spooled.linked.rows
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
    """Read the columns of the key of all spooled rows, always in the same batches.

    First those that stand alone, then those of teams, of several persons and of refunds.
    """
    for spool, key in (
        (spooled.plain, _KEY), (spooled.limited, (*_KEY, "counting_only")), (spooled.linked, _LINKED_KEY)
    ):  # fmt: skip
        yield from spool.read([*key, *more])


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

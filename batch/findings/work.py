"""Work that a snapshot holds: services by person, quantities by item."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from batch.arrow_columns import numbers
from batch.ledger.monthly_sums import Person
from batch.snapshot.snapshot import Part, Snapshot
from payengine.kernels.arrays import Flags, Int32, Int64
from payengine.kernels.compile import compiled
from payengine.policy import ONE

_COUNTED = pa.schema([("item", pa.int64()), ("quantity", pa.int64()), ("rows", pa.int64())])


def snapshot_services(snapshot: Snapshot) -> dict[Person, int]:
    """Count services to be priced by institution and person; '' is an institution's own.

    Rows of limited items count too, though a run may refuse some: this is about orders of magnitude.
    """
    coding = snapshot.coding
    engagements, institutions = coding.engagements, coding.institutions.values.to_pylist()
    count = np.zeros(engagements.num_rows + len(institutions), np.int64)
    for part in (*snapshot.hot_parts(), *snapshot.limited_parts()):
        for batch in part_batches(part):
            owner = numbers(batch, "engagement")
            if "counting_only" in batch.schema.names:
                owner = owner[numbers(batch, "counting_only") == 0]
            count += np.bincount(owner.astype(np.int64), minlength=count.size)
    summaries = snapshot.summaries()
    if summaries is not None:
        np.add.at(count, summaries["engagement"].to_numpy(), summaries["services"].to_numpy() - 1)
    places, people = engagements["institution"].to_pylist(), engagements["staff"].to_pylist()
    owners = [*zip(places, people, strict=True), *((institution, "") for institution in institutions)]
    found: dict[Person, int] = {}
    for person, services in zip(owners, count.tolist(), strict=True):
        if services:
            found[person] = found.get(person, 0) + services
    return found


@dataclass(frozen=True)
class Quantities:
    """Rows of each quantity of some items, sorted by item row and quantity.

    Quantities are in hundredths; `usual` is the median of all rows, as its bucket begins.
    """

    item: Int64
    quantity: Int64
    rows: Int64
    usual: int


BUCKETS = 368  # of quantities: eight between a power of two and the next, so that a bucket is an eighth wide


def count_in_numpy(item: Any, quantity: Any, counts: Any) -> None:
    """Count rows by bucket as the kernel does."""
    paid = quantity > 0
    value = quantity[paid]
    bits = np.frexp(value.astype(np.float64))[1].astype(np.int64)  # exact: a quantity is below 2**47
    shift = np.maximum(bits - 4, 0)
    np.add.at(counts, item[paid].astype(np.int64) * BUCKETS + shift * 8 + (value >> shift), 1)


@compiled("void(readonly_int32, readonly_int64, int64[::1])", otherwise=count_in_numpy)
def count_buckets(item: Any, quantity: Any, counts: Any) -> None:
    """Count the rows of each item row by the bucket of their quantity; refunds are left out.

    `counts` holds `BUCKETS` for each item row. A quantity is below 2**47 (`LARGEST_QUANTITY`).
    """
    for row in range(item.size):
        value = quantity[row]
        if value <= 0:
            continue
        shift = 0
        while value >= 16:
            value >>= 1
            shift += 1
        counts[item[row] * 368 + shift * 8 + value] += 1


def bucket_bounds() -> tuple[Int64, Int64]:
    """Give the smallest and the largest quantity of each bucket."""
    bucket = np.arange(BUCKETS, dtype=np.int64)
    shift = np.maximum(bucket // 8 - 1, 0)
    lowest = (bucket - 8 * shift) << shift
    return lowest, lowest + (np.int64(1) << shift) - 1


def quantities(snapshot: Snapshot, factor: int, fewest: int) -> Quantities:
    """Count the rows of each quantity, of the items that may have one far beyond what is usual.

    `factor` is in ten-thousandths. Usual is the item's median, or that of all rows where it has fewer than `fewest`.
    Refunds are left out: their quantities are those of what they take back. One pass over buckets finds the items, so
    that the exact count, which costs more, is of few rows.
    """
    counts = np.zeros(max(1, snapshot.coding.item_rows.num_rows) * BUCKETS, np.int64)
    for item, quantity in _quantities(snapshot):
        count_buckets(item, quantity, counts)
    by_item = counts.reshape(-1, BUCKETS)
    usual = _middle(by_item.sum(axis=0))
    wanted = [
        row for row in np.flatnonzero(by_item.any(axis=1)).tolist()
        if _may_be_far(by_item[row], factor, usual if by_item[row].sum() < fewest else None)
    ]  # fmt: skip
    return _exact(snapshot, wanted, usual)


def quantities_of(snapshot: Snapshot, codes: Collection[str]) -> Quantities:
    """Count the rows of each quantity of these items."""
    rows = snapshot.coding.item_rows["code"].to_pylist()
    return _exact(snapshot, [row for row, code in enumerate(rows) if code in codes], 0)


def _exact(snapshot: Snapshot, wanted: list[int], usual: int) -> Quantities:
    pieces = []
    if wanted:
        for item, quantity in _quantities(snapshot):
            chosen = np.isin(item, wanted) & (quantity > 0)
            rows = pa.repeat(1, int(np.count_nonzero(chosen)))
            pieces.append(_counted(pa.table({"item": item[chosen], "quantity": quantity[chosen], "rows": rows})))
    if not pieces:
        nothing = np.zeros(0, np.int64)
        return Quantities(nothing, nothing, nothing, usual)
    whole = _counted(pa.concat_tables([each.cast(_COUNTED) for each in pieces]))
    whole = whole.sort_by([("item", "ascending"), ("quantity", "ascending")])
    found = [np.asarray(whole[name].to_numpy(), np.int64) for name in _COUNTED.names]
    return Quantities(found[0], found[1], found[2], usual)


def _middle(counts: Int64) -> int:
    """Give the smallest quantity of the bucket in which the median is."""
    lowest, _ = bucket_bounds()
    total = int(counts.sum())
    return int(lowest[np.searchsorted(np.cumsum(counts), (total + 1) // 2)]) if total else 0


def _may_be_far(counts: Int64, factor: int, usual: int | None) -> bool:
    """Tell if the largest quantity may be far beyond the median, or what is usual."""
    _, highest = bucket_bounds()
    middle = _middle(counts) if usual is None else usual
    largest = int(highest[np.flatnonzero(counts)[-1]])
    return bool(largest * ONE > factor * middle)


def _quantities(snapshot: Snapshot) -> Iterator[tuple[Int32, Int64]]:
    """Read item row and quantity of every row, part by part."""
    for parts, records in (
        (snapshot.hot_parts(), snapshot.records_parts()),
        (snapshot.limited_parts(), snapshot.limited_records_parts()),
    ):
        for part, path in zip(parts, records, strict=True):
            if part.rows:
                with pq.ParquetFile(path) as file:
                    quantity = file.read(["quantity"])["quantity"].to_numpy()
                item = np.concatenate([numbers(batch, "item_row") for batch in part_batches(part)]).astype(np.int32)
                single = single_rows(snapshot, path)
                quantity = np.asarray(quantity, np.int64)
                yield (item, quantity) if single is None else (item[single], quantity[single])


def single_rows(snapshot: Snapshot, records: Path) -> Flags | None:
    """Flag the rows of a file of records that are no summary's; None if none is."""
    summaries = snapshot.summaries()
    if summaries is None:
        return None
    with pq.ParquetFile(records) as file:
        ids = file.read(["record_id"])["record_id"]
    counted = pc.is_in(ids, value_set=summaries["record_id"].combine_chunks())
    return np.asarray(~counted.to_numpy(), bool)


def _counted(table: pa.Table) -> pa.Table:
    found = table.group_by(["item", "quantity"]).aggregate([("rows", "sum")])
    return found.rename_columns({"rows_sum": "rows"}).select(_COUNTED.names)


def part_batches(part: Part) -> Iterator[pa.RecordBatch]:
    with part.open() as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)

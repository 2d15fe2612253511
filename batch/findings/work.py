"""Work that a snapshot holds: services by person, quantities by item."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from batch.arrow_columns import numbers
from batch.ledger.monthly_sums import Person
from batch.snapshot.snapshot import Part, Snapshot
from payengine.kernels.arrays import Int64

_COUNTED = pa.schema([("item", pa.int64()), ("quantity", pa.int64()), ("rows", pa.int64())])


def snapshot_services(snapshot: Snapshot) -> dict[Person, int]:
    """Count the rows to be priced by institution and person; '' is an institution's own work.

    Rows of limited items count too, though a run may refuse some: this is about orders of magnitude.
    """
    coding = snapshot.coding
    engagements, institutions = coding.engagements, coding.institutions.values.to_pylist()
    count = np.zeros(engagements.num_rows + len(institutions), np.int64)
    for part in (*snapshot.hot_parts(), *snapshot.limited_parts()):
        for batch in _batches(part):
            owner = numbers(batch, "engagement")
            if "counting_only" in batch.schema.names:
                owner = owner[numbers(batch, "counting_only") == 0]
            count += np.bincount(owner.astype(np.int64), minlength=count.size)
    places, people = engagements["institution"].to_pylist(), engagements["staff"].to_pylist()
    owners = [*zip(places, people, strict=True), *((institution, "") for institution in institutions)]
    found: dict[Person, int] = {}
    for person, services in zip(owners, count.tolist(), strict=True):
        if services:
            found[person] = found.get(person, 0) + services
    return found


def quantities(snapshot: Snapshot) -> tuple[Int64, Int64, Int64]:
    """Count the rows of each item row and quantity.

    As (item row, quantity in hundredths, rows), sorted. Refunds are left out: their quantities are those of what they
    take back.
    """
    pieces = []
    for parts, records in (
        (snapshot.hot_parts(), snapshot.records_parts()),
        (snapshot.limited_parts(), snapshot.limited_records_parts()),
    ):
        for part, path in zip(parts, records, strict=True):
            if not part.rows:
                continue
            with pq.ParquetFile(path) as file:
                quantity = file.read(["quantity"])["quantity"]
            item = pa.chunked_array([each["item_row"] for each in _batches(part)])
            pieces.append(_counted(pa.table({"item": item, "quantity": quantity, "rows": pa.repeat(1, len(item))})))
    if not pieces:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    whole = _counted(pa.concat_tables([each.cast(_COUNTED) for each in pieces])).sort_by(
        [("item", "ascending"), ("quantity", "ascending")]
    )
    item, quantity, rows = (np.asarray(whole[name].to_numpy(), np.int64) for name in _COUNTED.names)
    positive = quantity > 0
    return item[positive], quantity[positive], rows[positive]


def _counted(table: pa.Table) -> pa.Table:
    found = table.group_by(["item", "quantity"]).aggregate([("rows", "sum")])
    return found.rename_columns({"rows_sum": "rows"}).select(_COUNTED.names)


def _batches(part: Part) -> Iterator[pa.RecordBatch]:
    with part.open() as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)

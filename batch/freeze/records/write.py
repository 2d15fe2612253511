"""Third pass: write the snapshot's rows in canonical order, each kind by one sort.

Rows to be priced, by far the most, are sorted by counting; the others by DuckDB, which sorts within a small memory,
spills what does not fit, and compares text byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers, record_batch
from batch.content_digest import Description
from batch.freeze.records.outputs import RecordOutputs
from batch.freeze.records.row_schemas import KEPT, KEPT_LIMITED, UNNUMBERED_REJECTIONS
from batch.freeze.records.same_rows import SameRows
from batch.freeze.records.screen import ScreenedRows
from batch.freeze.sorting.bucket_spool import BucketSpool
from batch.freeze.sorting.counted_sort import MOST_BYTES, CountedOrder, in_counted_order
from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.external_sort import UnsortedRows, in_order
from batch.freeze.sorting.groups import begins
from batch.input_tables import REASONS
from batch.snapshot.codes import ONE, Coding
from batch.snapshot.part_writer import Files, PartWriter, even, write_table
from batch.snapshot.schemas import LIMITED, LIMITED_RECORDS, ORIGINAL, RECORDS, REJECTED, hot_schema
from payengine.kernels.arrays import Int64

FEW_BYTES = 64 * 2**20  # of all rows together: for these compiling a kernel takes longer than DuckDB does
PART_BATCHES = 64  # of a hot part: 4,194,304 rows
BUCKET_BYTES = 6 * 2**20  # of rows that are sorted at a time: some six times as much is in memory
LIMITED_PART_ROWS = 1_000_000
NARROW, WIDE = 2**16, 2**31  # what fits uint16 and int32


class KeptRows:
    """Rows to be priced: the standalone plain ones, and the linked ones that were kept.

    On their way equal rows are noted in `same`. All of them are read once, whole or bucket by bucket.
    """

    def __init__(self, screened: ScreenedRows, outputs: RecordOutputs, same: SameRows) -> None:
        self._plain, self._kept, self._same = screened.plain, outputs.kept, same
        self.bytes = screened.plain.bytes(True) + outputs.kept.bytes
        kept = (int(np.abs(amounts(batch)).max()) for batch in outputs.kept.read())
        self.largest = max(screened.plain.largest * ONE, max(kept, default=0))  # |quantity x share|

    def whole(self) -> Iterator[pa.RecordBatch]:
        """Read all rows, in no order."""
        plain = self._plain.buckets
        self._same.note_bucket(plain.read, plain.rows)
        yield from map(_as_kept, self._plain.rows(True))
        yield from self._kept.read()

    def buckets(self, working: Path) -> Iterator[UnsortedRows]:
        """Give the rows by ascending ranges of owners."""
        plain = self._plain.buckets
        plain.spread()  # long texts may be many bytes before they are a chunk of rows
        kept = BucketSpool(working / "kept.buckets", KEPT, "owner", plain.most)
        for batch in self._kept.read():
            kept.write(batch)
        kept.spread()
        rows = plain.rows_by_bucket, kept.rows_by_bucket
        each = [spool.bytes // max(1, spool.rows) for spool in (plain, kept)]
        sizes = rows[0] * each[0] + rows[1] * each[1]
        try:
            for first, last in ranges_of(sizes, BUCKET_BYTES):
                yield self._range(
                    plain, kept, first, last, int(sizes[first:last].sum()), int(rows[0][first:last].sum())
                )
        finally:
            kept.release()

    def _range(
        self, plain: BucketSpool, kept: BucketSpool, first: int, last: int, size: int, rows: int
    ) -> UnsortedRows:  # fmt: skip
        """Give the rows of a range of buckets, of about `size` bytes; `rows` of them are plain."""
        name = f"kept_{first}"
        if size > MOST_BYTES:
            self._same.note_bucket(lambda: plain.buckets_in_parts(first, last), rows)

            def stream() -> Iterator[pa.RecordBatch]:
                yield from (_as_kept(self._plain.only_alone(part)) for part in plain.buckets_in_parts(first, last))
                yield from kept.buckets_in_parts(first, last)

            return UnsortedRows(name, KEPT, stream, size)
        batch = plain.buckets_from(first, last)
        self._same.note_bucket(lambda: [batch], rows)
        together = [_as_kept(self._plain.only_alone(batch)), kept.buckets_from(first, last)]
        return UnsortedRows(name, KEPT, lambda: together, size)


def ranges_of(sizes: Int64, most: int) -> Iterator[tuple[int, int]]:
    """Cut buckets into ranges of at most so many bytes, or of one bucket."""
    first = total = 0
    for number, size in enumerate(sizes.tolist()):
        if number > first and total + size > most:
            yield first, number
            first, total = number, 0
        total += size
    yield first, len(sizes)


def _as_kept(alone: pa.RecordBatch) -> pa.RecordBatch:
    """Give plain rows that stand alone the columns of rows to be priced."""
    given = {name: alone[name] for name in KEPT.names if name in alone.schema.names}
    ones = np.full(alone.num_rows, ONE, np.int64)
    return record_batch(KEPT, **given, share=ones, reverses=pa.repeat("", alone.num_rows))


def amounts(batch: pa.RecordBatch) -> Any:
    """Multiply quantity by share, in millionths."""
    return numbers(batch, "quantity") * numbers(batch, "share")


def widths(coding: Coding, largest: int) -> dict[str, str]:
    """Choose the narrowest types that hold every code and amount of the snapshot."""

    def code(count: int) -> str:
        return "uint16" if count <= NARROW else "int32"

    return {
        "engagement": code(coding.owners),
        "item_row": code(coding.item_rows.num_rows),
        "difficulty_row": code(coding.coefficient.size),
        "amount": "int32" if largest < WIDE else "int64",
    }


def write_hot(
    sorter: Sorter, working: Path, root: Path, files: Files, rows: KeptRows, coding: Coding
) -> tuple[list[int], dict[str, Description]]:
    """Write `hot` and `records`, in order of (owner, date, record_id)."""
    order = CountedOrder("owner", coding.owners, "day", "record_id")
    if rows.bytes <= FEW_BYTES:
        few = UnsortedRows("kept", KEPT, rows.whole, rows.bytes)
        ordered = even(in_order(few, sorter, working, order.key, order.sql))
    else:
        ordered = even(in_counted_order(rows.buckets(working), sorter, working, order))
    schema = hot_schema(widths(coding, rows.largest))
    with (
        PartWriter(root, "hot", schema, files, parquet=False) as hot,
        PartWriter(root, "records", RECORDS, files, parquet=True) as records,
    ):
        for number, batch in enumerate(ordered, 1):
            columns = (batch["owner"], batch["item_row"], batch["difficulty_row"], pa.array(amounts(batch)))
            narrow = [column.cast(kind) for column, kind in zip(columns, schema.types, strict=True)]
            hot.write(pa.RecordBatch.from_arrays(narrow, schema=schema))
            said = (batch[name] for name in ("record_id", "day", "quantity", "share", "reverses"))
            records.write(pa.RecordBatch.from_arrays(list(said), schema=RECORDS))
            if number % PART_BATCHES == 0:
                hot.end_part()
                records.end_part()
    return hot.parts, {"hot": hot.describe(), "records": records.describe()}


def write_limited(
    sorter: Sorter, working: Path, root: Path, files: Files, screened: ScreenedRows, outputs: RecordOutputs
) -> tuple[list[int], dict[str, Description]]:
    """Write `limited` and `limited_records`, in the order that limits are counted in.

    That is patient, item, date, record_id of the service.
    """
    size = 2 * screened.limited.bytes(True) + outputs.limited.bytes  # plain rows get their texts back
    rows = UnsortedRows("undecided", KEPT_LIMITED, lambda: _limited_rows(screened, outputs), size)
    order = "patient_hi, patient_lo, item, day, service, refund <> 0, record_id, staff, owner"
    ordered = in_order(rows, sorter, working, lambda batch: batch["patient_hi"], order)
    with (
        PartWriter(root, "limited", LIMITED, files, parquet=False) as limited,
        PartWriter(root, "limited_records", LIMITED_RECORDS, files, parquet=True) as records,
    ):
        in_part = 0
        before: pa.RecordBatch | None = None  # the last row of the batch before
        for batch in even(ordered):
            first_of_service, first_of_patient = _firsts(batch, before)
            columns = {name: batch[name] for name in LIMITED.names if name in batch.schema.names}
            columns |= {"engagement": batch["owner"], "first_of_service": pa.array(first_of_service.astype(np.uint8))}
            hot = record_batch(LIMITED, **columns, amount=amounts(batch))
            said = record_batch(
                LIMITED_RECORDS, service_date=batch["day"],
                **{name: batch[name] for name in LIMITED_RECORDS.names if name != "service_date"},
            )  # fmt: skip
            cut = 0
            if in_part + batch.num_rows > LIMITED_PART_ROWS and first_of_patient.any():
                cut = int(np.argmax(first_of_patient))
                _write_both(limited, records, hot.slice(0, cut), said.slice(0, cut))
                limited.end_part()
                records.end_part()
                in_part = 0
            _write_both(limited, records, hot.slice(cut), said.slice(cut))
            in_part += batch.num_rows - cut
            before = batch.slice(batch.num_rows - 1)
    return limited.parts, {"limited": limited.describe(), "limited_records": records.describe()}


def _limited_rows(screened: ScreenedRows, outputs: RecordOutputs) -> Iterator[pa.RecordBatch]:
    """Read the rows of limited items: standalone plain ones, and linked ones kept."""
    coding = outputs.rules.coding
    for alone in screened.limited.rows(True):
        count = alone.num_rows
        owner = numbers(alone, "owner")
        given = {name: alone[name] for name in KEPT_LIMITED.names if name in alone.schema.names}
        yield record_batch(
            KEPT_LIMITED, **given, has_patient=(numbers(alone, "patient_hash") != 0).astype(np.uint8),
            item=coding.item_of_row[numbers(alone, "item_row")], service=alone["record_id"],
            refund=np.full(count, ORIGINAL, np.uint8),
            staff=coding.staff.texts(coding.staff_of_owner[owner]),
            institution=coding.institutions.texts(coding.institution_of_owner[owner]),
            share=np.full(count, ONE, np.int64), reverses=pa.repeat("", count),
            copies_before=np.zeros(count, np.int32),
        )  # fmt: skip
    yield from outputs.limited.read()


def write_rejected(sorter: Sorter, working: Path, root: Path, files: Files, outputs: RecordOutputs) -> Description:
    """Write `rejected.parquet`, in order of (record_id, staff, copy)."""
    order = """
        record_id, staff, reason, institution, service_date, item, quantity nulls first, share nulls first, reverses
        """
    rows = UnsortedRows("rejected", UNNUMBERED_REJECTIONS, outputs.rejected.read, outputs.rejected.bytes)
    ordered = in_order(rows, sorter, working, lambda batch: batch["record_id"], order)
    return write_table(root, "rejected.parquet", REJECTED, _with_copies(even(ordered)), files)


def _with_copies(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Turn reasons into text, and number copies from 1 within record and staff."""
    names = pa.array(["", *REASONS])
    last: tuple[Any, Any] = (None, None)
    seen = 0  # copies of `last` so far
    for batch in batches:
        first = begins(batch["record_id"]) | begins(batch["staff"])
        first[0] = (batch["record_id"][0], batch["staff"][0]) != last
        at = np.arange(first.size)
        start = np.maximum.accumulate(np.where(first, at, -1))
        copy = np.where(start >= 0, at - start + 1, at + 1 + seen).astype(np.int32)
        last, seen = (batch["record_id"][first.size - 1], batch["staff"][first.size - 1]), int(copy[-1])
        columns = {name: batch[name] for name in UNNUMBERED_REJECTIONS.names} | {"reason": names.take(batch["reason"])}
        yield record_batch(REJECTED, **columns, copy=copy)


def _firsts(batch: pa.RecordBatch, before: pa.RecordBatch | None) -> tuple[Any, Any]:
    """Flag the first row of each service, and the rows with which a part may begin.

    A part begins with a patient; rows without a patient count for nobody, so it may begin with any of those.
    """
    joined = batch if before is None else pa.concat_batches([before, batch])
    patient = begins(joined["patient_hi"]) | begins(joined["patient_lo"])
    service = patient | begins(joined["item"]) | begins(joined["day"]) | begins(joined["service"])
    may_begin = patient | (numbers(joined, "has_patient") == 0)
    skip = 0 if before is None else 1
    return service[skip:], may_begin[skip:]


def _write_both(limited: PartWriter, records: PartWriter, hot: pa.RecordBatch, said: pa.RecordBatch) -> None:
    if hot.num_rows:
        limited.write(hot)
        records.write(said)

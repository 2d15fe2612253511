"""Rows linked to others, by record id or by reversal, brought together and resolved.

Linked are the rows that are not plain, and the plain ones whose record id may stand elsewhere (`screen.py`). They are
sorted twice on disk: by record, to compare the rows of each, and by the record reversed, with the rows that reverse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import numbers, record_batch
from batch.freeze.records.consistency import ORDER, compare
from batch.freeze.records.counting_filter import NEVER, CountingFilter
from batch.freeze.records.eligibility import ELIGIBLE
from batch.freeze.records.item_sharing import sharing_of
from batch.freeze.records.originals import reject, resolve_originals
from batch.freeze.records.outputs import RecordOutputs
from batch.freeze.records.record_rules import OWN_WORK, RecordRules
from batch.freeze.records.reversals import resolve_reversals
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LINKED
from batch.freeze.records.screen import ScreenedRows
from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.external_sort import UnsortedRows, in_order
from batch.freeze.sorting.groups import whole_groups
from batch.freeze.sorting.spool import Spool
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import UInt8, UInt64

COMPARED = pa.schema(
    [
        *LINKED,
        pa.field("reason", pa.uint8(), nullable=False),
        pa.field("bad_share", pa.uint8(), nullable=False),
        pa.field("key", pa.string(), nullable=False),  # the record that is reversed
        pa.field("key_hash", pa.uint64(), nullable=False),
    ]
)
"""A linked row after `consistency.py`; it goes on to `reversals.py` if it reverses or is reversed."""


def resolve_linked(
    screened: ScreenedRows, rules: RecordRules, outputs: RecordOutputs, sorter: Sorter, folder: Path
) -> None:
    """Resolve all linked rows into the outputs."""
    plain = 3 * (screened.plain.bytes(False) + screened.limited.bytes(False))  # they get all their columns back
    linked = UnsortedRows("linked", LINKED, lambda: _linked_rows(screened, rules), screened.linked.bytes(True) + plain)
    reversed_ids = _reversed_ids(screened)
    by_record = in_order(
        linked, sorter, folder, lambda batch: batch["id_hash"], f"id_hash, record_id, {', '.join(ORDER)}"
    )
    waiting = Spool(folder / "compared.arrow", COMPARED)
    for batch in whole_groups(by_record, "record_id"):
        _compare_records(batch, reversed_ids, waiting, outputs, sharing_of(rules, batch))
    waiting.close()
    by_reversed = in_order(
        UnsortedRows("compared", COMPARED, waiting.read, waiting.bytes), sorter, folder,
        lambda batch: batch["key_hash"],
        f"key_hash, key, reverses_hash <> 0, id_hash, record_id, {', '.join(ORDER)}",
    )  # fmt: skip
    for batch in whole_groups(by_reversed, "key"):
        resolve_reversals(batch, outputs)
        outputs.finish(batch)
    waiting.path.unlink()


def _linked_rows(screened: ScreenedRows, rules: RecordRules) -> Iterator[pa.RecordBatch]:
    yield from screened.linked.rows(True)
    for plain in (screened.plain, screened.limited):
        for batch in plain.rows(False):
            yield _as_linked(batch, rules)


def _as_linked(plain: pa.RecordBatch, rules: RecordRules) -> pa.RecordBatch:
    """Give plain rows back all the columns of a linked row."""
    owner, rows = numbers(plain, "owner"), plain.num_rows
    staff = rules.coding.staff_of_owner[owner].astype(np.int64)
    limited = "patient_hi" in plain.schema.names
    zeros, nothing = np.zeros(rows, np.uint64), pa.repeat("", rows)
    return record_batch(
        LINKED, id_hash=plain["id_hash"], record_id=plain["record_id"], reverses_hash=zeros, reverses=nothing,
        kind=np.where(numbers(plain, "counting_only") != 0, COUNTING, IN_PERIOD).astype(np.uint8)
        if limited else np.full(rows, IN_PERIOD, np.uint8),
        unreadable=zeros.astype(np.uint8), day=plain["day"],
        institution=rules.coding.institution_of_owner[owner].astype(np.int64),
        staff=np.where(staff < 0, OWN_WORK, staff),
        item=rules.coding.item_of_row[numbers(plain, "item_row")].astype(np.int64),
        institution_text=nothing, staff_text=nothing, item_text=nothing, quantity=plain["quantity"],
        share=np.full(rows, ONE, np.int64), patient_hash=plain["patient_hash"], after_death=zeros.astype(np.uint8),
        patient_hi=plain["patient_hi"] if limited else zeros, patient_lo=plain["patient_lo"] if limited else zeros,
    )  # fmt: skip


def _reversed_ids(screened: ScreenedRows) -> CountingFilter:
    """Count the records that rows reverse.

    A record that only shares a cell takes the longer way to the same result.
    """
    id_counts = CountingFilter(sum(hashes.size for hashes in _reversing(screened)))
    for hashes in _reversing(screened):
        id_counts.count(hashes)
    return id_counts


def _reversing(screened: ScreenedRows) -> Iterator[UInt64]:
    """Read the hashes of the records that linked rows reverse."""
    for batch in screened.linked.rows(True):
        hashes = numbers(batch, "reverses_hash")
        yield hashes[hashes != 0]


def _compare_records(
    batch: pa.RecordBatch, reversed_ids: CountingFilter, waiting: Spool, outputs: RecordOutputs, sharing: UInt8
) -> None:
    """Compare the rows of whole records, and resolve those that no reversal concerns."""
    compared = compare(batch, sharing)
    named = reversed_ids.seen(numbers(batch, "id_hash")) != NEVER
    alone = ~named & (numbers(batch, "reverses_hash") == 0)
    resolve_originals(batch, np.flatnonzero(alone & (compared.reason == ELIGIBLE)), compared.bad_share, outputs)
    over = np.flatnonzero(alone & (compared.reason != ELIGIBLE))
    reject(batch, outputs, over, numbers(batch, "staff")[over], compared.reason[over])
    outputs.finish(batch)
    rest = np.flatnonzero(~alone)
    if rest.size:
        columns = {name: batch[name] for name in LINKED.names}
        reversing = numbers(batch, "reverses_hash") != 0
        together = record_batch(
            COMPARED, **columns, reason=compared.reason, bad_share=compared.bad_share,
            key=pc.if_else(pa.array(reversing), batch["reverses"], batch["record_id"]),
            key_hash=np.where(reversing, numbers(batch, "reverses_hash"), numbers(batch, "id_hash")),
        )  # fmt: skip
        waiting.write(together.take(pa.array(rest)))

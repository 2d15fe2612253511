"""The rows that cannot be judged alone, put together by record and by what they reverse.

Suspects are the rows that are not plain, and the plain ones whose record id may stand elsewhere (`sift.py`).
They are sorted twice on disk: by record, to compare the rows of each, and by what is reversed, with what reverses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import numbers, record_batch
from batch.freeze.records.consistency import ORDER, compare
from batch.freeze.records.counting_filter import NEVER, Sieve
from batch.freeze.records.eligibility import PAID
from batch.freeze.records.originals import refuse, settle
from batch.freeze.records.outputs import Sinks
from batch.freeze.records.record_rules import OWN_WORK, Rules
from batch.freeze.records.reversals import resolve
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, SUSPECT
from batch.freeze.records.screen import Sifted
from batch.freeze.sorting.duckdb_sort import Sorter
from batch.freeze.sorting.external_sort import Unsorted, in_order
from batch.freeze.sorting.groups import whole_groups
from batch.freeze.sorting.spool import Spool
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import UInt64

COMPARED = pa.schema(
    [
        *SUSPECT,
        pa.field("reason", pa.uint8(), nullable=False),
        pa.field("bad_share", pa.uint8(), nullable=False),
        pa.field("key", pa.string(), nullable=False),  # the record that is reversed
        pa.field("key_mark", pa.uint64(), nullable=False),
    ]
)
"""A suspect after `consistency.py`; it goes on to `reversals.py` if it reverses or is reversed."""


def resolve_suspects(sifted: Sifted, rules: Rules, sinks: Sinks, sorter: Sorter, folder: Path) -> None:
    """Settle all suspects into the sinks."""
    plain = 3 * (sifted.plain.bytes(False) + sifted.limited.bytes(False))  # they get all their columns back
    suspects = Unsorted("suspect", SUSPECT, lambda: _suspects(sifted, rules), sifted.suspects.bytes(True) + plain)
    reversed_ids = _reversed_ids(sifted)
    by_record = in_order(
        suspects, sorter, folder, lambda batch: batch["id_mark"], f"id_mark, record_id, {', '.join(ORDER)}"
    )
    waiting = Spool(folder / "compared.arrow", COMPARED)
    for batch in whole_groups(by_record, "record_id"):
        _compare_records(batch, reversed_ids, waiting, sinks)
    waiting.close()
    by_reversed = in_order(
        Unsorted("compared", COMPARED, waiting.read, waiting.bytes), sorter, folder, lambda batch: batch["key_mark"],
        f"key_mark, key, reverses_mark <> 0, id_mark, record_id, {', '.join(ORDER)}",
    )  # fmt: skip
    for batch in whole_groups(by_reversed, "key"):
        resolve(batch, sinks)
        sinks.finish(batch)
    waiting.path.unlink()


def _suspects(sifted: Sifted, rules: Rules) -> Iterator[pa.RecordBatch]:
    yield from sifted.suspects.rows(True)
    for plain in (sifted.plain, sifted.limited):
        for batch in plain.rows(False):
            yield _as_suspects(batch, rules)


def _as_suspects(plain: pa.RecordBatch, rules: Rules) -> pa.RecordBatch:
    """Plain rows with all that was written in them."""
    owner, rows = numbers(plain, "owner"), plain.num_rows
    staff = rules.coding.staff_of_owner[owner].astype(np.int64)
    limited = "patient_hi" in plain.schema.names
    zeros, nothing = np.zeros(rows, np.uint64), pa.repeat("", rows)
    return record_batch(
        SUSPECT, id_mark=plain["id_mark"], record_id=plain["record_id"], reverses_mark=zeros, reverses=nothing,
        kind=np.where(numbers(plain, "counting_only") != 0, COUNTING, IN_PERIOD).astype(np.uint8)
        if limited else np.full(rows, IN_PERIOD, np.uint8),
        unreadable=zeros.astype(np.uint8), day=plain["day"],
        institution=rules.coding.institution_of_owner[owner].astype(np.int64),
        staff=np.where(staff < 0, OWN_WORK, staff),
        item=rules.coding.item_of_row[numbers(plain, "item_row")].astype(np.int64),
        institution_text=nothing, staff_text=nothing, item_text=nothing, quantity=plain["quantity"],
        share=np.full(rows, ONE, np.int64), patient_mark=plain["patient_mark"], after_death=zeros.astype(np.uint8),
        patient_hi=plain["patient_hi"] if limited else zeros, patient_lo=plain["patient_lo"] if limited else zeros,
    )  # fmt: skip


def _reversed_ids(sifted: Sifted) -> Sieve:
    """The records that rows reverse. One that only shares its cell takes the longer way to the same result."""
    sieve = Sieve(sum(marks.size for marks in _reversing(sifted)))
    for marks in _reversing(sifted):
        sieve.count(marks)
    return sieve


def _reversing(sifted: Sifted) -> Iterator[UInt64]:
    """The marks of what suspects reverse."""
    for batch in sifted.suspects.rows(True):
        marks = numbers(batch, "reverses_mark")
        yield marks[marks != 0]


def _compare_records(batch: pa.RecordBatch, reversed_ids: Sieve, waiting: Spool, sinks: Sinks) -> None:
    """Compare the rows of whole records; settle those that have nothing to do with a reversal."""
    compared = compare(batch)
    named = reversed_ids.seen(numbers(batch, "id_mark")) != NEVER
    alone = ~named & (numbers(batch, "reverses_mark") == 0)
    settle(batch, np.flatnonzero(alone & (compared.reason == PAID)), compared.bad_share, sinks)
    over = np.flatnonzero(alone & (compared.reason != PAID))
    refuse(batch, sinks, over, numbers(batch, "staff")[over], compared.reason[over])
    sinks.finish(batch)
    rest = np.flatnonzero(~alone)
    if rest.size:
        columns = {name: batch[name] for name in SUSPECT.names}
        reversing = numbers(batch, "reverses_mark") != 0
        together = record_batch(
            COMPARED, **columns, reason=compared.reason, bad_share=compared.bad_share,
            key=pc.if_else(pa.array(reversing), batch["reverses"], batch["record_id"]),
            key_mark=np.where(reversing, numbers(batch, "reverses_mark"), numbers(batch, "id_mark")),
        )  # fmt: skip
        waiting.write(together.take(pa.array(rest)))

"""Outputs of the freeze: rows kept, rows left to the run, rows rejected with a reason.

Only a run can decide rows of items with a limit.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.arrow_columns import numbers, record_batch
from batch.freeze.records.eligibility import EMPTY
from batch.freeze.records.record_rules import RecordRules
from batch.freeze.records.row_schemas import COUNTING, KEPT, KEPT_LIMITED, UNNUMBERED_REJECTIONS
from batch.freeze.sorting.groups import begins
from batch.freeze.sorting.spool import Spool
from batch.input_tables import REASONS
from payengine.kernels.arrays import Flags, Int32, Int64, UInt8


@dataclass
class PayableRows:
    """Rows without a reason against them, as arrays over them.

    `source` is the row itself (of a batch of linked rows), `origin` the row of the service that it is about: another
    one only for refunds, which are priced as their original. `refund` is ORIGINAL, REFUND ...
    """

    source: Int64
    origin: Int64
    staff: Int64
    share: Int64
    owner: Int32
    item_row: Int32
    difficulty_row: Int32
    refund: UInt8

    def rows(self, chosen: Flags) -> PayableRows:
        return PayableRows(**{name: column[chosen] for name, column in vars(self).items()})


@dataclass
class RecordOutputs:
    """Spools of resolved rows, and the counts of rows that are in none of them."""

    rules: RecordRules
    kept: Spool
    limited: Spool
    rejected: Spool
    unlisted: int = 0  # rows read that are neither kept nor listed as rejected
    expanded: int = 0  # rows that the expansion of teams added
    reasons: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS[:-1], 0))
    _undecided: list[PayableRows] = field(default_factory=list)  # of the batch at hand
    _rejected: list[tuple[Int64, Int64]] = field(default_factory=list)  # its rows rejected: source and staff code

    @classmethod
    def into(cls, folder: Path, rules: RecordRules) -> RecordOutputs:
        return cls(
            rules,
            Spool(folder / "kept.arrow", KEPT),
            Spool(folder / "kept_limited.arrow", KEPT_LIMITED),
            Spool(folder / "rejected.arrow", UNNUMBERED_REJECTIONS),
        )

    def close(self) -> None:
        for spool in (self.kept, self.limited, self.rejected):
            spool.close()

    def keep(self, batch: pa.RecordBatch, payable: PayableRows) -> None:
        """Keep rows without a reason against them; those of limited items wait for `finish`."""
        item = numbers(batch, "item")[payable.origin]
        limited = self.rules.coding.limited_items[item]
        self._write_kept(batch, payable.rows(~limited))
        if limited.any():
            self._undecided.append(payable.rows(limited))

    def finish(self, batch: pa.RecordBatch) -> None:
        """End a batch of whole records.

        Only now are the rejections beside the rows of limited items known.
        """
        if self._undecided:
            record = np.cumsum(begins(batch["record_id"]), dtype=np.int64)
            for payable in self._undecided:
                self._write_limited(batch, payable, self._copies(record, payable))
        self._undecided.clear()
        self._rejected.clear()

    def _copies(self, record: Int64, payable: PayableRows) -> Int32:
        """Count the rejected rows of the same record and staff code.

        `record` numbers the records of the batch.
        """
        if not self._rejected:
            return np.zeros(payable.source.size, np.int32)
        wanted = np.unique(record[payable.source])
        rejected: Counter[tuple[int, int]] = Counter()
        for source, staff in self._rejected:
            near = np.isin(record[source], wanted)
            rejected.update(zip(record[source[near]].tolist(), staff[near].tolist(), strict=True))
        rows = zip(record[payable.source].tolist(), payable.staff.tolist(), strict=True)
        return np.array([rejected[row] for row in rows], np.int32)

    def _write_kept(self, batch: pa.RecordBatch, payable: PayableRows) -> None:
        rows = batch.take(pa.array(payable.source))
        self.kept.write(
            record_batch(
                KEPT, owner=payable.owner, day=numbers(batch, "day")[payable.origin], record_id=rows["record_id"],
                item_row=payable.item_row, difficulty_row=payable.difficulty_row, quantity=rows["quantity"],
                share=payable.share, reverses=rows["reverses"],
            )
        )  # fmt: skip

    def _write_limited(self, batch: pa.RecordBatch, payable: PayableRows, copies: Int32) -> None:
        rows = batch.take(pa.array(payable.source))
        origins = batch.take(pa.array(payable.origin))
        self.limited.write(
            record_batch(
                KEPT_LIMITED, patient_hi=origins["patient_hi"], patient_lo=origins["patient_lo"],
                has_patient=(numbers(origins, "patient_hash") != 0).astype(np.uint8),
                item=numbers(origins, "item").astype(np.int32), day=origins["day"], service=origins["record_id"],
                refund=payable.refund, record_id=rows["record_id"],
                staff=self.rules.staff_texts(payable.staff, rows["staff_text"]),
                institution=self.rules.institution_texts(numbers(origins, "institution"), origins["institution_text"]),
                counting_only=(numbers(origins, "kind") == COUNTING).astype(np.uint8),
                owner=payable.owner, item_row=payable.item_row, difficulty_row=payable.difficulty_row,
                quantity=rows["quantity"], share=payable.share, reverses=rows["reverses"],
                copies_before=copies,
            )
        )  # fmt: skip

    def reject(self, batch: pa.RecordBatch, source: Int64, staff: Int64, reason: UInt8) -> None:
        """List rows with their reason under a staff code: their own, or a team member's."""
        self._rejected.append((source, staff))
        rows = batch.take(pa.array(source))
        for place, count in enumerate(np.bincount(reason, minlength=len(REASONS) + 1)[1 : len(REASONS)].tolist()):
            self.reasons[REASONS[place]] += count
        self.rejected.write(
            record_batch(
                UNNUMBERED_REJECTIONS, record_id=rows["record_id"],
                staff=self.rules.staff_texts(staff, rows["staff_text"]),
                institution=self.rules.institution_texts(numbers(rows, "institution"), rows["institution_text"]),
                reason=reason, service_date=rows["day"],
                item=self.rules.item_texts(numbers(rows, "item"), rows["item_text"]),
                quantity=_or_null(numbers(rows, "quantity")), share=_or_null(numbers(rows, "share")),
                reverses=rows["reverses"],
            )
        )  # fmt: skip


def _or_null(values: Int64) -> pa.Array:
    return pa.array(values, mask=values == EMPTY)

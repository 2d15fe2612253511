"""Where rows end up: to be paid, to be decided by run (limited items), or refused with a reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from batch.arrow_columns import Booleans, numbers, record_batch
from batch.freeze.records.eligibility import EMPTY
from batch.freeze.records.record_rules import Flags, Rules
from batch.freeze.records.row_schemas import COUNTING, KEPT, KEPT_LIMITED, REFUSED
from batch.freeze.sorting.groups import begins
from batch.freeze.sorting.spool import Spool
from batch.input_tables import REASONS
from payengine.kernels.arrays import Int32, Int64


@dataclass
class Paid:
    """Rows that nothing stands against, as arrays over them.

    `source` is the row (of a batch of suspects) that says it, `origin` the row of the service that it is about: the
    same but for refunds, which are priced as their original. `refund` is ORIGINAL, REFUND ...
    """

    source: Int64
    origin: Int64
    staff: Int64
    share: Int64
    owner: Int32
    item_row: Int32
    difficulty_row: Int32
    refund: Flags

    def rows(self, chosen: Booleans) -> Paid:
        return Paid(**{name: column[chosen] for name, column in vars(self).items()})


@dataclass
class Sinks:
    """The spools of resolved suspects, and the counts of what stands in none of them."""

    rules: Rules
    kept: Spool
    limited: Spool
    refused: Spool
    unlisted: int = 0  # rows read that are neither paid nor listed
    expanded: int = 0  # rows that the expansion of teams added
    reasons: dict[str, int] = field(default_factory=lambda: dict.fromkeys(REASONS[:-1], 0))
    _undecided: list[Paid] = field(default_factory=list)  # of the batch at hand
    _refused: list[tuple[Int64, Int64]] = field(default_factory=list)  # its rows refused: source and staff code

    @classmethod
    def into(cls, folder: Path, rules: Rules) -> Sinks:
        return cls(
            rules,
            Spool(folder / "kept.arrow", KEPT),
            Spool(folder / "kept_limited.arrow", KEPT_LIMITED),
            Spool(folder / "refused.arrow", REFUSED),
        )

    def close(self) -> None:
        for spool in (self.kept, self.limited, self.refused):
            spool.close()

    def pay(self, batch: pa.RecordBatch, paid: Paid) -> None:
        """Take in rows without a reason against them."""
        item = numbers(batch, "item")[paid.origin]
        limited = self.rules.coding.limited_items[item]
        self._keep(batch, paid.rows(~limited))
        if limited.any():
            self._undecided.append(paid.rows(limited))

    def finish(self, batch: pa.RecordBatch) -> None:
        """Call when all rows of a batch of whole records are settled: only now are the rejections beside them known."""
        if self._undecided:
            record = np.cumsum(begins(batch["record_id"]), dtype=np.int64)
            for paid in self._undecided:
                self._keep_limited(batch, paid, self._copies(record, paid))
        self._undecided.clear()
        self._refused.clear()

    def _copies(self, record: Int64, paid: Paid) -> Int32:
        """How many rows of the same record and staff code were refused; `record` numbers the records of the batch."""
        if not self._refused:
            return np.zeros(paid.source.size, np.int32)
        wanted = np.unique(record[paid.source])
        refused: Counter[tuple[int, int]] = Counter()
        for source, staff in self._refused:
            near = np.isin(record[source], wanted)
            refused.update(zip(record[source[near]].tolist(), staff[near].tolist(), strict=True))
        rows = zip(record[paid.source].tolist(), paid.staff.tolist(), strict=True)
        return np.array([refused[row] for row in rows], np.int32)

    def _keep(self, batch: pa.RecordBatch, paid: Paid) -> None:
        said = batch.take(pa.array(paid.source))
        self.kept.write(
            record_batch(
                KEPT, owner=paid.owner, day=numbers(batch, "day")[paid.origin], record_id=said["record_id"],
                item_row=paid.item_row, difficulty_row=paid.difficulty_row, quantity=said["quantity"],
                share=paid.share, reverses=said["reverses"],
            )
        )  # fmt: skip

    def _keep_limited(self, batch: pa.RecordBatch, paid: Paid, copies: Int32) -> None:
        said = batch.take(pa.array(paid.source))
        about = batch.take(pa.array(paid.origin))
        self.limited.write(
            record_batch(
                KEPT_LIMITED, patient_hi=about["patient_hi"], patient_lo=about["patient_lo"],
                has_patient=(numbers(about, "patient_mark") != 0).astype(np.uint8),
                item=numbers(about, "item").astype(np.int32), day=about["day"], service=about["record_id"],
                refund=paid.refund, record_id=said["record_id"],
                staff=self.rules.staff_texts(paid.staff, said["staff_text"]),
                institution=self.rules.institution_texts(numbers(about, "institution"), about["institution_text"]),
                counting_only=(numbers(about, "kind") == COUNTING).astype(np.uint8),
                owner=paid.owner, item_row=paid.item_row, difficulty_row=paid.difficulty_row,
                quantity=said["quantity"], share=paid.share, reverses=said["reverses"],
                copies_before=copies,
            )
        )  # fmt: skip

    def refuse(self, batch: pa.RecordBatch, source: Int64, staff: Int64, reason: Flags) -> None:
        """List rows with their reason under a staff code: their own, or that of a team's member."""
        self._refused.append((source, staff))
        said = batch.take(pa.array(source))
        for place, count in enumerate(np.bincount(reason, minlength=len(REASONS) + 1)[1 : len(REASONS)].tolist()):
            self.reasons[REASONS[place]] += count
        self.refused.write(
            record_batch(
                REFUSED, record_id=said["record_id"], staff=self.rules.staff_texts(staff, said["staff_text"]),
                institution=self.rules.institution_texts(numbers(said, "institution"), said["institution_text"]),
                reason=reason, service_date=said["day"],
                item=self.rules.item_texts(numbers(said, "item"), said["item_text"]),
                quantity=_or_null(numbers(said, "quantity")), share=_or_null(numbers(said, "share")),
                reverses=said["reverses"],
            )
        )  # fmt: skip


def _or_null(values: Int64) -> pa.Array:
    return pa.array(values, mask=values == EMPTY)

"""First pass: code the rows that are read, check each as if it stood alone, and spool it.

Nothing here looks at another row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import numbers_of
from batch.freeze.records.eligibility import ELIGIBLE, EMPTY, Eligibility, RowColumns, check_eligibility
from batch.freeze.records.patients import Deaths, Pseudonyms
from batch.freeze.records.read import Batch
from batch.freeze.records.record_rules import UNKNOWN, RecordRules
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE, LINKED, PLAIN, PLAIN_LIMITED
from batch.freeze.sorting.bucket_spool import BucketSpool
from batch.freeze.sorting.hash_partitions import HashPartitions
from batch.freeze.sorting.spool import Spool
from batch.snapshot.codes import ONE
from batch.text_hashes import HashKey
from payengine.kernels.arrays import Flags, Int64, UInt64


@dataclass
class RecordSpools:
    """Spools of the first pass, and the number of rows read of each kind."""

    plain: BucketSpool  # by owner
    limited: Spool
    linked: Spool
    ids: HashPartitions  # of the rows dated in the period
    counting_ids: HashPartitions  # of those that only count for limits
    read: dict[int, int] = field(default_factory=lambda: {IN_PERIOD: 0, COUNTING: 0, LATE: 0})
    summaries: int = 0  # rows that were not read, but made of counts

    @classmethod
    def into(cls, folder: Path, owners: int) -> RecordSpools:
        return cls(
            BucketSpool(folder / "plain.buckets", PLAIN, "owner", owners),
            Spool(folder / "limited.arrow", PLAIN_LIMITED),
            Spool(folder / "linked.arrow", LINKED),
            HashPartitions(folder / "ids.hashes"),
            HashPartitions(folder / "counting_ids.hashes"),
        )

    @property
    def rows(self) -> int:
        return self.plain.rows + self.limited.rows + self.linked.rows

    def close(self) -> None:
        """End the writing; safe to call twice."""
        for spool in (self.plain, self.limited, self.linked, self.ids, self.counting_ids):
            spool.close()


class Ingestion:
    """First pass over the batches that are read, one after another."""

    def __init__(
        self, rules: RecordRules, pseudonyms: Pseudonyms, deaths: Deaths, key: HashKey, spooled: RecordSpools
    ) -> None:
        self.rules = rules
        self.spooled = spooled
        self._pseudonyms = pseudonyms
        self._deaths = deaths
        self._key = key
        self._record_key = HashKey.of_record_ids()

    def take(self, batch: Batch, is_read: bool = True) -> Eligibility:
        """Code, check and spool the rows of a batch; returns what stands against each row alone.

        They are read from the table of records, or made of summaries.
        """
        for each in (IN_PERIOD, COUNTING) if is_read else ():
            self.spooled.read[each] += int(np.count_nonzero(batch.kind == each))
        self.spooled.summaries += 0 if is_read else len(batch.kind)
        rows, rules = batch.rows, self.rules
        institution = rules.coding.institutions.index(rows["institution"]).astype(np.int64)
        institution[institution < 0] = UNKNOWN
        batch.item[batch.item < 0] = UNKNOWN
        staff = rules.staff_codes(rows["staff"])
        quantity = numbers_of(rows["quantity"], np.int64, EMPTY)
        share = numbers_of(rows["share"], np.int64, EMPTY)
        id_hash = self._record_key.hashes(rows["record_id"])
        self.spooled.ids.write(id_hash[batch.kind == IN_PERIOD])
        self.spooled.counting_ids.write(id_hash[batch.kind == COUNTING])
        patient_hash = self._key.hashes(rows["patient"])
        after_death = self._deaths.after_death(rows["patient"], patient_hash, batch.day)
        eligibility = check_eligibility(
            rules,
            RowColumns(
                batch.day, institution, staff, batch.item, quantity, (share == ONE).astype(np.uint8),
                (patient_hash != 0).astype(np.uint8), after_death,
            ),
        )  # fmt: skip
        plain = (eligibility.reason == ELIGIBLE) & ~batch.reversing & (batch.unreadable == 0)
        columns: dict[str, Any] = {
            "id_hash": id_hash, "record_id": rows["record_id"], "day": batch.day, "owner": eligibility.owner,
            "item_row": eligibility.item_row, "difficulty_row": eligibility.difficulty_row, "quantity": quantity,
            "patient_hash": patient_hash,
        }  # fmt: skip
        self.spooled.plain.write(_chosen(PLAIN, columns, plain & ~batch.limited))
        hi, lo = self._patients(rows["patient"], batch.limited)
        columns |= {"patient_hi": hi, "patient_lo": lo, "counting_only": (batch.kind == COUNTING).astype(np.uint8)}
        self.spooled.limited.write(_chosen(PLAIN_LIMITED, columns, plain & batch.limited))
        if plain.all():
            return eligibility
        columns |= {
            "reverses_hash": self._record_key.hashes(rows["reverses"]), "reverses": rows["reverses"],
            "kind": batch.kind, "unreadable": batch.unreadable, "share": share, "after_death": after_death,
        }  # fmt: skip
        for name, codes in (("institution", institution), ("staff", staff), ("item", batch.item)):
            columns[name], columns[f"{name}_text"] = self._unknown(codes, rows[name])
        self.spooled.linked.write(_chosen(LINKED, columns, ~plain))
        return eligibility

    def _patients(self, patients: pa.Array, limited: Flags) -> tuple[UInt64, UInt64]:
        """Give the pseudonyms of rows of limited items; 0 elsewhere."""
        hi, lo = np.zeros(limited.size, np.uint64), np.zeros(limited.size, np.uint64)
        chosen = np.flatnonzero(limited)
        if chosen.size:
            hi[chosen], lo[chosen] = self._pseudonyms.of(patients.take(pa.array(chosen)))
        return hi, lo

    def _unknown(self, codes: Int64, texts: pa.Array) -> tuple[Int64, pa.Array]:
        """Give codes in which different unknown texts differ, and the texts of the unknown ones."""
        unknown = codes <= UNKNOWN
        if not unknown.any():
            return codes, pa.repeat("", len(texts))
        chosen = np.flatnonzero(unknown)
        hashes = self._key.hashes(texts.take(pa.array(chosen)))
        codes = codes.copy()
        codes[chosen] = UNKNOWN - (hashes >> np.uint64(2)).astype(np.int64)
        return codes, pc.if_else(pa.array(unknown), texts, "")


def _chosen(schema: pa.Schema, columns: dict[str, Any], chosen: Flags) -> pa.RecordBatch:
    """Take the chosen rows of columns, each a NumPy or an Arrow array."""
    if chosen.all():
        arrays: Iterable[Any] = (columns[name] for name in schema.names)
        return pa.RecordBatch.from_arrays([_arrow(array) for array in arrays], schema=schema)
    index = np.flatnonzero(chosen)
    taken = pa.array(index)
    arrays = (columns[name] for name in schema.names)
    return pa.RecordBatch.from_arrays(
        [array.take(taken) if isinstance(array, pa.Array) else pa.array(array[index]) for array in arrays],
        schema=schema,
    )


def _arrow(array: Any) -> pa.Array:
    return array if isinstance(array, pa.Array) else pa.array(array)

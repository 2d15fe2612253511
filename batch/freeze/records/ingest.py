"""First pass: the rows that are read, coded and spooled.

Of each batch: code the texts; judge each row as if it stood alone; and put it into the spool where it belongs. Nothing
here looks at another row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import Booleans
from batch.freeze.records.eligibility import EMPTY, PAID, judge
from batch.freeze.records.patients import Deaths, Pseudonyms
from batch.freeze.records.read import Batch, numbers_of
from batch.freeze.records.record_rules import UNKNOWN, Rules
from batch.freeze.records.row_schemas import COUNTING, IN_PERIOD, LATE, PLAIN, PLAIN_LIMITED, SUSPECT
from batch.freeze.records.text_hashes import MarkKey
from batch.freeze.sorting.spool import Spool
from batch.snapshot.codes import ONE
from payengine.kernels.arrays import Int64, UInt64


@dataclass
class Spooled:
    """What the first pass leaves: three spools, and how many rows of each kind were read."""

    plain: Spool
    limited: Spool
    suspects: Spool
    read: dict[int, int] = field(default_factory=lambda: {IN_PERIOD: 0, COUNTING: 0, LATE: 0})

    @classmethod
    def into(cls, folder: Path) -> Spooled:
        return cls(
            Spool(folder / "plain.arrow", PLAIN),
            Spool(folder / "limited.arrow", PLAIN_LIMITED),
            Spool(folder / "suspects.arrow", SUSPECT),
        )

    @property
    def rows(self) -> int:
        return self.plain.rows + self.limited.rows + self.suspects.rows

    def close(self) -> None:
        for spool in (self.plain, self.limited, self.suspects):
            spool.close()


class Ingest:
    """Takes batches that are read, one after another, and spools their rows."""

    def __init__(self, rules: Rules, pseudonyms: Pseudonyms, deaths: Deaths, key: MarkKey, spooled: Spooled) -> None:
        self.rules = rules
        self.spooled = spooled
        self._pseudonyms = pseudonyms
        self._deaths = deaths
        self._key = key

    def take(self, batch: Batch) -> None:
        """Code, judge and spool the rows of a batch."""
        for each in (IN_PERIOD, COUNTING):
            self.spooled.read[each] += int(np.count_nonzero(batch.kind == each))
        rows, rules = batch.rows, self.rules
        institution = rules.coding.institutions.index(rows["institution"]).astype(np.int64)
        institution[institution < 0] = UNKNOWN
        batch.item[batch.item < 0] = UNKNOWN
        staff = rules.staff_codes(rows["staff"])
        quantity = numbers_of(rows["quantity"], np.int64, EMPTY)
        share = numbers_of(rows["share"], np.int64, EMPTY)
        id_mark = self._key.marks(rows["record_id"])
        patient_mark = self._key.marks(rows["patient"])
        after_death = self._deaths.after_death(rows["patient"], patient_mark, batch.day)
        verdict = judge(
            rules, batch.day, institution, staff, batch.item, quantity, (share == ONE).astype(np.uint8),
            (patient_mark != 0).astype(np.uint8), after_death,
        )  # fmt: skip
        plain = (verdict.reason == PAID) & ~batch.reversing & (batch.unreadable == 0)
        columns: dict[str, Any] = {
            "id_mark": id_mark, "record_id": rows["record_id"], "day": batch.day, "owner": verdict.owner,
            "item_row": verdict.item_row, "difficulty_row": verdict.difficulty_row, "quantity": quantity,
            "patient_mark": patient_mark,
        }  # fmt: skip
        self.spooled.plain.write(_chosen(PLAIN, columns, plain & ~batch.limited))
        hi, lo = self._patients(rows["patient"], batch.limited)
        columns |= {"patient_hi": hi, "patient_lo": lo, "counting_only": (batch.kind == COUNTING).astype(np.uint8)}
        self.spooled.limited.write(_chosen(PLAIN_LIMITED, columns, plain & batch.limited))
        if plain.all():
            return
        columns |= {
            "reverses_mark": self._key.marks(rows["reverses"]), "reverses": rows["reverses"], "kind": batch.kind,
            "unreadable": batch.unreadable, "share": share, "after_death": after_death,
        }  # fmt: skip
        for name, codes in (("institution", institution), ("staff", staff), ("item", batch.item)):
            columns[name], columns[f"{name}_text"] = self._unknown(codes, rows[name])
        self.spooled.suspects.write(_chosen(SUSPECT, columns, ~plain))

    def _patients(self, patients: pa.Array, limited: Booleans) -> tuple[UInt64, UInt64]:
        """The pseudonyms of rows of limited items; 0 elsewhere."""
        hi, lo = np.zeros(limited.size, np.uint64), np.zeros(limited.size, np.uint64)
        chosen = np.flatnonzero(limited)
        if chosen.size:
            hi[chosen], lo[chosen] = self._pseudonyms.of(patients.take(pa.array(chosen)))
        return hi, lo

    def _unknown(self, codes: Int64, texts: pa.Array) -> tuple[Int64, pa.Array]:
        """Codes in which different unknown texts differ, and the texts of the unknown ones."""
        unknown = codes <= UNKNOWN
        if not unknown.any():
            return codes, pa.repeat("", len(texts))
        chosen = np.flatnonzero(unknown)
        marks = self._key.marks(texts.take(pa.array(chosen)))
        codes = codes.copy()
        codes[chosen] = UNKNOWN - (marks >> np.uint64(2)).astype(np.int64)
        return codes, pc.if_else(pa.array(unknown), texts, "")


def _chosen(schema: pa.Schema, columns: dict[str, Any], chosen: Booleans) -> pa.RecordBatch:
    """The chosen rows of columns, each a numpy or an Arrow array."""
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

"""Limits per patient: accepted services, priced rows and rows that the run refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from batch.input_tables import REASONS
from batch.snapshot.codes import Coding
from batch.snapshot.schemas import EXCESS, LIMITED, ORIGINAL, REFUND_OF_BAD_SHARE
from batch.snapshot.snapshot import Part
from payengine.errors import IntegrityBroken, Problem
from payengine.kernels import limit as kernel
from payengine.kernels.arrays import Flags, Int32, Int64, in_large_pages
from payengine.texts import say

OVER_LIMIT, REVERSED, BAD_QUANTITY, BAD_SHARE = (
    REASONS.index(name) for name in ("over_limit", "reversed", "bad_quantity", "bad_share")
)
PAID, NOT_LISTED = -1, -2  # what becomes of a row that has no reason

RUN_REJECTED = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),
        pa.field("institution", pa.string(), nullable=False),
        pa.field("reason", pa.int8(), nullable=False),  # its place in REASONS
    ]
)


@dataclass(frozen=True)
class Refusals:
    """Rows of one part that the run refuses, without their texts.

    records: the file that stands row for row beside the part, of `part_rows` rows; rows: places in it, ascending;
    reason: places in REASONS.
    """

    records: Path
    part_rows: int
    rows: Int64
    reason: npt.NDArray[np.int8]
    owner: Int32

    def without(self, owners: Flags) -> Refusals:
        """Leave out the rows of these owners (flags)."""
        kept = ~owners[self.owner]
        return replace(self, rows=self.rows[kept], reason=self.reason[kept], owner=self.owner[kept])


@dataclass(frozen=True)
class LimitDecisions:
    """Rows of one part: their columns, and the outcome of each.

    An outcome is `PAID`, `NOT_LISTED` or a place in REASONS.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    outcome: npt.NDArray[np.int8]

    def paid(self) -> tuple[npt.NDArray[Any], ...]:
        """Return owner, item row, difficulty row and amount of the rows to price."""
        rows = self.outcome == PAID
        return tuple(self.columns[name][rows] for name in ("engagement", "item_row", "difficulty_row", "amount"))

    def refusals(self, records: Path) -> Refusals:
        """Give the rows that the run refuses; `records` stands row for row beside the part."""
        rows = np.flatnonzero(self.outcome >= 0)
        return Refusals(records, len(self.outcome), rows, self.outcome[rows], self.columns["engagement"][rows])


def read_columns(part: Part) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of a part as arrays of their own; the file is closed again."""
    kinds = {field.name: field.type.to_pandas_dtype() for field in LIMITED}
    columns = _columns(part.rows, kinds)
    with part.open() as reader:
        start = 0
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            for name, column in columns.items():
                column[start : start + batch.num_rows] = batch.column(name).to_numpy()
            start += batch.num_rows
    if start != part.rows:
        raise IntegrityBroken(say("{path} has {found} rows, not {told}", path=part.path, found=start, told=part.rows))
    return columns


def _columns(rows: int, kinds: Mapping[str, Any]) -> dict[str, npt.NDArray[Any]]:
    """Make room for the columns in one piece of memory.

    The widest come first, so that each is aligned.
    """
    widths = {name: np.dtype(kind).itemsize for name, kind in kinds.items()}
    memory = in_large_pages(rows * sum(widths.values()))
    found: dict[str, npt.NDArray[Any]] = {}
    start = 0
    for name in sorted(kinds, key=lambda name: -widths[name]):
        found[name] = memory[start : start + rows * widths[name]].view(kinds[name])
        start += rows * widths[name]
    return {name: found[name] for name in kinds}


def decide(part: Part, coding: Coding) -> LimitDecisions:
    """Accept services in order and decide every row.

    `IntegrityBroken` for a part that is not in order.
    """
    columns = read_columns(part)
    accepted = np.zeros(part.rows, np.uint8)
    wrong, row = kernel.limit(
        columns["patient_hi"], columns["patient_lo"], columns["has_patient"], columns["item"], columns["day"],
        columns["first_of_service"], columns["item_row"], coding.limit_count, coding.limit_period, accepted,
    )  # fmt: skip
    if wrong:
        faults = {
            kernel.BAD_CODE: say("an item row is in no table"),
            kernel.NOT_IN_ORDER: say("rows of limited items are not in order"),
            kernel.NO_PATIENT: say("a limited service has no patient"),
        }
        raise IntegrityBroken(
            say("the snapshot's rows of limited items are damaged"), [Problem(faults[wrong], str(part.path), row)]
        )
    return LimitDecisions(columns, outcomes(columns["refund"], columns["counting_only"] != 0, accepted != 0))


def outcomes(refund: npt.NDArray[np.uint8], counting_only: Flags, accepted: Flags) -> npt.NDArray[np.int8]:
    """Decide the outcomes of limited rows, once it is known which services are accepted.

    A service over its limit takes its refunds with it (`reversed`); refunds that give back more than an accepted
    service had are `bad_quantity`; rows that only count are neither paid nor listed.
    """
    outcome = np.full(len(refund), PAID, np.int8)
    outcome[accepted & (refund == EXCESS)] = BAD_QUANTITY
    outcome[accepted & (refund == REFUND_OF_BAD_SHARE)] = BAD_SHARE
    outcome[~accepted] = np.where(refund[~accepted] == ORIGINAL, OVER_LIMIT, REVERSED)
    outcome[counting_only] = NOT_LISTED
    return outcome


def refused_rows(refusals: Refusals) -> pa.Table:
    """List the refused rows of a part with their record ids, as `RUN_REJECTED`."""
    if not len(refusals.rows):
        return RUN_REJECTED.empty_table()
    found = []
    start = taken = 0
    texts = ["staff", "institution"]
    with pq.ParquetFile(refusals.records, pre_buffer=False, read_dictionary=texts) as file:  # one row group at a time
        for batch in file.iter_batches(columns=["record_id", *texts]):
            upto = int(np.searchsorted(refusals.rows, start + batch.num_rows))
            here = slice(taken, upto)
            if upto > taken:
                chosen = batch.take(pa.array(refusals.rows[here] - start))
                columns = [chosen["record_id"], *(chosen[name].dictionary_decode() for name in texts)]
                reason = pa.array(refusals.reason[here], pa.int8())
                found.append(pa.RecordBatch.from_arrays([*columns, reason], schema=RUN_REJECTED))
            start, taken = start + batch.num_rows, upto
    if start != refusals.part_rows:
        told = say("{path} has {found} rows, not {told}", path=refusals.records, found=start, told=refusals.part_rows)
        raise IntegrityBroken(told)
    return pa.Table.from_batches(found, RUN_REJECTED)

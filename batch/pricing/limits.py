"""Limits per patient: accepted services, priced rows and rows that the run refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from payengine.kernels.arrays import Flags
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
        pa.field("copies_before", pa.int32(), nullable=False),
        pa.field("owner", pa.int32(), nullable=False),
    ]
)


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


def read_columns(part: Part) -> dict[str, npt.NDArray[Any]]:
    """Read the columns of a part as arrays of their own; the file is closed again."""
    kinds = {field.name: field.type.to_pandas_dtype() for field in LIMITED}
    columns: dict[str, npt.NDArray[Any]] = {name: np.empty(part.rows, kind) for name, kind in kinds.items()}
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


def refused_rows(decisions: LimitDecisions, records: Path) -> pa.Table:
    """List the rows of a part that the run refuses, with their record ids.

    `records` stands row for row beside the part.
    """
    refused = decisions.outcome >= 0
    if not refused.any():
        return RUN_REJECTED.empty_table()
    found = []
    start = 0
    with pq.ParquetFile(records, pre_buffer=False) as file:  # one row group at a time
        for batch in file.iter_batches(columns=["record_id", "staff", "institution", "copies_before"]):
            rows = np.flatnonzero(refused[start : start + batch.num_rows])
            here = rows + start
            start += batch.num_rows
            if len(rows):
                texts = batch.take(pa.array(rows))
                reason = pa.array(decisions.outcome[here], pa.int8())
                owner = pa.array(decisions.columns["engagement"][here], pa.int32())
                columns = [
                    texts["record_id"],
                    texts["staff"],
                    texts["institution"],
                    reason,
                    texts["copies_before"],
                    owner,
                ]
                found.append(pa.RecordBatch.from_arrays(columns, schema=RUN_REJECTED))
    if start != len(refused):
        raise IntegrityBroken(say("{path} has {found} rows, not {told}", path=records, found=start, told=len(refused)))
    return pa.Table.from_batches(found, RUN_REJECTED)

"""Originals that nothing reverses: teams expanded, each row checked, then kept or rejected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.eligibility import ELIGIBLE, Eligibility, RowColumns, check_eligibility
from batch.freeze.records.outputs import PayableRows, RecordOutputs
from batch.freeze.records.row_schemas import IN_PERIOD
from batch.freeze.records.team_rows import ExpandedRows, expand
from batch.snapshot.schemas import ORIGINAL
from payengine.kernels.arrays import Int64, UInt8


@dataclass(frozen=True)
class ResolvedOriginals:
    """Rows of originals after expansion; `rows.source` counts rows of the whole batch."""

    rows: ExpandedRows
    eligibility: Eligibility

    @property
    def payable(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.eligibility.reason == ELIGIBLE)


def resolve_originals(
    batch: pa.RecordBatch, chosen: Int64, bad_share: UInt8, outputs: RecordOutputs
) -> ResolvedOriginals:
    """Expand, check and send on the chosen rows of a batch, given in ascending order.

    `bad_share` marks the rows of the batch (all of them) whose record's shares do not sum to 1.
    """
    rules = outputs.rules
    expanded = expand(
        rules, numbers(batch, "day")[chosen], numbers(batch, "staff")[chosen], numbers(batch, "share")[chosen]
    )
    source = chosen[expanded.source]
    expanded = ExpandedRows(source, expanded.staff, expanded.share, expanded.member)
    eligibility = check_eligibility(
        rules,
        RowColumns(
            numbers(batch, "day")[source], numbers(batch, "institution")[source], expanded.staff,
            numbers(batch, "item")[source], numbers(batch, "quantity")[source],
            (bad_share[source] == 0).astype(np.uint8), (numbers(batch, "patient_hash")[source] != 0).astype(np.uint8),
            numbers(batch, "after_death")[source],
        ),
    )  # fmt: skip
    resolved = ResolvedOriginals(expanded, eligibility)
    outputs.expanded += source.size - chosen.size
    payable = resolved.payable
    outputs.keep(
        batch,
        PayableRows(
            source, source, expanded.staff, expanded.share,
            eligibility.owner, eligibility.item_row, eligibility.difficulty_row,
            np.full(source.size, ORIGINAL, np.uint8),
        ).rows(payable),
    )  # fmt: skip
    reject(batch, outputs, source[~payable], expanded.staff[~payable], eligibility.reason[~payable])
    return resolved


def reject(batch: pa.RecordBatch, outputs: RecordOutputs, source: Int64, staff: Int64, reason: UInt8) -> None:
    """Reject rows without `reverses`; those that are counting only are not listed."""
    listed = numbers(batch, "kind")[source] == IN_PERIOD
    outputs.unlisted += int(np.count_nonzero(~listed))
    outputs.reject(batch, source[listed], staff[listed], reason[listed])

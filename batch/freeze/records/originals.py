"""Originals that nothing reverses: teams expanded, each row judged, and what may be paid or listed sent on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from batch.arrow_columns import numbers
from batch.freeze.records.eligibility import PAID, Verdict, judge
from batch.freeze.records.outputs import Paid, Sinks
from batch.freeze.records.record_rules import Flags
from batch.freeze.records.row_schemas import IN_PERIOD
from batch.freeze.records.team_rows import Expanded, expand
from batch.snapshot.schemas import ORIGINAL
from payengine.kernels.arrays import Int64


@dataclass(frozen=True)
class Settled:
    """Rows after expansion; `rows.source` counts rows of the whole batch."""

    rows: Expanded
    verdict: Verdict

    @property
    def paid(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.verdict.reason == PAID)


def settle(batch: pa.RecordBatch, chosen: Int64, bad_share: Flags, sinks: Sinks) -> Settled:
    """Settle the chosen rows of a batch, ascending; `bad_share` says of every row of the batch that its record's shares
    do not sum to 1."""
    rules = sinks.rules
    expanded = expand(
        rules, numbers(batch, "day")[chosen], numbers(batch, "staff")[chosen], numbers(batch, "share")[chosen]
    )
    source = chosen[expanded.source]
    expanded = Expanded(source, expanded.staff, expanded.share, expanded.member)
    verdict = judge(
        rules, numbers(batch, "day")[source], numbers(batch, "institution")[source], expanded.staff,
        numbers(batch, "item")[source], numbers(batch, "quantity")[source], (bad_share[source] == 0).astype(np.uint8),
        (numbers(batch, "patient_mark")[source] != 0).astype(np.uint8), numbers(batch, "after_death")[source],
    )  # fmt: skip
    settled = Settled(expanded, verdict)
    sinks.expanded += source.size - chosen.size
    paid = settled.paid
    sinks.pay(
        batch,
        Paid(
            source, source, expanded.staff, expanded.share, verdict.owner, verdict.item_row, verdict.difficulty_row,
            np.full(source.size, ORIGINAL, np.uint8),
        ).rows(paid),
    )  # fmt: skip
    refuse(batch, sinks, source[~paid], expanded.staff[~paid], verdict.reason[~paid])
    return settled


def refuse(batch: pa.RecordBatch, sinks: Sinks, source: Int64, staff: Int64, reason: Flags) -> None:
    """List rows without `reverses` that are refused; those that are counting only are not listed."""
    listed = numbers(batch, "kind")[source] == IN_PERIOD
    sinks.unlisted += int(np.count_nonzero(~listed))
    sinks.refuse(batch, source[listed], staff[listed], reason[listed])

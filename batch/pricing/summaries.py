"""Services that summary rows count: one row of a snapshot stands for all of them.

Pricing counts rows. Here are the rows that stand for several services each (`service_summary`), by owner and category.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from batch.arrow_columns import integers
from batch.snapshot.snapshot import Snapshot
from payengine.kernels.arrays import Int64


@dataclass(frozen=True)
class SummaryWork:
    """Summary rows and the services that they count; arrays are owners x categories."""

    rows: Int64
    services: Int64

    @property
    def more(self) -> Int64:
        """Services beyond the rows."""
        return self.services - self.rows


def summary_work(snapshot: Snapshot, held: npt.NDArray[np.bool_]) -> SummaryWork | None:
    """Read the summary rows of a snapshot, those of `held` owners left out; None without any."""
    table = snapshot.summaries()
    if table is None:
        return None
    coding = snapshot.coding
    owner = integers(table, "engagement", np.int32)
    category = coding.category_of_row[integers(table, "item_row", np.int32)]
    kept = ~held[owner]
    rows, services = (np.zeros((coding.owners, len(coding.categories)), np.int64) for _ in range(2))
    np.add.at(rows, (owner[kept], category[kept]), 1)
    np.add.at(services, (owner[kept], category[kept]), integers(table, "services", np.int64)[kept])
    return SummaryWork(rows, services) if rows.any() else None


def services_beyond_rows(snapshot: Snapshot) -> dict[tuple[int, int], int]:
    """Map owner and item row of each summary row to the services that it counts beyond itself.

    No other row has both: a freeze refuses records beside a summary row.
    """
    table = snapshot.summaries()
    if table is None:
        return {}
    owner, item = integers(table, "engagement", np.int32), integers(table, "item_row", np.int32)
    more = integers(table, "services", np.int64) - 1
    return dict(zip(zip(owner.tolist(), item.tolist(), strict=True), more.tolist(), strict=True))

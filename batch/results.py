"""Results of a run: pay and statement lines, workload, rejections, reported figures.

Tables are Arrow tables in canonical order; money is int64 fen, points int64 millionths. Lines of zero are not listed.
The same snapshot, policy and formulas give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from payengine.periods import Period

if TYPE_CHECKING:
    import pandas as pd

PAY_LINES = pa.schema(
    [
        pa.field("institution", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),
        pa.field("engagement_from", pa.string(), nullable=False),  # 2026-10-01
        pa.field("component", pa.string(), nullable=False),
        pa.field("funding", pa.string(), nullable=False),
        pa.field("amount_fen", pa.int64(), nullable=False),
    ]
)
STATEMENT_LINES = pa.schema([field for field in PAY_LINES if field.name not in ("staff", "engagement_from")])
WORKLOAD = pa.schema(
    [
        pa.field("institution", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),  # '' for the institution's own work
        pa.field("engagement_from", pa.string(), nullable=False),  # '' for the institution's own work
        pa.field("category", pa.string(), nullable=False),
        pa.field("services", pa.int64(), nullable=False),  # paid rows, refunds apart
        pa.field("points_micro", pa.int64(), nullable=False),
    ]
)
REJECTIONS = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),
        pa.field("institution", pa.string(), nullable=False),
        pa.field("copy", pa.int64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
COMPONENTS = pa.schema(
    [
        pa.field("component", pa.string(), nullable=False),
        pa.field("pay_class", pa.string(), nullable=False),  # fixed, variable; '' for a statement
        pa.field("kind", pa.string(), nullable=False),  # pay, statement
        pa.field("label", pa.string(), nullable=False),
    ]
)
REPORTS = pa.schema(
    [
        pa.field("level", pa.string(), nullable=False),  # staff, institution, consortium
        pa.field("institution", pa.string(), nullable=False),
        pa.field("staff", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("scale", pa.int64(), nullable=False),
        pa.field("value", pa.int64(), nullable=False),  # in units of 10**-scale
    ]
)
SCHEMAS: Mapping[str, pa.Schema] = {
    "pay_lines": PAY_LINES, "statement_lines": STATEMENT_LINES, "workload": WORKLOAD, "rejections": REJECTIONS,
    "components": COMPONENTS, "reports": REPORTS,
}  # fmt: skip


@dataclass(frozen=True)
class Meta:
    """Contents that a run was made from.

    `run_id` names them; user, time, host and threads are no part of it.

    `holds` gives the reason of every institution left out; `counts` are the snapshot's counts of service records.
    """

    run_id: str
    period: Period
    snapshot_digest: str
    policy_digest: str
    formulas_digest: str
    engine_digest: str
    holds: Mapping[str, str] = field(default_factory=dict)
    policy_code: str = ""
    policy_title: str = ""
    illustrative: bool = False
    counts: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    empty_tables: Sequence[str] = ()


@dataclass(frozen=True)
class Results:
    """Results of a run, as computed or as read back from a ledger."""

    meta: Meta
    pay_lines: pa.Table
    statement_lines: pa.Table
    workload: pa.Table
    rejections: pa.Table
    components: pa.Table
    reports: pa.Table

    @property
    def warnings(self) -> list[str]:
        return list(self.meta.warnings)

    @property
    def empty_tables(self) -> list[str]:
        """Optional input tables that the source did not have; they count as empty."""
        return list(self.meta.empty_tables)

    def tables(self) -> dict[str, pa.Table]:
        """Return the tables by name."""
        return {name: getattr(self, name) for name in SCHEMAS}

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables as pandas DataFrames.

        Exact integers, and beside them yuan, points and figures as Decimal.
        """
        return {name: _frame(table) for name, table in self.tables().items()}


def _frame(table: pa.Table) -> pd.DataFrame:
    """Put decimals beside a table's exact integers."""
    for name, shown, scale in (("amount_fen", "amount_yuan", 2), ("points_micro", "points", 6)):
        if name in table.column_names:
            table = table.append_column(shown, decimals(table[name], scale))
    made: pd.DataFrame = table.to_pandas()
    if "scale" in table.column_names:
        figures = np.empty(len(made), object)  # each with the decimals of its own scale
        for scale in pc.unique(table["scale"]).to_pylist():
            own = np.asarray(pc.equal(table["scale"], scale))
            figures[own] = decimals(table["value"].filter(pa.array(own)), scale).to_pylist()
        made["figure"] = figures
    return made


def decimals(values: pa.ChunkedArray, scale: int) -> pa.ChunkedArray:
    """Read whole numbers of units of 10**-scale as decimals; nothing is rounded."""
    chunks = []
    for chunk in values.chunks:
        whole = chunk.cast(pa.decimal128(19, 0))
        chunks.append(pa.Array.from_buffers(pa.decimal128(38, scale), len(whole), whole.buffers(), offset=whole.offset))
    return pa.chunked_array(chunks, pa.decimal128(38, scale))

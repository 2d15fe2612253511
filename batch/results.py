"""Results of a run: lines, workload, rejections and reported figures, exact to the fen.

Tables are Arrow tables in canonical order; money is int64 fen, points int64 millionths. Lines of zero are not listed.
The same snapshot, policy and formulas give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from batch.arrow_columns import written_out
from batch.result_tables import RESULT_TABLES, SCALED, ResultColumn, ResultFields, ResultTable
from payengine.periods import Period

if TYPE_CHECKING:
    import pandas as pd


def arrow_schema(columns: Iterable[ResultColumn]) -> pa.Schema:
    """Make the Arrow schema of columns: text or int64, never null."""
    return pa.schema(
        [pa.field(column.name, pa.int64() if column.is_integer else pa.string(), nullable=False) for column in columns]
    )


SCHEMAS: Mapping[str, pa.Schema] = {name: arrow_schema(table.columns) for name, table in RESULT_TABLES.items()}
PAY_LINES, STATEMENT_LINES = SCHEMAS["pay_lines"], SCHEMAS["statement_lines"]
WORKLOAD, REJECTIONS = SCHEMAS["workload"], SCHEMAS["rejections"]
COMPONENTS, REPORTS = SCHEMAS["components"], SCHEMAS["reports"]
DEPARTMENT_REPORTS = SCHEMAS["department_reports"]


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
class Results(ResultFields):
    """Results of a run, as computed or as read back from a ledger.

    A table may be given with texts as dictionaries, as a run lists them: millions of lines name few institutions,
    components and persons. Asked for by its name it has texts, which are written out the first time; `coded` gives it
    as it was given.
    """

    meta: Meta

    def coded(self, name: str) -> pa.Table:
        """Give a table as it was given: texts may be dictionaries, also of texts that no row has."""
        return self.__dict__[name]

    @property
    def warnings(self) -> list[str]:
        return list(self.meta.warnings)

    @property
    def empty_tables(self) -> list[str]:
        """Optional input tables that the source did not have; they count as empty."""
        return list(self.meta.empty_tables)

    def tables(self) -> dict[str, pa.Table]:
        """List the tables by name."""
        return {name: getattr(self, name) for name in SCHEMAS}

    def coded_tables(self) -> dict[str, pa.Table]:
        """List the tables by name as they were given; see `coded`."""
        return {name: self.coded(name) for name in SCHEMAS}

    def frames(self) -> dict[str, pd.DataFrame]:
        """Make pandas DataFrames: exact integers, with yuan, points and figures as Decimal."""
        return {name: _frame(table, RESULT_TABLES[name]) for name, table in self.tables().items()}


class _Texts:
    """Field of `Results` that gives a table with its texts, and keeps it as it was given."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.written = f"_{name}"  # where the texts are kept

    def __get__(self, results: Results, owner: type[Results]) -> pa.Table:
        held = results.__dict__
        if self.written not in held:
            held[self.written] = written_out(held[self.name])
        return held[self.written]

    def __set__(self, results: Results, table: pa.Table) -> None:
        results.__dict__[self.name] = table


for _name in SCHEMAS:
    setattr(Results, _name, _Texts(_name))  # not in the class, where a dataclass would take it for a default


def _frame(table: pa.Table, described: ResultTable) -> pd.DataFrame:
    """Put decimals beside a table's exact integers."""
    for column in described.columns:
        if column.decimals is not None:
            shown, scale = column.decimals
            table = table.append_column(shown, decimals(table[column.name], scale))
    made: pd.DataFrame = table.to_pandas()
    for column in described.columns:
        if column.kind == SCALED:
            figures = np.empty(len(made), object)  # each with the decimals of its own scale
            for scale in pc.unique(table["scale"]).to_pylist():
                own = np.asarray(pc.equal(table["scale"], scale))
                figures[own] = decimals(table[column.name].filter(pa.array(own)), scale).to_pylist()
            made["figure"] = figures
    return made


def decimals(values: pa.ChunkedArray, scale: int) -> pa.ChunkedArray:
    """Read whole numbers of units of 10**-scale as decimals.

    The digits are the same, with a point, so nothing is rounded.
    """
    chunks = []
    for chunk in values.chunks:
        whole = chunk.cast(pa.decimal128(19, 0))
        chunks.append(pa.Array.from_buffers(pa.decimal128(38, scale), len(whole), whole.buffers(), offset=whole.offset))
    return pa.chunked_array(chunks, pa.decimal128(38, scale))

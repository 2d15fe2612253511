"""Difference of two runs of one period: changed pay and changed inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from batch.result_tables import LABEL, RESULT_TABLES, ResultTable

if TYPE_CHECKING:
    from batch.results import Results

INPUTS = ("snapshot", "policy", "formulas", "engine", "holds")  # what a run is made of, besides its period


@dataclass(frozen=True)
class Difference:
    """Changes of pay and statements from one run to another, in the order of the keys.

    All tables end with before_fen, after_fen, change_fen (int64):
    `lines` (institution, staff, engagement_from, component, funding); `staff` (institution, staff): everyone of whom a
    line changed, with all that they are paid; `institutions` (institution): likewise; `statements` (institution,
    component, funding). `inputs` names what the runs were not alike in.
    """

    inputs: tuple[str, ...]
    lines: pa.Table
    staff: pa.Table
    institutions: pa.Table
    statements: pa.Table

    @property
    def empty(self) -> bool:
        """True if every figure is the same."""
        return not len(self.lines) and not len(self.statements)

    @property
    def change_fen(self) -> int:
        """Change of all pay together, in fen."""
        return int(pc.sum(self.lines["change_fen"]).as_py() or 0)


def difference(before: Results, after: Results) -> Difference:
    """Compare the results `after` with those `before`."""
    lines = _changed(before.pay_lines, after.pay_lines, list(RESULT_TABLES["pay_lines"].key))
    return Difference(
        inputs=tuple(name for name in INPUTS if _input(before, name) != _input(after, name)),
        lines=lines,
        staff=_totals(before.pay_lines, after.pay_lines, lines, ["institution", "staff"]),
        institutions=_totals(before.pay_lines, after.pay_lines, lines, ["institution"]),
        statements=_changed(before.statement_lines, after.statement_lines, list(RESULT_TABLES["statement_lines"].key)),
    )


def changed_tables(before: Results, after: Results) -> tuple[str, ...]:
    """List the tables of results that differ, labels apart; empty for equal results.

    Institutions that were held count among them: a run says of them that they are neither paid nor settled.
    """
    found = ["holds"] if _input(before, "holds") != _input(after, "holds") else []
    return (*found, *(name for name, table in RESULT_TABLES.items() if not _same_rows(table, before, after)))


def _same_rows(described: ResultTable, before: Results, after: Results) -> bool:
    columns = [column.name for column in described.columns if column.kind != LABEL]
    order = [(name, "ascending") for name in described.key]
    one, other = (getattr(each, described.name).select(columns).sort_by(order) for each in (before, after))
    return bool(one.equals(other))


def _input(results: Results, name: str) -> object:
    if name == "holds":
        return dict(results.meta.holds)
    return getattr(results.meta, f"{name}_digest")


def _changed(before: pa.Table, after: pa.Table, keys: list[str]) -> pa.Table:
    """Select the keys whose amount is not the same in both."""
    both = _beside(before, after, keys)
    return both.filter(pc.not_equal(both["before_fen"], both["after_fen"]))


def _totals(before: pa.Table, after: pa.Table, lines: pa.Table, keys: list[str]) -> pa.Table:
    """Sum by `keys` for whom a line changed, also where the changes cancel out."""
    both = _beside(before, after, keys)
    return both.filter(pc.is_in(_joined(both, keys), value_set=pc.unique(_joined(lines, keys))))


def _beside(before: pa.Table, after: pa.Table, keys: list[str]) -> pa.Table:
    """Join the amounts of both by `keys`, in byte order; a missing one is zero."""
    sides = []
    for table, own, other in ((before, "before_fen", "after_fen"), (after, "after_fen", "before_fen")):
        amounts = table.select(keys).append_column(own, table["amount_fen"])
        sides.append(
            amounts.append_column(other, pa.array([0] * len(table), pa.int64())).select(
                [*keys, "before_fen", "after_fen"]
            )
        )
    grouped = pa.concat_tables(sides).group_by(keys, use_threads=False)
    summed = grouped.aggregate([("before_fen", "sum"), ("after_fen", "sum")])
    both = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    both = both.select([*keys, "before_fen", "after_fen"]).sort_by([(key, "ascending") for key in keys])
    return both.append_column("change_fen", pc.subtract_checked(both["after_fen"], both["before_fen"]))


def _joined(table: pa.Table, keys: list[str]) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*(table[key] for key in keys), "\x00")

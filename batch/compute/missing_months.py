"""Warnings for what counts from the year's beginning and lacks published months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from batch.inputs.period_tables import BALANCES, PeriodTables
from payengine.graph import Graph
from payengine.periods import MONTH, Period
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.pool_outputs import CARRY
from payengine.texts import joined, say


def missing_months_told(
    policy: Policy, graph: Graph, tables: PeriodTables, history: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a warning for each scale and pool that counts without months of the year.

    None where an opening balance of what it counts is given; `history` is the snapshot's, with its `missing` months.
    """
    period = tables.roster.period
    months = {str(month) for month in period.earlier_months()}
    missing = [text for text in history.get("missing", ()) if text in months]
    if period.kind != MONTH or not missing:
        return
    computed = {formula.gives for formula in graph.order}
    pools = {row["name"] for row in tables.table(BALANCES).to_pylist() if not row["staff"]}
    for name, label, calculation in _calculations(policy):
        if name not in computed:
            continue
        if calculation.memory and (lacking := _without_balance(tables, calculation.slices_of)):
            yield _told(label, missing, period, calculation.slices_of, lacking)
        if calculation.unclaimed == CARRY and name not in pools:
            yield say(
                "{pool} carries nothing of {months}: no published run; what stood before is an opening_balance {name}",
                pool=label, months=joined(missing), name=name,
            )  # fmt: skip


def _without_balance(tables: PeriodTables, name: str) -> int:
    """Count the persons who have no opening balance of a name.

    A row stands for its own person alone.
    """
    rows = tables.table(BALANCES).select(["staff", "name"]).to_pylist()
    return len(set(tables.roster.frame.staff_codes) - {row["staff"] for row in rows if row["name"] == name})


def _told(label: str, missing: list[str], period: Period, name: str, lacking: int) -> str:
    first = [str(month) for month in period.earlier_months()][: len(missing)]
    counts = say("tiers of {label} count without {months}: no published run", label=label, months=joined(missing))
    if missing == first:  # none before, all after
        start = Period.parse(missing[-1]).next_first_day
        counts = say("tiers of {label} count from {month}: no run of {months}",
                     label=label, month=Period(start), months=joined(missing))  # fmt: skip
    return say(
        "{counts}; what they gave can stand in opening_balance, as {name} of each person ({n} person(s) have none)",
        counts=counts, name=name, n=lacking,
    )  # fmt: skip


def _calculations(policy: Policy) -> Iterator[tuple[str, str, Calculation]]:
    for figure in policy.figures.values():
        yield figure.name, figure.label, figure.calculation
    for line in policy.components.values():
        if line.calculation is not None:
            yield line.name, line.label, line.calculation

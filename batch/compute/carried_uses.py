"""Uses of carried pools in published months, compared with the rules of today."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from batch.compute.carried_pools import CarriedPools, fen_of
from batch.inputs.history import PAY, HistoryInputs
from payengine.exact.amounts import yuan
from payengine.graph import Graph
from payengine.policy import Policy
from payengine.policy.pool_outputs import USED
from payengine.texts import say


def other_uses_told(policy: Policy, graph: Graph, carried: CarriedPools, history: HistoryInputs) -> Iterator[str]:
    """Yield a warning for each month whose lines took another sum of a pool than it reported.

    Such a month was published under another policy or an older rule, and what it carries counts by that until it is
    revised.
    """
    lines_of = {
        formula.gives.removesuffix(USED): [name for name in formula.arguments if name in policy.components]
        for formula in graph.order
        if formula.gives.endswith(USED) and formula.gives.removesuffix(USED) in carried.pools & policy.figures.keys()
    }
    months = {str(month) for month in carried.period.earlier_months()}
    rows = [row for row in carried.before if row["period"] in months and row["name"].removesuffix(USED) in lines_of
            and row["name"].endswith(USED) and row["institution"] in carried.institutions]  # fmt: skip
    if not rows:
        return
    paid = _paid(history, sorted({name for lines in lines_of.values() for name in lines}))
    for row in sorted(rows, key=lambda one: (one["institution"], one["name"], one["period"])):
        pool, place = row["name"].removesuffix(USED), (row["period"], row["institution"])
        taken = sum(paid.get((*place, name), 0) for name in lines_of[pool])
        if taken != fen_of(row):
            yield say(
                "{institution}: published {month} counted {used} yuan as used of {pool}, by the rules of today its "
                "lines used {taken}; what it carries counts so until it is revised: "
                "payengine month {month} --revise REASON",
                institution=row["institution"], month=row["period"], used=yuan(fen_of(row)), pool=carried.label(pool),
                taken=yuan(taken),
            )  # fmt: skip


def _paid(history: HistoryInputs, lines: list[str]) -> dict[tuple[str, str, str], int]:
    """Add up what lines paid by month, institution and line, in fen."""
    found: dict[tuple[str, str, str], int] = {}
    for table in history.lines_before():
        wanted = pc.is_in(table["component"].cast(pa.string()), value_set=pa.array(lines, pa.string()))
        rows = table.filter(pc.and_(wanted, pc.equal(table["kind"].cast(pa.string()), PAY)))
        for row in rows.group_by(["period", "institution", "component"]).aggregate([("amount_fen", "sum")]).to_pylist():
            place = row["period"], row["institution"], row["component"]
            found[place] = found.get(place, 0) + row["amount_fen_sum"]
    return found

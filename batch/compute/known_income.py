"""Known income in a run: what of it is listed, and where the run cannot know all of it."""

from __future__ import annotations

from collections.abc import Iterator

from batch.inputs.period_tables import PeriodTables, Window
from payengine.errors import Problem
from payengine.graph import Graph
from payengine.periods import MONTH, Period
from payengine.policy import Policy
from payengine.policy.total_checks import counts_known_income
from payengine.texts import joined, say

TABLE = "pay_component"
PARITY = ("village_parity_need", "gp_parity_need")  # what compares pay, and may have to compare known income too


def known_income_used(policy: Policy, graph: Graph) -> list[str]:
    """List the known income that any of the graph's figures counts."""
    computed = {formula.gives for formula in graph.order}
    return [name for name in policy.known_income if name in computed]


def known_income_problems(policy: Policy, graph: Graph, tables: PeriodTables) -> Iterator[Problem]:
    """Find known income that would count twice."""
    used = known_income_used(policy, graph)
    inputs = {policy.known_income[name].input for name in used}
    for key, shorter, longer in tables.twice_within(TABLE, Window.INSIDE) if used else ():
        if key[-1] in inputs:
            what = say("has rows of {shorter} and of {longer} around it, which would count twice",
                       shorter=shorter, longer=longer)  # fmt: skip
            yield Problem(what, TABLE, column=" ".join(part for part in key if part))


def unknown_to_date(policy: Policy, graph: Graph, period: Period) -> Iterator[Problem]:
    """Find totals to date with known income whose earlier months the run lacks.

    A run has the rows of its own period and of those inside, so only one that begins with the year has all to date.
    """
    if period.first_day == period.year_start:
        return
    computed = {formula.gives for formula in graph.order}
    for total in policy.totals.values():
        income, to_date = counts_known_income(policy, total.name)
        if total.name in computed and income and to_date:
            yield Problem(
                say("counts pay to date with {names}, of which {period} has no earlier rows",
                    names=joined(income), period=period),
                say("policy {code}", code=policy.code),
                column=f"totals.{total.name}",
                remedy=say("compare in a settlement that begins with the year"),
            )  # fmt: skip


def parity_without_known_income(policy: Policy, graph: Graph, period: Period) -> Iterator[str]:
    """Yield a warning for known income that a month's parity leaves out of the comparison."""
    computed = {formula.gives for formula in graph.order}
    left_out = [one.label for name, one in policy.known_income.items() if name not in computed]
    if period.kind == MONTH and left_out and computed.intersection(PARITY):
        yield say(
            "the parity of {period} compares pay without {names}; only a settlement that begins with the year knows"
            " all of it",
            period=period, names=joined(left_out),
        )  # fmt: skip

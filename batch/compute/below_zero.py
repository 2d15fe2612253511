"""Amounts below zero: pools that nobody can share, and persons who would have to pay.

A pool below zero is refused. A person whose lines at an institution sum below zero is refused or, where the policy
says so, listed as a receivable: the lines stand, and no total nets them in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from batch.arrow_columns import Coded, integers
from batch.report_names import PAYABLE, RECEIVABLE
from batch.results import REPORTS
from payengine.errors import Problem
from payengine.exact.amounts import decimal_text
from payengine.graph import Column, Evaluation
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.charges import LEFT, pools_drawn_on
from payengine.suggest import listed
from payengine.texts import say

Sums = Mapping[tuple[str, str], int]  # (institution, staff) -> fen
LABELS = {RECEIVABLE: "应收回（本期合计为负）", PAYABLE: "应发（不含应收回）"}
MOST_TOLD = 10  # persons named in a warning; all stand among the reports
SHIPPED = ("workload_pay", "deemed_performance_pay", "reward_advance")  # shipped lines that share a pool


def pools_below_zero(evaluation: Evaluation, policy: Policy) -> Iterator[Problem]:
    """Find pools below zero that lines of the payslip would share as negative amounts."""
    own = {name for name, one in policy.components.items() if one.calculation is not None and one.calculation.pool}
    for pools in evaluation.pools:
        if pools.formula not in own and pools.formula not in SHIPPED:
            continue
        for row in np.flatnonzero(pools.pool < 0).tolist():
            yield Problem(
                say("the pool is {amount} yuan, below 0", amount=decimal_text(int(pools.pool[row]), 2)),
                evaluation.formulas[pools.formula].label,
                column=" ".join(part for part in evaluation.frame.code(pools.level, row) if part),
                remedy=say("correct what is given for it or charged to it"),
            )


def overdrawn_pools(evaluation: Evaluation, policy: Policy, outputs: Sequence[str]) -> Iterator[Problem]:
    """Find pools that the draws on them bring below zero.

    Also those of which no line divides what is left.
    """
    for pool in pools_drawn_on(policy, outputs):
        name = pool if pool in policy.figures else f"{pool}{LEFT}"
        column = evaluation.values.get(name)
        if not isinstance(column, Column):
            continue
        for row in np.flatnonzero(column.data.values < 0).tolist():
            amount = decimal_text(int(column.data.values[row]), column.data.scale)
            yield Problem(
                say("the pool is {amount} yuan, below 0", amount=amount),
                evaluation.formulas[name].label,
                column=" ".join(part for part in evaluation.frame.code(column.level, row) if part),
                remedy=say("correct what is given for it or charged to it"),
            )


def persons_below_zero(lines: pa.Table) -> Sums:
    """Sum each person's lines at an institution; return those below zero, by their codes."""
    sums: dict[tuple[str, str], int] = {}
    # Only who has a negative line can be below zero: most runs have none, and nothing is summed for them.
    below = integers(lines, "amount_fen", np.int64) < 0
    if not below.any():
        return {}
    negative = lines.filter(pa.array(below))
    wanted = set(zip(negative["institution"].to_pylist(), negative["staff"].to_pylist(), strict=True))
    staff = Coded.of(lines["staff"])
    concerned = np.zeros(len(staff.dictionary), bool)
    concerned[staff.codes[below]] = True
    held = lines.filter(pa.array(concerned[staff.codes]))
    columns = (held[name].to_pylist() for name in ("institution", "staff", "amount_fen"))
    for institution, staff, amount in zip(*columns, strict=True):
        if (institution, staff) in wanted:
            sums[institution, staff] = sums.get((institution, staff), 0) + amount
    return {place: amount for place, amount in sorted(sums.items()) if amount < 0}


def refusals(below: Sums, period: Period) -> Iterator[Problem]:
    """Name every person below zero, with the amount."""
    for (institution, staff), amount in below.items():
        yield Problem(
            say("the lines sum to {amount} yuan, below 0", amount=decimal_text(amount, 2)),
            say("pay"),
            column=f"{institution} {staff}",
            remedy=say('correct them, or write [below_zero] {kind} = "receivable"', kind=period.kind),
        )


def receivables_told(below: Sums) -> str:
    """Say in a warning how much is to be received, and from whom."""
    named = [f"{institution} {staff} {decimal_text(-amount, 2)}" for (institution, staff), amount in below.items()]
    return say(
        "{n} person(s) below 0, {amount} yuan to be received, not netted: {persons}",
        n=len(below), amount=decimal_text(-sum(below.values()), 2), persons=listed(named, MOST_TOLD),
    )  # fmt: skip


def receivable_reports(lines: pa.Table, below: Sums) -> pa.Table:
    """List what is receivable of each person, and what is payable and receivable apart.

    The institutions are those with somebody below zero; without anybody there are no rows.
    """
    received: dict[str, int] = {}
    rows = []
    for (institution, staff), amount in below.items():
        received[institution] = received.get(institution, 0) - amount
        rows.append(_row("staff", institution, staff, RECEIVABLE, -amount))
    institutions = Coded.of(lines["institution"])
    for institution, amount in received.items():
        own = lines.filter(pa.array(institutions.are(institution)))["amount_fen"].to_pylist()
        rows.append(_row("institution", institution, "", RECEIVABLE, amount))
        rows.append(_row("institution", institution, "", PAYABLE, sum(own) + amount))
    return pa.Table.from_pylist(rows, REPORTS)


def _row(level: str, institution: str, staff: str, name: str, fen: int) -> dict[str, object]:
    return {
        "level": level, "institution": institution, "staff": staff, "name": name, "label": LABELS[name],
        "unit": "yuan", "value": fen, "scale": 2,
    }  # fmt: skip

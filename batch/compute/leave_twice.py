"""Days away that a pool pays twice: by pay charged to it, and by weights or a minimum.

Weights by work or by days present leave days away out by themselves. Time engaged, coefficients and numbers count them,
by themselves or as a summand beside work; and so does a minimum of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from batch.compute.declared.operands import operand_texts
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.graph import ENGAGEMENT, STAFF, Column, Evaluation, Frame
from payengine.graph.values.frame import Int64
from payengine.policy import Component, Policy
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import is_number
from payengine.policy.carried_money import pools_of_money
from payengine.policy.charges import drawing_on, pools_drawn_on
from payengine.suggest import listed
from payengine.texts import say

MOST_NAMED = 10  # persons named in a warning
DEEMED = "deemed_performance_pay"
PRESENT = "days_present"
AWAY = frozenset(("absence_days", "absent_working_days", "absent_person_months"))
# What a person has also for days away.
ENGAGED = frozenset((
    "person_months", "person_months_by_month", "person_months_to_date", "engaged_share", "engagement_days",
    "engagement_days_by_month", "engaged_on_last_day", "head", "heads", "fte", "post_coefficient",
))  # fmt: skip


def leave_twice(evaluation: Evaluation, policy: Policy, outputs: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each line of a pool by which persons have their leave once more."""
    for pool in pools_drawn_on(policy, outputs):
        paid = [one for one in drawing_on(policy, pool, outputs) if pays_leave(one, policy)]
        reached = pools_of_money(policy, pool) if pool in policy.figures else []
        for name in outputs:
            line = policy.components.get(name)
            calculation = line.calculation if line is not None else None
            if line is None or calculation is None or calculation.pool.partition("[")[0] not in reached:
                continue
            for text in (calculation.weights, calculation.at_least):
                if text and _counts_away(text, policy):
                    least = text if text == calculation.at_least and is_number(text) else ""
                    yield from _told(evaluation, policy, pool, line, text, paid, least)
                    break


def _told(
    evaluation: Evaluation, policy: Policy, pool: str, line: Component, weights: str, paid: Sequence[Component],
    least: str,
) -> Iterator[str]:  # fmt: skip
    share = money_of_persons(evaluation, line)
    if least:  # whoever has more than the minimum has it by work
        share = np.where(share <= int(Fraction(least) * 10**FEN), share, 0)
    for leave in paid:
        given = money_of_persons(evaluation, leave)
        rows = np.flatnonzero((given > 0) & (share > 0)).tolist()
        if not rows:
            continue
        codes = ["/".join(evaluation.frame.code(STAFF, row)) for row in rows]
        yield say(
            "{leave} and {line}: {n} person(s) have {amount} yuan for days away from {pool}, and {share} yuan of it by "
            "{weights}, which counts these days once more: {persons}. Share by days present: a figure with "
            'prorated = "days_present"',
            leave=leave.label, line=line.label, n=len(rows), amount=decimal_text(int(given[rows].sum()), FEN),
            pool=policy.figures[pool].label, share=decimal_text(int(share[rows].sum()), FEN), weights=weights,
            persons=listed(codes, MOST_NAMED),
        )  # fmt: skip


def money_of_persons(evaluation: Evaluation, line: Component) -> Int64:
    """Return what each person has of a line in fen; nothing of a line of institutions."""
    column = evaluation.values[line.name]
    assert isinstance(column, Column)
    if column.level > STAFF:
        return np.zeros(evaluation.frame.rows(STAFF), np.int64)
    if column.level is STAFF:
        return column.data.values
    return sum_of_engagements(evaluation.frame, column.data.values)


def sum_of_engagements(frame: Frame, values: Int64) -> Int64:
    """Add up per person what is given per engagement; the sums must fit for certain."""
    first = frame.offsets(ENGAGEMENT, STAFF)[:-1]
    return np.add.reduceat(values, first) if len(first) else values


def pays_leave(component: Component, policy: Policy) -> bool:
    """Tell if a component pays for days away: deemed pay, or one calculated from these days."""
    if component.calculation is None:
        return component.name == DEEMED
    return not AWAY.isdisjoint(_inputs(component.name, policy))


def _counts_away(text: str, policy: Policy, known: frozenset[str] = frozenset()) -> bool:
    """Tell if a person on leave has something by this name or number all the same.

    A product has nothing by work not done; a sum has what any of its summands has. A mean is of others.
    """
    name = text.partition("[")[0]
    calculation = _calculation(name, policy)
    if name in known:
        return False
    if calculation is None:
        return is_number(text) or name in ENGAGED or name in policy.parameters
    if calculation.prorated == PRESENT:
        return False
    known |= {name}
    summands = calculation.add or tuple(
        one for one in (calculation.total_of, calculation.slices_of, calculation.weights, calculation.by) if one
    )
    return all(_counts_away(one, policy, known) for one in calculation.times) and (
        not summands or any(_counts_away(one, policy, known) for one in summands)
    )


def _inputs(name: str, policy: Policy) -> set[str]:
    """Collect the inputs and parameters of which a name is made; of a number none."""
    found: set[str] = set()
    known, waiting = {name}, [name]
    while waiting:
        base = waiting.pop().partition("[")[0]
        calculation = _calculation(base, policy)
        if calculation is None:
            found |= set() if is_number(base) else {base}
            continue
        more = {*operand_texts(calculation), calculation.pool, calculation.divides} - {""} - known
        known |= more
        waiting += more
    return found


def _calculation(name: str, policy: Policy) -> Calculation | None:
    if name in policy.figures:
        return policy.figures[name].calculation
    line = policy.components.get(name)
    return None if line is None else line.calculation

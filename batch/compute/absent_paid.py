"""Persons away all the time whom a line of work or of a pool pays all the same.

Somebody suspended or on long leave keeps a share of a pool where its weights count the post or the person. Pay that the
office gives by name (`pay_component`) is its own decision, and pay for the leave itself is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from batch.compute.leave_twice import money_of_persons, pays_leave, sum_of_engagements
from batch.inputs.provider import InputProvider
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.graph import STAFF, Evaluation
from payengine.policy import VARIABLE, Policy
from payengine.suggest import listed
from payengine.texts import say

MOST_NAMED = 10  # persons named in a warning


def absent_paid(evaluation: Evaluation, policy: Policy, outputs: Sequence[str], data: InputProvider) -> Iterator[str]:
    """Yield a warning for each variable line that pays persons who were away all the time."""
    frame, roster = evaluation.frame, data.roster
    away = sum_of_engagements(frame, roster.days - data.absences.all_days()) <= 0
    lines = [policy.components[name] for name in outputs if name in policy.components]
    for leave in (one for one in lines if pays_leave(one, policy)):
        away &= money_of_persons(evaluation, leave) <= 0
    given = data.readings.keys("pay_component")
    for line in lines if away.any() else ():
        if line.input or line.name in given or all(term.pay_class != VARIABLE for term in line.terms):
            continue
        money = np.where(away, money_of_persons(evaluation, line), 0)
        rows = np.flatnonzero(money > 0).tolist()
        if rows:
            yield say(
                "{line}: {n} person(s) away on every day that they are engaged in {period} have {amount} yuan of it: "
                "{persons}. To take days off: share by points, or by a figure with prorated = \"days_present\"",
                line=line.label, n=len(rows), period=roster.period, amount=decimal_text(int(money[rows].sum()), FEN),
                persons=listed(["/".join(frame.code(STAFF, row)) for row in rows], MOST_NAMED),
            )  # fmt: skip

"""Approval of rules that change what pay is called, or hold pay back.

Such rules apply only where the policy records who approved them. The parameter that turns such a rule on must ask for
approvals (loading a policy checks that its values carry them), and each approval must be there by the end of the
period: pay that was computed before stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from payengine.errors import Problem
from payengine.graph.inputs import ParameterSource
from payengine.graph.rules import Formula
from payengine.periods import Period
from payengine.texts import say

POLICY = "policy"


def approval_problems(formulas: Iterable[Formula], source: ParameterSource, period: Period) -> Iterator[Problem]:
    """Find what the records of approval of these formulas lack."""
    for formula in formulas:
        parameter = source.parameters.get(formula.approval)
        if parameter is None:
            continue
        if not parameter.approvals:
            yield Problem(
                say("{formula} applies only with a record of approval", formula=formula.gives),
                POLICY, parameter=formula.approval,
                remedy=say('name the bodies under the parameter: approvals = ["health", "finance"]'),
            )  # fmt: skip
        for value in parameter.values:
            late = [one.date for one in value.approvals if one.date > period.last_day]
            if value.number and late and value.holds_on(period.last_day):
                yield Problem(
                    say("it was approved on {day}, after {period}, whose pay it would change",
                        day=max(late), period=period),
                    POLICY, parameter=formula.approval, on=value.start,
                    remedy=say("let the value begin in a period that was still to come"),
                )  # fmt: skip

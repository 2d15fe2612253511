"""Limit of what a payment may recover of a person's carried balance, by the policy.

The policy's parameter `recovery_limit` has the unit `ratio` (a share of what the person would get in this payment) or
`yuan` (an amount a payment). Without one all of it is recovered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from payengine.errors import Problem, Refused
from payengine.policy import Policy
from payengine.texts import say

PARAMETER = "recovery_limit"
RATIO, YUAN = "ratio", "yuan"
_ONE = 10_000  # ten-thousandths in 1, the unit of a policy's numbers
_PER_FEN = 100  # ten-thousandths of a yuan in a fen


@dataclass(frozen=True)
class RecoveryLimit:
    """Most that a payment recovers of a person's carried balance: a share or an amount."""

    share_e4: int | None = None
    amount_fen: int | None = None

    def most(self, payable_fen: int) -> int:
        """Compute what may be recovered, in fen, where `payable_fen` would be paid."""
        most = payable_fen
        if self.share_e4 is not None:
            most = min(most, payable_fen * self.share_e4 // _ONE)
        if self.amount_fen is not None:
            most = min(most, self.amount_fen)
        return most

    def as_json(self) -> Mapping[str, int]:
        """Describe the limit by what it has; empty without one."""
        return {name: value for name, value in vars(self).items() if value is not None}


def recovery_limit(policy: Policy, day: date) -> RecoveryLimit:
    """Read the limit in force on a pay date; `Refused` where the parameter cannot be one."""
    parameter = policy.parameters.get(PARAMETER)
    if parameter is None or not parameter.values:
        return RecoveryLimit()
    problems = []
    if parameter.unit not in (RATIO, YUAN):
        problems.append(Problem(say("has the unit {unit}; write ratio or yuan", unit=parameter.unit or "?")))
    if any(value.keyed for value in parameter.values):
        problems.append(Problem(say("holds for all persons; leave out its where")))
    if any(value.figure for value in parameter.values):
        problems.append(Problem(say("is a number, no figure of a run")))
    found = parameter.find(day, {})
    number = 0 if found is None else found.number
    if parameter.unit == RATIO and not 0 <= number <= _ONE:
        problems.append(Problem(say("is a share from 0 to 1")))
    if parameter.unit == YUAN and (number < 0 or number % _PER_FEN):
        problems.append(Problem(say("is an amount in whole fen, zero or more")))
    if problems:
        raise Refused(
            say("the policy's parameter {name} cannot limit recoveries", name=PARAMETER), problems,
            remedy=say("Nothing was paid. Correct the policy (docs/payments.md says how the limit is written)."),
        )  # fmt: skip
    if found is None:
        return RecoveryLimit()
    return RecoveryLimit(share_e4=number) if parameter.unit == RATIO else RecoveryLimit(amount_fen=number // _PER_FEN)

"""Digest of a plan: of a new policy and the one that it follows, without approvals.

An approval may quote it, `plan = "2026-10:NEW:OLD"`. When the policy is loaded, NEW is compared with the digest of
what was loaded, as it is in that period: what was approved is what was planned. OLD says from what the plan departed;
the old policy is not at hand then, so it is compared by whoever makes the plan again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from payengine.errors import Problem
from payengine.periods import Period
from payengine.policy.digest import policy_digest
from payengine.policy.model import DatedValue, Parameter, Policy
from payengine.texts import say

_QUOTED = re.compile(r"(?P<period>[^:\s]+):(?P<new>[0-9a-f]{64}):(?P<old>[0-9a-f]{64})", re.ASCII)
SHORT = 12  # digits of a digest in a message


@dataclass(frozen=True)
class PlanDigest:
    """Period of a plan with the digests of the new and of the old policy in it."""

    period: Period
    new: str
    old: str

    @classmethod
    def of(cls, old: Policy, new: Policy, period: Period) -> PlanDigest:
        """Compute the digest of a plan: everything in both that can change a figure of the period.

        Approvals, labels, sources and the names of files are no part of it.
        """
        return cls(period, policy_digest(new, period), policy_digest(old, period))

    @classmethod
    def read(cls, text: str) -> PlanDigest | None:
        """Read what an approval quotes; None where it is no digest of a plan."""
        match = _QUOTED.fullmatch(text)
        period = Period.find(match["period"]) if match else None
        return cls(period, match["new"], match["old"]) if match and period else None

    def __str__(self) -> str:
        return f"{self.period}:{self.new}:{self.old}"


def plan_problems(policy: Policy) -> Iterator[Problem]:
    """Find approvals that quote a plan which this policy is not."""
    loaded: dict[Period, str] = {}
    for parameter in policy.parameters.values():
        for value in parameter.values:
            for approval in value.approvals:
                if not approval.plan:
                    continue
                quoted = PlanDigest.read(approval.plan)
                if quoted is None:  # told where it is read
                    continue
                if quoted.period not in loaded:
                    loaded[quoted.period] = policy_digest(policy, quoted.period)
                if loaded[quoted.period] != quoted.new:
                    yield _other(policy, parameter, value, approval.document, quoted, loaded[quoted.period])


def _other(
    policy: Policy, parameter: Parameter, value: DatedValue, document: str, quoted: PlanDigest, found: str
) -> Problem:
    place = next((layer.place for layer in policy.layers if layer.code == value.layer), policy.layers[-1].place)
    return Problem(
        say("{document} approves the plan {plan} for {period}, and the policy is now {found}",
            document=document, plan=quoted.new[:SHORT], period=quoted.period, found=found[:SHORT]),
        place, parameter=parameter.name, on=value.start, column="approvals.plan",
        remedy=say(
            "bring the policy back to what was planned, or plan it anew (payengine plan {period} --policy NAME), have "
            "that approved, and quote its digest", period=quoted.period,
        ),
    )  # fmt: skip

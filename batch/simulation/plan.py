"""Plan of a new policy: its changes in words, its effect, and the digest to quote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from batch.audit.policy_changes import PolicyChanges, RunPolicy, policy_changes
from batch.simulation.effect import Effect
from batch.simulation.scenario import Scenario
from batch.simulation.simulator import Computed, Simulator
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.assumed_values import assumed_name
from payengine.policy.plan_digest import PlanDigest
from payengine.policy.toml import exact
from payengine.texts import in_quotes, say

FEN_A_UNIT = 100  # ten-thousandths of a yuan in a fen


@dataclass(frozen=True)
class ToApprove:
    """Value that holds in the period and lacks the approval of some bodies."""

    name: str
    label: str
    bodies: tuple[str, ...]


@dataclass(frozen=True)
class LaterValue:
    """Value of a new policy that begins after the period, so that no figure of it shows it."""

    name: str
    label: str
    start: date


@dataclass(frozen=True)
class Plan:
    """New policy beside the old one in a period.

    `budget_fen` is the money for pay, None where none was named; `later` are new values that begin after the period.
    """

    old: Policy
    new: Policy
    digest: PlanDigest
    changes: PolicyChanges
    effect: Effect
    to_approve: Sequence[ToApprove]
    later: Sequence[LaterValue]
    budget_fen: int | None

    @property
    def period(self) -> Period:
        return self.digest.period

    @property
    def left_fen(self) -> int | None:
        """Money that the new policy's pay leaves of the budget; below 0 what it lacks."""
        return None if self.budget_fen is None else self.budget_fen - self.effect.pay.after_fen


def make_plan(simulator: Simulator, policy: str, budget: str = "") -> Plan:
    """Set a policy beside the simulator's own; raises as a run by it does.

    `budget` is an amount of yuan; `UsageError` where it is none.
    """
    money = _fen(budget) if budget else None
    own = Computed(simulator.own.policy, simulator.own.run, simulator.own.evaluation)
    found = simulator.compute(Scenario(policy, policy=policy))
    period = simulator.period
    sides = [RunPolicy(one.policy, period, frozenset(one.run.graph.parameters_used)) for one in (own, found)]
    before, after = simulator.own_side(), simulator.side(found, simulator.places)
    return Plan(
        own.policy, found.policy, PlanDigest.of(own.policy, found.policy, period), policy_changes(*sides),
        Effect(simulator.places, before, after), [*_to_approve(found.policy, period)],
        later_values(own.policy, found.policy, period), money,
    )  # fmt: skip


def later_values(old: Policy, new: Policy, period: Period) -> list[LaterValue]:
    """List the values of a new policy that begin after a period and that the old one lacks."""
    found = []
    for parameter in new.parameters.values():
        before = old.parameters.get(parameter.name)
        known = {(one.keyed, one.start, one.number, one.figure) for one in (before.values if before else ())}
        found += [
            LaterValue(assumed_name(parameter.name, one.keyed), parameter.label, one.start)
            for one in parameter.values
            if one.start >= period.next_first_day and (one.keyed, one.start, one.number, one.figure) not in known
        ]
    return found


def _to_approve(policy: Policy, period: Period) -> Iterator[ToApprove]:
    for parameter in policy.parameters.values():
        for value in parameter.values:
            given = {approval.body for approval in value.approvals}
            lacking = tuple(body for body in parameter.approvals if body not in given)
            if (
                lacking
                and value.start < period.next_first_day
                and (value.until or period.next_first_day) > (period.first_day)
            ):
                yield ToApprove(assumed_name(parameter.name, value.keyed), parameter.label, lacking)


def _fen(text: str) -> int:
    try:
        number = exact(text.replace(",", ""))
    except ValueError as error:
        raise UsageError(f"--budget: {error}") from error
    fen, rest = divmod(number, FEN_A_UNIT)
    if rest:
        raise UsageError(say("{value} has more than {n} decimals", value=in_quotes(text), n=2))
    return fen

"""Rules of a policy for the steps of a payment: who may not do which.

A payment keeps the rules that its draft was made under, and its digest covers them; those of the policy at the moment
hold beside them, the stricter of both, for the steps that are still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from batch.ledger.payment_records import APPROVED, DRAFT, EXPORTED, PAID, PaymentStep
from batch.ledger.provenance import may_be_one
from batch.payments.words import state_word
from payengine.errors import Problem
from payengine.policy.step_rule import PAYMENT_ORDER, StepRule, StepRules, rules_from, rules_json, stricter
from payengine.texts import say

FACT = "steps"  # in the details of a payment: the rules that the policy had at the draft
FOLLOWING = {DRAFT: APPROVED, APPROVED: EXPORTED, EXPORTED: PAID}


def kept(details: Mapping[str, Any]) -> StepRules:
    """Read the rules that a payment was drafted under; none where the policy had none.

    None too where they are no rules: the payment's digest then tells, which every step compares.
    """
    told = details.get(FACT)
    try:
        return rules_from(told) if isinstance(told, dict) else {}
    except (KeyError, TypeError):
        return {}


def as_details(rules: StepRules) -> dict[str, Any]:
    """Describe rules for the details of a payment; nothing where there are none."""
    return {FACT: rules_json(rules, PAYMENT_ORDER)} if rules else {}


def of_both(details: Mapping[str, Any], today: StepRules) -> StepRules:
    """Combine the rules of a payment's draft and those of today."""
    return stricter(kept(details), today, PAYMENT_ORDER)


def against(action: str, by: str, steps: Sequence[PaymentStep], rules: StepRules) -> Iterator[Problem]:
    """List why a user may not do a step of a payment, after the steps so far."""
    users = users_of(steps)
    for other in rules.get(action, StepRule()).not_by or ():
        if other in users and may_be_one(users[other], by):
            what = say("{user} has done the step {other}, and another person must do this one", user=users[other],
                       other=state_word(other))  # fmt: skip
            yield Problem(what, state_word(action))


def users_of(steps: Sequence[PaymentStep]) -> dict[str, str]:
    """Map each step of a payment to who did it."""
    return {step.action: step.made_by for step in steps}


def next_step(state: str, steps: Sequence[PaymentStep], rules: StepRules) -> tuple[str, tuple[str, ...]]:
    """Tell the next step of a payment, and the users who may not do it; '' where none is left."""
    action = FOLLOWING.get(state, "")
    users = users_of(steps)
    kept_from = [users[other] for other in rules.get(action, StepRule()).not_by or () if other in users]
    return action, tuple(dict.fromkeys(kept_from))

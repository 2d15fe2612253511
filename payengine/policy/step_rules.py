"""Steps that a policy demands of publications and payments, as its files write them.

A step changes no figure, so neither does a rule: it is no part of the policy's digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payengine.errors import Problem
from payengine.policy.model import ONE, Policy
from payengine.policy.step_rule import (
    ANNOUNCED,
    DRAFT,
    LONGEST,
    NAMINGS,
    ORDER,
    PAYMENT_ORDER,
    PUBLISHED,
    STEPS,
    StepRule,
)
from payengine.policy.toml import KeyPath, Section, one_of
from payengine.texts import in_quotes, say

STEP_RULES = "steps"  # the table of a policy file
OF_PAYMENT = "payment"  # the table in it of steps of payments


def read_step_rules(file: Section) -> tuple[dict[str, StepRule], dict[str, StepRule]]:
    """Read the tables `[steps.STEP]` of one policy file, and its `[steps.payment.STEP]`."""
    steps = file.section(STEP_RULES)
    found: dict[str, StepRule] = {}
    of_payments: dict[str, StepRule] = {}
    for name, section in steps.named_sections():
        if name == OF_PAYMENT:
            for step, rule in section.named_sections():
                if one_of(section, step, step, [each for each in PAYMENT_ORDER if each != DRAFT]):
                    of_payments[step] = _read_of_payment(step, rule)
        elif one_of(steps, name, name, (*STEPS, PUBLISHED, OF_PAYMENT)):
            found[name] = _read(name, section)
    return found, of_payments


def _read_of_payment(step: str, section: Section) -> StepRule:
    """Read who may not do a step of a payment; its place among the steps is given."""
    if not section.has("not_by"):
        section.problem(say("{key} is missing", key="not_by"))
    not_by = section.texts("not_by")
    for other in not_by:
        one_of(section, "not_by", other, PAYMENT_ORDER[: PAYMENT_ORDER.index(step)])
    source = section.text("source", required=True)
    section.finish()
    return StepRule(not_by=not_by, source=source)


def _read(step: str, section: Section) -> StepRule:
    required = section.flag("required") if step != PUBLISHED else None
    days = _days(section) if step == ANNOUNCED else None
    names = section.text("names") if step == ANNOUNCED else ""
    if names:
        one_of(section, "names", names, NAMINGS)
    not_by = section.texts("not_by") if section.has("not_by") else None
    for other in not_by or ():
        one_of(section, "not_by", other, ORDER[: ORDER.index(step)])
    source = section.text("source", required=True)
    section.finish()
    return StepRule(required, days, not_by, source, names)


def _days(section: Section) -> int | None:
    number = section.number("days")
    if number is None:
        return None
    if number % ONE or not ONE <= number <= LONGEST * ONE:
        section.problem(say("must be a whole number of days from 1 to {most}", most=LONGEST), "days")
        return None
    return int(number // ONE)


def check_step_rules(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Check that whoever is kept from a step is kept from it by one that is demanded."""
    for step, rule in policy.steps.items():
        for other in rule.not_by or ():
            if other in STEPS and not (other in policy.steps and policy.steps[other].required):
                yield (
                    places[STEP_RULES, step]
                    .at("not_by")
                    .problem(
                        say("{step} is no step that the policy demands", step=in_quotes(other)),
                        say("demand it: [steps.{step}] required = true", step=other),
                    )
                )

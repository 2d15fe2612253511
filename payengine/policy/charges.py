"""Charges: what each component draws on, a pool, the performance-pay total or neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from payengine.errors import Problem
from payengine.policy.model import OUTSIDE, TOTAL, Component, Policy
from payengine.policy.toml import KeyPath, Section
from payengine.suggest import hint
from payengine.texts import in_quotes, say

_POOL_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
KEYS = ("charged_to", "outside_by", "charged_after")
# Endings of a pool's own figures: what is charged to it, the pool before that, and what is left of a shipped pool (of a
# pool of the policy what is left has the pool's own name).
CHARGED, BEFORE, LEFT = "_charged", "_before_charges", "_left"


@dataclass(frozen=True)
class Charge:
    """A layer's entry of a component's charge, in the place of an earlier layer's."""

    charged_to: str
    outside_by: str
    charged_after: tuple[str, ...]


def read_charge(section: Section) -> Charge | None:
    """Read the keys of a component's charge; None where the layer says nothing of it."""
    if not any(section.has(key) for key in KEYS):
        return None
    charged_to = section.text("charged_to", required=True)
    if charged_to and not _POOL_NAME.fullmatch(charged_to):
        pool = charged_to.partition("[")[0]
        remedy = say('charge it to a pool, "total" or "outside"')
        if _POOL_NAME.fullmatch(pool):
            remedy = say('a charge is taken from a whole pool: charged_to = "{pool}"', pool=pool)
        section.problem(say("{name} is no pool, so nothing can be charged to it", name=in_quotes(charged_to)),
                        "charged_to", remedy)  # fmt: skip
        charged_to = pool  # what would follow from the mistake is not told beside it
    charge = Charge(charged_to, section.text("outside_by"), section.texts("charged_after"))
    if charged_to == OUTSIDE and not charge.outside_by:
        section.problem(
            say("stands outside the performance-pay total, and no clause is named"), "outside_by",
            say('write outside_by = "CLAUSE", or charged_to = "total"'),
        )  # fmt: skip
    if charged_to != OUTSIDE and charge.outside_by:
        section.problem(say('names a clause, but is not charged_to = "outside"'), "outside_by")
    if charged_to in (TOTAL, OUTSIDE) and charge.charged_after:
        section.problem(say("only draws on a pool have an order"), "charged_after")
    return charge


def charged_first(policy: Policy, name: str) -> tuple[str, ...]:
    """List all draws on a component's pool taken before its own, in the policy's order."""
    found: dict[str, None] = {}
    waiting = list(policy.components[name].charged_after)
    while waiting:
        one = waiting.pop()
        if one not in found and one in policy.components:
            found[one] = None
            waiting += policy.components[one].charged_after
    return tuple(one for one in policy.components if one in found)


def drawing_on(policy: Policy, pool: str, names: Sequence[str]) -> list[Component]:
    """List the components among `names` that are charged to a pool."""
    return [one for one in policy.components.values() if one.name in names and one.drawn_on == pool]


def pools_drawn_on(policy: Policy, outputs: Sequence[str]) -> list[str]:
    """List the pools to which any of the outputs is charged."""
    found = [policy.components[name].drawn_on for name in outputs if name in policy.components]
    return list(dict.fromkeys(pool for pool in found if pool))


def with_charged(policy: Policy) -> Policy:
    """List in totals by charge the components that any run pays inside the total."""
    paid = {name for names in policy.outputs.values() for name in names}
    inside = [one.name for one in policy.components.values() if one.name in paid and one.is_inside]
    totals = {
        name: total if not total.charged_to else replace(
            total, components=tuple(one for one in inside if one not in total.without), without=(), charged_to=""
        )
        for name, total in policy.totals.items()
    }  # fmt: skip
    return replace(policy, totals=totals)


def with_draws(policy: Policy, outputs: Sequence[str]) -> tuple[str, ...]:
    """Add to outputs the account of every pool that they draw on: whole, charged, left."""
    found = list(outputs)
    for name in outputs:
        pool = policy.components[name].drawn_on if name in policy.components else ""
        if pool:
            own = pool in policy.figures
            found += (
                [f"{pool}{BEFORE}", f"{pool}{CHARGED}", pool] if own else [pool, f"{pool}{CHARGED}", f"{pool}{LEFT}"]
            )
    return tuple(dict.fromkeys(found))


def charge_problems(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Find draws whose order names no draw on the same pool, or that wait for each other."""
    for name, one in policy.components.items():
        place = places[one.layer, name].at("charged_after")
        for earlier in one.charged_after:
            other = policy.components.get(earlier)
            if other is None:
                what = say("{name} is no component", name=in_quotes(earlier))
                yield place.problem(what + hint(earlier, policy.components))
            elif other.charged_to != one.charged_to:
                yield place.problem(
                    say("{name} is not charged to {pool}", name=in_quotes(earlier), pool=one.charged_to)
                )
        if name in charged_first(policy, name):
            yield place.problem(say("the draws wait for each other"))

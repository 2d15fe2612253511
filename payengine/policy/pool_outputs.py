"""Figures that runs of pools report by themselves: what is carried, what minimums lack."""

from __future__ import annotations

from collections.abc import Sequence

from payengine.policy.model import Policy

GIVEN, CARRIED, USED = "_given", "_carried", "_used"  # endings of a carried pool's own figures
CARRY = "carried"  # what a policy says of such a pool
LACKING = "_lacking"  # the ending of what a guaranteed minimum still lacks
PERSONS = "_persons"  # after it: the ending of how many persons lack it


def with_carried(policy: Policy, outputs: Sequence[str]) -> tuple[str, ...]:
    """Add to outputs what later months must know of carried pools, and what minimums lack."""
    found = list(outputs)
    for name in outputs:
        line = policy.components.get(name)
        if line is None or line.calculation is None or not line.calculation.pool:
            continue
        if line.calculation.at_least:
            found += [f"{name}{LACKING}", f"{name}{LACKING}{PERSONS}"]
        pool = line.calculation.pool.partition("[")[0]
        figure = policy.figures.get(pool)
        if figure is not None and figure.calculation.unclaimed == CARRY:
            found += [pool, *(f"{pool}{ending}" for ending in (GIVEN, CARRIED, USED))]
    return tuple(dict.fromkeys(found))

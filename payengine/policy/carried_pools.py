"""Pools whose rest is carried to later months: the figures by which the months remember it."""

from __future__ import annotations

from collections.abc import Sequence

from payengine.policy.model import Policy

GIVEN, CARRIED, USED = "_given", "_carried", "_used"  # endings of a carried pool's own figures
CARRY = "carried"  # what a policy says of such a pool


def with_carried(policy: Policy, outputs: Sequence[str]) -> tuple[str, ...]:
    """Add to outputs what later months must know of the carried pools that they share out."""
    found = list(outputs)
    for name in outputs:
        line = policy.components.get(name)
        if line is None or line.calculation is None or not line.calculation.pool:
            continue
        pool = line.calculation.pool.partition("[")[0]
        figure = policy.figures.get(pool)
        if figure is not None and figure.calculation.unclaimed == CARRY:
            found += [pool, *(f"{pool}{ending}" for ending in (GIVEN, CARRIED, USED))]
    return tuple(dict.fromkeys(found))

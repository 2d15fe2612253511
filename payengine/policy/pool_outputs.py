"""Figures that runs of pools report by themselves: money, parts, carry, lacking minimums.

They are reported whether or not the policy lists them among its outputs: what a month leaves of a carried pool would
else be forgotten, and nobody would see what a pool held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from payengine.periods import MONTH
from payengine.policy.calculation import Calculation
from payengine.policy.model import Policy

GIVEN, CARRIED, USED = "_given", "_carried", "_used"  # endings of a carried pool's own figures
CARRY = "carried"  # what a policy says of such a pool
PARTS = "_parts"  # the ending of a pool's parts
LACKING = "_lacking"  # the ending of what a guaranteed minimum still lacks
PERSONS = "_persons"  # after it: the ending of how many persons lack it


def with_pools(policy: Policy, outputs: Sequence[str], kind: str) -> tuple[str, ...]:
    """Add to a kind of period's outputs the account of its pools, and what minimums lack.

    Its pools are those that its lines reach and, of a month that computes anything, every carried one.
    """
    found = list(outputs)
    for name in outputs:
        line = policy.components.get(name)
        if line is not None and line.calculation is not None and line.calculation.pool and line.calculation.at_least:
            found += [f"{name}{LACKING}", f"{name}{LACKING}{PERSONS}"]
    reached = _reached(policy, outputs)
    for name, figure in policy.figures.items():
        carries = figure.calculation.unclaimed == CARRY
        if not figure.is_pool or not (name in reached or (carries and outputs and kind == MONTH)):
            continue
        found.append(name)
        found += [f"{name}{ending}" for ending in (GIVEN, CARRIED, USED)] if carries else []
        found += [f"{name}{PARTS}"] if figure.calculation.parts else []
    return tuple(dict.fromkeys(found))


def _reached(policy: Policy, outputs: Sequence[str]) -> set[str]:
    """Collect the names of the policy that the outputs are calculated from or charged to."""
    found: set[str] = set()
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        figure = policy.figures.get(name)
        if figure is not None:
            waiting += _named(figure.calculation)
        line = policy.components.get(name) or policy.statements.get(name)
        if line is not None:
            waiting += [] if line.calculation is None else _named(line.calculation)
            waiting += [line.drawn_on] if line.drawn_on else []
    return found


def _named(calculation: Calculation) -> Iterator[str]:
    for text in (*calculation.operands(), calculation.pool, calculation.divides):
        if text:
            yield text.partition("[")[0]

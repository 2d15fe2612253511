"""Money of a carried pool: the pools by which it reaches lines.

What a month leaves of a carried pool is what it held less what all lines paid of it. A line that takes it by way of a
rate or a figure pays money of which no account is kept, and the next month would have the same money again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from payengine.errors import Problem
from payengine.policy.calculation import Calculation
from payengine.policy.charges import BEFORE
from payengine.policy.model import Policy
from payengine.policy.pool_outputs import CARRIED, CARRY, GIVEN, PARTS
from payengine.policy.toml import KeyPath
from payengine.texts import say

_HOLDING = ("", GIVEN, CARRIED, PARTS, BEFORE)  # endings of a pool's figures that hold its money


def pools_of_money(policy: Policy, pool: str) -> list[str]:
    """List a pool and all pools made of its money alone, in the order found.

    These are the pools that divide it or one of its parts (`divides`), and those whose only summand it is (`add`).
    """
    found = [pool]
    for one in found:  # grows while it is read
        found += [
            name for name, figure in policy.figures.items()
            if figure.is_pool and name not in found and _taken_from(figure.calculation) == one
        ]  # fmt: skip
    return found


def carried_money_problems(policy: Policy, places: Mapping[tuple[str, str], KeyPath]) -> Iterator[Problem]:
    """Refuse `unclaimed = "carried"` where money leaves the pool and nobody can tell how much."""
    for pool, figure in policy.figures.items():
        if not figure.is_pool or figure.calculation.unclaimed != CARRY:
            continue
        place = places[figure.layer, pool].at("unclaimed")
        known = pools_of_money(policy, pool)
        for name in known[1:]:
            if policy.figures[name].calculation.unclaimed == CARRY:
                yield place.problem(
                    say("{other} is made of {pool} and carried too: the same money would be carried twice",
                        other=name, pool=pool),
                    say('write unclaimed = "carried" only in {pool}', pool=pool),
                )  # fmt: skip
        made = _made_of(policy, known)
        for line in policy.components.values():
            calculation = line.calculation
            if calculation is None or line.drawn_on in known or _base(calculation.pool) in known:
                continue
            by = next((name for name in _named(calculation) if _is_of(name, [*known, *made])), "")
            if by:
                yield place.problem(
                    say("{line} is paid of {pool} by way of {by}, so nobody can tell how much of it is used: the same "
                        "money would be paid again in the next month", line=line.name, pool=pool, by=by),
                    say('let {line} share in it (pool = "{pool}", weights = "..."; or a pool that divides it, or that '
                        'has add = ["{pool}"] alone), or write unclaimed = "reported"', line=line.name, pool=pool),
                )  # fmt: skip


def _taken_from(calculation: Calculation) -> str:
    """Return the pool of which alone a pool is a share; '' where other money can be in it."""
    if calculation.divides:
        return _base(calculation.divides)
    alone = len(calculation.add) == 1 and not (
        calculation.subtract or calculation.source or calculation.otherwise
        or calculation.at_least or calculation.level == "consortium"
    )  # fmt: skip
    return _base(calculation.add[0]) if alone else ""


def _made_of(policy: Policy, known: list[str]) -> list[str]:
    """List the other figures and pools that are computed from the pool's money."""
    found: list[str] = []
    while True:
        more = [
            name for name, figure in policy.figures.items()
            if name not in known and name not in found
            and any(_is_of(one, [*known, *found]) for one in _named(figure.calculation))
        ]  # fmt: skip
        if not more:
            return found
        found += more


def _is_of(name: str, made: list[str]) -> bool:
    return any(name == f"{one}{ending}" for one in made for ending in _HOLDING)


def _named(calculation: Calculation) -> Iterator[str]:
    for text in (*calculation.operands(), calculation.pool, calculation.divides):
        if text:
            yield _base(text)


def _base(text: str) -> str:
    return text.partition("[")[0]

"""Draws on pools: the figures that follow from what a policy charges to each.

Of a pool there is `NAME_charged`, what the period's run charges to it; of each component charged to one,
`left_for_COMPONENT`, the pool less the draws that come before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from payengine.errors import Problem
from payengine.graph import INSTITUTION, YUAN, Column, Formula, Rules
from payengine.policy import Policy
from payengine.policy.charges import BEFORE, CHARGED, LEFT, charged_first, drawing_on, pools_drawn_on
from payengine.suggest import hint
from payengine.texts import in_quotes, say

LEFT_FOR = "left_for_"
_SOURCE = "policy"


def charge_formulas(policy: Policy, outputs: Sequence[str]) -> Iterator[Formula]:
    """Make the figures of all pools that the outputs draw on."""
    for pool in pools_drawn_on(policy, outputs):
        draws = [one.name for one in drawing_on(policy, pool, outputs)]
        label = policy.figures[pool].label if pool in policy.figures else pool
        yield _formula(f"{pool}{CHARGED}", f"{label}：列支项目", draws)
        whole = f"{pool}{BEFORE}" if pool in policy.figures else pool
        for name in draws:
            earlier = [one for one in charged_first(policy, name) if one in draws]
            yield _formula(
                f"{LEFT_FOR}{name}", f"{label}：可列支余额（{policy.components[name].label}）", earlier, whole
            )


def charge_problems(policy: Policy, rules: Rules, kind: str) -> Iterator[Problem]:
    """Find charges to what is no pool, and deemed pay that does not follow its charge."""
    outputs, choices = policy.formulas(kind)
    place = say("policy {code}", code=policy.code)
    known = _chargeable(policy, rules)
    for pool in pools_drawn_on(policy, outputs):
        if pool not in known:
            what = say("{name} is no pool, so nothing can be charged to it", name=in_quotes(pool)) + hint(pool, known)
            yield Problem(what, place, column="charged_to", remedy=say('charge it to a pool, "total" or "outside"'))
        elif pool in policy.figures and policy.figures[pool].calculation.level not in ("", "institution"):
            yield Problem(say("only a pool of an institution is charged"), place, column=pool)
    name = "deemed_performance_pay"
    if name in outputs and name not in policy.figures:
        within = choices.get(name) == "deemed_within_pool"
        if within and not policy.components[name].drawn_on:
            remedy = say('write [components.{name}] charged_to = "workload_pool"', name=name)
            yield Problem(
                say("it is paid from within a pool, but is charged to none"), place, column=name, remedy=remedy
            )
        elif policy.components[name].drawn_on and not within and policy.components[name].calculation is None:
            remedy = say('choose {name} = "deemed_within_pool"', name=name)
            yield Problem(
                say("it is charged to a pool, but paid by a mean of what the pool pays"),
                place,
                column=name,
                remedy=remedy,
            )


def _chargeable(policy: Policy, rules: Rules) -> list[str]:
    """List the pools to which a component can be charged: shipped ones, and the policy's own."""
    shipped = [name.removesuffix(CHARGED) for name in rules.variants if name.endswith(CHARGED)]
    return [*shipped, *(name for name, one in policy.figures.items() if one.is_pool)]


def without_unknown_draws(policy: Policy, rules: Rules, outputs: Sequence[str]) -> tuple[str, ...]:
    """Leave out the account of what is no pool; `charge_problems` tells the cause once."""
    known = _chargeable(policy, rules)
    lost = {
        f"{pool}{ending}" for pool in pools_drawn_on(policy, outputs) if pool not in known
        for ending in ("", CHARGED, LEFT)
    }  # fmt: skip
    return tuple(name for name in outputs if name not in lost)


def undeclared(policy: Policy, outputs: Sequence[str]) -> list[str]:
    """List the paid components of which no layer says what they are charged to."""
    return [name for name in outputs if name in policy.components and not policy.components[name].charged_to]


def _formula(name: str, label: str, parts: Sequence[str], whole: str = "") -> Formula:
    """Make the sum of draws, or (`whole`) what they leave of the pool."""

    def summed(**columns: Column) -> Column | int:
        """All draws of the policy's order, on the institution's line."""
        pool = columns.pop(whole, None)
        raised = [column.sum(INSTITUTION) for column in columns.values()]
        total = sum(raised[1:], start=raised[0]) if raised else 0
        return total if pool is None else pool - total

    arguments = (*([whole] if whole else []), *parts)
    return Formula(summed, name, name, INSTITUTION, YUAN, label, _SOURCE, arguments, report=True)

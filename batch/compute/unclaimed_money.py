"""Money of pools that reaches nobody: of which pool, how much, and where.

What a policy carries to the next month, or leaves in the pool by `cut = "pool"`, is not told; what is split by hand
tells `batch.compute.hand_split`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from batch.compute.hand_split import weights_of
from payengine.exact import FEN
from payengine.exact.amounts import decimal_text
from payengine.graph import CONSORTIUM, Column, Evaluation, Keyed, Level
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.carried_money import pools_of_money
from payengine.policy.pool_outputs import CARRY, PARTS
from payengine.suggest import listed
from payengine.texts import say

MOST_NAMED = 10  # institutions or departments named in a warning; all stand among the reports
STAYS = "pool"


def unclaimed_money(evaluation: Evaluation, policy: Policy) -> Iterator[str]:
    """Yield a warning for each line or pool that divides money of which some reaches nobody."""
    kept = _carried(policy)
    for divided in evaluation.pools:
        calculation = _calculation(policy, divided.formula)
        pool = (calculation.pool or calculation.divides).partition("[")[0] if calculation is not None else ""
        if calculation is None or not pool or pool in kept or calculation.weights == weights_of(divided.formula):
            continue
        left = divided.retained > 0
        if calculation.cut == STAYS:
            left &= divided.shared == 0
        if divided.not_given is not None:
            left &= ~divided.not_given
        yield from _told(evaluation, policy, divided.formula, pool, divided.level, np.where(left, divided.retained, 0))
    for name, figure in policy.figures.items():
        parts, whole = evaluation.values.get(f"{name}{PARTS}"), evaluation.values.get(name)
        if name in kept or not figure.calculation.parts or not isinstance(whole, Column):
            continue
        if isinstance(parts, Keyed):  # no part has a claim, so none has money
            left_over = whole.data.values - sum(part.data.values for _, part in parts.items())
            yield from _told(evaluation, policy, name, name, whole.level, np.maximum(left_over, 0))


def _carried(policy: Policy) -> set[str]:
    carried = [name for name, one in policy.figures.items() if one.is_pool and one.calculation.unclaimed == CARRY]
    return {pool for name in carried for pool in pools_of_money(policy, name)}


def _calculation(policy: Policy, name: str) -> Calculation | None:
    if name in policy.figures:
        return policy.figures[name].calculation
    line = policy.components.get(name)
    return None if line is None else line.calculation


def _told(
    evaluation: Evaluation, policy: Policy, name: str, pool: str, level: Level, amounts: npt.NDArray[np.int64]
) -> Iterator[str]:
    """Yield the warning of one division, where something is left."""
    rows = np.flatnonzero(amounts).tolist()
    if not rows:
        return
    places = [] if level is CONSORTIUM else [evaluation.frame.code(level, row) for row in rows]
    codes = ["/".join(filter(None, place)) for place in places]
    yield say(
        "{name}: {amount} yuan of {pool} reach nobody, at {places}: nobody there has a weight, or all have their most",
        name=policy.figures[name].label if name in policy.figures else policy.components[name].label,
        amount=decimal_text(int(amounts.sum()), FEN),
        pool=policy.figures[pool].label if pool in policy.figures else pool,
        places=listed(codes, MOST_NAMED) if any(codes) else say("the whole run"),
    )

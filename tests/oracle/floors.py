"""The floor of public-health staff paid from outside, and the fixed share to date: amounts in fen, plainly."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from oracle.demo import largest_remainder
from oracle.values import by_bytes

People = Mapping[str, int]


def top_up(pay: People, weight: Mapping[str, Fraction], group: set[str]) -> tuple[int, dict[str, int]] | None:
    """Per head, and for each of the group: so much that the group's mean is the mean of all, which it raises itself.

    t = (S/n - S_g/m) / (1 - m/n), rounded up. None where nobody or everybody is of the group: nothing to compare.
    """
    counted = {who for who in pay if weight[who] > 0}
    own = counted & group
    n, m = sum(weight[who] for who in counted), sum(weight[who] for who in own)
    if not m or m == n:
        return None
    gap = Fraction(sum(pay[who] for who in counted)) / n - Fraction(sum(pay[who] for who in own)) / m
    per_head = max(ceil(gap / (1 - m / n)), 0)
    return per_head, {who: ceil(per_head * weight[who]) for who in own}


def lacking(fixed: int, gross: int, floor: Fraction) -> int:
    """How much more of the same pay would have to be fixed, up to the fen."""
    return max(ceil(floor * gross - fixed), 0)


def converted(lack: int, variable: People) -> dict[str, int]:
    """What becomes fixed of the variable pay of this run: what is lacking, by proportion, no more than there is."""
    people = sorted(variable, key=by_bytes)
    weights = [max(variable[who], 0) for who in people]
    return dict(zip(people, largest_remainder(min(lack, sum(weights)), weights), strict=True))

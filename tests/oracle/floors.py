"""Parts of floors and of the fixed share: means, top-ups, payers; amounts in fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil

from tests.oracle.demo import largest_remainder
from tests.oracle.values import by_bytes

People = Mapping[str, int]
Weights = Mapping[str, Fraction]


def mean(pay: People, weight: Weights, of: Iterable[str]) -> Fraction | None:
    """Pay per head or person-month of some who count; None where nobody does."""
    counted = {who for who in of if weight[who] > 0}
    return Fraction(sum(pay[who] for who in counted)) / sum(weight[who] for who in counted) if counted else None


def comparable(weight: Weights, group: set[str]) -> bool:
    """Somebody who counts is of the group, and somebody is not."""
    counted = {who for who in weight if weight[who] > 0}
    return bool(counted & group) and bool(counted - group)


def top_up(pay: People, weight: Weights, group: set[str], inside: bool = False) -> tuple[int, dict[str, int]] | None:
    """Raise a group by one amount per head so that its mean is the mean of all.

    Gives the amount per head, and that of each of the group; the raise itself raises the mean of all. t = (S/n - S_g/m)
    / (1 - m/n), rounded up; if the institution's other persons pay, the mean stays as it is, and t is the gap itself.
    None where nobody or everybody is of the group: nothing to compare.
    """
    if not comparable(weight, group):
        return None
    own = {who for who in group if weight[who] > 0}
    n, m = sum(weight.values()), sum(weight[who] for who in own)
    gap = (mean(pay, weight, pay) or 0) - (mean(pay, weight, own) or 0)
    per_head = max(ceil(gap if inside else gap / (1 - m / n)), 0)
    return per_head, {who: ceil(per_head * weight[who]) for who in own}


def raised_together(pay: People, group: set[str]) -> dict[str, int]:
    """Raise everybody of the group, with outside money, to the mean of all after the raise.

    One head each; the line is the least amount that is not below that mean. Found by halving; raising one of many by a
    fen raises the mean by less than a fen.
    """
    low, high = min(pay.values()), max(pay.values())
    while low < high:
        line = (low + high) // 2
        after = sum(pay.values()) + sum(max(line - pay[who], 0) for who in group)
        low, high = (low, line) if line * len(pay) >= after else (line + 1, high)
    return {who: max(low - pay[who], 0) for who in group}


def to_lines(pay: People, weight: Weights, lines: Weights) -> dict[str, int]:
    """Compute each person's gap to his own line, per head or person-month, up to the fen."""
    return {who: max(ceil(line * weight[who]) - pay[who], 0) for who, line in lines.items()}


def shared(gap: Fraction | int, weight: Weights, group: Iterable[str]) -> dict[str, int]:
    """A gap of a group, rounded up, divided by weight by largest remainder; ties by code."""
    of = sorted(group, key=by_bytes)
    if not of or gap <= 0:
        return dict.fromkeys(of, 0)
    return dict(zip(of, largest_remainder(ceil(gap), [weight[who] for who in of]), strict=True))


def in_proportion(money: int, weights: People) -> dict[str, int]:
    """Divide by largest remainder; ties go by code."""
    people = sorted(weights, key=by_bytes)
    return dict(zip(people, largest_remainder(money, [weights[who] for who in people]), strict=True))


def taken(asked: int, variable: People, most: People) -> dict[str, int]:
    """Collect an amount from others in proportion to their variable pay, no more than they can.

    A person who can give less than that gives all he can, beginning with the one who can give the smallest part of his,
    and the others give the rest.
    """
    givers = sorted((who for who in most if most[who] > 0), key=lambda who: Fraction(most[who], variable[who]))
    rest = min(asked, sum(most.values()))
    given: dict[str, int] = {}
    while givers and rest * variable[givers[0]] >= most[givers[0]] * sum(variable[who] for who in givers):
        full = givers.pop(0)
        given[full] = most[full]
        rest -= most[full]
    return given | in_proportion(rest, {who: variable[who] for who in givers})


def lacking(fixed: int, gross: int, floor: Fraction) -> int:
    """Compute how much more of the same pay would have to be fixed, up to the fen."""
    return max(ceil(floor * gross - fixed), 0)


def converted(lack: int, variable: People) -> dict[str, int]:
    """Turn variable pay of this run into fixed: the lacking amount, by proportion.

    It is no more than the variable pay that there is.
    """
    weights = {who: max(fen, 0) for who, fen in variable.items()}
    return in_proportion(min(lack, sum(weights.values())), weights)

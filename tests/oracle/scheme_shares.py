"""Shares of money by weight, to the fen by largest remainder, also within limits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

Name = TypeVar("Name")


def in_fen(exact: dict[Name, Fraction]) -> dict[Name, int]:
    """Round shares down, then give a fen each to the largest remainders, the first first."""
    floors = {name: share.numerator // share.denominator for name, share in exact.items()}
    total = sum(exact.values(), Fraction(0))
    left = total.numerator // total.denominator - sum(floors.values())
    order = sorted(exact, key=lambda name: floors[name] - exact[name])
    for name in order[:left]:
        floors[name] += 1
    return floors


def divided(pool: int, weights: dict[Name, Fraction]) -> dict[Name, int]:
    """Divide a pool by weight; nothing where nobody has a weight."""
    total = sum(weights.values(), Fraction(0))
    if not total:
        return dict.fromkeys(weights, 0)
    return in_fen({name: pool * weight / total for name, weight in weights.items()})


def limited(
    pool: int, weights: dict[Name, Fraction], least: dict[Name, int], most: dict[Name, int | None], to_others: bool
) -> dict[Name, int]:
    """Divide a pool so that nobody has less than the minimum or more than the cap.

    A share is one multiple of the weight for all, raised to the minimum and cut to the cap. Where the cut stays in the
    pool, the multiple is the one that holds without caps.
    """
    floor = {name: least[name] if (cap := most[name]) is None else min(least[name], cap) for name in weights}
    if pool <= sum(floor.values()):
        return divided(pool, {name: Fraction(one) for name, one in floor.items()})
    if not to_others:
        free = in_fen(_level(pool, weights, floor, dict.fromkeys(weights)))
        return {name: share if (cap := most[name]) is None else min(share, cap) for name, share in free.items()}
    return in_fen(_level(pool, weights, floor, most))


def _level(
    pool: int, weights: dict[Name, Fraction], least: dict[Name, int], most: dict[Name, int | None]
) -> dict[Name, Fraction]:
    """Find the multiple of the weights at which the shares make up the pool."""

    def at(multiple: Fraction) -> dict[Name, Fraction]:
        found = {}
        for name, weight in weights.items():
            share = max(multiple * weight, Fraction(least[name]))
            cap = most[name]
            found[name] = share if cap is None else min(share, Fraction(cap))
        return found

    marks: Sequence[Fraction] = sorted(
        {Fraction(limit) / weight for side in (least, most) for name, weight in weights.items()
         if weight and (limit := side[name]) is not None}
    )  # fmt: skip
    low = Fraction(0)
    for mark in marks:
        if sum(at(mark).values()) > pool:
            break
        low = mark
    shares = at(low)
    free = [
        name for name, weight in weights.items()
        if weight and low * weight >= least[name] and ((cap := most[name]) is None or low * weight < cap)
    ]  # fmt: skip
    rest = pool - sum(shares.values())
    together = sum((weights[name] for name in free), Fraction(0))
    for name in free:
        shares[name] += rest * weights[name] / together
    return shares

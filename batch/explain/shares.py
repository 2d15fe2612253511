"""Shares of causes in a difference: Shapley values, and their statement in whole fen.

A cause's share is the mean, over all orders in which the causes could have changed one after another, of what its
change made. So no order is preferred, a cause that changes nothing has no share, and the shares add up to the
difference. They are fractions of a fen, exactly; `whole_fen` states them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TypeVar

C = TypeVar("C", bound=Hashable)


def shapley(causes: Sequence[C], value: Callable[[frozenset[C]], int]) -> dict[C, Fraction]:
    """Compute the share of each cause in value(all) - value(none).

    `value` is the amount with some causes as they are now and the others as they were; it is asked once for each set.
    """
    count = len(causes)
    values = {
        frozenset(some): value(frozenset(some)) for size in range(count + 1) for some in combinations(causes, size)
    }
    shares = {}
    for cause in causes:
        total = 0  # in parts of count!: the orders in which exactly `some` changed before
        for some, before in values.items():
            if cause not in some:
                orders = factorial(len(some)) * factorial(count - len(some) - 1)
                total += orders * (values[some | {cause}] - before)
        shares[cause] = Fraction(total, factorial(count))
    return shares


def whole_fen(shares: Mapping[C, Fraction], total: int) -> dict[C, int]:
    """State shares in whole fen that add up to `total`, by largest remainder.

    Each is rounded down, and the fen that are missing go to the largest remainders; of equal ones to the first.
    `ValueError` where the shares do not add up to `total`.
    """
    if sum(shares.values()) != total:
        raise ValueError(f"shares add up to {sum(shares.values())}, not to {total}")
    stated = {cause: share.numerator // share.denominator for cause, share in shares.items()}
    missing = total - sum(stated.values())
    largest = sorted(shares, key=lambda cause: stated[cause] - shares[cause])  # stable: the first of equal ones first
    for cause in largest[:missing]:
        stated[cause] += 1
    return stated

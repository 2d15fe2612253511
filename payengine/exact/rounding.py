"""Modes of rounding, and the decimals at which each kind of number is stated."""

from __future__ import annotations

from enum import IntEnum
from fractions import Fraction

FEN = 2  # money
RATE = 4  # shares, rates, prices
COEFFICIENT = 4
POINTS = 6  # points and weights


class Rounding(IntEnum):
    """Mode that decides where a number between two representable ones goes.

    The values are those of the kernel.
    """

    HALF_UP = 0  # to the nearest; a half away from zero
    HALF_EVEN = 1  # to the nearest; a half to the even one
    UP = 2  # away from zero
    DOWN = 3  # to zero
    CEILING = 4  # to the greater
    FLOOR = 5  # to the smaller


HALF_UP, HALF_EVEN, UP, DOWN, CEILING, FLOOR = Rounding


def rounded(number: Fraction, mode: Rounding) -> int:
    """Round a fraction to a whole number: for the rare rows beyond the kernel's 128 bits."""
    negative = number < 0
    whole, rest = divmod(abs(number.numerator), number.denominator)
    twice = 2 * rest
    away = rest > 0 and (
        mode == UP
        or (mode == CEILING and not negative)
        or (mode == FLOOR and negative)
        or (mode == HALF_UP and twice >= number.denominator)
        or (mode == HALF_EVEN and (twice > number.denominator or (twice == number.denominator and whole % 2 == 1)))
    )
    whole += away
    return -whole if negative else whole

"""Modes of rounding, for use inside kernels."""

from __future__ import annotations

from payengine.kernels.compile import inlined

HALF_UP, HALF_EVEN, UP, DOWN, CEILING, FLOOR = range(6)


@inlined
def goes_up(mode: int, negative: bool, odd: bool, some_rest: bool, order_of_twice_the_rest: int) -> bool:
    """Tell if a magnitude with a rest goes away from zero.

    The last argument is -1, 0, 1: below, at, above a half.
    """
    nearest = (mode == HALF_UP) | (mode == HALF_EVEN)
    above = nearest & (order_of_twice_the_rest > 0)
    tie = (order_of_twice_the_rest == 0) & ((mode == HALF_UP) | ((mode == HALF_EVEN) & odd))
    directed = (mode == UP) | ((mode == CEILING) & (not negative)) | ((mode == FLOOR) & negative)
    return some_rest & (above | tie | directed)

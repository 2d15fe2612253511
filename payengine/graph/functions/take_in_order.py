"""Claims on one amount, met one after another, each as far as the rest reaches."""

from __future__ import annotations

from payengine.graph.values.column import Column, minimum
from payengine.graph.values.keyed import Keyed


def take_in_order(claims: Keyed, available: Column) -> Keyed:
    """Meet the claims in the order of the keys, each as far as what is left reaches.

    Claims and what is available are not below zero.
    """
    left, taken = available, {}
    for key, claim in claims.items():
        taken[key] = minimum(claim, left)
        left = left - taken[key]
    return Keyed(claims.scope, claims.axis, taken, claims.pattern)

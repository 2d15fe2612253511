"""Money that several parties claim one after another, each as far as what is left reaches."""

from __future__ import annotations

from payengine.graph.values.column import Column, minimum
from payengine.graph.values.keyed import Keyed


def take_in_order(claims: Keyed, available: Column) -> Keyed:
    """What each claim gets of what is available, in the order of the keys; claims and what is available are >= 0."""
    left, taken = available, {}
    for key, claim in claims.items():
        taken[key] = minimum(claim, left)
        left = left - taken[key]
    return Keyed(claims.scope, claims.axis, taken)

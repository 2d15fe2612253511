"""Rounding of parts so that each group's parts add up to the rounding of its exact sum.

Three thirds of 100.00 are 33.33, 33.34 and 33.33, and an amount cut into parts differently has the same sum.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from payengine.exact.column import Exact
from payengine.exact.errors import overflow
from payengine.exact.rounding import HALF_UP, rounded
from payengine.kernels.arrays import Int64


def round_parts(parts: Exact, offsets: Int64, decimals: int) -> Exact:
    """Round contiguous groups as they add up: group g is rows offsets[g] to offsets[g + 1].

    Half away from zero. A row has the rounded sum up to and with it, less the rounded sum before it; so it is at most
    one unit away from its own exact value, and a group of one row is rounded as ever. `decimals` is not below zero.
    `ExactOverflow` where a sum does not fit.
    """
    several = np.diff(offsets) > 1
    if not several.any():
        return parts.round(decimals)
    if not parts.has_one_denominator:
        return _of_fractions(parts, offsets, decimals, np.flatnonzero(several))
    up_to = parts.running_by(offsets).round(decimals)
    before = np.zeros(len(up_to), np.int64)
    before[1:] = up_to.values[:-1]
    before[offsets[:-1][np.diff(offsets) > 0]] = 0
    return up_to - Exact(before, decimals)


def _of_fractions(parts: Exact, offsets: Int64, decimals: int, several: Int64) -> Exact:
    """Round quotients whose divisors differ row by row.

    Only groups of several rows are added up one by one.
    """
    values = parts.round(decimals).values.copy()
    for group in several.tolist():
        start, end = int(offsets[group]), int(offsets[group + 1])
        total, before = Fraction(0), 0
        for row, exact in enumerate(parts[start:end].fractions(), start):
            total += exact
            up_to = rounded(total * 10**decimals, HALF_UP)
            if not -(2**63) <= up_to - before < 2**63:
                raise overflow(row, 64)
            values[row], before = up_to - before, up_to
    return Exact(values, decimals)

"""Slices: an amount cut at thresholds, each part at its own rate."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from payengine.graph.values.column import Column, minimum
from payengine.graph.values.levels import CONSORTIUM
from payengine.graph.values.scope import FormulaError, meet, named
from payengine.texts import say


def slices(amount: Column, steps: Sequence[tuple[Column, Column]]) -> Column:
    """Add up what each slice of an amount is worth at its own rate, unrounded.

    `steps` are (threshold, rate), the lowest threshold first; what lies below the first is worth nothing. A rate may
    be negative. `FormulaError` for rows in which a threshold is below the one before, and for two that are the same
    for the whole run; where they only meet in a row, as at an own pay of 0, the slice between them is empty.
    """
    total: Column | None = None
    for number, (start, rate) in enumerate(steps):
        end = steps[number + 1][0] if number + 1 < len(steps) else None
        reached = amount if end is None else minimum(amount, end)
        part = (reached - start).positive_part() * rate
        total = part if total is None else total + part
    for (lower, _), (upper, _) in pairwise(steps):
        _rising(lower, upper)
    assert total is not None
    return total


def _rising(lower: Column, upper: Column) -> None:
    falls = upper < lower
    level = meet(falls)[0]
    if level is CONSORTIUM:
        falls = upper <= lower
    rows = np.array(falls.full(level), bool)
    for mark in falls.absent_at(level):
        rows &= ~mark.rows
    if rows.any():
        frame = falls.scope.frame
        codes = ["/".join(part for part in frame.code(level, int(row)) if part) for row in np.flatnonzero(rows)]
        raise FormulaError(
            say("the threshold {upper} is not above {lower} at {codes}",
                upper=upper.display_name, lower=lower.display_name, codes=named(codes) or say("the whole run")),
            remedy=say("Thresholds rise from slice to slice."),
        )  # fmt: skip

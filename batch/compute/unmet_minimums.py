"""Guaranteed minimums that a pool could not give: of how many persons, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from payengine.exact.amounts import decimal_text
from payengine.graph import Column, Evaluation
from payengine.policy import Policy
from payengine.policy.pool_outputs import LACKING, PERSONS
from payengine.suggest import listed
from payengine.texts import say

MOST_NAMED = 10  # institutions named in a warning; all stand among the reports


def unmet_minimums(evaluation: Evaluation, policy: Policy, outputs: Sequence[str]) -> Iterator[str]:
    """Yield a warning for each line of which persons have less than their minimum."""
    for name in outputs:
        lacking = evaluation.values.get(f"{name}{LACKING}")
        persons = evaluation.values.get(f"{name}{LACKING}{PERSONS}")
        if name not in policy.components or not isinstance(lacking, Column) or not isinstance(persons, Column):
            continue
        numbers = persons.data.values
        if not numbers.any():
            continue
        codes = [evaluation.frame.institutions[row] for row in np.flatnonzero(numbers).tolist()]
        yield say(
            "{line}: {n} person(s) have less than their minimum, {amount} yuan together, at {institutions}: the pool"
            " or the cap does not give more",
            line=policy.components[name].label, n=int(numbers.sum()),
            amount=decimal_text(int(lacking.data.values.sum()), lacking.data.scale),
            institutions=listed(codes, MOST_NAMED),
        )  # fmt: skip

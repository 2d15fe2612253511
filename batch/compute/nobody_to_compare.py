"""Clinics whose doctors are to be level with like staff of a centre, and have nobody there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from payengine.graph import Column, Evaluation
from payengine.suggest import listed
from payengine.texts import say

PAID = ("village_parity_pay", "village_parity_own_pay")  # lines that level the doctors' pay
DOCTORS = "village_nothing_to_compare"  # how many of an institution's doctors have nobody to be compared with
MOST_NAMED = 10  # institutions named in the warning


def figures_compared(outputs: Collection[str]) -> list[str]:
    """List the figures computed for the warning, whether or not the policy reports them."""
    return [DOCTORS] if set(PAID) & set(outputs) else []


def nobody_to_compare(evaluation: Evaluation) -> Iterator[str]:
    """Yield a warning that names the clinics without a line to compare with."""
    doctors = evaluation.values.get(DOCTORS)
    if not isinstance(doctors, Column) or not doctors.data.values.any():
        return
    codes = [evaluation.frame.institutions[row] for row in np.flatnonzero(doctors.data.values).tolist()]
    yield say(
        "parity of village doctors: {n} doctor(s) are compared with nobody and get none, at {institutions}: give the "
        "clinic a parent whose like staff are in the run",
        n=int(doctors.data.values.sum()),
        institutions=listed(codes, MOST_NAMED),
    )

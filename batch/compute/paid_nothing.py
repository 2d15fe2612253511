"""Persons engaged in a month whom no line pays anything: most likely forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from payengine.graph import STAFF, Evaluation
from payengine.periods import MONTH, Period
from payengine.policy import Component
from payengine.suggest import listed
from payengine.texts import say

MOST_TOLD = 20  # persons named; the rest is counted


def paid_nothing(evaluation: Evaluation, components: Iterable[Component], period: Period) -> Iterator[str]:
    """Yield a warning that names who is engaged in a month and paid nothing anywhere.

    A settlement pays whom it concerns, so that nothing is missing there.
    """
    if period.kind != MONTH:
        return
    frame = evaluation.frame
    paid = np.zeros(frame.rows(STAFF), bool)
    for component in components:
        column = evaluation.values[component.name]
        rows = np.flatnonzero(column.data.values)
        paid[rows if column.level is STAFF else frame.staff_of_engagement[rows]] = True
    persons = np.zeros(len(frame.staff_codes), bool)
    persons[frame.staff[paid]] = True
    unpaid = ~persons[frame.staff]
    forgotten = [" ".join(frame.code(STAFF, row)) for row in np.flatnonzero(unpaid).tolist()]
    if forgotten:
        yield say(
            "engaged in {period} and paid nothing: {n} person(s): {persons}",
            period=period, n=f"{len(forgotten):,}", persons=listed(forgotten, MOST_TOLD),
        )  # fmt: skip

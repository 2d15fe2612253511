"""Persons engaged in a month whom no line pays anything: most likely forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from payengine.graph import STAFF, Frame
from payengine.periods import MONTH, Period
from payengine.suggest import listed
from payengine.texts import say

MOST_TOLD = 20  # persons named; the rest is counted


def paid_nothing(lines: pa.Table, frame: Frame, period: Period) -> Iterator[str]:
    """Yield a warning that names who is engaged in a month and paid nothing anywhere.

    A settlement pays whom it concerns, so that nothing is missing there.
    """
    if period.kind != MONTH:
        return
    paid = pc.unique(lines.filter(pc.not_equal(lines["amount_fen"], 0))["staff"])
    unpaid = ~np.asarray(pc.is_in(pa.array(frame.staff_codes, pa.string()), value_set=paid))
    forgotten = [" ".join(frame.code(STAFF, row)) for row in np.flatnonzero(unpaid[frame.staff]).tolist()]
    if forgotten:
        yield say(
            "engaged in {period} and paid nothing: {n} person(s): {persons}",
            period=period, n=f"{len(forgotten):,}", persons=listed(forgotten, MOST_TOLD),
        )  # fmt: skip

"""Rows that a calculation takes, as its `among` and `outside` say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from payengine.graph import DEPARTMENT, ENGAGEMENT, STAFF, Codes, Column, Flags, Input, Level
from payengine.graph.inputs import ROW_KEYS
from payengine.policy.calculation import Calculation, Selection
from payengine.policy.calculation_entries import DIRECTOR


def selecting_inputs(calculation: Calculation) -> Iterator[str]:
    """Yield the inputs by which a calculation's rows are selected."""
    for key, _ in (*calculation.among, *calculation.outside):
        yield DIRECTOR if key == DIRECTOR else ROW_KEYS[key][1]


def selected(calculation: Calculation, columns: Mapping[str, Input], level: Level) -> Flags | None:
    """Flag the rows of a level that a calculation takes; None where it takes all.

    A person is told by the latest engagement.
    """
    flags = None
    for selection, inside in ((calculation.among, True), (calculation.outside, False)):
        if selection:
            found = _all_of(selection, columns, level)
            flags = (found if inside else ~found) if flags is None else flags & (found if inside else ~found)
    return flags


def _all_of(selection: Selection, columns: Mapping[str, Input], level: Level) -> Flags:
    """Flag the rows for which every key is one of its names."""
    found: Flags | None = None
    for key, names in selection:
        one = _one_of(columns[DIRECTOR if key == DIRECTOR else ROW_KEYS[key][1]], names)
        if one.level is ENGAGEMENT and level is STAFF:
            one = one.latest()
        if one.level is DEPARTMENT and level is STAFF:
            one = Flags(one.scope, STAFF, one.full(STAFF), one.absent_at(STAFF), one.names)
        found = one if found is None else found & one
    assert found is not None
    return found


def _one_of(value: Input, names: tuple[str, ...]) -> Flags:
    if isinstance(value, Codes):
        return value.isin(names)
    if isinstance(value, Flags):  # the director: yes or no
        return value if names == ("yes",) else ~value
    assert isinstance(value, Column)  # a class of public welfare: a number
    rows = np.isin(value.full(value.level).values, [int(name) for name in names])
    return Flags(value.scope, value.level, rows, value.absent, value.names)

"""Places among colleagues by a figure, the greatest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from payengine.exact import Exact
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Flags
from payengine.graph.values.frame import Flag, Int64
from payengine.graph.values.levels import INSTITUTION, Level
from payengine.graph.values.scope import FormulaError, meet
from payengine.graph.values.units import COUNT
from payengine.texts import say

Ints = npt.NDArray[np.integer]


def rank(
    figure: Column,
    *then: Column,
    among: Flags | None = None,
    tied: Literal["first", "last"] = "first",
    within: Level = INSTITUTION,
) -> Column:
    """Rank every row within its row of a higher level, 1 for the greatest.

    Equal figures go by `then`. Of rows that are still equal all take the first of their places (1, 1, 3) or the last of
    them (2, 2, 3). Only rows `among` take places; the others are told the place that they would come after. Figures are
    stated numbers.
    """
    figures = [figure, *then]
    level, _, names = meet(*figures)
    if within <= level:
        raise FormulaError(
            say("{names} is of level {level}, so it has no places within {high}",
                names=figure.display_name, level=level, high=within),
        )  # fmt: skip
    frame = figure.scope.frame
    rows = frame.rows(level)
    taking = np.ones(rows, bool) if among is None else np.array(among.full(level), bool)
    marks = [mark for one in figures for mark in one.absent_at(level)]
    lost = figure.scope.miss(level, tuple(one for mark in marks if (one := mark.only(taking))), within, level)
    keys: list[Ints] = [frame.parent(level, within), *(one.full(level).values for one in figures)]
    order = np.lexsort(keys[::-1])  # by group, then the figures, ascending
    in_order = [key[order] for key in keys]
    before, up_to = _counted(taking[order], in_order)
    ahead, equal = _counted(taking[order], in_order[:1])[1] - up_to, up_to - before
    places = np.empty(rows, np.int64)
    places[order] = ahead + (1 if tied == "first" else np.where(taking[order], equal, equal + 1))
    return Column(figure.scope, level, Exact(places, 0), COUNT, lost, names)


def _counted(taking: Flag, keys: Sequence[Ints]) -> tuple[Int64, Int64]:
    """Count the taking rows before each row's run of equal keys, and up to its end."""
    first = np.zeros(len(taking), bool)
    first[:1] = True
    for key in keys:
        first[1:] |= key[1:] != key[:-1]
    bounds = np.append(np.flatnonzero(first), len(taking))
    total = np.concatenate([[0], np.cumsum(taking, dtype=np.int64)])[bounds]
    run = np.cumsum(first) - 1
    return total[:-1][run], total[1:][run]

"""Sums at another institution than the row's own: pay of staff whom others make work."""

from __future__ import annotations

import numpy as np

from payengine.graph.values import factors
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Int64
from payengine.graph.values.levels import CONSORTIUM, INSTITUTION
from payengine.graph.values.scope import located, meet


def gather(amounts: Column, codes: Codes) -> Column:
    """Add up, per institution of the run, the rows whose code names it.

    The other rows are in `outside`.
    """
    level, absent, names = meet(amounts, codes)
    lost = tuple(mark.up(amounts.scope.frame, level, CONSORTIUM) for mark in amounts.scope.miss(level, absent))
    lost = tuple(mark.down(amounts.scope.frame, CONSORTIUM, INSTITUTION) for mark in lost)
    place = _institutions(codes)[codes.at(level)] if len(codes.labels) else np.zeros(0, np.int64)
    inside = np.flatnonzero(place >= 0)
    order = inside[np.argsort(place[inside], kind="stable")]
    institutions = amounts.scope.frame.rows(INSTITUTION)
    offsets = np.searchsorted(place[order], np.arange(institutions + 1)).astype(np.int64)
    with located(amounts.scope, INSTITUTION):
        data = amounts.full(level).take(order).sum_by(offsets)
    followed = factors.total(amounts.factors, INSTITUTION)
    return Column(amounts.scope, INSTITUTION, data, amounts.unit, lost, names, followed)


def outside(codes: Codes) -> Flags:
    """Flag the rows whose code names no institution of the run."""
    lost = _institutions(codes) < 0
    rows = lost[codes.codes] if len(lost) else np.zeros(0, bool)
    return Flags(codes.scope, codes.level, rows, codes.absent, codes.names)


def _institutions(codes: Codes) -> Int64:
    """Find, per label, the row of the institution of that code, or -1."""
    known = {code: row for row, code in enumerate(codes.scope.frame.institutions)}
    return np.array([known.get(label, -1) for label in codes.labels], np.int64)

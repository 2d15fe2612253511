"""Division of a parent institution's pool among the institutions that name it as parent."""

from __future__ import annotations

import numpy as np

from payengine.exact import FEN, Exact, apportion
from payengine.graph.functions.divide import in_fen, note_pools
from payengine.graph.values import factors
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes
from payengine.graph.values.levels import INSTITUTION
from payengine.graph.values.scope import FormulaError, located, named
from payengine.texts import say


def divide_among_children(pool: Column, weights: Column, parent: Codes) -> Column:
    """Divide each parent's pool among its institutions, in proportion to weights.

    By largest remainder. All are of level INSTITUTION, the pool in whole fen. Ties go by the institution's code.
    Institutions whose parent is not in the run get nothing; a pool that no child can claim is retained and listed.
    Raises `FormulaError` for a pool that is not in fen and for negative weights.
    """
    scope, frame = pool.scope, pool.scope.frame
    in_fen(pool)
    marks = (*pool.absent_at(INSTITUTION), *weights.absent_at(INSTITUTION), *parent.absent_at(INSTITUTION))
    absent = tuple(mark.everywhere() for mark in scope.miss(INSTITUTION, marks))
    whole, parts = pool.full(INSTITUTION), weights.full(INSTITUTION)
    negative = np.flatnonzero(parts.values < 0)
    if negative.size:
        codes = named([frame.institutions[int(row)] for row in negative])
        raise FormulaError(
            say("a weight of {names} is negative, first at {place}", names=weights.display_name, place=codes)
        )
    known = {code: row for row, code in enumerate(frame.institutions)}
    place = np.array([known.get(label, -1) for label in parent.labels], np.int64)
    of_row = place[parent.at(INSTITUTION)] if len(place) else np.full(frame.rows(INSTITUTION), -1, np.int64)
    inside = np.flatnonzero(of_row >= 0)
    order = inside[np.argsort(of_row[inside], kind="stable")]
    offsets = np.searchsorted(of_row[order], np.arange(len(whole) + 1)).astype(np.int64)
    with located(scope, INSTITUTION):
        shares, retained = apportion(whole, parts.take(order), offsets)
        shared = shares.sum_by(offsets)
    note_pools(pool, "", INSTITUTION, (whole.values, shared.values, retained.values), absent)
    values = np.zeros(len(whole), np.int64)
    values[order] = shares.values
    followed = factors.share(pool.factors, weights.factors, scope.formula) if scope.is_trial else None
    return Column(scope, INSTITUTION, Exact(values, FEN), pool.unit, absent, weights.names, followed)

"""Division of pools by largest remainder: to the fen, whatever the order of rows.

A pool is divided among persons (a person's weight is the sum over that person's engagements), and each share among
that person's engagements. Ties go by the bytes of the staff code, then by `engagement_from`. A pool whose weights are
all zero is retained; what every pool held and shared out is noted and listed with the results. In a pool of the whole
run a person who works at two institutions takes part once at each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from payengine.exact import FEN, Exact, apportion, apportion_within
from payengine.graph.values import factors
from payengine.graph.values.absence import Absence, Pools
from payengine.graph.values.column import Column, where
from payengine.graph.values.flags import Flags
from payengine.graph.values.frame import Frame, Int64
from payengine.graph.values.keyed import Keyed, each_key
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Level
from payengine.graph.values.scope import FormulaError, located, meet
from payengine.texts import say

Marks: TypeAlias = "tuple[Absence, ...]"


def divide(
    pool: Column | Keyed, weights: Column | Keyed, among: Flags | None = None, within: Column | None = None
) -> Any:
    """Divide a pool in proportion to weights: shares on the level of the weights.

    `pool`: whole fen, of a higher level than the weights; `among`: who takes part at all; `within`: the most that each
    can have, in fen (what nobody can have is retained). Keyed pools are divided key by key. Raises `FormulaError` for a
    pool that is not in fen, weights that are not below it, or negative weights.
    """
    if within is not None:
        return _divide_within(pool, weights, among, within)
    if isinstance(pool, Keyed) or isinstance(weights, Keyed):
        keys = pool.keys() if isinstance(pool, Keyed) else weights.keys()  # type: ignore[union-attr]
        if not keys:  # no pool at all: nobody has a share of anything
            shares = each_key(lambda whole, parts: whole + 0 * parts, pool, weights)
            return Keyed(pool.scope, _axis(pool, weights), {}, shares.pattern)
        numbered = Keyed(pool.scope, _axis(pool, weights), {key: key for key in keys})
        return each_key(lambda a, b, key: _divide(a, b, among, key), pool, weights, numbered)
    return _divide(pool, weights, among, "")


def split(pool: Column, ratios: Keyed) -> Keyed:
    """Divide an amount into parts, in proportion to ratios, to the fen.

    Ties go by the order of the keys.
    """
    in_fen(pool)
    keys = ratios.keys()
    if not keys:
        raise FormulaError(say("there is no {axis} at all", axis=ratios.axis))
    level, absent, names = meet(pool, *[ratios[key] for key in keys])
    rows, parts = pool.scope.frame.rows(level), len(keys)
    columns = [ratios[key].full(level) for key in keys]
    scale = max(one.scale for one in columns)
    weights = (
        np.stack([one.round(scale).values for one in columns], axis=1).reshape(-1) if rows else np.zeros(0, np.int64)
    )
    offsets = np.arange(0, rows * parts + 1, parts, dtype=np.int64)
    shares, _ = apportion(pool.full(level), Exact(weights, scale), offsets)
    values = shares.values.reshape(rows, parts)
    made = {
        key: Column(
            pool.scope,
            level,
            Exact(np.ascontiguousarray(values[:, number]), FEN),
            pool.unit,
            absent,
            names,
            _part(pool, ratios, key) if pool.scope.is_trial else None,
        )
        for number, key in enumerate(keys)
    }
    return Keyed(pool.scope, ratios.axis, made)


def _part(pool: Column, ratios: Keyed, key: str) -> factors.Followed:
    return factors.part_of(pool.factors, ratios[key].factors, factors.Part(pool.scope.formula, key))


def _divide_within(pool: Column | Keyed, weights: Column | Keyed, among: Flags | None, within: Column) -> Column:
    """Divide one pool per institution among its people, each within a limit."""
    if isinstance(pool, Keyed) or isinstance(weights, Keyed):
        raise FormulaError(say("pools by {axis} are not divided within limits", axis=_axis(pool, weights)))
    in_fen(within)
    level, _, _ = meet(weights, within)
    if (pool.level, level) != (INSTITUTION, STAFF):
        raise FormulaError(say("within limits a pool of level institution is divided among level staff"))
    lost = pool.scope.miss(level, within.absent_at(level), pool.level, pool.level)

    def shares(frame: Frame, whole: Exact, parts: Exact) -> tuple[Exact, Int64]:
        given, left = apportion_within(whole, parts, within.full(level), frame.offsets(level, pool.level))
        return given, left.values

    return _divide(pool, weights, among, "", shares, lost)


def _divide(
    pool: Column, weights: Column, among: Flags | None, part: str,
    share: Callable[[Frame, Exact, Exact], tuple[Exact, Int64]] | None = None, lost: Marks = (),
) -> Column:  # fmt: skip
    if (weights.level, pool.level) == (STAFF, DEPARTMENT):
        weights = weights.on_latest()
    parts, absent = checked_weights(pool, weights, among)
    absent = (*absent, *lost)
    scope, low, high = pool.scope, weights.level, pool.level
    with located(scope, high):
        whole = pool.full(high)
        shares, retained = share(scope.frame, whole, parts) if share else _shares(scope.frame, whole, parts, high, low)
    order = scope.frame.order(low, high)
    ordered = shares if order is None else shares.take(order)
    # The shares themselves are added up, so that an identity can fail.
    shared = ordered.sum_by(scope.frame.offsets(low, high)).values
    note_pools(pool, part, high, (pool.full(high).values, shared, retained), absent)
    followed = factors.share(pool.factors, weights.factors, scope.formula) if scope.is_trial else None
    return Column(scope, low, shares, pool.unit, below(scope.frame, absent, high, low), weights.names, followed)


def note_pools(pool: Column, part: str, level: Level, amounts: tuple[Int64, Int64, Int64], absent: Marks) -> None:
    """Note the pools that a formula divided: (pool, shared, retained).

    Pools with a mark are not known.
    """
    unknown = np.logical_or.reduce([mark.rows for mark in absent]) if absent else None
    pool.scope.notes.pools.append(Pools(pool.scope.formula, part, level, *amounts, unknown))


def below(frame: Frame, absent: Marks, high: Level, low: Level) -> Marks:
    """Bring marks of pools down to those who share them."""
    return tuple(mark.down(frame, high, low) for mark in absent)


def checked_weights(pool: Column, weights: Column, among: Flags | None) -> tuple[Exact, Marks]:
    """Return the weights of those who take part, 0 for the others, and marks of pools.

    The marked pools are not known, where that is no error.

    `FormulaError` where they do not divide such a pool.
    """
    in_fen(pool)
    if among is not None:
        weights = where(among, weights, 0)
    scope, low, high = pool.scope, weights.level, pool.level
    if low >= high:
        raise FormulaError(
            say("a pool of level {level} cannot be divided by weights of level {low}", level=high, low=low),
            remedy=say("Weights stand on a lower level than the pool."),
        )
    absent = (*scope.miss(low, weights.absent, high), *scope.miss(high, pool.absent))
    parts = weights.full(low)
    negative = np.flatnonzero(parts.values < 0)
    if negative.size:
        place = " ".join(part for part in scope.frame.code(low, int(negative[0])) if part)
        raise FormulaError(
            say("a weight of {names} is negative, first at {place}", names=weights.display_name, place=place)
        )
    return parts, absent


def _shares(frame: Frame, pool: Exact, weights: Exact, high: Level, low: Level) -> tuple[Exact, Int64]:
    if (low, high) == (ENGAGEMENT, DEPARTMENT):
        return _shares_in_departments(frame, pool, weights)
    if low is ENGAGEMENT and high is not STAFF:
        persons = weights.sum_by(frame.offsets(ENGAGEMENT, STAFF))
        of_person, retained = _shares(frame, pool, persons, high, STAFF)
        shares, _ = apportion(of_person, weights, frame.offsets(ENGAGEMENT, STAFF))
        return shares, retained
    if low is STAFF and high is CONSORTIUM:
        order = frame.staff_by_code
        ordered, kept = apportion(pool, weights.take(order), frame.offsets(STAFF, CONSORTIUM))
        values = np.empty(len(order), np.int64)
        values[order] = ordered.values
        return Exact(values, FEN), kept.values
    shares, kept = apportion(pool, weights, frame.offsets(low, high))
    return shares, kept.values


def _shares_in_departments(frame: Frame, pool: Exact, weights: Exact) -> tuple[Exact, Int64]:
    """Divide departments' pools among persons, then among their engagements there."""
    order = frame.order(ENGAGEMENT, DEPARTMENT)
    assert order is not None
    department = frame.parent(ENGAGEMENT, DEPARTMENT)[order]
    person = frame.staff_of_engagement[order]
    first = np.ones(len(order), bool)
    first[1:] = (department[1:] != department[:-1]) | (person[1:] != person[:-1])
    starts = np.append(np.flatnonzero(first), len(order)).astype(np.int64)
    persons = np.searchsorted(department[first], np.arange(len(pool) + 1)).astype(np.int64)
    own = weights.take(order)
    of_person, kept = apportion(pool, own.sum_by(starts), persons)
    shares, _ = apportion(of_person, own, starts)
    values = np.empty(len(order), np.int64)
    values[order] = shares.values
    return Exact(values, FEN), kept.values


def _axis(pool: Column | Keyed, weights: Column | Keyed) -> str:
    return next(one.axis for one in (pool, weights) if isinstance(one, Keyed))


def in_fen(pool: Column) -> None:
    """Raise `FormulaError` for an amount that is not in whole fen."""
    if pool.data.pending or pool.data.scale != FEN:
        raise FormulaError(
            say("{names} is not in whole fen, so it cannot be divided", names=pool.display_name),
            remedy=say("Round it first: .round(FEN)."),
        )

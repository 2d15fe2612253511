"""Rows that belong together by a code: a parent institution, a cell of like staff."""

from __future__ import annotations

import numpy as np

from payengine.exact import Exact
from payengine.graph.values import factors
from payengine.graph.values.absence import Absence, Origin
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes
from payengine.graph.values.frame import Int32
from payengine.graph.values.keyed import Keyed
from payengine.graph.values.levels import CONSORTIUM, INSTITUTION, Level
from payengine.graph.values.scope import FormulaError, meet
from payengine.texts import say

APART = "|"  # between the parts of a joined code


def of_institution(values: Column, which: Codes) -> Column:
    """Take, per row, the value of the institution that its code names.

    So a clinic takes what holds for its parent. Where the code names no institution of the run there is no value.
    """
    if values.level is not INSTITUTION:
        raise FormulaError(
            say("{names} is of level {level}, not of level {high}",
                names=values.display_name, level=values.level, high=INSTITUTION),
            remedy=say("Bring it up first."),
        )  # fmt: skip
    scope, level = which.scope, which.level
    known = {code: row for row, code in enumerate(scope.frame.institutions)}
    place = np.array([known.get(label, -1) for label in which.labels], np.int64)
    rows = place[which.at(level)] if len(place) else np.zeros(0, np.int64)
    lost, found = rows < 0, np.maximum(rows, 0)
    marks = [Absence(mark.origin, mark.rows[found] & ~lost) for mark in values.absent]
    if lost.any():
        marks.append(Absence(Origin("institution", "parent", INSTITUTION), lost))
    data = values.full(INSTITUTION)
    taken = data.take(found) if len(data) else Exact(np.zeros(len(found), np.int64), data.scale)
    return Column(scope, level, taken, values.unit, (*which.absent, *marks), which.names, values.factors)


def join_codes(*parts: Codes) -> Codes:
    """Join several codes into one, their texts by `|`; equal in all means equal."""
    level, absent, names = meet(*parts)
    rows = parts[0].scope.frame.rows(level)
    number, labels = np.zeros(rows, np.int64), [""]
    for place, part in enumerate(parts):
        packed = number * max(len(part.labels), 1) + part.at(level)
        distinct, number = np.unique(packed, return_inverse=True)
        pairs = [divmod(int(one), max(len(part.labels), 1)) for one in distinct]
        labels = [(labels[first] + APART if place else "") + part.labels[last] for first, last in pairs]
        number = number.astype(np.int64)
    return _codes(parts[0], level, number.astype(np.int32), labels, absent, names)


def _codes(
    beside: Codes, level: Level, codes: Int32, labels: list[str], absent: tuple[Absence, ...], names: frozenset[str]
) -> Codes:
    """Make codes of which no two have the same text.

    Parts that hold `|` themselves could give some.
    """
    if len(set(labels)) < len(labels):
        first = {label: code for code, label in reversed(list(enumerate(labels)))}
        codes = np.array([first[label] for label in labels], np.int32)[codes]
    return Codes(beside.scope, level, codes, tuple(labels), absent, names)


def look_up(values: Keyed, codes: Codes) -> Column:
    """Look up, per row, the value of its key; no value for keys without a row.

    `values` are of level CONSORTIUM.
    """
    scope, level = codes.scope, codes.level
    columns = {key: values[key] for key in values.keys()}  # noqa: SIM118
    for column in columns.values():
        if column.level is not CONSORTIUM:
            raise FormulaError(
                say("{names} is of level {level}, not of level {high}",
                    names=column.display_name, level=column.level, high=CONSORTIUM),
            )  # fmt: skip
    scale = max((column.data.scale for column in columns.values()), default=0)
    numbers, there = np.zeros(len(codes.labels), np.int64), np.zeros(len(codes.labels), bool)
    for place, label in enumerate(codes.labels):
        if label in columns:
            numbers[place] = columns[label].data.round(scale).values[0]
            there[place] = bool(columns[label].is_set().rows[0])
    chosen = codes.at(level)
    data = Exact(numbers[chosen], scale) if len(numbers) else Exact(np.zeros(len(chosen), np.int64), scale)
    lost = ~there[chosen] if len(there) else np.ones(len(chosen), bool)
    marks = (Absence(Origin(values.axis, "", level), lost),) if lost.any() else ()
    unit = next((column.unit for column in columns.values()), None)
    followed = factors.either(*(column.factors for column in columns.values()))
    return Column(scope, level, data, unit, (*codes.absent, *marks), codes.names, followed)

"""Parameters of the policy as columns, looked up once per combination of keys.

A value may name a figure of the run instead of being a number; the parameter then is that figure, row by row.

A settlement (quarter, half-year, year) takes the value of its last day; a month's values change on its first day only.
The level follows from the keys that the values use, so that a price by kind of institution is a column of institutions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import reduce

import numpy as np

from payengine.exact import Exact
from payengine.graph.inputs import (
    DIRECTED,
    ROW_KEYS,
    BandsView,
    BandView,
    Input,
    ParameterSource,
    ParameterView,
    Provider,
)
from payengine.graph.values import factors
from payengine.graph.values.absence import Absence, Origin
from payengine.graph.values.column import Column, where
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Int64
from payengine.graph.values.keyed import Keyed, pattern_column
from payengine.graph.values.levels import CONSORTIUM, ENGAGEMENT, Level, lowest
from payengine.graph.values.scope import FormulaError, Scope, named
from payengine.graph.values.units import RATIO, unit_of
from payengine.texts import joined, say

SCALE = 4
FLAG_UNIT = "flag"
PARAMETER = "parameter"  # the origin of what the policy lacks, not the input
MOST_COUNTED = 10**6  # combinations of keys that are counted instead of sorted


def keys_of(parameter: ParameterView) -> tuple[list[str], list[str]]:
    """List the keys that a parameter's values use: those of rows, and those that are axes."""
    used = dict.fromkeys(key for value in parameter.values for key in value.where)
    return [key for key in ROW_KEYS if key in used], sorted(key for key in used if key not in ROW_KEYS)


def parameter_value(
    name: str, source: ParameterSource, data: Provider, day: date, figures: Mapping[str, Input] | None = None
) -> Input:
    """Return the parameter in force on a day: a column, or one for each key of its axis.

    `figures` are the inputs and figures that its values may name.
    """
    parameter = source.parameters[name]
    row_keys, axes = keys_of(parameter)
    if len(axes) > 1:
        raise FormulaError(
            say("the values of {name} are keyed by {keys}; one of these is the most", name=name, keys=joined(axes))
        )
    if not axes and parameter.by:
        axes = [parameter.by]
    if not axes:
        return _column(name, source, data, day, row_keys, {}, figures or {})
    axis = axes[0]
    own = dict.fromkeys(value.where[axis] for value in parameter.values if axis in value.where)
    general = any(axis not in value.where for value in parameter.values)
    every = [one.name for one in parameter.bands.steps] if parameter.bands is not None else data.keys(axis)
    names = dict.fromkeys([*own, *(every if general else ())])
    columns = {}
    for key in names:
        if axis == "category" and key == DIRECTED:
            continue
        column = _column(name, source, data, day, row_keys, {axis: key}, figures or {})
        if column is not None:
            columns[key] = column
    level = lowest(ROW_KEYS[key][0] for key in row_keys)
    unit = None if parameter.figures or parameter.unit == FLAG_UNIT else unit_of(parameter.unit)
    keyed = Keyed(Scope(data.frame), axis, columns, pattern_column(Scope(data.frame), level, SCALE, unit))
    return keyed if parameter.bands is None else _banded(name, parameter.bands, keyed, figures or {})


def _banded(name: str, bands: BandsView, values: Keyed, figures: Mapping[str, Input]) -> Column:
    """Choose row by row the value of the band that the figure reaches.

    `FormulaError` where it is below the lowest.
    """
    figure = _figure(bands.figure, figures)
    first = bands.steps[0]
    below = ~_reached(figure, first)
    rows = np.array(below.full(below.level), bool)
    for mark in figure.absent_at(below.level):
        rows &= ~mark.rows
    if rows.any():
        frame = figure.scope.frame
        codes = ["/".join(part for part in frame.code(below.level, int(row)) if part) for row in np.flatnonzero(rows)]
        raise FormulaError(
            say("{figure} is below every band of {name} at {codes}",
                figure=bands.figure, name=name, codes=named(codes)),
            remedy=say("Begin the lowest band at 0."),
        )  # fmt: skip
    absent = Absence(Origin(PARAMETER, name, figure.level), np.ones(figure.scope.frame.rows(figure.level), bool))
    nothing = Column(figure.scope, figure.level, Exact(np.zeros(len(absent.rows), np.int64), 0), None, (absent,))
    found: Column | None = None
    for band in bands.steps:
        value = dict(values.items()).get(band.name, nothing)
        if not isinstance(value, Column):
            raise FormulaError(say("the values of {name} are flags, which are not keyed by band", name=name))
        found = value if found is None else where(_reached(figure, band), value, found)
    assert found is not None
    found.factors = factors.either(found.factors, factors.chosen_by(figure.factors))
    return found


def _reached(figure: Column, band: BandView) -> Flags:
    start = Column(figure.scope, CONSORTIUM, Exact(np.full(figure.scope.frame.rows(CONSORTIUM), band.start), SCALE))
    return figure > start if band.above else figure >= start


def _column(
    name: str,
    source: ParameterSource,
    data: Provider,
    day: date,
    row_keys: list[str],
    keys: dict[str, str],
    figures: Mapping[str, Input],
) -> Column | Flags | None:
    """Look up the values for every row of the level that the row keys tell.

    None where an axis key has no value anywhere.
    """
    level, rows, combinations = _combinations(row_keys, data)
    found = [source.value(name, day, **keys, **combination) for combination in combinations]
    if keys and found and all(number is None for number in found):
        return None
    lacking = np.array([number is None for number in found], bool)[rows]
    numbers = np.array([number or 0 for number in found], np.int64)[rows]
    absent: tuple[Absence, ...] = ()
    if lacking.any():
        key = name + "".join(f"[{part}]" for part in keys.values())
        absent = (Absence(Origin(PARAMETER, key, level), lacking),)
    parameter = source.parameters[name]
    scope, unit = Scope(data.frame), parameter.unit
    if parameter.figures:
        names = Codes(scope, level, numbers.astype(np.int32), tuple(parameter.figures), absent)
        asked = found or [source.value(name, day, **{**value.where, **keys}) for value in parameter.values]
        return _named(names, sorted({number for number in asked if number is not None}), figures)
    if unit == FLAG_UNIT:
        return Flags(scope, level, numbers != 0, absent)
    followed = _followed(name, source, day, keys) if scope.is_trial else None
    return Column(scope, level, Exact(numbers, SCALE), unit_of(unit), absent, factors=followed)


def _followed(name: str, source: ParameterSource, day: date, keys: Mapping[str, str]) -> factors.Followed:
    """Find what the trial follows of a parameter.

    One that is 0 wherever it holds lets nothing count; a ratio by post, title or other matters of the person is a
    coefficient of the person.
    """
    parameter = source.parameters[name]
    held = {
        value.number
        for value in parameter.values
        if value.holds_on(day) and all(value.where.get(key, text) == text for key, text in keys.items())
    }
    if held == {0}:
        return factors.ZERO
    of_person = any(ROW_KEYS[key][0] is ENGAGEMENT for key in keys_of(parameter)[0])
    if of_person and parameter.unit == RATIO.name:
        key = "".join(f"[{text}]" for text in keys.values())
        return factors.of_source(name + key, ENGAGEMENT, {factors.COEFFICIENT})
    return None


def _named(names: Codes, used: list[int], figures: Mapping[str, Input]) -> Column:
    """Take, row by row, the figure that is named.

    `used` are those that any row names (without rows: that any value names).
    """
    columns = [(names.labels[number], _figure(names.labels[number], figures)) for number in used]
    if len(columns) == 1 and not names.absent:
        return columns[0][1]
    chosen = Column(names.scope, names.level, Exact(np.zeros(len(names.codes), np.int64), 0))
    for text, column in columns:
        chosen = where(names == text, column, chosen)
    return Column(
        chosen.scope, chosen.level, chosen.data, chosen.unit, chosen.absent or names.absent, chosen.names,
        chosen.factors,
    )  # fmt: skip


def _figure(text: str, figures: Mapping[str, Input]) -> Column:
    """Return a figure by its name, also one name of a keyed figure."""
    base, _, key = text.partition("[")
    figure = figures[base]
    if key:
        if not isinstance(figure, Keyed):
            raise FormulaError(say("{name} is one figure, so nothing stands in brackets after it", name=base))
        figure = figure[key.removesuffix("]")]
    if not isinstance(figure, Column):
        raise FormulaError(
            say("{name} is no single figure of numbers", name=text),
            remedy=say("A keyed one is named with its key: finance[medical_income]."),
        )
    return figure


def _combinations(row_keys: list[str], data: Provider) -> tuple[Level, Int64, list[dict[str, str]]]:
    """Find (level that row keys tell, number of each row's combination, combinations)."""
    if not row_keys:
        return CONSORTIUM, np.zeros(data.frame.rows(CONSORTIUM), np.int64), [{}] * data.frame.rows(CONSORTIUM)
    level = lowest(ROW_KEYS[key][0] for key in row_keys)
    columns = [codes_of_key(data.value(ROW_KEYS[key][1])) for key in row_keys]
    sizes = [max(len(column.labels), 1) for column in columns]
    packed = reduce(
        lambda total, part: total * part[1] + part[0].at(level).astype(np.int64),
        zip(columns, sizes, strict=True),
        np.zeros(data.frame.rows(level), np.int64),
    )
    distinct, rows = _numbered(packed, math.prod(sizes))
    combinations = []
    for number in distinct.tolist():
        combination = {}
        for key, column, size in reversed(list(zip(row_keys, columns, sizes, strict=True))):
            number, code = divmod(number, size)
            combination[key] = column.labels[code]
        combinations.append(combination)
    return level, rows, combinations


def _numbered(packed: Int64, size: int) -> tuple[Int64, Int64]:
    """Return the distinct numbers, ascending, and per row the place of its number.

    They are counted, unless there are too many.
    """
    if size > MOST_COUNTED:
        distinct, rows = np.unique(packed, return_inverse=True)
        return distinct, rows.astype(np.int64)
    there = np.bincount(packed, minlength=size) > 0
    return np.flatnonzero(there), (np.cumsum(there) - 1)[packed]


def codes_of_key(value: Input) -> Codes:
    """Return a row key as codes; a number (public_class) as its text."""
    if isinstance(value, Codes):
        return value
    numbers, codes = np.unique(value.full(value.level).values, return_inverse=True)
    return Codes(value.scope, value.level, codes.astype(np.int32), tuple(str(number) for number in numbers.tolist()))

"""Values that a policy lacks for rows of a run, told by the keys under which they belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from payengine.errors import Problem
from payengine.graph.inputs import ROW_KEYS, ParameterSource, ParameterView, Provider
from payengine.graph.parameters import PARAMETER, codes_of_key, keys_of
from payengine.graph.values.absence import Notes, Origin
from payengine.graph.values.levels import CONSORTIUM
from payengine.graph.values.scope import named
from payengine.texts import say


def parameter_problems(notes: Notes, source: ParameterSource, data: Provider, day: date) -> list[Problem]:
    """Write one problem for each combination of keys without a value on a day.

    It names the rows that need the value, and its remedy says what to write in the policy.
    """
    return [
        problem
        for origin, rows in notes.missing.items()
        if origin.table == PARAMETER
        for problem in _of_origin(origin, sorted(rows), notes.needed_by[origin], source, data, day)
    ]


def _of_origin(
    origin: Origin, rows: Sequence[int], formula: str, source: ParameterSource, data: Provider, day: date
) -> Iterator[Problem]:
    name, _, key = origin.key.partition("[")
    parameter = source.parameters[name]
    of_axis = _axis(parameter, key.removesuffix("]"))
    rows_of: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for row, where in zip(rows, _keys_of_rows(origin, rows, parameter, data), strict=True):
        rows_of.setdefault((*where, *of_axis), []).append(row)
    for keyed, lacking in rows_of.items():
        problem = source.missing_value(name, day, dict(keyed))
        yield replace(problem, what=say("{what}; {who}", what=problem.what, who=_who(origin, lacking, formula, data)))


def _axis(parameter: ParameterView, key: str) -> list[tuple[str, str]]:
    axes = keys_of(parameter)[1] or ([parameter.by] if parameter.by else [])
    return [(axes[0], key)] if key and axes else []


def _keys_of_rows(
    origin: Origin, rows: Sequence[int], parameter: ParameterView, data: Provider
) -> Iterable[tuple[tuple[str, str], ...]]:
    """List for each row the keys by which the parameter is looked up there."""
    columns = []
    for key in keys_of(parameter)[0]:
        if ROW_KEYS[key][0] >= origin.level:
            codes = codes_of_key(data.value(ROW_KEYS[key][1]))
            columns.append((key, codes.labels, codes.at(origin.level)))
    return [tuple((key, labels[int(at[row])]) for key, labels, at in columns) for row in rows]


def _who(origin: Origin, rows: Sequence[int], formula: str, data: Provider) -> str:
    """Say which formula needs the value, and for how many rows of which level."""
    if origin.level is CONSORTIUM:
        return say("{formula} needs it", formula=formula)
    codes = named(["/".join(part for part in data.frame.code(origin.level, row) if part) for row in rows])
    return say("{formula} needs it for {n} row(s) of level {level}: {codes}",
               formula=formula, n=len(rows), level=origin.level, codes=codes)  # fmt: skip

"""Checks of a formula's result: its level, its unit, stated numbers, nothing missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from payengine.errors import Problem
from payengine.exact import FEN, Exact
from payengine.graph.inputs import Input
from payengine.graph.parameters import PARAMETER
from payengine.graph.rules import Formula
from payengine.graph.values import factors
from payengine.graph.values.absence import Absence, Notes, Origin
from payengine.graph.values.column import Column
from payengine.graph.values.flags import Codes, Flags
from payengine.graph.values.frame import Frame
from payengine.graph.values.keyed import Keyed, pattern_column
from payengine.graph.values.levels import CONSORTIUM, DEPARTMENT, INSTITUTION, STAFF
from payengine.graph.values.scope import FormulaError, Scope, Value, named
from payengine.texts import joined, say


def accept(formula: Formula, result: object, scope: Scope) -> Input:
    """Bring a result to the formula's level; `FormulaError` where it is not as declared."""
    if isinstance(result, Keyed):
        if result.axis != formula.axis:
            raise FormulaError(
                say("it gives a figure for each {axis}", axis=result.axis),
                remedy=say('declare axis="{axis}", or add the figures up with .total()', axis=result.axis),
            )
        columns = {key: _one(formula, part, scope) for key, part in result.items()}
        return Keyed(scope, result.axis, columns, pattern_column(scope, formula.level, unit=formula.unit))
    if formula.axis:
        raise FormulaError(say("it declares a figure for each {axis}, but gives one figure", axis=formula.axis))
    return _one(formula, result, scope)


def _one(formula: Formula, result: object, scope: Scope) -> Input:
    if isinstance(result, int | Exact) and not isinstance(result, bool):
        result = Column.lift(result, Value(scope, CONSORTIUM))
    if not isinstance(result, Column | Flags | Codes):
        raise FormulaError(say("it gives {what}, which is no figure", what=type(result).__name__))
    if result.level is not formula.level and not formula.level.is_below(result.level):
        names = sorted(result.names) or [say("this figure")]
        raise FormulaError(
            say("it is of level {level}, but {names} has one value for each {low}",
                level=formula.level, names=joined(names), low=result.level),
            remedy=say("bring {name} up: .sum(), .mean(), .count(), .latest() or .where(...).sum()", name=names[0]),
        )  # fmt: skip
    absent = scope.miss(result.level, result.absent, down=formula.level)
    if isinstance(result, Flags):
        return Flags(scope, formula.level, result.full(formula.level), absent)
    if isinstance(result, Codes):
        if formula.report:
            raise FormulaError(say("it is reported, but gives texts"))
        followed = factors.of_result(result.factors, formula.gives)
        return Codes(scope, formula.level, result.at(formula.level), result.labels, absent, factors=followed)
    return _number(formula, result, scope, absent)


def _number(formula: Formula, result: Column, scope: Scope, absent: tuple[Absence, ...]) -> Column:
    if result.data.pending and not formula.unrounded:
        raise FormulaError(
            say("it gives a product or a ratio that is not rounded"),
            remedy=say("say where it is rounded: .round(FEN), .round(COEFFICIENT)"),
        )
    if result.unit is not None and not result.unit.agrees(formula.unit):
        raise FormulaError(say("it is declared in {unit}, but gives {found}", unit=formula.unit, found=result.unit))
    data = result.full(formula.level)
    if formula.component or formula.statement:
        if data.scale > FEN:
            raise FormulaError(
                say("it is paid, but has {scale} decimals", scale=data.scale),
                remedy=say("round it to the fen: .round(FEN)"),
            )
        data = data.round(FEN)
    followed = factors.of_result(result.factors, formula.gives, formula.event if scope.is_trial else "")
    return Column(scope, formula.level, data, formula.unit, absent, factors=followed)


def not_given(formula: Formula, marks: Iterable[Absence], keys: Iterable[str], scope: Scope) -> Input:
    """Make the figure of a formula that cannot be computed: not given in any row.

    `marks` are those of what it reads.
    """
    rows = scope.frame.rows(formula.level)
    absent = tuple(Absence(mark.origin, np.ones(rows, bool), mark.institutions) for mark in marks)
    nothing = Column(scope, formula.level, Exact(np.zeros(rows, np.int64), 0), formula.unit, absent)
    return Keyed(scope, formula.axis, dict.fromkeys(keys, nothing)) if formula.axis else nothing


_PLACES: Mapping[str, str] = {"line": "finance", "name": "measure"}


def missing_problems(notes: Notes, frame: Frame) -> list[Problem]:
    """Write one problem for each name of an input, with everybody for whom there is no value."""
    return [
        problem
        for origin, rows in notes.missing.items()
        if origin.table != PARAMETER
        for problem in _missing(origin, sorted(rows), notes, frame)
    ]


def _missing(origin: Origin, rows: Sequence[int], notes: Notes, frame: Frame) -> list[Problem]:
    formula = notes.needed_by[origin]
    if origin.level is STAFF:
        return [
            Problem(_of_staff(origin, institution, people, formula), origin.table, column=origin.key)
            for institution, people in _by_institution(rows, frame)
        ]
    if origin.level is INSTITUTION:
        codes = [frame.institutions[row] for row in rows]
        what = say(
            "{formula} needs it; no row for {n} institution(s): {codes}",
            formula=formula,
            n=len(codes),
            codes=joined(codes),
        )
    elif origin.level is CONSORTIUM:
        what = say("{formula} needs it; there is no value", formula=formula)
    else:
        codes = ["/".join(frame.code(origin.level, row)) for row in rows]
        if origin.level is DEPARTMENT:
            what = say("{formula} needs it; no value for {n} department(s): {codes}",
                       formula=formula, n=len(codes), codes=named(codes))  # fmt: skip
        else:
            what = say("{formula} needs it; no value for {n} engagement(s): {codes}",
                       formula=formula, n=len(codes), codes=named(codes))  # fmt: skip
    return [Problem(what, origin.table, column=origin.key)]


def _of_staff(origin: Origin, institution: str, people: list[str], formula: str) -> str:
    codes = joined(people)
    if origin.fallback:
        return say("{formula} needs it; {institution} has no row, and {n} of its staff have none: {codes}",
                   formula=formula, institution=institution, n=len(people), codes=codes)  # fmt: skip
    return say("{formula} needs it; no row for {n} of the staff of {institution}: {codes}",
               formula=formula, institution=institution, n=len(people), codes=codes)  # fmt: skip


def _by_institution(rows: Sequence[int], frame: Frame) -> list[tuple[str, list[str]]]:
    """Group the staff codes of STAFF rows by institution."""
    people: dict[str, list[str]] = {}
    for row in rows:
        institution, staff = frame.code(STAFF, row)
        people.setdefault(institution, []).append(staff)
    return list(people.items())

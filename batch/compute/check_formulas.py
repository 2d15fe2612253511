"""Formulas of a policy's [checks]: each obligation's figure, threshold and result.

A check is computed on exact numbers, before anything is rounded: figure >= threshold x what the figure is divided by.
As it is stated a ratio is rounded half up, whichever check states it. Three figures for each institution and three for
the whole run. What is missing where a check applies is not given: the result says so, for the whole run too, and its
marks tell who lacks what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce

import numpy as np

from batch.report_names import (
    FAILS,
    FIGURE,
    HOLDS,
    NOT_APPLICABLE,
    NOT_GIVEN,
    NOTHING,
    OF_ALL,
    REPORTED,
    RESULT,
    THRESHOLD,
    name_of,
)
from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    COUNT,
    INSTITUTION,
    RATIO,
    Codes,
    Column,
    Flags,
    Formula,
    FormulaError,
    Keyed,
    Level,
    Unit,
    unit_of,
)
from payengine.graph.inputs import Input
from payengine.graph.resolve import base_of
from payengine.graph.rules import Function
from payengine.graph.values.column import where
from payengine.policy import SCALE, Check, Policy
from payengine.policy.checks import adds_up_by_institution, is_number
from payengine.policy.model import ANY
from payengine.texts import say

DECIMALS = 6  # of a ratio as it is stated, half up
_KINDS = "institution_kind"


def check_formulas(policy: Policy, kind: str) -> Iterator[Formula]:
    """Make the formulas of all checks of a kind of period."""
    for check in policy.checks_of(kind):
        yield from _of_check(check, policy)


def _of_check(check: Check, policy: Policy) -> Iterator[Formula]:
    alone = check.level == "institution"
    if alone:
        yield _formula(check, policy, FIGURE, INSTITUTION, lambda one: one.stated)
        yield _formula(check, policy, THRESHOLD, INSTITUTION, lambda one: one.limit)
        yield _formula(check, policy, RESULT, INSTITUTION, lambda one: one.result)
    yield _formula(check, policy, FIGURE + OF_ALL, CONSORTIUM, lambda one: one.together().stated)
    yield _formula(check, policy, THRESHOLD + OF_ALL, CONSORTIUM, lambda one: one.together().limit)
    yield _formula(check, policy, RESULT + OF_ALL, CONSORTIUM, lambda one: one.together().result)


def unit_of_check(check: Check) -> Unit:
    """Return the unit of a check's figure and threshold."""
    return RATIO if check.unit == RATIO.name else unit_of(check.unit)


def _formula(check: Check, policy: Policy, part: str, level: Level, of: Callable[[Comparison], Column]) -> Formula:
    figures = [check.figure, check.over, check.nothing]
    if check.threshold and not is_number(check.threshold):
        figures.append(check.threshold)
    if check.tolerance and not is_number(check.tolerance):
        figures.append(check.tolerance)
    figures += [check.when, _KINDS]
    arguments = tuple(dict.fromkeys(base_of(figure) for figure in figures if figure))
    unit = COUNT if part.startswith(RESULT) else unit_of_check(check)
    name = name_of(check, part)
    return Formula(
        _function(check, policy, of), name, name, level, unit, check.label, check.source or "policy", arguments
    )


def _function(check: Check, policy: Policy, of: Callable[[Comparison], Column]) -> Function:
    def read(**inputs: Input) -> Column:
        """The check on the figures that it names."""
        compare = _of_institutions if check.level == "institution" else _of_whole_run
        return of(compare(check, policy, inputs))

    return read


def _of_institutions(check: Check, policy: Policy, inputs: Mapping[str, Input]) -> Comparison:
    """Make the check on every institution's row."""
    applies, limit, kinds = _applies(check, policy, inputs)
    limited = None
    if check.threshold in policy.parameters:
        limited = limit.is_set()
        applies, limited = (applies, limited) if check.report_with else (applies & limited, None)

    def own(named: str) -> Column:
        column = _number(named, inputs, kinds)
        if column.level is CONSORTIUM and adds_up(check):
            raise FormulaError(
                say("{figure} is one figure of the whole run", figure=named),
                remedy=say('Write level = "consortium" in the check.'),
            )
        return where(applies, column, 0)

    return Comparison(
        check=check,
        applies=applies,
        figure=own(check.figure),
        over=own(check.over) if check.over else None,
        limit=where(applies if limited is None else applies & limited, limit, 0),
        tolerance=_number(check.tolerance or "0", inputs, kinds),
        nothing=own(check.nothing) if check.nothing else None,
        limited=limited,
    )


def _applies(check: Check, policy: Policy, inputs: Mapping[str, Input]) -> tuple[Flags, Column, Codes]:
    """Find the institutions to which a check applies, its threshold, and their kinds.

    The threshold does not limit them.
    """
    kinds = inputs[_KINDS]
    assert isinstance(kinds, Codes)
    applies = kinds.isin(check.kinds or kinds.labels)
    if check.when:
        condition = inputs[check.when]
        assert isinstance(condition, Flags | Column)
        applies = applies & (condition.or_else(False) if isinstance(condition, Flags) else condition.is_set())
    return applies, _number(check.threshold or "0", inputs, kinds), kinds


def _number(named: str, inputs: Mapping[str, Input], beside: Codes) -> Column:
    """Read a written number, a figure, or one name of a keyed input."""
    if is_number(named):
        return Column(beside.scope, CONSORTIUM, Exact.of(named, SCALE))
    base, _, key = named.rstrip("]").partition("[")
    found = inputs[base]
    value = found[key] if isinstance(found, Keyed) else found
    if isinstance(value, Flags):
        return where(value, 1, 0)
    assert isinstance(value, Column)
    return value


@dataclass(frozen=True)
class Comparison:
    """Check on rows: of the institutions, or the one of the whole run.

    Figures are 0 where it does not apply.

    `limited` are the rows that have a threshold, where not all have one: the others are reported.
    """

    check: Check
    applies: Flags
    figure: Column
    over: Column | None
    limit: Column
    tolerance: Column
    nothing: Column | None
    limited: Flags | None = None
    verdict: Column | None = None  # of the whole run

    @property
    def stated(self) -> Column:
        """Stated figure: of a ratio, 0 where there is nothing to divide by."""
        figure = self.figure
        if self.over is not None:
            some = self.over > 0
            figure = where(some, figure, 0) / where(some, self.over, 1)
        return figure.round(DECIMALS) if figure.data.pending else figure

    @property
    def holds(self) -> Flags:
        """Comparison of the exact figures."""
        limit = self.limit if self.over is None else self.limit * self.over
        match self.check.direction:
            case "at_least":
                return self.figure >= limit
            case "at_most":
                return self.figure <= limit
            case "above":
                return self.figure > limit
            case "below":
                return self.figure < limit
        room = self.tolerance if self.over is None else self.tolerance * self.over
        return abs(self.figure - limit) <= room

    @property
    def comparable(self) -> Flags:
        """Rows to which it applies and that have something to divide by."""
        return self.applies if self.over is None else self.applies & (self.over > 0)

    @property
    def result(self) -> Column:
        """Result code of each row; where an input is missing `NOT_GIVEN`, and the marks tell which.

        What fails, fails, also where some had nobody to be compared with.
        """
        parts = [one for one in (self.figure, self.over, self.limit, self.nothing) if one is not None]
        level = parts[0].level
        marks = tuple(mark for one in parts for mark in one.absent_at(level))
        known = self._compared if self.verdict is None else self.verdict
        lacking = np.logical_or.reduce([mark.rows for mark in marks]) if marks and self.verdict is None else None
        codes = known.or_else(NOT_GIVEN)
        if lacking is not None:
            codes = where(Flags(codes.scope, level, lacking), NOT_GIVEN, codes)
        return Column(codes.scope, codes.level, codes.data, COUNT, marks, codes.names)

    @property
    def _compared(self) -> Column:
        """Result code of each row of which nothing is missing."""
        told: Column | int = self._unless_nothing(REPORTED)
        if self.check.direction:
            compared = where(self.holds, self._unless_nothing(HOLDS), FAILS)
            told = compared if self.limited is None else where(self.limited, compared, told)
        return where(self.comparable, told, where(self.applies, NOTHING, NOT_APPLICABLE))

    def _unless_nothing(self, code: int) -> Column | int:
        """Replace a code by `NOTHING` where nobody was there to be compared with."""
        return code if self.nothing is None else where(self.nothing > 0, NOTHING, code)

    def together(self) -> Comparison:
        """Combine all institutions to which the check applies into one row.

        Money and counts add up, with their thresholds unless these are a number for each (`is_own_limit`); a quotient
        adds up what it divides and what it is divided by, and compares only where all have one threshold. What cannot
        be added up stays 0, its threshold too.
        """
        if self.check.level == "consortium":
            return self
        rows, one = self.comparable, self.applies.any(CONSORTIUM)
        summed = where(rows, self.figure, 0).sum(CONSORTIUM) if adds_up(self.check) else where(one, 0, 0)
        over = where(rows, self.over, 0).sum(CONSORTIUM) if self.over is not None and adds_up(self.check) else None
        least = self.limit.where(self.applies).min(CONSORTIUM, otherwise=0)
        most = self.limit.where(self.applies).max(CONSORTIUM, otherwise=0)
        alike = least == most
        if self.limited is not None:
            alike = alike & ~(self.applies & ~self.limited).any(CONSORTIUM)
        limit = where(alike, most, 0) if adds_up(self.check) else where(one, 0, 0)
        if over is None and adds_up(self.check):
            limit = where(rows, 0 if is_own_limit(self.check) else self.limit, 0).sum(CONSORTIUM)
        whole = replace(self, applies=one, figure=summed, over=over, limit=limit, nothing=None, limited=None)
        return replace(whole, verdict=_verdict(self, whole, alike))


def adds_up(check: Check) -> bool:
    """Tell whether institutions' figures add up to one of the whole run."""
    return check.level == "consortium" or (check.adds_up and (bool(check.over) or check.unit != RATIO.name))


def is_own_limit(check: Check) -> bool:
    """Tell whether a threshold is a number that holds for each institution by itself.

    At most 2 for each of 8 is not at most 16 for all. It stands for all where figures have a quotient, and where it is
    0: then every institution's figure and their sum are compared with the same number.
    """
    one_number = is_number(check.threshold) and Decimal(check.threshold) != 0
    return one_number and check.level == "institution" and not check.over


def _verdict(own: Comparison, whole: Comparison, alike: Flags) -> Column:
    """Derive the whole run's result from those of the institutions and of their sum.

    A sum in which somebody's figure is not given is not given; where nothing adds up one that fails fails all.
    """

    def some(code: int) -> Flags:
        return (codes == code).any(CONSORTIUM)

    codes = own.result
    codes = Column(codes.scope, codes.level, codes.data)
    unknown = some(NOT_GIVEN)

    said = where(some(REPORTED), REPORTED, where(some(NOTHING), NOTHING, NOT_APPLICABLE))
    said = where(unknown, NOT_GIVEN, said)
    if not own.check.direction:
        return said
    held = where(some(HOLDS) & ~unknown, HOLDS, said)
    if own.over is None or not adds_up(own.check):
        return where(some(FAILS), FAILS, held)
    compared = where(alike, where(whole.holds, HOLDS, FAILS), REPORTED)
    return where((some(HOLDS) | some(FAILS)) & ~unknown, compared, said)


def _of_whole_run(check: Check, policy: Policy, inputs: Mapping[str, Input]) -> Comparison:
    """Make the check on the whole run, over the institutions to which it applies.

    One whose figure is not given leaves the whole not given, unless the policy says that any of them may give it.
    """
    applies, limit, kinds = _applies(check, policy, inputs)
    if check.threshold in policy.parameters:
        applies = applies & limit.is_set()
    figure = _number(check.figure, inputs, kinds)
    over = _number(check.over, inputs, kinds) if check.over else None
    parts = [part for part in (figure, over) if part is not None and part.level is INSTITUTION]
    rows = applies
    if parts and check.given_by == ANY:
        reporting = applies & reduce(lambda one, other: one | other, [part.is_set() for part in parts])
        rows = reporting | (applies & ~reporting.any(CONSORTIUM))  # nobody: all of them lack it
    one = applies.any(CONSORTIUM)

    def summed(column: Column) -> Column:
        return where(one, column, 0) if column.level is CONSORTIUM else where(rows, column, 0).sum(CONSORTIUM)

    return Comparison(
        check=check,
        applies=one,
        figure=summed(figure),
        over=None if over is None else summed(over),
        limit=_limit_of_whole_run(check, policy, limit, applies, summed),
        tolerance=_number(check.tolerance or "0", inputs, kinds),
        nothing=None,
    )


def _limit_of_whole_run(
    check: Check, policy: Policy, limit: Column, applies: Flags, summed: Callable[[Column], Column]
) -> Column:
    """Compute the threshold of the whole run: one value, or the sum of institutions."""
    parameter = policy.parameters.get(check.threshold)
    if parameter is None or limit.level is CONSORTIUM or adds_up_by_institution(check, parameter):
        return summed(limit)
    return limit.where(applies).max(CONSORTIUM, otherwise=0)  # all are the same

"""Bases of calculations, and the steps that follow any of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from batch.compute.declared.operands import HEAD, PERSON_MONTHS, SHARE_OF_PERIOD, Operands
from batch.compute.declared.selection import selected
from batch.compute.declared.unit_faults import check_agreement, check_limits, check_result
from payengine.exact import Exact
from payengine.graph import (
    ENGAGEMENT,
    STAFF,
    YUAN,
    Column,
    Flags,
    FormulaError,
    Frame,
    Level,
    Unit,
    maximum,
    minimum,
    rank,
    slices,
    unit_of,
    where,
)
from payengine.graph.values.frame import Flag
from payengine.graph.values.scope import named
from payengine.periods import MONTH
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import PERSON_MONTH
from payengine.texts import say

UNROUNDED = "unrounded"
FIGURE_DECIMALS = 4  # of what is neither money nor points, unless the policy says otherwise
# What the year gave a person before this run, of the figures of which that is known.
MEMORY = {
    "points": "points_before", "services": "services_before",
    "points_by_category": "points_before", "services_by_category": "services_before",
}  # fmt: skip
PAID_BEFORE = "paid_before"
OPENING = "staff_opening_balance"  # what the year gave before the first run here, under the figure's name


def decimals_of(unit: str, given: str) -> int | None:
    """Return at how many decimals a figure is stated; None where it is passed on unrounded."""
    if given:
        return None if given == UNROUNDED else int(given)
    known: Unit = unit_of(unit)
    return {(1, 0): 2, (0, 1): 6}.get((known.yuan, known.points), FIGURE_DECIMALS)


def calculated(calculation: Calculation, operands: Operands, decimals: int | None) -> Column:
    """Compute a calculation that shares no pool; 0 for those whom it does not take.

    Limits hold for a person, not for each engagement, unless the policy says the level.
    """
    result, flags = before_limits(calculation, operands, decimals)
    check_result(operands, calculation, result, unit_of(calculation.unit) if calculation.unit else YUAN)
    result = _limited(calculation, operands, result)
    if decimals is not None and (calculation.at_least or calculation.at_most):
        result = result.round(decimals)
    return result if flags is None else where(flags, result, 0)


def before_limits(calculation: Calculation, operands: Operands, decimals: int | None) -> tuple[Column, Flags | None]:
    """Compute what is limited, of a person the sum of the parts, and flag who has it."""
    if calculation.total_of or calculation.mean_of:  # there among says over whom it is taken
        return uncut(calculation, operands, decimals), None
    if not operands.levels.limits_persons(calculation):
        flags = selected(calculation, operands.columns, operands.level)
        return uncut(calculation, operands, decimals, flags), flags
    flags = selected(calculation, operands.columns, ENGAGEMENT)
    parts = uncut(calculation, replace(operands, level=ENGAGEMENT), decimals, flags)
    if flags is None:
        return parts.sum(STAFF), None
    having = Flags(flags.scope, ENGAGEMENT, flags.full(ENGAGEMENT), flags.absent_at(ENGAGEMENT), flags.names)
    return where(having, parts, 0).sum(STAFF), having.any(STAFF)


def uncut(calculation: Calculation, operands: Operands, decimals: int | None, flags: Flags | None = None) -> Column:
    """Compute a calculation without its limits, rounded as it says.

    Amounts of engagements, of those for which `flags` hold, are rounded so that they add up to the person's.
    """
    result = _base(calculation, operands)
    factors = [operands.at_own_level(text) for text in calculation.times]
    if calculation.prorated:
        factors.append(_share_of_period(calculation.prorated, operands))
    for factor in factors:
        result = factor if result is None else result * factor
    for text in calculation.over:
        assert result is not None
        result = _divided(result, operands.at_own_level(text))
    assert result is not None  # the policy is refused otherwise
    if decimals is None:
        return result
    if result.level is ENGAGEMENT and calculation.is_amount:
        return result.round_parts(decimals, flags)
    return result.round(decimals)


def _divided(number: Column, divisor: Column) -> Column:
    """Divide; 0 where the divisor is 0 because nobody is engaged there, so that nobody asks."""
    level, frame = divisor.level, divisor.scope.frame
    if level in (ENGAGEMENT, STAFF):
        return number / divisor
    deserted = ~_staffed(frame, level) & np.array((divisor == 0).full(level), bool)
    if not deserted.any():
        return number / divisor
    nobody = Flags(divisor.scope, level, deserted)
    quotient: Column = where(nobody, 0, number) / where(nobody, 1, divisor)
    return quotient


def _staffed(frame: Frame, level: Level) -> Flag:
    """Flag the rows of a level above persons at which somebody is engaged."""
    flags: Flag = np.bincount(frame.parent(STAFF, level), minlength=frame.rows(level)) > 0
    return flags


def _limited(calculation: Calculation, operands: Operands, result: Column) -> Column:
    """Keep a result between its limits; where both are met the most counts."""
    check_limits(operands, calculation, result)
    if calculation.at_least:
        result = maximum(result, operands.at_own_level(calculation.at_least))
    if calculation.at_most:
        result = minimum(result, operands.at_own_level(calculation.at_most))
    return result


def _base(calculation: Calculation, operands: Operands) -> Column | None:
    if calculation.total_of:
        return _total(calculation, operands)
    if calculation.mean_of:
        return _mean(calculation, operands)
    if calculation.slices_of:
        return _sliced(calculation, operands)
    if not calculation.add and not calculation.subtract:
        return None
    check_agreement(operands, [(key, text) for key in ("add", "subtract") for text in getattr(calculation, key)])
    parts = [operands.at_own_level(text) for text in calculation.add]
    parts += [-operands.at_own_level(text) for text in calculation.subtract]
    return sum(parts[1:], start=parts[0])


def _share_of_period(word: str, operands: Operands) -> Column:
    share: Column = operands.columns[SHARE_OF_PERIOD[word]]
    return share.sum(operands.level) if share.level < operands.level else share


def _total(calculation: Calculation, operands: Operands) -> Column:
    column = operands.plain(calculation.total_of)
    if operands.levels.is_rate(calculation.total_of):
        column = column.latest()  # a rate counts once for a person, not once for each engagement
    flags = selected(calculation, operands.columns, column.level)
    return column.sum(operands.level) if flags is None else column.where(flags).sum(operands.level)


def _mean(calculation: Calculation, operands: Operands) -> Column:
    """Compute the mean of a figure of persons: per head, per person or per person-month."""
    figure = operands.raised(calculation.mean_of, STAFF)
    if figure.level is not STAFF:
        raise FormulaError(
            say("{name} is of level {level}; a mean is of figures of persons",
                name=calculation.mean_of, level=figure.level),
        )  # fmt: skip
    flags = selected(calculation, operands.columns, STAFF)
    if flags is None:
        flags = Flags(figure.scope, STAFF, np.ones(figure.scope.frame.rows(STAFF), bool))
    if calculation.per == HEAD:
        flags = flags & operands.columns[HEAD]
    if calculation.best:
        flags = flags & _best(figure, flags, calculation, operands)
    level = operands.level
    total = figure.where(flags).sum(level)
    if calculation.per == PERSON_MONTH:
        size = operands.columns[PERSON_MONTHS].sum(STAFF).where(flags).sum(level)
    else:
        size = flags.count(level)
    return _over(total, size, calculation, operands)


def _best(figure: Column, among: Flags, calculation: Calculation, operands: Operands) -> Flags:
    """Flag the best of those among whom the mean is taken; of equals the earlier staff code."""
    rows = figure.scope.frame.rows(STAFF)
    earlier = Column(figure.scope, STAFF, Exact(-np.arange(rows, dtype=np.int64), 0))
    places = rank(figure, earlier, among=among, within=operands.level)
    return places <= operands.raised(calculation.best, operands.level)


def _over(total: Column, size: Column, calculation: Calculation, operands: Operands) -> Column:
    """Divide a total by the size of its group; `otherwise` where the group is empty.

    `FormulaError` where somebody works there and nobody is of the group, unless the policy says what holds then.
    """
    nobody = size == 0
    if calculation.otherwise:
        check_agreement(operands, [("mean_of", calculation.mean_of), ("otherwise", calculation.otherwise)])
        filled = where(nobody, operands.at_own_level(calculation.otherwise), total)
        return filled / where(nobody, 1, size)  # type: ignore[no-any-return]
    frame = total.scope.frame
    alone = np.flatnonzero(nobody.full(total.level) & _staffed(frame, total.level))
    if alone.size:
        codes = [" ".join(part for part in frame.code(total.level, int(row)) if part) for row in alone]
        raise FormulaError(
            say("there is nobody to take the mean of {name} of at {codes}",
                name=calculation.mean_of, codes=named(codes) or say("the whole run")),
            remedy=say('say what holds there: otherwise = "0"'),
        )  # fmt: skip
    mean: Column = total / where(nobody, 1, size)
    return mean


def _sliced(calculation: Calculation, operands: Operands) -> Column:
    """Price the slices of a figure; with the memory of the year those that this run adds to it."""
    check_agreement(
        operands,
        [("slices_of", calculation.slices_of), *(("slices.from", one.start) for one in calculation.slices)],
    )
    check_agreement(operands, [("slices.rate", one.rate) for one in calculation.slices])
    rates = [operands.at_own_level(one.rate) for one in calculation.slices]
    unit = next((rate.unit for rate in rates if rate.unit is not None), None)  # a plain number beside prices is one
    rates = [
        Column(one.scope, one.level, one.data, one.unit or unit, one.absent, one.names, one.factors) for one in rates
    ]
    starts = [_named(operands.at_own_level(one.start), one.start) for one in calculation.slices]
    steps = list(zip(starts, rates, strict=True))
    amount = operands.at_own_level(calculation.slices_of)
    if not calculation.memory:
        return slices(amount, steps)
    if operands.levels.kind != MONTH:
        raise FormulaError(
            say("what remembers the year is paid month by month, not in a settlement"),
            remedy=say("Leave it out of the outputs of the settlement."),
        )
    before = _before(calculation.slices_of, operands)
    return slices(before + amount, steps) - slices(before, steps)


def _named(column: Column, text: str) -> Column:
    """Return a threshold that messages call as the policy does, also where it is a number."""
    names = frozenset({text})
    return Column(column.scope, column.level, column.data, column.unit, column.absent, names, column.factors)


def memory_input(text: str, components: frozenset[str]) -> str:
    """Return the input that knows what the year gave of a figure before this run, or ''."""
    base = text.partition("[")[0]
    return MEMORY.get(base, PAID_BEFORE if base in components else "")


def _before(text: str, operands: Operands) -> Column:
    base, key = text.partition("[")[0], text.partition("[")[2].removesuffix("]")
    source = memory_input(text, frozenset(operands.policy.components))
    if not source:
        raise FormulaError(
            say("the year remembers points, services and pay of persons, but not {name}", name=text),
            remedy=say("Cut points, services, one category of them, or a component of the payslip."),
        )
    known = operands.columns[source]
    key = base if source == PAID_BEFORE else key
    before = known.or_zero(key) if key else known.total()
    opening = operands.columns[OPENING].or_zero(text)
    return before + Column(  # type: ignore[no-any-return]  # a number of the unit of what it opens, not of yuan
        opening.scope, opening.level, opening.data, before.unit, opening.absent, opening.names, opening.factors
    )

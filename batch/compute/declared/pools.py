"""Pools that a policy declares: their money, their parts, and shares in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from batch.compute.declared.levels import NameLevels
from batch.compute.declared.operands import Operands, ratio_columns
from batch.compute.declared.selection import selected
from batch.compute.declared.unit_faults import check_limits
from batch.report_names import LACKING
from payengine.exact import FEN
from payengine.graph import (
    STAFF,
    Column,
    Flags,
    FormulaError,
    Input,
    Keyed,
    Level,
    divide,
    divide_between,
    split,
    where,
)
from payengine.periods import MONTH
from payengine.policy import Component, Policy
from payengine.policy.calculation import Calculation, DeclaredFigure
from payengine.policy.pool_outputs import GIVEN, USED
from payengine.texts import say

OTHERS, STAYS = "others", "pool"


def pool_of(calculation: Calculation) -> tuple[str, str]:
    """Return (pool, part) of which a share is taken; '' for a pool that is not in parts."""
    name, _, part = (calculation.pool or calculation.divides).partition("[")
    return name, part.removesuffix("]")


def sharers(policy: Policy, pool: str, names: Sequence[str]) -> list[Component]:
    """List the lines among `names` that share in a pool, and their calculations."""
    parts = [policy.components[name] for name in names if name in policy.components]
    return [one for one in parts if one.calculation is not None and pool_of(one.calculation)[0] == pool]


def claimants(policy: Policy, pool: str, names: Sequence[str]) -> list[Calculation]:
    """List the claims on a pool: of its lines among `names`, and of pools that divide it."""
    found = [one.calculation for one in sharers(policy, pool, names) if one.calculation is not None]
    return found + [one.calculation for one in policy.figures.values() if pool_of(one.calculation)[0] == pool]


def weights_of(calculation: Calculation) -> str:
    """Return the name of the weights by which a calculation shares in a pool or divides it."""
    return calculation.weights or calculation.by


def claimed_minimum(calculation: Calculation, policy: Policy, pool: str) -> str:
    """Return the minimum by which a line claims its part of a pool; '' where there is none.

    A minimum that is itself made of the pool's parts is known only after them, so it claims nothing.
    """
    known, waiting = {calculation.at_least}, [calculation.at_least]
    while waiting:
        text = waiting.pop()
        name, _, part = text.partition("[")
        if name == pool and part:
            return ""
        line = policy.components.get(name) or policy.statements.get(name)
        figure = policy.figures.get(name)
        made = figure.calculation if figure is not None else line.calculation if line is not None else None
        if made is not None:
            more = {one for one in (*made.operands(), made.pool, made.divides) if one} - known
            known |= more
            waiting += more
    return calculation.at_least


def shared(calculation: Calculation, operands: Operands) -> Column:
    """Compute each person's share of a pool, in whole fen; the rest is retained and noted."""
    pool = operands.plain(calculation.pool)
    check_limits(operands, calculation, pool)
    weights, flags = _weights(calculation, operands, operands.level)
    if not calculation.at_least and not calculation.at_most:
        return divide(pool, weights, among=flags)  # type: ignore[no-any-return]
    least, most = (
        operands.raised(text, STAFF).round(FEN) if text else None
        for text in (calculation.at_least, calculation.at_most)
    )
    return divide_between(pool, weights, flags, least, most, cut_stays=calculation.cut == STAYS)


def _weights(calculation: Calculation, operands: Operands, level: Level) -> tuple[Column, Flags | None]:
    """Return the weights by which a line shares in its pool, and who takes part."""
    weights = operands.plain(calculation.weights)
    if operands.levels.is_rate(calculation.weights):
        weights = weights.latest()  # a rate weighs once for a person, not once for each engagement
    if weights.level < level:
        weights = operands.raised(calculation.weights, level)
    if weights.level > STAFF:  # a number, the same for everybody, stands on each person
        if not operands.levels.is_constant(calculation.weights):
            raise _too_high(calculation.weights, weights.level)
        weights = Column(
            weights.scope, STAFF, weights.full(STAFF), weights.unit, weights.absent_at(STAFF), factors=weights.factors
        )
    return weights, selected(calculation, operands.columns, weights.level)


def _too_high(weights: str, level: Level) -> FormulaError:
    """Make the error of weights that are the same for all who share: equal sharing unsaid."""
    return FormulaError(
        say(
            "{weights} weighs the same for all who share: it is a figure of the {level}",
            weights=weights,
            level=str(level).lower(),
        ),
        remedy=say("Name a figure of those who share; for equal shares write the number 1."),
    )


def divided(figure: DeclaredFigure, operands: Operands) -> Column:
    """Divide another pool among institutions or departments: this pool is each one's share."""
    calculation = figure.calculation
    by = operands.levels.of(calculation.by)
    if by > operands.level and not operands.levels.is_constant(calculation.by):
        raise _too_high(calculation.by, by)
    return divide(operands.plain(calculation.divides), operands.raised(calculation.by, operands.level))  # type: ignore[no-any-return]


def parts_of(
    figure: DeclaredFigure, claims: Mapping[str, Sequence[Calculation]], levels: NameLevels, level: Level
) -> Callable[..., Keyed]:
    """Make the function that divides a pool into its parts by the policy's ratios.

    Where the policy says that others have what nobody can take, a part has nothing in which nobody has a weight or a
    minimum.
    """
    ratios = dict(figure.calculation.parts)

    def parts(**columns: Input) -> Keyed:
        """The pool in its parts, to the fen."""
        pool = columns[figure.name]
        operands = Operands(levels.policy, levels, level, columns)
        shares = ratio_columns(ratios, pool)
        if figure.calculation.unclaimed == OTHERS:
            for name in ratios:
                claimed = [_claimed(one, figure.name, operands, levels) for one in claims.get(name, ())]
                total = sum(claimed[1:], start=claimed[0]) if claimed else shares[name] * 0
                shares[name] = where(total > 0, shares[name], 0)
        return split(pool, Keyed(pool.scope, "part", shares))

    return parts


def _claimed(calculation: Calculation, pool: str, operands: Operands, levels: NameLevels) -> Column:
    """Add up the weights of a line at the pool's level, and its minimums, as plain numbers."""
    if calculation.divides:
        return _plain(operands.raised(calculation.by, operands.level))
    weights, flags = _weights(calculation, operands, min(levels.of(calculation.weights), STAFF))
    total = _plain(weights.sum(operands.level) if flags is None else weights.where(flags).sum(operands.level))
    minimum = claimed_minimum(calculation, levels.policy, pool)
    if not minimum:
        return total
    least = operands.raised(minimum, STAFF).round(FEN).positive_part()
    if least.level > STAFF:  # the same minimum for everybody
        least = Column(least.scope, STAFF, least.full(STAFF), None, least.absent_at(STAFF))
    flags = selected(calculation, operands.columns, STAFF)
    return total + _plain((least if flags is None else least.where(flags)).sum(operands.level))


def _plain(column: Column) -> Column:
    """Return a column without its unit: weights and money claim alike."""
    return Column(column.scope, column.level, column.data, None, column.absent, column.names)


def carried(name: str, kind: str) -> Callable[..., Column]:
    """Make the function of what the year's earlier months could not share out.

    The year's opening balance is a part of it.
    """

    def carry(reported_before: Keyed, opening_balance: Keyed) -> Column:
        """Given less used in the year's earlier months, and the opening balance of this name."""
        if kind != MONTH:
            raise FormulaError(
                say("a pool is carried from month to month, not in a settlement"),
                remedy=say("Leave it out of the outputs of the settlement."),
            )
        given, used = (reported_before[f"{name}{ending}"] for ending in (GIVEN, USED))
        total: Column = (given.or_else(0) - used.or_else(0)).round(FEN) + opening_balance[name]
        for key in list(reported_before.keys()):  # a month of which it was not given leaves the sum unknown, never 0
            if any(key.startswith(f"{name}{ending}{LACKING}[") for ending in (GIVEN, USED)):
                column = given if key.startswith(f"{name}{GIVEN}") else used
                total = where(reported_before[key].is_set(), column, total)
        return total

    return carry

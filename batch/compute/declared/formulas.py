"""Formulas of a policy's own figures, pools and calculated lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from batch.compute.declared import bases, pools
from batch.compute.declared.levels import LEVELS, NameLevels
from batch.compute.declared.operands import Operands, arguments_of, operand_texts
from batch.compute.declared.selection import selected, selecting_inputs
from batch.compute.declared.whole_amounts import whole_amounts
from payengine.exact import FEN
from payengine.graph import (
    COUNT,
    INSTITUTION,
    STAFF,
    YUAN,
    Column,
    Formula,
    FormulaError,
    Input,
    Level,
    Rules,
    Unit,
    unit_of,
    where,
)
from payengine.graph.rules import Function
from payengine.policy import PAY, Component, Policy
from payengine.policy.calculation import Calculation, DeclaredFigure
from payengine.policy.carried_money import pools_of_money
from payengine.policy.charges import BEFORE, CHARGED, drawing_on, pools_drawn_on
from payengine.policy.pool_outputs import CARRIED, CARRY, GIVEN, LACKING, PARTS, PERSONS, USED
from payengine.texts import say

SOURCE = "policy"  # on what a calculation rests that names no source of its own
CUT = "_cut"  # the ending of what a cap took away


def declared_formulas(
    policy: Policy, rules: Rules, choices: Mapping[str, str], outputs: Sequence[str], kind: str
) -> Iterator[Formula]:
    """Make the formulas of everything that the policy calculates itself."""
    levels = NameLevels(policy, rules, choices, kind)
    for figure in policy.figures.values():
        yield from _pool(figure, levels, outputs) if figure.is_pool else _figure(figure, levels)
    for component in (*policy.components.values(), *policy.statements.values()):
        if component.calculation is not None:
            yield from _line(component, component.calculation, levels)


def _figure(figure: DeclaredFigure, levels: NameLevels) -> Iterator[Formula]:
    calculation = figure.calculation
    level = levels.of_calculation(figure.name, calculation)
    decimals = bases.decimals_of(calculation.unit, calculation.round)
    yield _formula(
        figure.name, figure.label, figure.source, level, unit_of(calculation.unit),
        *_made(calculation, levels, level, decimals),
        report=level >= STAFF and decimals is not None, unrounded=decimals is None,
    )  # fmt: skip


def _line(component: Component, calculation: Calculation, levels: NameLevels) -> Iterator[Formula]:
    """Make a line of the payslip or of the statement; beside a cap also what it cuts."""
    pays = component.kind == PAY
    level = levels.of_calculation(component.name, calculation, None if pays else INSTITUTION)
    names = (component.name, component.label, component.source)
    if calculation.pool:
        arguments = _arguments(calculation, levels, [calculation.pool])
        made = _with_operands(lambda operands: pools.shared(calculation, operands), levels, level), arguments
    else:
        whole = whole_amounts(calculation, levels) if pays else []
        made = _made(calculation, levels, level, bases.decimals_of(YUAN.name, calculation.round))
        if whole:
            made = _refusing(whole[0], levels), made[1]
    yield _formula(*names, level, YUAN, *made, component=pays, statement=not pays)
    if calculation.at_least and calculation.pool:
        yield _formula(
            f"{component.name}{LACKING}", f"{component.label}：保底未达到的差额", component.source, INSTITUTION, YUAN,
            *_lacking(component.name, calculation, levels), report=True,
        )  # fmt: skip
        yield _formula(
            f"{component.name}{LACKING}{PERSONS}", f"{component.label}：未达到保底的人数", component.source,
            INSTITUTION, COUNT, *_lacking(component.name, calculation, levels, persons=True), report=True,
        )  # fmt: skip
    if calculation.at_most and not calculation.pool:
        yield _formula(
            f"{component.name}{CUT}", f"{component.label}：封顶削减", component.source,
            STAFF if pays else INSTITUTION, YUAN, *_cut(calculation, levels, level), report=True,
        )  # fmt: skip


def _lacking(
    name: str, calculation: Calculation, levels: NameLevels, persons: bool = False
) -> tuple[Function, tuple[str, ...]]:
    """Make the sum of what persons lack to a minimum, or the number of these `persons`.

    The pool was too small, or the cap is below it.
    """

    def lacking(operands: Operands) -> Column:
        least = operands.raised(calculation.at_least, STAFF).round(FEN)
        gap = (least - operands.raised(name, STAFF)).positive_part()
        gap = where(gap > 0, 1, 0) if persons else gap
        flags = selected(calculation, operands.columns, STAFF)
        return gap.sum(INSTITUTION) if flags is None else gap.where(flags).sum(INSTITUTION)

    arguments = {**arguments_of([calculation.at_least, name], levels.policy)}
    arguments |= dict.fromkeys(selecting_inputs(calculation))
    return _with_operands(lacking, levels, STAFF), tuple(arguments)


def _refusing(name: str, levels: NameLevels) -> Function:
    """Make the function of a line that would pay everybody a whole institution's money."""

    def refusing(**_: Input) -> Column:
        """Refused when the graph is tried."""
        raise FormulaError(
            say("{name} is an amount of level {level}: every person would be paid all of it",
                name=name, level=levels.of(name)),
            remedy=say("share it as a pool, or divide it with over"),
        )  # fmt: skip

    return refusing


def _cut(calculation: Calculation, levels: NameLevels, level: Level) -> tuple[Function, tuple[str, ...]]:
    def cut(operands: Operands) -> Column:
        decimals = bases.decimals_of(YUAN.name, calculation.round)
        whole, flags = bases.before_limits(calculation, operands, decimals)
        whole = whole if flags is None else where(flags, whole, 0)
        taken = (whole - bases.calculated(calculation, operands, decimals)).positive_part()
        return taken.sum(STAFF) if taken.level < STAFF else taken

    return _with_operands(cut, levels, level), _arguments(calculation, levels)


def _made(
    calculation: Calculation, levels: NameLevels, level: Level, decimals: int | None
) -> tuple[Function, tuple[str, ...]]:
    """Return the function of a calculation that shares no pool, and its arguments."""

    def made(operands: Operands) -> Column:
        return bases.calculated(calculation, operands, decimals)

    return _with_operands(made, levels, level), _arguments(calculation, levels)


def _arguments(calculation: Calculation, levels: NameLevels, more: Sequence[str] = ()) -> tuple[str, ...]:
    texts = [*operand_texts(calculation), *more]
    if calculation.memory:
        memory = bases.memory_input(calculation.slices_of, frozenset(levels.policy.components))
        texts += [memory, bases.OPENING] if memory else []
    return tuple({**arguments_of(texts, levels.policy), **dict.fromkeys(selecting_inputs(calculation))})


def _with_operands(compute: Callable[[Operands], Column], levels: NameLevels, level: Level) -> Function:
    def calculation(**columns: Input) -> Column:
        """As the policy calculates it."""
        return compute(Operands(levels.policy, levels, level, columns))

    return calculation


def _pool(figure: DeclaredFigure, levels: NameLevels, outputs: Sequence[str]) -> Iterator[Formula]:
    """Make a pool: its money, what earlier months left, what was used, and its parts."""
    calculation, name, label, source = figure.calculation, figure.name, figure.label, figure.source
    level = LEVELS[calculation.level] if calculation.level else INSTITUTION
    carries = calculation.unclaimed == CARRY
    if calculation.divides:
        arguments = _arguments(calculation, levels, [calculation.divides])
        made = _with_operands(lambda operands: pools.divided(figure, operands), levels, level), arguments
    else:
        made = _made(calculation, levels, level, bases.decimals_of(YUAN.name, calculation.round))
    charged = name in pools_drawn_on(levels.policy, outputs)
    whole = f"{name}{BEFORE}" if charged else name
    yield _formula(f"{name}{GIVEN}" if carries else whole, label, source, level, YUAN, *made, report=True)
    if carries:
        yield from _carried(figure, levels, outputs, whole)
    if charged:
        arguments = (whole, f"{name}{CHARGED}")
        yield _formula(name, f"{label}：列支后余额", source, level, YUAN, _left, arguments, report=True)
    if calculation.parts:
        yield _parts(figure, levels, outputs, level)


def _left(**columns: Column) -> Column:
    """The pool less what is charged to it."""
    whole, charged = columns.values()
    return whole - charged


def _carried(figure: DeclaredFigure, levels: NameLevels, outputs: Sequence[str], whole: str) -> Iterator[Formula]:
    name, label, source = figure.name, figure.label, figure.source
    given, carried, used = (f"{name}{ending}" for ending in (GIVEN, CARRIED, USED))

    def with_carried(**columns: Column) -> Column:
        """The period's money, and what earlier months of the year could not share out."""
        return columns[given] + columns[carried]

    def paid(**columns: Column) -> Column | int:
        """All that is paid of the pool and charged to it, also by pools made of it."""
        parts = [column.sum(INSTITUTION) for column in columns.values()]
        return sum(parts[1:], start=parts[0]) if parts else 0

    lines: tuple[str, ...] = ()
    for pool in pools_of_money(levels.policy, name):  # however its money reaches a line, it is gone from this pool
        lines += tuple(one.name for one in pools.sharers(levels.policy, pool, outputs))
        lines += tuple(one.name for one in drawing_on(levels.policy, pool, outputs))
    lines = tuple(dict.fromkeys(lines))
    inputs = ("reported_before", "opening_balance")
    for given_name, words, function, arguments in (
        (whole, "（含结转）", with_carried, (given, carried)),
        (carried, "：以前月份结转", pools.carried(name, levels.kind), inputs),
        (used, "：本期使用", paid, lines),
    ):
        yield _formula(given_name, label + words, source, INSTITUTION, YUAN, function, arguments, report=True)


def _parts(figure: DeclaredFigure, levels: NameLevels, outputs: Sequence[str], level: Level) -> Formula:
    claims: dict[str, list[Calculation]] = {}
    arguments: dict[str, None] = {figure.name: None}
    for share in pools.claimants(levels.policy, figure.name, outputs):
        claims.setdefault(pools.pool_of(share)[1], []).append(share)
        if figure.calculation.unclaimed == pools.OTHERS:  # who has a claim say weights and minimums
            minimum = pools.claimed_minimum(share, levels.policy, figure.name)
            claimed_by = [pools.weights_of(share), *([minimum] if minimum else [])]
            arguments |= arguments_of(claimed_by, levels.policy)
            arguments |= dict.fromkeys(selecting_inputs(share))
    return _formula(
        f"{figure.name}{PARTS}", f"{figure.label}：分块", figure.source, level, YUAN,
        pools.parts_of(figure, claims, levels, level), tuple(arguments),
        axis="part", report=True, keys={name: name for name, _ in figure.calculation.parts},
    )  # fmt: skip


def _formula(
    name: str, label: str, source: str, level: Level, unit: Unit, function: Function, arguments: tuple[str, ...],
    **marks: Any,
) -> Formula:  # fmt: skip
    return Formula(function, name, name, level, unit, label, source or SOURCE, arguments, **marks)

"""Names that calculations use: their levels, and their columns beside others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from batch.inputs.catalogue import BY_NAME
from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    DEPARTMENT,
    ENGAGEMENT,
    INSTITUTION,
    STAFF,
    Column,
    Flags,
    FormulaError,
    Input,
    Keyed,
    Level,
    Rules,
    Unit,
    where,
)
from payengine.graph.inputs import ROW_KEYS, figures_needed
from payengine.graph.parameters import keys_of
from payengine.graph.values.levels import lowest
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import PERSON_MONTH, is_number
from payengine.texts import say

PARTS = "_parts"  # the ending of a pool's parts
LEVELS: Mapping[str, Level] = {str(level).lower(): level for level in Level}
_ADDED_UP = "count"  # the unit, beside yuan and points, of which a person has the sum over the engagements
# Counts of the period that hold for every person of it.
_PER_PERSON = (
    "months_of_period", "days_of_period", "days_of_month", "working_days", "months_to_date", "months_in_force",
    "period_first_day", "period_last_day",
)  # fmt: skip
HEAD, PERSON_MONTHS = "head", "person_months"
SHARE_OF_PERIOD = {"days_engaged": "engaged_share", "days_present": "present_share", "person_months": "person_months"}


def base_of(text: str, policy: Policy) -> str:
    """Return an operand's name in the graph: `X_parts` of `X[part]` where X is a pool."""
    base, _, key = text.partition("[")
    declared = policy.figures.get(base)
    return f"{base}{PARTS}" if key and declared is not None and declared.is_pool else base


def arguments_of(texts: Iterable[str], policy: Policy) -> dict[str, None]:
    """Collect the names in the graph of all operands that are no numbers."""
    return dict.fromkeys(base_of(text, policy) for text in texts if not is_number(text))


class NameLevels:
    """Levels of names, told before anything is computed."""

    def __init__(self, policy: Policy, rules: Rules, choices: Mapping[str, str], kind: str) -> None:
        self.policy = policy
        self.rules = rules
        self.choices = choices
        self.kind = kind  # of the period that is computed
        self._open: set[str] = set()  # the figures being looked at: a circle is told by the graph

    def of(self, text: str) -> Level:
        """Return the level of an operand.

        CONSORTIUM of a number, and of what nobody knows: the graph reports that.
        """
        base = text.partition("[")[0]
        if is_number(text):
            return CONSORTIUM
        if base in self.policy.figures:
            figure = self.policy.figures[base]
            return self.of_calculation(base, figure.calculation, INSTITUTION if figure.is_pool else None)
        if base in BY_NAME:
            return BY_NAME[base].level
        if base in self.policy.parameters:
            return self._of_parameter(base)
        part = self.policy.components.get(base)
        if part is not None and part.calculation is not None:
            return self.of_calculation(base, part.calculation)
        if part is not None and part.input:
            return STAFF
        variants = self.rules.variants.get(base, {})
        chosen = variants.get(self.choices.get(base, "")) or next(iter(variants.values()), None)
        return (
            STAFF
            if base in self.policy.totals or base in self.policy.known_income
            else CONSORTIUM
            if chosen is None
            else chosen.level
        )

    def _of_parameter(self, name: str) -> Level:
        parameter = self.policy.parameters[name]
        levels = [ROW_KEYS[key][0] for key in keys_of(parameter)[0]]
        levels += [self.of(figure) for figure in figures_needed(parameter)]
        return lowest(levels)

    def of_calculation(self, name: str, calculation: Calculation, default: Level | None = None) -> Level:
        """Return the level of a calculation: as it says, else as its operands ask.

        A line is of level STAFF where it reads amounts of persons, or stands above them; else of level ENGAGEMENT.
        """
        if calculation.level:
            return LEVELS[calculation.level]
        if default is not None or name in self._open:
            return default or STAFF
        if calculation.pool:
            limited = calculation.at_least or calculation.at_most
            level = self._guarded(name, calculation.weights)
            in_department = self._guarded(name, calculation.pool) is DEPARTMENT
            if in_department and not limited:
                return ENGAGEMENT
            # Limits are of a person, and a rate weighs once for a person, so the share is one of the person.
            return STAFF if limited or self.is_rate(calculation.weights) else min(level, STAFF)
        self._open.add(name)
        try:
            texts = [text for text in calculation.operands() if not is_number(text)]
            amounts = [text for text in texts if self.is_amount(text) and self.of(text) is STAFF]
            low = [self.of(text) for text in texts if self.of(text) in (ENGAGEMENT, DEPARTMENT)]
        finally:
            self._open.discard(name)
        if not low or amounts:
            return STAFF
        if calculation.is_amount and not self.grows(calculation):
            return STAFF  # rates alone: of a person with two engagements the latest counts, not both
        if calculation.is_amount and self._of_the_whole(calculation):
            return STAFF
        limited = calculation.at_least or calculation.at_most
        return STAFF if calculation.is_amount and limited else ENGAGEMENT

    def limits_persons(self, calculation: Calculation) -> bool:
        """Tell if amounts of engagements are limited as a person's whole: where no level is said."""
        limited = calculation.is_amount and (calculation.at_least or calculation.at_most)
        in_parts = not calculation.level and not calculation.source and not self._of_the_whole(calculation)
        return bool(limited) and in_parts and self.grows(calculation)

    def _of_the_whole(self, calculation: Calculation) -> bool:
        """Tell if it needs a person's amount whole, to cut it or beside what a person has once."""
        if calculation.slices_of:
            return self.adds_up(calculation.slices_of)
        return len({self.adds_up(text) for text in (*calculation.add, *calculation.subtract)}) > 1

    def grows(self, calculation: Calculation) -> bool:
        """Tell if a calculation has a part on each engagement: by time, or by amounts."""
        return bool(calculation.prorated) or any(self.adds_up(text) for text in calculation.operands())

    def is_rate(self, text: str) -> bool:
        """Tell if it is a rate of engagements, of which a person has the latest."""
        return self.of(text) is ENGAGEMENT and not self.adds_up(text)

    def adds_up(self, text: str) -> bool:
        """Tell if an operand has a part on each engagement of a person; rates have not."""
        base = text.partition("[")[0]
        if is_number(text) or self.of(text) is not ENGAGEMENT:
            return False
        if base in self.policy.figures and base not in self._open:
            self._open.add(base)
            try:
                return self.grows(self.policy.figures[base].calculation)
            finally:
                self._open.discard(base)
        if base in self.policy.parameters:  # one that names figures
            return any(self.adds_up(figure) for figure in figures_needed(self.policy.parameters[base]))
        return self.is_amount(text)

    def _guarded(self, name: str, text: str) -> Level:
        self._open.add(name)
        try:
            return self.of(text)
        finally:
            self._open.discard(name)

    def is_amount(self, text: str) -> bool:
        """Tell if it adds up over a person's engagements; rates do not."""
        base = text.partition("[")[0]
        if base in self.policy.parameters or is_number(text):
            return False
        if base in BY_NAME:
            return is_amount(BY_NAME[base].unit)
        if base in self.policy.figures:
            return self.policy.figures[base].is_pool or self.policy.figures[base].calculation.unit in (
                "yuan", "points", _ADDED_UP,
            )  # fmt: skip
        if base in self.policy.components or base in self.policy.totals or base in self.policy.known_income:
            return True
        variants = self.rules.variants.get(base, {})
        return any(is_amount(one.unit) for one in variants.values())


def whole_amounts(calculation: Calculation, levels: NameLevels) -> list[str]:
    """List the operands of a person's line that are amounts of a whole institution.

    A mean is not, and nothing is where the line divides: what is named would be paid to everybody.
    """
    if calculation.pool or calculation.over:
        return []
    texts = (*calculation.add, *calculation.subtract, *calculation.times)
    return [text for text in texts if _is_whole(text, levels, frozenset())]


def _is_whole(text: str, levels: NameLevels, asked: frozenset[str]) -> bool:
    base = text.partition("[")[0]
    if not levels.is_amount(text) or levels.of(text) <= STAFF or base in asked:
        return False
    figure = levels.policy.figures.get(base)
    if figure is None or figure.is_pool or figure.calculation.total_of:
        return base not in _PER_PERSON
    if figure.calculation.mean_of or figure.calculation.over:
        return False
    parts = (*figure.calculation.add, *figure.calculation.subtract, *figure.calculation.times)
    return any(_is_whole(part, levels, asked | {base}) for part in parts)


def is_amount(unit: Unit | None) -> bool:
    """Tell if figures of a unit are amounts, which add up; rates and ratios are not."""
    return unit is not None and ((unit.yuan, unit.points) in ((1, 0), (0, 1)) or unit.name == _ADDED_UP)


@dataclass(frozen=True)
class Operands:
    """Operands of one calculation while it is computed, brought to its level."""

    policy: Policy
    levels: NameLevels
    level: Level
    columns: Mapping[str, Input]

    def at_own_level(self, text: str) -> Column:
        """Return an operand brought up to the calculation's level, if it stands below."""
        return self.raised(text, self.level)

    def raised(self, text: str, level: Level) -> Column:
        """Return an operand, brought up to a level: amounts add up, of rates the latest counts.

        `FormulaError` where a rate of many would have to stand for an institution, and where an amount of a person
        would stand on each engagement.
        """
        column = self.plain(text)
        if column.level is STAFF and level is ENGAGEMENT and self.levels.is_amount(text):
            raise FormulaError(
                say("{name} is an amount of each person: it would count once for each engagement", name=text),
                remedy=say('say level = "staff"'),
            )
        if level is STAFF and column.level is DEPARTMENT:  # a person's is that of the latest engagement
            return column.latest()
        if not column.level.is_below(level) and (column.level, level) != (STAFF, DEPARTMENT):
            return column
        if self.levels.is_amount(text):
            return column.sum(level)
        if level is STAFF:
            return column.latest()
        raise FormulaError(
            say("{name} has one value for each {level}, and does not add up", name=text, level=column.level),
            remedy=say("gather it with total_of or mean_of in a figure of its own"),
        )

    def plain(self, text: str) -> Column:
        """Return an operand's column as it is; flags are 0 and 1."""
        beside = next(iter(self.columns.values()), None)
        if is_number(text):
            if not isinstance(beside, Column | Flags | Keyed):
                raise FormulaError(say("it names numbers only"))
            return _number(text, beside)
        base, key = base_of(text, self.policy), text.partition("[")[2].removesuffix("]")
        value = self.columns[base]
        if isinstance(value, Keyed):
            if not key:
                raise FormulaError(
                    say("{name} is no single figure of numbers", name=text),
                    remedy=say("A keyed one is named with its key: finance[medical_income]."),
                )
            value = value[key]
        elif key:
            raise FormulaError(say("{name} is one figure, so nothing stands in brackets after it", name=base))
        if isinstance(value, Flags):
            return where(value, 1, 0)  # type: ignore[no-any-return]
        if not isinstance(value, Column):
            raise FormulaError(say("{name} is no single figure of numbers", name=text))
        return value


def _number(text: str, beside: Column | Flags | Keyed) -> Column:
    """Make a number written in the policy a column: exact, a fraction as the ratio that it is."""
    above, _, below = text.partition("/")
    scope = beside.scope
    column = Column(scope, CONSORTIUM, Exact.of([above] * scope.frame.rows(CONSORTIUM), _decimals(above)))
    return column / int(below) if below else column


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def operand_texts(calculation: Calculation) -> Iterator[str]:
    """Yield all that a calculation names, also what its words stand for."""
    yield from calculation.operands()
    if calculation.per == HEAD:
        yield HEAD
    if calculation.per == PERSON_MONTH:
        yield PERSON_MONTHS
    if calculation.prorated:
        yield SHARE_OF_PERIOD[calculation.prorated]


def ratio_columns(ratios: Mapping[str, Fraction], beside: Column) -> dict[str, Column]:
    """Make ratios columns of whole numbers in the same proportion."""
    unit = math.lcm(*(ratio.denominator for ratio in ratios.values()))
    return {name: Column.lift(int(ratio * unit), beside) for name, ratio in ratios.items()}

"""Names that calculations use, and their columns beside others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from batch.compute.declared.levels import NameLevels
from payengine.exact import Exact
from payengine.graph import (
    CONSORTIUM,
    DEPARTMENT,
    ENGAGEMENT,
    STAFF,
    Codes,
    Column,
    Flags,
    FormulaError,
    Input,
    Keyed,
    Level,
    where,
)
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import PERSON_MONTH, is_number
from payengine.policy.pool_outputs import PARTS
from payengine.texts import say

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


@dataclass(frozen=True)
class Operands:
    """Operands of one calculation while it is computed, brought to its level."""

    policy: Policy
    levels: NameLevels
    level: Level
    columns: Mapping[str, Input]

    @property
    def is_trial(self) -> bool:
        """True where formulas are tried without rows.

        Units are checked then: rows do not change them.
        """
        beside = next(iter(self.columns.values()), None)
        return isinstance(beside, Column | Flags | Codes | Keyed) and beside.scope.is_trial

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

"""Levels of the names that calculations use, told before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping

from batch.inputs.catalogue import BY_NAME
from payengine.graph import CONSORTIUM, DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Level, Rules, Unit
from payengine.graph.inputs import ROW_KEYS, figures_needed
from payengine.graph.parameters import keys_of
from payengine.graph.values.levels import lowest
from payengine.policy import Policy
from payengine.policy.calculation import Calculation
from payengine.policy.calculation_entries import is_number

LEVELS: Mapping[str, Level] = {level.name.lower(): level for level in Level}
_ADDED_UP = "count"  # the unit, beside yuan and points, of which a person has the sum over the engagements


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
        if base in self.policy.totals or base in self.policy.known_income:
            return STAFF
        variants = self.rules.variants.get(base, {})
        chosen = variants.get(self.choices.get(base, "")) or next(iter(variants.values()), None)
        return CONSORTIUM if chosen is None else chosen.level

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

    def is_constant(self, text: str) -> bool:
        """Tell if an operand is a number, written out or as a parameter of numbers."""
        parameter = self.policy.parameters.get(text.partition("[")[0])
        return is_number(text) or (parameter is not None and not parameter.figures)

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


def is_amount(unit: Unit | None) -> bool:
    """Tell if figures of a unit are amounts, which add up; rates and ratios are not."""
    return unit is not None and ((unit.yuan, unit.points) in ((1, 0), (0, 1)) or unit.name == _ADDED_UP)

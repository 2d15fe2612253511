"""Amounts of a whole institution that a line would pay to every person."""

from __future__ import annotations

from batch.compute.declared.levels import NameLevels
from payengine.graph import STAFF
from payengine.policy.calculation import Calculation

# Counts of the period that hold for every person of it.
_PER_PERSON = (
    "months_of_period", "days_of_period", "days_of_month", "working_days", "months_to_date", "months_in_force",
    "period_first_day", "period_last_day",
)  # fmt: skip


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

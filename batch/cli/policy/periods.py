"""Periods about which a command on a policy is asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from payengine.periods import Period

if TYPE_CHECKING:
    from payengine.policy import Policy


def periods_asked(policy: Policy, period: str | None) -> list[Period]:
    """Return the period named; else the current month, quarter, half-year and year.

    Without kinds that the policy does not compute.
    """
    if period is not None:
        return [Period.parse(period)]
    now = Period(date.today().replace(day=1))  # noqa: DTZ011  # a question at the terminal, not an input of a run
    kinds = {
        "month": now,
        "quarter": Period(now.first_day.replace(month=(now.first_day.month - 1) // 3 * 3 + 1), "quarter"),
        "half_year": Period(now.first_day.replace(month=(now.first_day.month - 1) // 6 * 6 + 1), "half_year"),
        "year": Period(now.year_start, "year"),
    }
    return [period for kind, period in kinds.items() if policy.formulas(kind)[0]] or [now]

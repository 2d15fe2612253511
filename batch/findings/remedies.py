"""Remedies of findings about published periods."""

from __future__ import annotations

from payengine.periods import Period
from payengine.texts import say


def revise(period: Period) -> str:
    """Name the commands that bring a published period in line."""
    return say(
        "the source and the policy decide what is paid: payengine revise {period} brings it in line and revises what "
        "follows; the period alone: payengine month {period} --revise REASON",
        period=period,
    )

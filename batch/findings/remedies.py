"""Remedies of findings about published periods."""

from __future__ import annotations

from payengine.periods import Period
from payengine.texts import say


def revise(period: Period) -> str:
    """Name the commands that bring a published period in line."""
    return say(
        "the source and the policy decide what is paid: freeze {period} again, run it with --revise and a reason, "
        "publish it; payengine revise {period} does all of it, and revises what follows",
        period=period,
    )

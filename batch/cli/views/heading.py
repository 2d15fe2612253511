"""The lines around a view: the heading above it, the warnings beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from batch.cli.session import SHORT
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.reports.held_places import HeldPlace
    from batch.results import Results


def heading(results: Results, *facts: str) -> list[RenderableType]:
    """Print period, policy and run, with the mark of illustrative values where there are any."""
    meta = results.meta
    policy = " ".join(dict.fromkeys(part for part in (meta.policy_code, meta.policy_title) if part))
    every = [str(meta.period), say("policy {policy}", policy=policy), say("run {run}", run=meta.run_id[:SHORT]), *facts]
    lines: list[RenderableType] = ["  |  ".join(fact for fact in every if fact)]
    if meta.illustrative:
        lines.append(illustrative_line())
    return lines


def illustrative_line() -> str:
    """Say that values were used that are in force nowhere."""
    return say("Illustrative values: invented for trying, in force nowhere, not for paying anyone.")


def held_lines(places: Sequence[HeldPlace]) -> list[RenderableType]:
    """Tell at which held institutions a person works besides: nothing is paid there yet."""
    told = [
        say("{staff} is also engaged at {institution}, which {period} holds: {reason}. Its pay follows in a revision.",
            staff=one.staff, institution=one.institution, period=one.period, reason=one.reason)
        for one in places
    ]  # fmt: skip
    return ["", *told] if told else []


def warnings(texts: Sequence[str]) -> list[RenderableType]:
    """Print warnings, one a line."""
    return ["", say("Warnings:"), *(f"  {text}" for text in texts)] if texts else []

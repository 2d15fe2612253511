"""Published periods that the source or the policy have changed since, as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.findings.finding import Finding


def published_parts(findings: Sequence[Finding]) -> list[RenderableType]:
    """Print each finding with the first of its rows and what to do."""
    if not findings:
        return []
    parts: list[RenderableType] = [
        "",
        say("Published periods and other dates, compared with the source and the policy:"),
    ]
    for finding in findings:
        parts += [f"  {finding.what}", *(f"      {each}" for each in finding.first)]
        if finding.remedy:
            parts.append(f"    {finding.remedy}")
    return parts

"""Rejected rows as they are printed: by reason, or one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.code_words import reason_words
from batch.cli.views.tables import Sheet, figure, word
from batch.reports.register import reason_text
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

MOST_LISTED = 20


def reason_sheet(rows: Sequence[Sequence[str]]) -> Sheet:
    """Lay out rejection reasons: code, number of rows, meaning."""
    return Sheet(
        [word(say("Reason"), key=True), figure(say("Rows"), key=True), word(say("Meaning"))], rows, indent="  "
    )


def rejection_parts(refused: Sequence[dict[str, Any]]) -> list[RenderableType]:
    """Print rejected rows one by one, the first `MOST_LISTED` of them."""
    if not refused:
        return []
    rows = [
        [row["record_id"], row["staff"], reason_words(row["reason"]), reason_text(row["reason"])]
        for row in refused[:MOST_LISTED]
    ]
    heads = [word(say("Record"), key=True), word(say("Staff"), key=True), word(say("Reason")), word(say("Meaning"))]
    parts: list[RenderableType] = [
        "",
        say("Rows rejected: {n}", n=f"{len(refused):,}"),
        Sheet(heads, rows, indent="  "),
    ]
    if len(refused) > MOST_LISTED:
        parts.append(
            say("  ... and {n} more; payengine export writes all of them", n=f"{len(refused) - MOST_LISTED:,}")
        )
    return parts

"""A publication as it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.head import head_parts
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import Published


def published_json(published: Published) -> dict[str, Any]:
    """Describe a publication as JSON."""
    publication = published.publication
    return {
        "run": publication.run, "period": str(publication.period), "revision": publication.revision,
        "already": published.already, "previous": publication.previous, "reason": publication.reason,
        "published_at": publication.published_at, "published_by": publication.published_by, "head": published.head,
    }  # fmt: skip


def published_parts(published: Published) -> list[RenderableType]:
    """Print a publication: revision, the run that it replaces, the head of the audit chain."""
    publication = published.publication
    facts = {"period": publication.period, "revision": publication.revision, "run": publication.run[:SHORT]}
    if published.already:
        first = say("Already published: {period} revision {revision}, run {run}", **facts)
    else:
        first = say("Published: {period} revision {revision}, run {run}", **facts)
    parts: list[RenderableType] = [first]
    if publication.previous:
        parts.append(
            say("  in place of run {run}: {reason}", run=publication.previous[:SHORT], reason=publication.reason)
        )
    return [*parts, *head_parts(published.head)]

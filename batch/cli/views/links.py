"""Links to the pages as they are printed, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from batch.cli.views.tables import Sheet, word
from batch.ledger.page_links import is_good
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import PageLink


def link_json(one: PageLink, today: date) -> dict[str, Any]:
    """Describe a link as JSON; null where a field is not known or does not apply."""
    return {**{name: value or None for name, value in vars(one).items()}, "good": is_good(one, today)}


def links_parts(links: Sequence[PageLink], today: date) -> list[RenderableType]:
    """Print links: what they show, until when, and if they still let in."""
    if not links:
        return [say("No link was made yet.")]
    heads = [
        word(say("Link"), key=True), word(say("Shows")), word(say("Until")), word(say("State")),
        word(say("Made (UTC)")), word(say("By")), word(say("Revoked (UTC)")), word(say("By")), word(say("Reason")),
    ]  # fmt: skip
    rows = [
        [
            one.id, shows(one), one.until, _state(one, today), one.made_at, one.made_by, one.revoked_at,
            one.revoked_by, one.reason,
        ]
        for one in links
    ]  # fmt: skip
    return [Sheet(heads, rows).without_empty()]


def shows(one: PageLink) -> str:
    """Say what a link shows."""
    if one.institution:
        return say("institution {code}", code=one.institution)
    if one.staff:
        return say("staff {code}", code=one.staff)
    return say("everything") if one.made_at else say("not known: it was made by an earlier version")


def _state(one: PageLink, today: date) -> str:
    if one.revoked_at:
        return say("revoked")
    return say("good") if is_good(one, today) else say("expired")

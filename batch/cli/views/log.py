"""Activity in a ledger as it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.code_words import action_words
from batch.cli.views.paragraphs import Paragraphs
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import Activity


def log_json(one: Activity) -> dict[str, Any]:
    """Describe something that was done as JSON; null where a field does not apply."""
    fields = {name: value for name, value in vars(one).items() if name not in ("facts", "is_access")}
    empty: dict[str, Any] = {name: value if value not in ("", 0) else None for name, value in fields.items()}
    said = {name: one.facts.get(name) for name in ("step", "digests")}
    return {"log": "access" if one.is_access else "chain", **empty, **said}


def log_parts(found: Sequence[Activity]) -> list[RenderableType]:
    """Print what was done, two lines each: time, action and user, and with what."""
    rows = []
    for one in found:
        rows.append((f"{one.at}  ", f"{action_words(one.action)}  {one.by}"))
        rows.append(("    ", joined(_facts(one))))
    return [Paragraphs(rows)]


def _facts(one: Activity) -> Iterator[str]:
    if one.period:
        yield one.period
    if one.run:
        yield say("run {run}", run=one.run[:SHORT])
    if one.before:
        yield say("in place of run {run}", run=one.before[:SHORT])
    if one.institution:
        yield say("institution {code}", code=one.institution)
    if one.staff:
        yield say("staff {code}", code=one.staff)
    yield from (text for text in (one.detail, one.document, one.reason) if text)
    if one.after not in ("", one.run):
        yield say("signs {digest}", digest=one.after[:SHORT])
    if one.is_access:
        yield say("log of accesses {n}", n=one.number)
    else:
        yield say("chain {n}, {before} -> {after}", n=one.number, before=one.head_before[:SHORT],
                  after=one.head_after[:SHORT])  # fmt: skip

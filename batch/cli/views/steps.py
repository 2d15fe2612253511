"""Steps of a run as they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.blocks import Blocks, Line
from batch.ledger.provenance import now
from batch.ledger.run_steps import ANSWER, OBJECTION, word_of, words_of
from payengine.characters import escaped
from payengine.policy.step_rule import ANNOUNCED, APPROVED, DRAFT, PUBLISHED, STEPS, rules_json
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.ledger import RunStep, Standing


def standing_json(standing: Standing) -> dict[str, Any]:
    """Describe how far a run has come as JSON."""
    published = standing.publication
    return {
        "run": standing.run, "period": str(standing.period), "digest": standing.digest,
        "prepared_at": standing.prepared_at, "prepared_by": standing.prepared_by,
        "demanded": rules_json(standing.rules),
        "steps": [
            {**vars(row), "counts": _counts(row, standing), "open": row in standing.open} for row in standing.steps
        ],
        "announced_until": standing.until or None,
        "next": standing.next or None,
        "published": None if published is None else {
            "revision": published.revision, "at": published.published_at, "by": published.published_by,
        },
    }  # fmt: skip


def entered_json(made: RunStep, standing: Standing) -> dict[str, Any]:
    """Describe what was entered as JSON."""
    return {
        **vars(made), "period": str(standing.period), "announced_until": standing.until or None,
        "next": standing.next or None,
    }  # fmt: skip


def standing_parts(standing: Standing, line: Callable[[str], str], words: str = "") -> list[RenderableType]:
    """Print the steps of a run, done and to be done; `words` are those of the next command."""
    heading = joined([str(standing.period), say("run {run}", run=standing.run[:SHORT])])
    parts: list[RenderableType] = [heading, Blocks(list(_lines(standing)))]
    return [*parts, *_next(standing, line, words)]


def entered_parts(made: RunStep, standing: Standing, line: Callable[[str], str]) -> list[RenderableType]:
    """Print what was entered, and what is to be done next."""
    what = word_of(made.step)
    if made.step == OBJECTION:
        what = say("objection {n}", n=made.number)
    elif made.step == ANSWER:
        what = say("answer to objection {n}", n=made.answers)
    first = say("Entered: {period} run {run}, {what}", period=standing.period, run=made.run[:SHORT], what=what)
    return [first, say("  by {user} at {time}", user=made.made_by, time=made.made_at), *_next(standing, line)]


def _lines(standing: Standing) -> Iterator[Line]:
    yield Line(joined([standing.prepared_at, standing.prepared_by]), word_of(DRAFT), 1)
    for row in standing.steps:
        yield Line(escaped(joined(_facts(row, standing))), word_of(row.step), 1)
    for step in STEPS:
        rule = standing.rules.get(step)
        if standing.next and rule is not None and rule.required and step not in standing.counted:
            told = [say("to be done"), *([say("{n} day(s)", n=rule.days)] if rule.days else []), rule.source]
            yield Line(joined([text for text in told if text]), word_of(step), 1)
    if (made := standing.publication) is not None:
        told = [made.published_at, made.published_by, say("revision {n}", n=made.revision)]
        yield Line(joined(told), word_of(PUBLISHED), 1)


def _facts(row: RunStep, standing: Standing) -> Iterator[str]:
    if row in standing.open:
        yield say("{n}, open", n=row.number)
    elif row.step == OBJECTION:
        yield say("{n}, answered", n=row.number)
    elif row.step == ANSWER:
        yield say("to objection {n}", n=row.answers)
    yield row.made_at
    yield row.made_by
    if row.step == ANNOUNCED:
        yield say("{n} day(s)", n=row.days)
        if _counts(row, standing):
            yield say("until {time}", time=standing.until)
    if row.document:
        yield row.document
    if row.reason:
        yield row.reason
    if not _counts(row, standing):
        yield say("does not count")


def _counts(row: RunStep, standing: Standing) -> bool:
    return row.step in (OBJECTION, ANSWER) or standing.counted.get(row.step) == row


def _next(standing: Standing, line: Callable[[str], str], words: str = "") -> list[RenderableType]:
    if not standing.next:
        return []
    if not standing.open and standing.next in (APPROVED, PUBLISHED) and standing.until > now():
        return [say("From {time} on: {command}", time=standing.until, command=line(words or words_of(standing)))]
    return [say("Next: {command}", command=line(words or words_of(standing)))]


def missing_step(standing: Standing) -> str:
    """Say in a line what is to be done before the publication; '' where nothing is missing."""
    if standing.open:
        return say("{n} objection(s) are open", n=len(standing.open))
    if standing.next in (APPROVED, PUBLISHED) and standing.until > now():
        return say("announced until {time}", time=standing.until)
    if not standing.next or standing.next == PUBLISHED:
        return ""
    return say("{step} is to be done", step=word_of(standing.next))

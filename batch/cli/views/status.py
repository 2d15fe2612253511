"""The status of a year as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.steps import missing_step
from batch.cli.views.tables import Sheet, figure, word
from batch.pay import why_stale
from batch.payments.words import state_word
from payengine.exact.amounts import yuan
from payengine.periods import MONTH, Period
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.status import PeriodStatus, YearStatus

BRIEF = 8  # digits of a digest where a line has room for no more


def status_json(found: YearStatus, line: Callable[[str], str]) -> dict[str, Any]:
    """Describe the status of a year as JSON."""
    return {
        "year": found.year,
        "periods": [_period_json(one) for one in found.periods],
        "not_begun": [str(period) for period in found.not_begun],
        "next": [{"period": str(one.period), "command": line(one.words)} for one in found.next],
    }


def _period_json(one: PeriodStatus) -> dict[str, Any]:
    return {
        "period": str(one.period), "state": one.state, "snapshot": one.snapshot or None,
        "frozen_at": one.frozen_at or None, "newest_freeze_is_run": one.is_run,
        "run": None if one.current is None else one.current.id,
        "revision": None if one.made is None else one.made.revision,
        "published_at": None if one.made is None else one.made.published_at,
        "staged": [record.id for record in one.waiting],
        "next_step": None if one.standing is None else one.standing.next or None,
        "open_objections": 0 if one.standing is None else len(one.standing.open),
        "stale": one.is_stale, "revised_since": list(one.revised), "lacks": list(one.lacking),
        "staleness_unknown": one.is_unseen, "held": dict(one.holds),
        "payments": [
            {"payment": record.number, "state": record.state, "paid_fen": one.paid.paid[record.number]}
            for record in one.payments
        ],
        "outstanding_fen": one.paid.outstanding, "carried_fen": one.paid.carried,
    }  # fmt: skip


def status_parts(found: YearStatus, line: Callable[[str], str]) -> list[RenderableType]:
    """Print a line for each period, what is to be said of some, and the next commands."""
    parts: list[RenderableType] = []
    if found.periods:
        parts.append(_sheet(found))
        notes = [("  ", text) for one in found.periods for text in _notes(one, found)]
        parts += ["", Paragraphs(notes)] if notes else []
    else:
        parts.append(say("Nothing of {year} has been frozen or run yet.", year=found.year))
    if found.not_begun:
        parts += ["", Paragraphs([("", say("Not begun: {periods}", periods=joined(_spans(found.not_begun))))])]
    if found.next:
        parts += ["", say("Next:"), *(f"  {line(one.words)}" for one in found.next)]
    else:
        parts += ["", say("Nothing is to be done now.")]
    return parts


def _spans(periods: Sequence[Period]) -> list[str]:
    """Write periods, months that follow one another as one span."""
    spans: list[list[Period]] = []
    for period in sorted(periods, key=lambda each: (each.kind != MONTH, each)):
        if spans and period.kind == MONTH and spans[-1][-1].next_first_day == period.first_day:
            spans[-1].append(period)
        else:
            spans.append([period])
    return [
        str(span[0]) if len(span) == 1 else say("{first} to {last}", first=span[0], last=span[-1]) for span in spans
    ]


def _sheet(found: YearStatus) -> Sheet:
    rows = [
        [
            str(one.period), _frozen(one), _run(one), _state(one), str(len(one.holds) or ""), _paid(one),
            yuan(one.paid.outstanding) if one.paid.outstanding else "",
        ]
        for one in found.periods
    ]  # fmt: skip
    heads = [
        word(say("Period"), key=True), word(say("Frozen (UTC)")), word(say("Run")), word(say("State")),
        figure(say("Held")), word(say("Payment")), figure(say("Outstanding")),
    ]  # fmt: skip
    return Sheet(heads, rows).without_empty()


def _frozen(one: PeriodStatus) -> str:
    return f"{one.snapshot[:BRIEF]} {one.frozen_at[5:10]}".strip()


def _run(one: PeriodStatus) -> str:
    if len(one.waiting) == 1:
        return one.waiting[0].id[:BRIEF]
    return "" if one.waiting or one.current is None else one.current.id[:BRIEF]


def _state(one: PeriodStatus) -> str:
    """Say the state with what is published beside it."""
    if len(one.waiting) > 1:
        return say("{n} staged", n=len(one.waiting))
    revision = "" if one.made is None else str(one.made.revision)
    return {
        "not begun": say("not begun"), "frozen": say("frozen"), "staged": say("staged"),
        "stale": say("stale, rev. {n}", n=revision), "published": say("published, rev. {n}", n=revision),
    }[one.state]  # fmt: skip


def _paid(one: PeriodStatus) -> str:
    """Say the payment that is under way, else that it is paid."""
    if pending := one.open_payments:
        return f"{pending[0].number} {state_word(pending[0].state)}"
    return state_word("paid") if one.payments else ""


def _notes(one: PeriodStatus, found: YearStatus) -> Iterator[str]:
    """Say what the line has no room for: why stale, what is held, which step is open."""
    yield from why_stale(found.stale, one.period)
    if one.is_unseen:
        yield say("nobody can tell if {period} is stale: its snapshot is not here", period=one.period)
    if one.snapshot and not one.is_run and one.current is not None:
        yield say("{period} was frozen again since and not run", period=one.period)
    for institution, reason in one.holds.items():
        yield say("{period} holds {institution}: {reason}", period=one.period, institution=institution, reason=reason)
    if one.standing is not None and (step := missing_step(one.standing)):
        yield say("{period}: {step}", period=one.period, step=step)
    if one.paid.carried:
        yield say("{period} carries {amount} yuan, to be recovered", period=one.period, amount=yuan(one.paid.carried))

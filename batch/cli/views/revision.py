"""A revision as it is printed: every period, why it changed, totals old and new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.findings import accepted_json, accepted_parts
from batch.cli.views.head import head_parts
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.tables import Sheet, figure, word
from payengine.exact.amounts import yuan
from payengine.texts import joined, labelled, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.revise import RevisedPeriod, Revision, Totals


def revision_json(done: Revision) -> dict[str, Any]:
    """Describe a revision as JSON."""
    return {
        "dry_run": done.is_dry, "reason": done.reason, "head": done.head,
        "periods": [_period_json(one) for one in done.periods], "unused_acceptances": list(done.unused),
    }  # fmt: skip


def _period_json(one: RevisedPeriod) -> dict[str, Any]:
    changes = one.difference
    return {
        "period": str(one.period), "state": one.state, "named": one.named, "revision": one.revision,
        "run": one.run, "snapshot": one.snapshot,
        "before": {"run": one.before.id, "revision": one.before.revision, **_totals_json(one.old)},
        "after": _totals_json(one.new),
        "causes": [cause.as_json() for cause in one.causes],
        "difference": None if changes is None else {
            "institutions": changes.institutions.to_pylist(), "statements": changes.statements.to_pylist(),
            "staff": changes.staff.to_pylist(),
        },
        "changed_tables": list(one.tables),
        "closed_on": None if one.closed_on is None else one.closed_on.isoformat(),
        "warnings": list(one.warnings),
        "findings": [] if one.published is None else [found.as_json() for found in one.published.findings],
        "accepted": [] if one.published is None else accepted_json(one.published.accepted),
    }  # fmt: skip


def _totals_json(totals: Totals | None) -> dict[str, int]:
    return {} if totals is None else {"pay_fen": totals.pay_fen, "statements_fen": totals.statements_fen}


def revision_parts(done: Revision, command: str, line: Callable[[str], str]) -> list[RenderableType]:
    """Print a revision; `command` publishes what a dry run shows, `line` writes other commands."""
    if done.is_dry:
        parts: list[RenderableType] = [say("Dry run: nothing was published or staged.")]
    else:
        parts = [say("Revised: {reason}", reason=done.reason)]
    parts += ["", _sheet(done.periods)]
    told = [row for one in done.periods for row in _rows(one)]
    if told:
        parts += ["", Paragraphs(told)]
    for one in done.periods:
        if one.published is not None and one.published.accepted:
            parts += ["", f"{one.period}:", *accepted_parts(one.published.accepted)]
    warned: dict[str, list[str]] = {}
    for one in done.periods:
        for text in one.warnings if _is_new(one) else ():
            warned.setdefault(text, []).append(str(one.period))
    if warned:
        told = [("  - ", labelled(text, joined(periods))) for text, periods in warned.items()]
        parts += ["", say("Warnings:"), Paragraphs(told)]
    if done.unused:
        parts += ["", say("Accepted and found nowhere: {names}", names=joined(done.unused))]
    return [*parts, "", *_end(done, command, line)]


def _end(done: Revision, command: str, line: Callable[[str], str]) -> list[RenderableType]:
    """Say what comes next, or where the audit chain stands."""
    if all(one.state in ("unchanged", "closed") for one in done.periods):
        return [say("Nothing changed: there is nothing to publish.")]
    if not done.is_dry:
        published = [one.period for one in done.periods if one.state == "published"]
        pay = [say("Next: {command}", command=line(f"pay {published[-1]}"))] if published else []
        return [*head_parts(done.head), *(["", *pay] if pay else [])]
    kept = say("Snapshots are kept; which one is the newest of a period stays as it was.")
    return [kept, say("Next: {command}", command=command)]


def _is_new(one: RevisedPeriod) -> bool:
    """Tell if a period has other results."""
    return one.state in ("changed", "published")


def _sheet(periods: Sequence[RevisedPeriod]) -> Sheet:
    """Lay out the periods: what became of each, its sums before and now."""
    heads = [
        word(say("Period"), key=True), figure(say("Revision")), word(say("State")), figure(say("Pay before")),
        figure(say("Pay now")), figure(say("Change")),
    ]  # fmt: skip
    rows = [[str(one.period), str(one.revision), _state(one), *_sums([one])] for one in periods]
    totals = 1 if len(rows) > 1 else 0
    return Sheet(heads, [*rows, [say("Total"), "", "", *_sums(periods)]][: len(rows) + totals], totals=totals)


def _sums(periods: Sequence[RevisedPeriod]) -> list[str]:
    """Write pay before and now, and its change; nothing of periods that were not computed."""
    sums = [(one.old.pay_fen, one.new.pay_fen) for one in periods if one.old is not None and one.new is not None]
    if not sums:
        return ["", "", ""]
    old, new = (sum(each) for each in zip(*sums, strict=True))
    return [yuan(old), yuan(new), yuan(new - old, signed=True) if new != old else ""]


def _state(one: RevisedPeriod) -> str:
    return {
        "unchanged": say("as published"),
        "equal": say("same results"),
        "changed": say("changes"),
        "confirmed": say("confirmed"),
        "published": say("published"),
        "closed": say("closing date past"),
    }[one.state]


def _rows(one: RevisedPeriod) -> list[tuple[str, str]]:
    """Say why a period is computed anew, and what comes of it."""
    told = [cause.what for cause in one.causes]
    if one.state == "closed":
        told = [say("closed since {day}: it stays as it is published", day=one.closed_on)]
        if one.stale is not None and one.stale.is_stale:
            told.append(
                say("built on {periods}, revised since", periods=joined([*one.stale.revised, *one.stale.added]))
            )
    if one.state in ("equal", "confirmed") and told:
        told.append(say("the results are the same"))
    if one.difference is not None and _is_new(one) and one.difference.empty:
        told.append(say("pay and purchase are the same, other results are not: {tables}", tables=joined(one.tables)))
    elif one.difference is not None and _is_new(one):
        told.append(
            say("pay {change} yuan, {staff} person(s) at {institutions} institution(s)",
                change=yuan(one.difference.change_fen, signed=True), staff=f"{one.difference.staff.num_rows:,}",
                institutions=f"{one.difference.institutions.num_rows:,}")
        )  # fmt: skip
    if _is_new(one):
        if one.old is not None and one.new is not None and one.old.statements_fen != one.new.statements_fen:
            told.append(
                say("purchase {before} -> {now} yuan", before=yuan(one.old.statements_fen),
                    now=yuan(one.new.statements_fen))
            )  # fmt: skip
        told.append(say("run {run} in place of {other}", run=one.run[:SHORT], other=one.before.id[:SHORT]))
    if not one.named and told:
        told.insert(0, say("follows, because it reads what changed"))
    width = len(f"  {one.period}  ")
    return [(f"  {one.period}  " if number == 0 else " " * width, text) for number, text in enumerate(told)]

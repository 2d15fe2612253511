"""Findings as they are printed: all of them with their first rows, or in short."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.paragraphs import Paragraphs
from batch.findings.finding import SEVERITIES, Finding
from batch.findings.kinds import LATER_PUBLISHED, MORE_THAN_A_POST, NOT_TAKEN_IN, STALE
from batch.findings.notes import noted_findings
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.check import Checked
    from batch.ledger import Acceptance

OF_OUTDATED = (STALE, NOT_TAKEN_IN, LATER_PUBLISHED)  # told by the warnings of a run and a publication
OF_FREEZE = (MORE_THAN_A_POST,)  # told by those of a freeze
MOST_IN_SHORT = 10  # findings told at the end of another command


def check_json(checked: Checked) -> dict[str, Any]:
    """Describe a check as JSON."""
    return {
        "period": str(checked.snapshot.period), "snapshot": checked.snapshot.digest,
        "run": None if checked.run is None else checked.run.id,
        "findings": [one.as_json() for one in checked.findings],
        "at_the_freeze": dict(checked.noted),
    }  # fmt: skip


def check_parts(checked: Checked) -> list[RenderableType]:
    """Print a check: what was looked at, then every finding."""
    run = say("no run yet") if checked.run is None else say("run {run}", run=checked.run.id[:SHORT])
    snapshot = say("snapshot {digest}", digest=checked.snapshot.digest[:SHORT])
    parts: list[RenderableType] = ["  |  ".join([str(checked.snapshot.period), snapshot, run]), ""]
    if checked.run is None:
        parts[1:1] = [say("Pay and points are looked at once there is a run.")]
    if not checked.findings:
        return [*parts, say("Nothing implausible was found."), *_noted(checked)]
    parts.append(_count(checked.findings))
    for one in checked.findings:
        parts += ["", f"{_severity(one.severity)}  {_title(one)}", _lines(one)]
    return [*parts, *_noted(checked)]


def _lines(one: Finding) -> Paragraphs:
    """Lay out a finding under its title: the sentence, the first rows, what to do."""
    rest = one.count - len(one.first)
    rows = [("  ", one.what), *(("    - ", each) for each in one.first)]
    if len(one.first) > 1 and rest > 0:
        rows.append(("    ", say("and {n} more", n=f"{rest:,}")))
    if one.remedy:
        rows.append(("  > ", one.remedy))
    return Paragraphs(rows)


def _noted(checked: Checked) -> list[RenderableType]:
    """Say which findings of the freeze are gone, so that none disappears without a word."""
    still = {(one.kind, one.subject) for one in checked.findings}
    gone = [_title(one) for one in noted_findings(checked.noted) if (one.kind, one.subject) not in still]
    return ["", say("Found at the freeze and no more: {findings}", findings=joined(gone))] if gone else []


def short_parts(findings: Sequence[Finding], command: str, told: Collection[str] = ()) -> list[RenderableType]:
    """Print findings in short, beneath another command's answer.

    `told` are kinds that its warnings tell already.
    """
    shown = [one for one in findings if one.kind not in told]
    if not shown:
        return []
    rows = [(f"  {_severity(one.severity)}  ", one.what) for one in shown[:MOST_IN_SHORT]]
    if len(shown) > MOST_IN_SHORT:
        rows.append(("  ", say("and {n} more", n=f"{len(shown) - MOST_IN_SHORT:,}")))
    return [
        "",
        _count(shown),
        Paragraphs(rows),
        say("  {command} shows each with its rows and what to do.", command=command),
    ]


def accepted_parts(accepted: Sequence[Acceptance]) -> list[RenderableType]:
    """Print what was accepted at a publication, with the reasons."""
    return [
        say("  accepted: {finding}: {reason}", finding=_title_of(one.kind, one.subject), reason=one.reason)
        for one in accepted
    ]


def accepted_json(accepted: Sequence[Acceptance]) -> list[dict[str, str]]:
    """Describe acceptances as JSON."""
    return [{"kind": one.kind, "subject": one.subject, "reason": one.reason} for one in accepted]


def _count(findings: Sequence[Finding]) -> str:
    counts = [
        f"{_severity(each)} {n}" for each in reversed(SEVERITIES) if (n := sum(f.severity == each for f in findings))
    ]
    return say("{n} finding(s): {counts}", n=len(findings), counts=joined(counts))


def _severity(severity: str) -> str:
    return {"grave": say("grave"), "warning": say("warning"), "notice": say("notice")}[severity]


def _title(one: Finding) -> str:
    return _title_of(one.kind, one.subject)


def _title_of(kind: str, subject: str) -> str:
    return f"{kind}:{subject}" if subject else kind

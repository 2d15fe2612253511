"""The parts of `month` as they are printed, one after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from batch.cli.session import SHORT
from batch.cli.views.difference import FIRST_OF_RUN, institution_parts, person_parts, summary
from batch.cli.views.findings import OF_OUTDATED, accepted_parts, short_parts
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.snapshot import snapshot_parts
from batch.cli.views.steps import standing_parts
from batch.findings.kinds import STALE
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.audit.difference import Difference
    from batch.check import BeforePublication
    from batch.ledger import RunRecord, Standing
    from batch.reports.register import Names
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot


def frozen_parts(frozen: Snapshot, is_known: bool) -> list[RenderableType]:
    """Print what was frozen; in a line where the source is as it was."""
    if is_known:
        return [say("Frozen before: the source of {period} is as it was, snapshot {digest}",
                    period=frozen.period, digest=frozen.digest[:SHORT])]  # fmt: skip
    return snapshot_parts(frozen, brief=True)


def published_parts(outcome: Outcome, show: str) -> list[RenderableType]:
    """Tell that the run is published already, with all that it says."""
    period, run = outcome.results.meta.period, outcome.run[:SHORT]
    told = [
        say("Computed again, with the same results: run {run} of {period} is published as revision {revision}",
            run=run, period=period, revision=outcome.revision),
        say("  {command} shows it.", command=show),
    ]  # fmt: skip
    from batch.cli.views.heading import warnings

    return [*told, *warnings(outcome.warnings)]


def last_period_parts(
    last: RunRecord, difference: Difference, names: Names, labels: Mapping[str, str]
) -> list[RenderableType]:
    """Print what differs from the last published period of the kind."""
    against = say("Compared with {period} (revision {revision}, run {run}):",
                  period=last.period, revision=last.revision, run=last.id[:SHORT])  # fmt: skip
    if difference.empty:
        return ["", say("{sentence} {next}", sentence=against, next=say("no difference"))]
    return [
        "", say("{sentence} {next}", sentence=against, next=summary(difference)), *institution_parts(difference, names),
        *person_parts(difference, names, labels, FIRST_OF_RUN),
    ]  # fmt: skip


def look_parts(seen: BeforePublication, check: str) -> list[RenderableType]:
    """Print what stops the publication, what was accepted, and the rest in short."""
    stopping = seen.stopping
    parts: list[RenderableType] = []
    if stopping or seen.failing:
        rows = [("  ", f"{one.where}  {one.what}") for one in seen.failing]
        for finding in stopping:
            name = f"{finding.kind}:{finding.subject}" if finding.subject else finding.kind
            rows += [(f"  {name}  ", finding.what), *([("    > ", finding.remedy)] if finding.remedy else [])]
        parts += ["", say("This stops the publication:"), Paragraphs(rows)]
    rest = [one for one in seen.findings if one not in stopping]
    return [*parts, *accepted_parts(seen.accepted), *short_parts(rest, check, OF_OUTDATED)]


def accepting(seen: BeforePublication) -> str:
    """Write the options by which what stops a publication is accepted."""
    kinds = dict.fromkeys(f"{one.kind}:{one.subject}" if one.subject else one.kind for one in seen.stopping)
    return " ".join("--accept-stale REASON" if each == STALE else f"--accept {each} REASON" for each in kinds)


def draft_parts(
    standing: Standing, is_ready: bool, stopping: BeforePublication | None, words: str, line: Callable[[str], str]
) -> list[RenderableType]:
    """Tell that the run stays a draft: why, and by which command it goes on."""
    if not is_ready:
        told = say("The policy demands steps before the publication: {period} stays a draft.", period=standing.period)
        return ["", told, *standing_parts(standing, line, words)]
    told = say("{period} is staged and not published: it stays a draft.", period=standing.period)
    if stopping is not None:
        way = say("Correct what was found and call it again, or accept it with a reason:")
        if stopping.failing:  # which nobody can accept
            way = say("Correct what was found and call it again:")
        return ["", told, way, f"  {line(words)}"]
    return ["", told, say("Next: {command}", command=line(words))]

"""A replay that gave the same results, as it is printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batch.audit.replay import SourcesCompared, state_words
from batch.cli.errors import problem_json
from batch.cli.session import SHORT
from batch.cli.views.tables import Sheet, figure, word
from payengine.suggest import listed
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.archive.reader import ArchiveSeen
    from batch.audit.replay import Replayed
    from payengine.errors import Problem

MOST_FILES = 20
MOST_DOUBTS = 3
MOST_ADDED = 5


def replay_json(found: Replayed, archive: ArchiveSeen | None) -> dict[str, Any]:
    """List what was compared."""
    meta = found.meta
    data: dict[str, Any] = {
        "run": meta.run_id, "period": str(meta.period), "snapshot": meta.snapshot_digest, "policy": meta.policy_digest,
        "identical": not found.differing, "same_code": found.same_code,
        "tables": {one.name: {"rows": one.stored, "worded_otherwise": one.worded} for one in found.tables},
        "sources": {
            one.name: {"run": one.stored, "installed": one.installed, "kept": one.kept, "changed": dict(one.files)}
            for one in found.sources
        },
        "worded_otherwise": list(found.worded), "warnings_worded_otherwise": found.warnings_differ,
        "policy_stated_otherwise": found.policy_differs,
        "added_reports": list(found.added),
        "refused_today": [problem_json(one) for one in found.doubts],
    }  # fmt: skip
    if archive is not None:
        data["archive"] = {"digest": archive.digest, "files": archive.files, "head": archive.head}
    return data


def replay_parts(found: Replayed, archive: ArchiveSeen | None) -> list[RenderableType]:
    """Print what was compared, and what made the run if that is not what is installed."""
    meta = found.meta
    parts: list[RenderableType] = [
        say("Run {run} of {period} computed again: every result is identical.",
            run=meta.run_id[:SHORT], period=meta.period),
        "",
        Sheet(
            [word(say("Table")), figure(say("Rows compared"))],
            [[one.name, f"{one.stored:,}"] for one in found.tables],
            indent="  ",
        ),
        "",
        say("  snapshot {digest} is as it was frozen; the id follows from what was used",
            digest=meta.snapshot_digest[:SHORT]),
    ]  # fmt: skip
    if archive is not None:
        parts += [
            say("  {n} files of the archive have their digests; digest of the archive:", n=f"{archive.files:,}"),
            f"    {archive.digest}",
            say("  head of the audit chain up to this run, to be compared with what was noted:"),
            f"    {archive.head or say('none')}",
        ]
    if found.same_code:
        parts.append(say("  formulas and engine are those that made the run"))
    else:
        parts += _code(found.sources)
    if found.policy_differs:
        parts.append(say("  the policy has another digest in this version; its text is the one that the chain names"))
    if found.worded or found.warnings_differ or any(one.worded for one in found.tables):
        parts.append(say("  names, warnings or their order are worded otherwise today; no figure differs"))
    if found.added:
        parts.append(say("  {n} report(s) that this version adds are left out: {names}",
                         n=len(found.added), names=listed(found.added, MOST_ADDED)))  # fmt: skip
    if found.doubts:
        parts.append(say("  today a new run of this input would be refused, for {n} problem(s):", n=len(found.doubts)))
        parts += [f"    {_place(one)}" for one in found.doubts[:MOST_DOUBTS]]
        if len(found.doubts) > MOST_DOUBTS:
            parts.append(say("    ... and {n} more", n=len(found.doubts) - MOST_DOUBTS))
    return parts


def _place(problem: Problem) -> str:
    """Write a problem in a line, its table or policy before it."""
    return f"{problem.where}  {problem.line().strip()}".strip()


def _code(sources: Sequence[SourcesCompared]) -> list[RenderableType]:
    """Say which files are not those that made the run."""
    parts: list[RenderableType] = []
    names = {"formulas": say("formulas"), "engine": say("engine")}
    for one in sources:
        if one.same:
            parts.append(say("  {name}: those that made the run", name=names[one.name]))
            continue
        if not one.kept:
            parts.append(say("  {name}: others than made the run; which files changed was not kept",
                             name=names[one.name]))  # fmt: skip
            continue
        parts.append(say("  {name}: {n} file(s) are not those that made the run, and no figure differs",
                         name=names[one.name], n=f"{len(one.files):,}"))  # fmt: skip
        parts += [f"    {path}: {state_words(state)}" for path, state in list(one.files.items())[:MOST_FILES]]
        if len(one.files) > MOST_FILES:
            parts.append(say("    ... and {n} more", n=len(one.files) - MOST_FILES))
    return parts

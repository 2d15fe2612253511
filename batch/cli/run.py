"""freeze, run, publish: a period from its input to what is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import SHORT, Progress, Session
from payengine.errors import UsageError
from payengine.periods import MONTH
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.audit.difference import Difference
    from batch.ledger import Published
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot
    from batch.workspace import Workspace


@command("freeze")
@argument("period", "A month (2026-10), a quarter (2026-Q4) or a year (2026).", metavar="PERIOD")
def freeze(session: Session, period: str) -> None:
    """Freeze a period's input into a snapshot.

    Reads the source once, checks every row and keeps what it read, named by its digest. Nothing is kept if a table is
    wrong; service records are refused one by one, each with its reason.

    A quarter or a year is settled over its months: it reads no service records, but what its months gave as they are
    published. All of them must be.
    """
    workspace = session.workspace()
    with Progress() as progress:
        snapshot = workspace.freeze(period, progress=progress)
    strange = [f"{problem.where}: {problem.what}" for problem in workspace.unknown_names(snapshot)]
    told = snapshot_json(snapshot) | {"unknown_names": strange}
    session.answer(told, *snapshot_parts(snapshot), *unknown_parts(strange), "", session.next(f"run {snapshot.period}"))


def unknown_parts(strange: list[str]) -> list[RenderableType]:
    """The names that stand in the input and not in the policy; a run will refuse them."""
    if not strange:
        return []
    return ["", say("Before it can be run:"), *(f"  {text}" for text in strange)]


def snapshot_json(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "period": str(snapshot.period), "snapshot": snapshot.digest, "path": str(snapshot.path),
        "records": snapshot.counts, "tables": {name: told["rows"] for name, told in snapshot.logical["tables"].items()},
        "empty_tables": snapshot.absent_tables, "history": snapshot.logical["history"]["publications"],
        "warnings": snapshot.warnings,
    }  # fmt: skip


def snapshot_parts(snapshot: Snapshot, brief: bool = False) -> list[RenderableType]:
    """What a snapshot holds: rows by what became of them, tables; rejections by reason unless `brief`."""
    from batch.cli.views.register import warnings

    parts: list[RenderableType] = [
        say("Frozen {period}: snapshot {digest}", period=snapshot.period, digest=snapshot.digest[:SHORT]),
        say("  in {path}", path=snapshot.path),
        "",
        *(_record_parts(snapshot, brief) if snapshot.period.kind == MONTH else _history_parts(snapshot)),
    ]
    tables = [f"{name} {told['rows']:,}" for name, told in snapshot.logical["tables"].items() if told["rows"]]
    parts += ["", say("Tables: {tables}", tables=", ".join(tables))]
    if brief:
        return parts
    if snapshot.absent_tables:
        absent = ", ".join(snapshot.absent_tables)
        parts.append(say("Tables that the source does not have (they count as empty): {tables}", tables=absent))
    return parts + warnings(snapshot.warnings)


def _history_parts(snapshot: Snapshot) -> list[RenderableType]:
    """The publications that a settlement is made of, and the year to date before them."""
    from batch.cli.views.tables import Sheet, figure, word

    settled = [str(each) for each in snapshot.period.settled()]
    rows = [
        [made["period"], f"{made['revision']}", made["run"][:SHORT], "" if made["period"] in settled else say("before")]
        for made in snapshot.logical["history"]["publications"]
    ]
    heads = [word(say("Published"), key=True), figure(say("Revision")), word(say("Run")), word("")]
    return [say("No service records are read. Settled over:"), Sheet(heads, rows, indent="  ").without_empty()]


def _record_parts(snapshot: Snapshot, brief: bool) -> list[RenderableType]:
    """Service records by what became of them; the rejected ones by reason unless `brief`."""
    from batch.cli.views.register import reason_sheet
    from batch.cli.views.tables import Sheet, figure, word
    from batch.input_tables import REASONS
    from batch.reports.register import reason_text

    counts = snapshot.counts
    rejected = counts["rejected"]
    told = [
        (say("rows read"), counts["read"]),
        (say("  dated in {period}", period=snapshot.period), counts["dated_in_period"]),
        (say("  of earlier months, counting for limits only"), counts["counting_only"]),
        (say("  of other months, reversing one of these"), counts["late_reversals"]),
        (say("added by expanding teams"), counts["expanded"]),
        (say("kept"), counts["kept"]),
        (say("kept, of items with a limit: run decides"), counts["limited"]),
        (say("rejected"), sum(rejected.values())),
        (say("neither priced nor listed (of other months)"), counts["unlisted"]),
    ]
    rows = [[text, f"{count:,}"] for text, count in told if count or not text.startswith(" ")]
    parts: list[RenderableType] = [
        Sheet([word(say("Service records"), key=True), figure(say("Rows"))], rows, indent="  "),
    ]
    reasons = [[reason, f"{rejected[reason]:,}", reason_text(reason)] for reason in REASONS if rejected.get(reason)]
    if reasons and not brief:
        parts += ["", reason_sheet(reasons)]
    return parts


@command("run")
@argument("period", "A month (2026-10), a quarter (2026-Q4) or a year (2026).", metavar="PERIOD")
@click.option(
    "--snapshot", default="", metavar="D", help="The snapshot, by the beginning of its digest; else the newest."
)
@click.option("--dry-run", is_flag=True, help="Compute and compare; write nothing.")
@click.option(
    "--hold",
    nargs=2,
    multiple=True,
    metavar="I REASON",
    help="Leave institution I out, for this reason; it follows in the next revision. May be given several times.",
)
@click.option("--revise", default="", metavar="REASON", help="Replace what is published, for this reason.")
def run(
    session: Session, period: str, snapshot: str, dry_run: bool, hold: tuple[tuple[str, str], ...], revise: str
) -> None:
    """Compute a period's pay and show the register.

    Reads a snapshot and the policy and nothing else. The result is staged in the ledger; publish makes it the
    period's current one. The same input gives the same run, however often it is computed.
    """
    workspace = session.workspace()
    with Progress() as progress:
        outcome = workspace.run(
            period, snapshot=snapshot, hold=_holds(hold), revise=revise, dry_run=dry_run, progress=progress
        )
    parts = [] if session.json else outcome_parts(workspace, outcome)
    if outcome.state in ("staged", "already staged"):
        parts += ["", session.next(f"publish {outcome.run[:SHORT]}")]
    session.answer(outcome_json(workspace, outcome) if session.json else {}, *parts)


def _holds(given: tuple[tuple[str, str], ...]) -> dict[str, str]:
    holds: dict[str, str] = {}
    for code, reason in given:
        if not reason.strip():
            raise UsageError(
                say("institution {code} is held without a reason", code=code),
                remedy=say('Write: --hold {code} "scores missing"', code=code),
            )
        if code in holds:
            raise UsageError(say("institution {code} is held twice", code=code))
        holds[code] = reason
    return holds


def outcome_json(workspace: Workspace, outcome: Outcome) -> dict[str, Any]:
    from batch.reports.register import register

    names = workspace.names(outcome.results.meta.period, outcome.snapshot)
    return {
        "run": outcome.run, "period": str(outcome.results.meta.period), "state": outcome.state,
        "revision": outcome.revision, "snapshot": outcome.snapshot,
        "register": register(outcome.results, names).as_json(), "difference": difference_json(outcome),
        "warnings": list(outcome.warnings),
    }  # fmt: skip


def difference_json(outcome: Outcome) -> dict[str, Any] | None:
    """What changes against the period's current revision; null where there is none to compare with."""
    if outcome.difference is None or outcome.replaces is None:
        return None
    difference: Difference = outcome.difference
    return {
        "revision": outcome.replaces.revision, "run": outcome.replaces.run, "change_fen": difference.change_fen,
        "institutions": difference.institutions.to_pylist(), "statements": difference.statements.to_pylist(),
        "staff": difference.staff.to_pylist(),
    }  # fmt: skip


def outcome_parts(workspace: Workspace, outcome: Outcome, state: str = "") -> list[RenderableType]:
    """The register with its heading, and the difference from what is published.

    `state` replaces what the outcome says of itself, where more was done with it since.
    """
    from batch.cli.views.register import difference_parts, heading, register_parts
    from batch.reports.register import register

    results = outcome.results
    names = workspace.names(results.meta.period, outcome.snapshot)
    figures = register(results, names)
    figures.warnings = list(dict.fromkeys([*figures.warnings, *outcome.warnings]))
    parts = [*heading(results, state or _state(outcome)), "", *register_parts(figures)]
    if outcome.difference is not None and outcome.replaces is not None:
        parts += difference_parts(outcome.difference, names, outcome.replaces.revision, outcome.replaces.run[:SHORT])
    return parts


def _state(outcome: Outcome) -> str:
    return {
        "dry run": say("dry run: nothing was written"),
        "staged": say("staged, not published"),
        "already staged": say("staged before, not published"),
        "already published": say("published already, as revision {revision}", revision=outcome.revision),
    }[outcome.state]


@command("publish")
@argument("run", "The run, or the beginning of its id.", metavar="RUN")
def publish(session: Session, run: str) -> None:
    """Make a run the current revision of its period.

    All of it becomes visible at once, or nothing. What was published before stays as it was.
    """
    from batch.cli.views.register import warnings

    workspace = session.workspace()
    with Progress() as progress:
        progress(say("publishing"))
        published = workspace.publish(run)
    told = workspace.outdated(published.publication.run)
    session.answer({**published_json(published), "warnings": told}, *published_parts(published), *warnings(told))


def published_json(published: Published) -> dict[str, Any]:
    publication = published.publication
    return {
        "run": publication.run, "period": str(publication.period), "revision": publication.revision,
        "already": published.already, "previous": publication.previous, "reason": publication.reason,
        "published_at": publication.published_at, "published_by": publication.published_by, "head": published.head,
    }  # fmt: skip


def published_parts(published: Published) -> list[RenderableType]:
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
    parts.append(say("  audit chain at {head}", head=published.head))
    return parts

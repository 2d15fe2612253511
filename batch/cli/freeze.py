"""The command `freeze`."""

from __future__ import annotations

from batch.cli.bilingual_click import argument
from batch.cli.cluster_options import cluster_of, cluster_options
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.periods import MONTH
from payengine.texts import say


@command("freeze")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@cluster_options
def freeze(session: Session, period: str, cluster: str, workers: int | None, snapshots: str) -> None:
    """Freeze a period's input into a snapshot.

    Reads the source once, checks every row and keeps what it read, named by its digest. Nothing is kept if a table is
    wrong; service records are rejected one by one, each with its reason.

    A quarter, a half-year or a year is settled over its months: it reads no service records, but what its months gave
    as they are published. All of them must be.

    With --cluster or --workers other processes read the records, where they stand in several files or in a long
    Parquet file; the snapshot is the same.

    Other months that are published are compared with what the source and the policy say now; run and runs print what
    was found.
    """
    from batch.cli.views.findings import OF_FREEZE, short_parts
    from batch.cli.views.published import published_parts
    from batch.cli.views.snapshot import snapshot_json, snapshot_parts, unknown_parts
    from batch.findings.notes import noted_findings, read_notes

    workspace = session.workspace()
    with cluster_of(cluster, workers, snapshots) as reading, Progress() as progress:
        snapshot = workspace.freeze(period, cluster=reading, progress=progress)
    alone = []
    if reading is not None and not reading.ended and snapshot.period.kind == MONTH:
        alone = [say("The workers had nothing to read: the records stand in one part, which this command read itself.")]
    found = noted_findings(read_notes(snapshot))
    unknown = workspace.unknown_names(snapshot)
    changes = workspace.published_changes(snapshot)
    session.answer(
        {
            **snapshot_json(snapshot),
            "unknown_names": [f"{problem.where}: {problem.what}" for problem in unknown],
            "findings": [one.as_json() for one in found],
            "published_changes": [finding.as_json() for finding in changes],
        },
        *snapshot_parts(snapshot),
        *alone,
        *short_parts(found, session.line(f"check {snapshot.period}"), OF_FREEZE),
        *published_parts(changes),
        *unknown_parts(unknown),
        "",
        session.next(f"month {snapshot.period}" if unknown else f"run {snapshot.period}"),
    )

"""The command `run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.cluster_options import cluster_of, cluster_options
from batch.cli.root import command
from batch.cli.run_options import HOLD, SNAPSHOT
from batch.cli.session import Progress, Session
from payengine.texts import say

if TYPE_CHECKING:
    from batch.run import Outcome
    from batch.workspace import Workspace


@command("run")
@argument("period", "A month (2026-10), a quarter (2026-Q4), a half-year (2026-H2) or a year (2026).", metavar="PERIOD")
@SNAPSHOT
@click.option("--dry-run", is_flag=True, help="Compute and compare; write nothing.")
@HOLD
@click.option("--revise", default="", metavar="REASON", help="Replace what is published, for this reason.")
@click.option(
    "--difference",
    default="",
    metavar="FILE",
    help="Write every pay line that differs from the published run: a .csv or .parquet file.",
)
@cluster_options
def run(
    session: Session, period: str, snapshot: str, dry_run: bool, hold: tuple[tuple[str, str], ...], revise: str,
    difference: str, cluster: str, workers: int | None, snapshots: str,
) -> None:  # fmt: skip
    """Compute a period's pay and show the register.

    Reads a snapshot and the policy and nothing else. The result is staged in the ledger; publish makes it the
    period's current one. The same input gives the same run, however often it is computed.
    """
    workspace = session.workspace()
    target = None
    if difference:
        from batch.cli.diff import target_file

        target = target_file(difference)
    holds = named.holds(named.of_period(session, period, snapshot), hold)
    with cluster_of(cluster, workers, snapshots) as pricing, Progress() as progress:
        outcome = workspace.run(
            period, snapshot=snapshot, hold=holds, revise=revise, dry_run=dry_run, cluster=pricing, progress=progress
        )
    from batch.cli.views.outcome import outcome_json, outcome_parts

    parts = [] if session.json else outcome_parts(workspace, outcome)
    if outcome.state in ("staged", "already staged"):
        from batch.ledger.run_steps import words_of

        parts += ["", session.next(words_of(workspace.steps(outcome.run)))]
    data = outcome_json(workspace, outcome) if session.json else {}
    if target is not None:
        rows = _write_difference(workspace, outcome, target)
        data |= {"difference_file": None if rows is None else str(target), "difference_rows": rows}
        told = say("{file}: {n} rows", file=target, n=f"{rows or 0:,}")
        if rows is None:
            told = say("{file} is not written: there is no published run of which this one differs", file=target)
        parts += ["", told]
    session.answer(data, *parts)


def _write_difference(workspace: Workspace, outcome: Outcome, target: Path) -> int | None:
    """Write the pay lines that differ from the published run; returns their number.

    None where no other run of the period is published, and nothing is written.
    """
    from batch.cli.views.outcome import component_labels
    from batch.reports.difference_export import difference_table
    from batch.reports.export import write_file

    if outcome.difference is None or outcome.replaces is None:
        return None
    meta = outcome.results.meta
    names = workspace.names(meta.period, outcome.snapshot)
    table = difference_table(
        outcome.difference, outcome.replaces.run, outcome.run, (meta.period, meta.period), meta.illustrative,
        names, component_labels(outcome),
    )  # fmt: skip
    write_file(table, target, workspace.settings.privacy.files)
    return int(table.num_rows)

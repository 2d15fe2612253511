"""The command `batch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.cluster_options import cluster_of, cluster_options
from batch.cli.root import command
from batch.cli.session import INTERRUPTED, SHORT, Progress, Session
from payengine.texts import say

if TYPE_CHECKING:
    from batch.work_list import Done


@command("batch")
@argument("file", "A TOML file: for each workspace its path, its period, and what is to be done.", metavar="FILE")
@cluster_options
def batch(session: Session, file: str, cluster: str, workers: int | None, snapshots: str) -> None:
    """Run, or run and publish, the months of several workspaces.

    One after another, over one cluster if one is named. Each has its own outcome: what fails in one workspace does not
    stop the others. The exit code is that of the first which failed, 0 if none did.
    """
    from batch.cli.errors import exit_code, failure_json, report_failure
    from batch.work_list import carry_out, read_work_list

    entries = read_work_list(Path(file))
    done: list[Done] = []
    interrupted: KeyboardInterrupt | None = None
    with cluster_of(cluster, workers, snapshots) as pricing, Progress() as progress:
        try:
            for place, entry in enumerate(entries):
                progress(say("workspaces"), place, len(entries))
                done.append(carry_out(entry, pricing))
        except KeyboardInterrupt as stop:  # what was done until then is told first
            interrupted = stop
    failed = [(one.entry, one.error) for one in done if one.error is not None]
    data = {
        "workspaces": [_as_json(one) | {"error": one.error and failure_json(one.error)} for one in done],
        "failed": len(failed),
        "interrupted": interrupted is not None,
    }
    counts = say("{n} of {all} done", n=len(done) - len(failed), all=len(entries))
    session.answer(data, *map(_line, done), counts)
    if not session.json:
        for entry, why in failed:
            click.echo(f"{entry.path} {entry.period}", err=True)
            report_failure(why, as_json=False)
        if interrupted is not None:
            report_failure(interrupted, as_json=False)
    if interrupted is not None:
        click.get_current_context().exit(INTERRUPTED)
    if failed:
        click.get_current_context().exit(exit_code(failed[0][1]))


def _as_json(one: Done) -> dict[str, Any]:
    return {
        "path": str(one.entry.path), "period": str(one.entry.period), "do": one.entry.do,
        "run": one.run or None, "state": one.state or None, "revision": one.revision,
    }  # fmt: skip


def _line(one: Done) -> str:
    place = f"{one.entry.path}  {one.entry.period}"
    if one.error is not None:
        from batch.cli.errors import failure_json

        return say("{place}  failed: {why}", place=place, why=failure_json(one.error)["what"])
    if one.revision is not None:
        return say("{place}  run {run} is published as revision {n}", place=place, run=one.run[:SHORT], n=one.revision)
    if one.state == "already published":
        return say("{place}  run {run} is published already", place=place, run=one.run[:SHORT])
    return say("{place}  run {run} is staged", place=place, run=one.run[:SHORT])

"""The command `batch`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import argument
from batch.cli.cluster_options import cluster_of, cluster_options
from batch.cli.root import command
from batch.cli.session import SHORT, Progress, Session
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
    from batch.cli.errors import error_json, report_failure
    from batch.work_list import carry_out, read_work_list

    entries = read_work_list(Path(file))
    done = []
    with cluster_of(cluster, workers, snapshots) as pricing, Progress() as progress:
        for place, entry in enumerate(entries):
            progress(say("workspaces"), place, len(entries))
            done.append(carry_out(entry, pricing))
    failed = [one for one in done if one.error is not None]
    data = {
        "workspaces": [_as_json(one) | {"error": None if one.error is None else error_json(one.error)} for one in done],
        "failed": len(failed),
    }
    session.answer(data, *map(_line, done), say("{n} of {all} done", n=len(done) - len(failed), all=len(done)))
    if failed and failed[0].error is not None:
        if not session.json:
            for one in failed:
                if one.error is not None:
                    click.echo(f"{one.entry.path} {one.entry.period}", err=True)
                    report_failure(one.error, as_json=False)
        click.get_current_context().exit(failed[0].error.exit_code)


def _as_json(one: Done) -> dict[str, Any]:
    return {
        "path": str(one.entry.path), "period": str(one.entry.period), "do": one.entry.do,
        "run": one.run or None, "state": one.state or None, "revision": one.revision,
    }  # fmt: skip


def _line(one: Done) -> str:
    place = f"{one.entry.path}  {one.entry.period}"
    if one.error is not None:
        return say("{place}  failed: {why}", place=place, why=one.error.what)
    if one.revision is not None:
        return say("{place}  run {run} is published as revision {n}", place=place, run=one.run[:SHORT], n=one.revision)
    if one.state == "already published":
        return say("{place}  run {run} is published already", place=place, run=one.run[:SHORT])
    return say("{place}  run {run} is staged", place=place, run=one.run[:SHORT])

"""The command `diff`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import say

ENDINGS = (".csv", ".parquet")


@command("diff")
@argument("before", "The run compared with: its id, or a period, whose current revision is meant.", metavar="A")
@argument("after", "The run that is compared: its id, or a period.", metavar="B")
@click.option(
    "-o", "--output", default="", metavar="FILE", help="Write every pay line that changed: a .csv or .parquet file."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def diff(session: Session, before: str, after: str, output: str, force: bool) -> None:
    """Compare two runs: inputs, policy and formulas, then the effect on pay.

    The effect is told per institution and person, the largest change first, and adds up to the change of the whole. Two
    revisions of one period, or two periods of the same kind (a month and the month before it).
    """
    target = target_file(output, force) if output else None
    workspace = session.workspace()
    for each in (before, after):
        named.run_meant(session, each)
    with Progress() as progress:
        progress(say("comparing"))
        found = workspace.diff(before, after)
        names = workspace.names_of(found)
    from batch.audit.as_json import run_difference_json
    from batch.cli.views.run_difference import labels_of, run_difference_parts

    labels = labels_of(found)
    data = run_difference_json(found, names.institutions, names.staff) if session.json else {}
    parts = [] if session.json else run_difference_parts(found, names, labels)
    if target is not None:
        from batch.reports.difference_export import difference_table
        from batch.reports.export import write_file

        old, new = (side.results.meta for side in (found.before, found.after))
        table = difference_table(
            found.effect, old.run_id, new.run_id, (old.period, new.period), old.illustrative or new.illustrative,
            names, labels,
        )  # fmt: skip
        write_file(table, target, workspace.settings.privacy.files)
        data = {**data, "file": str(target), "rows": table.num_rows}
        parts += ["", say("{file}: {n} rows", file=target, n=f"{table.num_rows:,}")]
    session.answer(data, *parts)


def target_file(output: str, force: bool = False) -> Path:
    """Read the name of a file to write.

    `UsageError` for another ending, a file that is there already, or a folder that is not: all before anything is done.
    """
    file = Path(output)
    if file.suffix not in ENDINGS:
        raise UsageError(say("{file} ends in neither .csv nor .parquet", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    if file.exists() and not force:
        raise UsageError(
            say("{file} exists already", file=file), remedy=say("Name another one, or replace it with --force.")
        )
    return file

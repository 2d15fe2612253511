"""The command `export`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from batch.cli import named
from batch.cli.bilingual_click import Choice
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Progress, Session
from batch.result_tables import RESULT_TABLES
from payengine.errors import UsageError
from payengine.texts import say

EXPORT_TABLES = ("register", *RESULT_TABLES)


@command("export")
@RUN
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="A file ending in .csv or .parquet, or a folder for all tables.",
)
@click.option(
    "--table",
    type=Choice(*EXPORT_TABLES),
    default=None,
    metavar="T",
    help=f"What a file gets: pay_lines unless said ({', '.join(EXPORT_TABLES)}).",
)
@click.option(
    "--format",
    "kind",
    type=Choice("csv", "parquet"),
    default=None,
    metavar="csv|parquet",
    help="Of a folder's files; csv unless said.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
def export(session: Session, run: str, output: str, table: str | None, kind: str | None, force: bool) -> None:
    """Write a run's results as CSV or Parquet.

    Amounts are exact integers (fen, millionths of a point) with the same in yuan and points beside them. CSV is UTF-8
    with a BOM for Excel; a cell that Excel would take for a formula gets an apostrophe before it.

    Who exported what is logged.
    """
    file = Path(output)
    whole = output.endswith(("/", os.sep)) or file.is_dir() or not file.suffix
    if whole and table is not None:
        raise UsageError(say("--table is for one file; a folder gets every table"))
    if not whole and kind is not None:
        raise UsageError(say("--format is for a folder; a file's ending says its format"))
    from batch.ledger import Accessed
    from batch.reports import export as exports

    workspace = session.workspace()
    named.run_meant(session, run)
    access = workspace.settings.privacy.files
    results = workspace.results(run)
    names = workspace.names(results.meta.period, results.meta.snapshot_digest)
    targets = [file / f"{name}.{kind or 'csv'}" for name in EXPORT_TABLES] if whole else [file]
    present = [target for target in targets if target.exists()]
    if present and not force:
        raise UsageError(
            say("{file} exists already", file=present[0]), remedy=say("Name another one, or replace it with --force.")
        )
    written = EXPORT_TABLES if whole else (table or "pay_lines",)
    seen = Accessed(str(results.meta.period), results.meta.run_id, detail=", ".join(written))
    logged = session.log_access("export", seen)
    with Progress() as progress:
        progress(say("writing"))
        every = exports.tables(results, names)
        if whole:
            exports.write_folder(every, file, kind or "csv", access)
        else:
            exports.write_file(every[table or "pay_lines"], file, access)
    rows = {name: every[name].num_rows for name in written}
    session.answer(
        {"run": results.meta.run_id, "files": [str(target) for target in targets], "rows": rows, **logged},
        *(say("{file}: {n} rows", file=target, n=f"{n:,}") for target, n in zip(targets, rows.values(), strict=True)),
    )

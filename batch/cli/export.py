"""The command `export`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from batch.cli import named
from batch.cli.bilingual_click import Choice
from batch.cli.export_books import WORKBOOK, export_book, export_books, refuse_present
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Progress, Session
from batch.result_tables import RESULT_TABLES
from payengine.errors import UsageError
from payengine.texts import say

EXPORT_TABLES = ("register", *RESULT_TABLES)
NAMES, WORDS = "names", "words"  # headings of columns


@command("export")
@RUN
@click.option(
    "-o",
    "--output",
    default=None,
    metavar="FILE",
    help="A file ending in .xlsx (the workbook), .csv or .parquet (a table), or a folder for all tables.",
)
@click.option(
    "--sheet",
    "sheets",
    multiple=True,
    metavar="NAME",
    help="Of the workbook: this sheet, by its name or its tab's, and others named so; all unless said. "
    "docs/sheets.md lists them.",
)
@click.option(
    "--per-institution",
    "folder",
    default=None,
    metavar="DIR",
    help="A workbook for each institution into this folder, in the place of --output.",
)
@click.option(
    "--table",
    type=Choice(*EXPORT_TABLES),
    default=None,
    metavar="T",
    help=f"What a table's file gets: pay_lines unless said ({', '.join(EXPORT_TABLES)}).",
)
@click.option(
    "--format",
    "kind",
    type=Choice("csv", "parquet"),
    default=None,
    metavar="csv|parquet",
    help="Of a folder's files; csv unless said.",
)
@click.option(
    "--headings",
    type=Choice("names", "words"),
    default=None,
    metavar="names|words",
    help="Of CSV: the columns' names, for programs (unless said), or words in the language in use.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
@click.pass_context
def export(
    ctx: click.Context, session: Session, run: str, output: str | None, sheets: tuple[str, ...], folder: str | None,
    table: str | None, kind: str | None, headings: str | None, force: bool,
) -> None:  # fmt: skip
    """Write a run's results as a workbook, as CSV or as Parquet.

    The workbook has the sheets that a finance office prints, signs and hands on; a draft is marked as one. In tables
    amounts are exact integers (fen, millionths of a point) with the same in yuan and points beside them. CSV is UTF-8
    with a BOM for Excel; a cell that Excel would take for a formula gets an apostrophe before it.

    Who exported what is logged.
    """
    if output is None and folder is None:
        output_option = next(one for one in ctx.command.params if one.name == "output")
        raise click.MissingParameter(ctx=ctx, param=output_option)
    if output is not None and folder is not None:
        raise UsageError(say("--output and --per-institution are two places for the same: name one"))
    is_book = folder is not None or Path(output or "").suffix == WORKBOOK
    if is_book and (table or kind or headings):
        raise UsageError(say("--table, --format and --headings are for tables; of a workbook --sheet names the sheets"))
    if not is_book and sheets:
        raise UsageError(say("--sheet is for a workbook: let the file end in .xlsx"))
    named.run_meant(session, run)
    if folder is not None:
        export_books(session, run, Path(folder), sheets, force)
    elif is_book:
        export_book(session, run, Path(output or ""), sheets, force)
    else:
        _export_tables(session, run, output or "", table, kind, headings or NAMES, force)


def _export_tables(
    session: Session, run: str, output: str, table: str | None, kind: str | None, headings: str, force: bool
) -> None:  # fmt: skip
    """Write one table into a file, or all into a folder."""
    file = Path(output)
    whole = output.endswith(("/", os.sep)) or file.is_dir() or not file.suffix
    if whole and table is not None:
        raise UsageError(say("--table is for one file; a folder gets every table"))
    if not whole and kind is not None:
        raise UsageError(say("--format is for a folder; a file's ending says its format"))
    if headings == WORDS and (kind or file.suffix.removeprefix(".")) == "parquet":
        raise UsageError(say("--headings words is for CSV: programs read Parquet by the columns' names"))
    from batch.ledger import Accessed
    from batch.reports import export as exports

    workspace = session.workspace()
    access = workspace.settings.privacy.files
    results = workspace.results(run)
    names = workspace.names(results.meta.period, results.meta.snapshot_digest)
    targets = [file / f"{name}.{kind or 'csv'}" for name in EXPORT_TABLES] if whole else [file]
    refuse_present([target for target in targets if target.exists()][:1], force)
    written = EXPORT_TABLES if whole else (table or "pay_lines",)
    seen = Accessed(str(results.meta.period), results.meta.run_id, detail=", ".join(written))
    logged = session.log_access("export", seen)
    with Progress() as progress:
        progress(say("writing"))
        every = exports.tables(results, names)
        in_words = headings == WORDS
        if whole:
            exports.write_folder(every, file, kind or "csv", access, in_words=in_words)
        else:
            exports.write_file(every[table or "pay_lines"], file, access, in_words=in_words)
    rows = {name: every[name].num_rows for name in written}
    session.answer(
        {"run": results.meta.run_id, "files": [str(target) for target in targets], "rows": rows, **logged},
        *(say("{file}: {n} rows", file=target, n=f"{n:,}") for target, n in zip(targets, rows.values(), strict=True)),
    )

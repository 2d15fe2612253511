"""The command `overview`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.option_faults import OptionFaults
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Session
from payengine.texts import language, say

TEMPLATE = "overview.typ"
LANGUAGES = {"zh": "zh-CN", "en": "en"}


@command("overview")
@RUN
@click.option("-o", "--output", required=True, metavar="FILE", help="A file ending in .html or .pdf.")
@click.option(
    "--font-dir",
    "font_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with fonts for characters that the shipped one lacks; may be given again.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def overview(session: Session, run: str, output: str, font_folders: tuple[Path, ...], force: bool) -> None:
    """Write a page for those who lead: totals, structure and spread of pay, work, obligations.

    One A4 page, as HTML that needs no other file and no network, or as PDF. It compares with the last published period
    of its kind, names nobody, and tells no spread of fewer than five persons. Charts are read in black and white.
    """
    file = Path(output)
    kind = file.suffix.lower()
    faults = OptionFaults()
    if kind not in (".html", ".pdf"):
        faults.add(say("{file} is neither HTML nor PDF", file=file), say("Name a file ending in .html or .pdf."))
    elif file.exists() and not force:
        faults.add(say("{file} exists already", file=file), say("Name another one, or replace it with --force."))
    faults.read(lambda: named.run_meant(session, run))
    faults.refuse()
    from batch.cli.views.overview_page import overview_page
    from batch.paper.files import write_page

    workspace = session.workspace()
    record, names, found = workspace.overview(run)
    page = overview_page(found, record, names)
    if kind == ".html":
        from batch.paper.html_page import html_page

        content = html_page(page, LANGUAGES[language()]).encode()
    else:
        from batch.paper.glyphs import refuse_unprintable
        from batch.paper.typesetter import Typesetter

        typesetter = Typesetter(font_folders)
        refuse_unprintable(typesetter.unprintable(page["title"], page))
        content = typesetter.pdf(TEMPLATE, {"page": page}, tagged=True)
    write_page(file, content, workspace.settings.privacy.files)
    meta = found.results.meta
    session.answer(
        {
            "run": meta.run_id,
            "period": str(meta.period),
            "file": str(file),
            "compared_with": found.before_period or None,
        },
        say("{file}: overview of {period}", file=file, period=meta.period),
    )

"""The command `payslip`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch.cli import named
from batch.cli.option_faults import OptionFaults
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from payengine.errors import Problem

TEMPLATE = "payslip.typ"
MOST_IN_A_FILE = 500  # pages: Typst holds about a megabyte a page until the file is whole
MOST_OF_A_PART = 100  # pages of a file in a folder: two files stay in Typst's cache
MOST_TAGGED = 20  # pages that get tags for screen readers, which are most of such a file


@command("payslip")
@RUN
@click.option("--staff", default=None, metavar="S", help="This person's payslip; at each institution that pays.")
@click.option("--institution", default=None, metavar="I", help="There; alone: of everybody who is paid there.")
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="A file ending in .pdf, or a folder: a file for each institution.",
)
@click.option("--all-items", is_flag=True, help="Every item and every step, on as many pages as they take.")
@click.option(
    "--font-dir",
    "font_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with fonts for characters that the shipped one lacks; may be given again.",
)
@click.option("--force", is_flag=True, help="Replace files that exist.")
def payslip(
    session: Session, run: str, staff: str | None, institution: str | None, output: str, all_items: bool,
    font_folders: tuple[Path, ...], force: bool,
) -> None:  # fmt: skip
    """Print payslips as PDF: a page for each person and institution.

    A page tells what is due, how each line was computed with its numbers, the points by item, the records that were
    not paid, by reason, deductions with their case, and the year to date. Every figure is computed again for it, and
    the command fails if one is not the one that is stored. It holds no other person's figures and no patient.

    Who printed what is logged.
    """
    faults = OptionFaults()
    file = Path(output)
    whole = file.suffix.lower() == ".pdf"
    if not whole and file.suffix and not file.is_dir() and not output.endswith(("/", os.sep)):
        faults.add(say("{file} is neither a PDF nor a folder", file=file), say("Name a file ending in .pdf."))
    from batch.paper.typesetter import Typesetter

    typesetter = faults.read(lambda: Typesetter(font_folders))
    places = faults.read(lambda: named.in_run(session, run, institution, staff))
    faults.refuse()
    assert typesetter is not None
    assert places is not None
    institution, staff = places
    named.run_meant(session, run)
    workspace = session.workspace()
    found = workspace.payslips(run, staff=staff or "", institution=institution)
    if whole and len(found.places) > MOST_IN_A_FILE:
        raise UsageError(
            say("{n} payslips are too many for one file: {most} at most", n=len(found.places), most=MOST_IN_A_FILE),
            remedy=say("Name a folder, which gets a file for each institution, or choose an --institution."),
        )
    parts = _parts(found.places, file.name if whole else "")
    targets = [file if whole else file / name for name, _ in parts]
    present = [target for target in targets if target.exists()]
    if present and not force:
        raise UsageError(
            say("{file} exists already", file=present[0]), remedy=say("Name another one, or replace it with --force.")
        )
    from batch.cli.views.payslip_page import PayslipPages
    from batch.ledger import Accessed
    from batch.paper.files import StagedFiles
    from batch.paper.glyphs import refuse_unprintable

    meta = found.results.meta
    maker = PayslipPages(
        found.record, meta, found.policy, workspace.names(meta.period, meta.snapshot_digest), all_items
    )
    count = len(found.places)
    seen = Accessed(str(meta.period), meta.run_id, institution or "", staff or "", say("{n} payslips", n=count))
    logged = session.log_access("payslip", seen)
    problems: list[Problem] = []
    with Progress() as progress, StagedFiles(whole, file, workspace.settings.privacy.files) as files:
        made = iter(found.payslips)
        done = 0
        for name, length in parts:
            pages = []
            for one in islice(made, length):
                pages.append(maker.page(one))
                problems += typesetter.unprintable(f"{one.institution} {one.staff}", pages[-1])
                done += 1
                progress(say("payslips"), done, count)
            if not problems:  # else the rest is only looked through for more of them
                files.write(name, typesetter.pdf(TEMPLATE, maker.document(pages), tagged=count <= MOST_TAGGED))
                if len(parts) > 1:
                    typesetter.forget()
        refuse_unprintable(problems)
    written = [str(target) for target in targets]
    lines = [say("{file}: {n} payslip(s)", file=file, n=n) for file, (_, n) in zip(written, parts, strict=True)]
    session.answer(
        {"run": meta.run_id, "period": str(meta.period), "payslips": count, "files": written, **logged}, *lines
    )


def _parts(places: Sequence[tuple[str, str]], name: str) -> list[tuple[str, int]]:
    """List the files with their numbers of payslips.

    The one of a name, else those of each institution.
    """
    from batch.paper.files import file_name

    if name:
        return [(name, len(places))]
    parts = []
    for institution, group in groupby(places, key=lambda place: place[0]):
        count = len(list(group))
        stem = file_name(institution)
        if count <= MOST_OF_A_PART:
            parts.append((f"{stem}.pdf", count))
            continue
        for number, start in enumerate(range(0, count, MOST_OF_A_PART), 1):
            parts.append((f"{stem}-{number:02}.pdf", min(MOST_OF_A_PART, count - start)))
    return parts

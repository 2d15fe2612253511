"""The command `archive`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.option_faults import OptionFaults
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Progress, Session, quoted
from payengine.texts import say


@command("archive")
@RUN
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write, such as 2026-10.zip.")
@click.option("--without-records", is_flag=True, help="Figures and proofs only: no record, no patient, no snapshot.")
@click.option("--recipient", "recipients", multiple=True, metavar="KEY",
              help="Encrypt for this public key (age1..., ssh-ed25519 ...). May be given several times.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def archive(
    session: Session, run: str, output: str, without_records: bool, recipients: tuple[str, ...], force: bool
) -> None:
    """Write a run into one file: what it was computed from, what computed it, and what it gave.

    An auditor computes it again from the file alone, on any machine: payengine replay FILE. The same run makes the same
    bytes, unless they are encrypted.
    """
    from batch.ledger import Accessed

    file = Path(output)
    faults = OptionFaults()
    if file.is_dir():
        faults.add(say("{file} is a folder", file=file))
    elif not file.parent.is_dir():
        faults.add(say("the folder {folder} is not there", folder=file.parent), say("Make it first."))
    elif file.exists() and not force:
        faults.add(say("{file} exists already", file=file), say("Name another one, or replace it with --force."))
    workspace = session.workspace()
    faults.read(lambda: named.run_meant(session, run))
    faults.refuse()
    with Progress() as progress:
        progress(say("writing"))
        made = workspace.archive(run, file, without_records=without_records, recipients=recipients)
    logged = session.log_access("archive", Accessed(made.period, made.run, detail=made.variant))
    about = say("{file}: {n} files, {bytes} bytes", file=file, n=f"{made.files:,}", bytes=f"{made.size:,}")
    answer = {
        "run": made.run, "period": made.period, "file": str(file), "variant": made.variant, "digest": made.digest,
        "files": made.files, "bytes": made.size, "recipients": made.recipients,
        **logged,
    }  # fmt: skip
    session.answer(
        answer,
        about,
        say("  digest of the archive, to be told to the auditor by another way than the file:"),
        f"    {made.digest}",
        *([say("  encrypted for {n} recipient(s)", n=made.recipients)] if made.recipients else []),
        *([say("  without records: its figures can be read, but not computed again")] if without_records else []),
        "",
        say("The auditor's command: {command}", command=f"payengine replay {quoted(file.name)}"),
    )

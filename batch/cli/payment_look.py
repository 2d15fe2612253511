"""The commands `payment show` and `payment export`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.bilingual_click import WholeNumber, argument
from batch.cli.payment_acts import NUMBER
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import say


@command("show")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("--staff", default="", metavar="S", help="Only this person, with every line.")
def show(session: Session, number: int, staff: str) -> None:
    """Show a payment: lines by origin and cause, steps, what it carries."""
    from batch.cli.views.payment import next_parts, sheet_json, sheet_parts

    workspace = session.workspace()
    sheet = workspace.payment(number)
    if staff:
        staff = named.of_payment(session, sheet, number).person(staff)
    if staff and not any(key.staff == staff for key in (*(line.key for line in sheet.lines), *sheet.carried)):
        raise UsageError(
            say("payment {number} has no line of {staff}", number=number, staff=staff),
            remedy=say("payengine payment show {number} lists what it pays.", number=number),
        )
    record = sheet.record
    assert record is not None  # it is in the ledger
    following = [] if staff else next_parts(number, *workspace.next_payment_step(record), session.line)
    held = [one for one in workspace.held_in_payment(sheet) if staff in ("", one.staff)]
    session.answer(
        {**sheet_json(sheet, staff), "held_elsewhere": [one.as_json() for one in held]},
        *sheet_parts(sheet, workspace.payment_names(sheet), held, staff),
        *following,
    )


@command("export")
@argument("number", NUMBER, type=WholeNumber(1), metavar="N")
@click.option("-o", "--output", required=True, metavar="FILE", help="A file ending in .csv or .parquet.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def export(session: Session, number: int, output: str, force: bool) -> None:
    """Write an approved payment's lines as CSV, for the bank file.

    One row for each person (or statement), period of origin, component and source of funding. The first export is a
    step of the payment; the same file may be written again later.
    """
    from batch.cli.views.payment import next_parts
    from batch.ledger import Accessed
    from batch.reports.export import write_file
    from batch.reports.payment_export import payment_table

    file = Path(output)
    if file.suffix not in (".csv", ".parquet"):
        raise UsageError(say("{file} ends in neither .csv nor .parquet", file=file))
    if not file.parent.is_dir():
        raise UsageError(say("the folder {folder} is not there", folder=file.parent), remedy=say("Make it first."))
    if file.exists() and not force:
        raise UsageError(
            say("{file} exists already", file=file), remedy=say("Name another one, or replace it with --force.")
        )
    workspace = session.workspace()
    sheet = workspace.payment(number)
    record = sheet.record
    assert record is not None  # it is in the ledger
    returned = [(step.institution, step.staff) for step in record.steps if step.action == "returned"]
    table = payment_table(number, record.pay_date, sheet.lines, returned, workspace.payment_names(sheet))
    with Progress() as progress:
        progress(say("writing"))
        if record.state not in ("exported", "paid"):  # before the file: no bank file without its step
            record = workspace.advance_payment(number, "exported")
        logged = session.log_access("export", Accessed(record.period, detail=f"payment {number}"))
        write_file(table, file, workspace.settings.privacy.files)
    session.answer(
        {"payment": number, "state": record.state, "file": str(file), "rows": table.num_rows, **logged},
        say("{file}: {n} rows", file=file, n=f"{table.num_rows:,}"),
        *(next_parts(number, *workspace.next_payment_step(record), session.line) if record.state == "exported" else []),
    )

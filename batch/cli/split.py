"""The command `split`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli import named
from batch.cli.option_faults import OptionFaults
from batch.cli.root import command
from batch.cli.run_options import RUN
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import joined, say


@command("split")
@RUN
@click.option("--institution", default=None, metavar="I", help="The forms of this institution alone.")
@click.option("--department", default=None, metavar="D", help="The forms of this department alone.")
@click.option("-o", "--output", required=True, metavar="FILE.xlsx", help="The workbook to fill in.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def split(
    session: Session, run: str, institution: str | None, department: str | None, output: str, force: bool
) -> None:
    """Write the forms on which departments split their pools by hand.

    A row for each person of the department, the pool beside it, the amount to fill in. The sheet is the input table
    second_distribution: put the file into the source, then run payengine month again. Forms that departments fill in
    apart may stand there side by side.
    """
    from batch.ledger import Accessed
    from batch.reports.split_workbook import left_of, write_file

    file = Path(output)
    faults = OptionFaults()
    if file.suffix.lower() != ".xlsx":
        faults.add(say("{file} does not end in .xlsx", file=file))
    elif file.exists() and not force:
        faults.add(say("{file} exists already", file=file), say("Name another one, or replace it with --force."))
    found = faults.read(lambda: named.in_run(session, run, institution, None))
    faults.refuse()
    institution = found[0] if found else None
    named.run_meant(session, run)
    workspace = session.workspace()
    meta, forms = workspace.split_forms(run)
    if institution is not None:
        known = list(dict.fromkeys(form.institution for form in forms))
        forms = [form for form in forms if form.institution == institution]
        if not forms:
            raise UsageError(say("{institution} has no pool that is split by hand; these have: {known}",
                                 institution=institution, known=joined(known) or "-"))  # fmt: skip
    if department is not None:
        known = list(dict.fromkeys(form.department for form in forms))
        forms = [form for form in forms if form.department == department]
        if not forms:
            raise UsageError(say("no department {department} has a pool that is split by hand; these have: {known}",
                                 department=department, known=joined(known) or "-"))  # fmt: skip
    if not forms:
        raise UsageError(say("no pool of this run holds anything to split"))
    seen = Accessed(str(meta.period), meta.run_id, detail=joined(dict.fromkeys(form.component for form in forms)))
    logged = session.log_access("export", seen)
    write_file(forms, str(meta.period), file, workspace.settings.privacy.files)
    session.answer(
        {
            "run": meta.run_id, "file": str(file), **logged,
            "forms": [
                {
                    "institution": form.institution, "department": form.department, "component": form.component,
                    "pool_fen": form.pool_fen, "persons": len(form.rows), "entered": form.is_entered,
                }
                for form in forms
            ],
        },
        say("{file}: {n} form(s), {amount} yuan not split yet", file=file, n=len(forms), amount=left_of(forms)),
        say("Enter amount and signed_by, put the file into the source, then: payengine month {period}",
            period=meta.period),
    )  # fmt: skip

"""The command `prove`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from batch.cli import named
from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session, quoted
from payengine.errors import UsageError
from payengine.texts import say


@command("prove")
@argument(
    "run", "The run, the beginning of its id, or a period: its current revision, else its staged run.", required=False,
    metavar="[RUN|PERIOD]",
)  # fmt: skip
@click.option("--staff", default=None, metavar="S", help="Prove this person's payslip.")
@click.option("--institution", default=None, metavar="I", help="There; needed where the person has several payslips.")
@click.option(
    "--from", "earlier", default=None, metavar="H|@FILE", help="Prove that this earlier head stands in the head."
)
@click.option(
    "--head",
    default="",
    metavar="H|@FILE",
    help="The head to prove it under: the present one of the chain unless said.",
)
@click.option("-o", "--output", required=True, metavar="FILE", help="The file to write.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
def prove(
    session: Session, run: str | None, staff: str | None, institution: str | None, earlier: str | None, head: str,
    output: str, force: bool,
) -> None:  # fmt: skip
    """Prove one payslip against the head of the audit chain, or an earlier head against a later one.

    Whoever has noted that head checks the file with payengine verify-proof, on any machine and without the ledger. It
    holds one payslip, and of nobody else a name or a figure.
    """
    _require_one_kind(run, staff, institution, earlier)
    from batch.ledger import Accessed
    from batch.proof.documents import proof_text
    from batch.proof.files import refuse_existing, write_proof

    file = Path(output)
    if not force:
        refuse_existing(file)
    workspace = session.workspace()
    if earlier is not None:
        proof: Any = workspace.prove_consistency(earlier, head)
        data, parts = _consistency(proof, file)
    else:
        assert run is not None
        assert staff is not None
        institution, person = named.in_run(session, run, institution, staff)
        proof = workspace.prove(run, person or staff, institution, head)
        data, parts = _payslip(proof, file)
        slip = proof.payslip
        data |= session.log_access("prove", Accessed(slip["period"], slip["run"], slip["institution"], slip["staff"]))
    write_proof(proof_text(proof), file, workspace.settings.privacy.files)
    check = f"payengine verify-proof {quoted(str(file))} --head {proof.head}"
    session.answer(
        {"file": str(file), **data}, *parts, "", say("Whoever noted that head checks it with:"), f"  {check}"
    )


def _require_one_kind(run: str | None, staff: str | None, institution: str | None, earlier: str | None) -> None:
    """Raise `UsageError` unless a payslip or an earlier head is named, and not both."""
    if earlier is not None and (run or staff or institution):
        raise UsageError(say("--from is of the whole chain; leave out run, --staff and --institution"))
    if earlier is None and not (run and staff):
        raise UsageError(
            say("what is to be proved is not said"),
            remedy=say("Write RUN --staff S for a payslip, --from H for an earlier head."),
        )


def _payslip(proof: Any, file: Path) -> tuple[dict[str, Any], list[str]]:
    from batch.cli.views.proof import entry_parts, payslip_facts, payslip_title

    return payslip_facts(proof), [
        say("{file}: proof of a payslip", file=file),
        f"  {payslip_title(proof)}",
        *entry_parts(proof),
    ]


def _consistency(proof: Any, file: Path) -> tuple[dict[str, Any], list[str]]:
    from batch.cli.views.proof import consistency_facts, consistency_parts

    return consistency_facts(proof), [
        say("{file}: proof that the earlier head stands in the later one", file=file),
        *consistency_parts(proof),
    ]

"""The command `verify-proof`."""

from __future__ import annotations

from pathlib import Path

import click

from batch.cli.bilingual_click import argument
from batch.cli.root import command
from batch.cli.session import Session
from payengine.errors import UsageError
from payengine.texts import say


@command("verify-proof")
@argument("file", "The file that payengine prove wrote.", metavar="FILE")
@click.option(
    "--head",
    required=True,
    metavar="H|@FILE",
    help="The head that you noted, or a text that holds it, such as a signed one.",
)
@click.option(
    "--from",
    "earlier",
    default=None,
    metavar="H|@FILE",
    help="The earlier head, where the file leads from one to another.",
)
def verify_proof(session: Session, file: str, head: str, earlier: str | None) -> None:
    """Check a proof by a noted head, and print what it proves.

    Needs no workspace and no ledger, and sees no other person's name or figure. What does not hold ends with exit
    code 7, a file that is no proof with 3.
    """
    from batch.cli.views.proof import (
        consistency_facts,
        consistency_parts,
        entry_parts,
        payslip_facts,
        payslip_parts,
        payslip_title,
    )
    from batch.proof.checking import require_consistency, require_payslip
    from batch.proof.documents import PayslipProof, read_proof
    from batch.proof.heads import read_tree_head

    proof, noted = read_proof(Path(file)), read_tree_head(head)
    if isinstance(proof, PayslipProof):
        if earlier is not None:
            raise UsageError(say("--from is for a proof that leads from one head to another; this one is of a payslip"))
        require_payslip(proof, noted)
        session.answer(
            {"holds": True, **payslip_facts(proof), "payslip": dict(proof.payslip)},
            say("The proof holds: this payslip was published."),
            f"  {payslip_title(proof)}",
            *entry_parts(proof),
            *([] if session.json else payslip_parts(proof)),
            "",
            say("Not proved is that no later revision replaced it."),
        )
        return
    require_consistency(proof, noted, None if earlier is None else read_tree_head(earlier))
    untold = say("Compare the earlier head with the one that you noted, or give it with --from.")
    session.answer(
        {"holds": True, **consistency_facts(proof)},
        say("The proof holds: what the earlier head covers stands unchanged under the later one."),
        *consistency_parts(proof),
        *(["", untold] if earlier is None else []),
    )

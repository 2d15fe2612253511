"""Proofs made from the ledger: a payslip under a head, and a head in a later one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from batch.ledger import audit
from batch.ledger.payslip_tree import FACT
from batch.ledger.records import AuditEntry
from batch.ledger.revisions import PUBLISH
from batch.proof import entries, merkle
from batch.proof.documents import ConsistencyProof, PayslipProof
from batch.proof.heads import Head
from batch.proof.payslips import PayslipRows
from payengine.errors import IntegrityBroken, Problem, UsageError
from payengine.texts import say


def payslip_proof(
    connection: Connection, rows: PayslipRows, institution: str, staff: str, secret: bytes, noted: Head | None
) -> PayslipProof:
    """Prove a person's payslip at an institution, under the chain's head or an earlier one.

    `rows` are those of the run as they are stored. `UsageError` where the run was not published under that head, or by
    a version that kept no payslips in the chain; `IntegrityBroken` if the payslips are not those of its entry.
    """
    chain = entries.up_to(audit.entries(connection), noted)
    link, facts = _publication(chain, rows.run)
    published = facts.get(FACT)
    if not isinstance(published, dict):
        raise UsageError(
            say("run {run} was published by an earlier version, which kept no payslips in the audit chain",
                run=rows.run[:12]),
            remedy=say("No single payslip of it can be proved. payengine verify --head checks the whole."),
        )  # fmt: skip
    tree = rows.tree(secret)
    if tree.facts() != published:
        raise IntegrityBroken(
            say("the payslips of run {run} are not those of its publication under this secret", run=rows.run[:12]),
            [Problem(say("entry {number} has another root", number=link.number), "audit_entry")],
            say(
                "The rows are as they were staged, so the secret is another one than at the publication. Bring that "
                "one back; if it is lost, payslips of that publication cannot be proved any more."
            ),
        )
    if (institution, staff) not in rows.places:
        raise UsageError(
            say("{staff} has no payslip at {institution} in this run", staff=staff, institution=institution)
        )
    index = rows.places.index((institution, staff))
    return PayslipProof(
        head=entries.head(chain),
        entry=entries.shown(link),
        entry_path=tuple(entries.entry_path(chain, link.number - 1)),
        payslip=rows.payslip(index),
        salt=rows.salt(secret, index),
        index=index,
        payslip_path=tuple(merkle.inclusion_path(tree.leaves, index)),
    )


def consistency_proof(connection: Connection, earlier: Head, noted: Head | None) -> ConsistencyProof:
    """Prove that an earlier head stands in the chain's head, or in another that is given."""
    chain = entries.up_to(audit.entries(connection), noted)
    if earlier.size > len(chain):
        raise UsageError(
            say("the head {earlier} is later than {head}", earlier=earlier, head=entries.head(chain)),
            remedy=say("A proof leads from the earlier head to the later one."),
        )
    entries.up_to(chain, earlier)
    return ConsistencyProof(earlier, entries.head(chain), tuple(entries.path_from(chain, earlier)))


def _publication(chain: Sequence[AuditEntry], run_id: str) -> tuple[AuditEntry, dict[str, Any]]:
    """Find the latest entry that publishes a run."""
    for link in reversed(chain):
        facts = audit.facts(link)
        if facts.get("action") == PUBLISH and facts.get("run") == run_id:
            return link, facts
    raise UsageError(
        say("run {run} is not published under this head", run=run_id[:12]),
        remedy=say("payengine runs lists what is published."),
    )

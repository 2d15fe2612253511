"""Verification of the whole ledger against the audit chain: what is published and paid."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from batch.ledger import audit, payment_chain, publication_findings
from batch.ledger.records import AuditEntry
from batch.ledger.revisions import PUBLISH, publications, unreadable
from batch.ledger.revisions import broken as broken_revisions
from batch.ledger.schema import run
from batch.ledger.stored_run import broken_header, changed_rows
from batch.ledger.strangers import triggers, views
from payengine.errors import Problem
from payengine.texts import say


def broken(connection: Connection, head: str = "") -> Iterator[Problem]:
    """List everything in the ledger that is not as the audit chain says.

    `head` is a hash that was noted at a publication: it must still be in the chain, for a chain that lost its end
    looks whole.
    """
    chain = audit.entries(connection)
    if head and head not in {link.hash for link in chain}:
        yield Problem(say("the entry {head} is no longer in the chain", head=head), "audit_entry")
    made = publications(connection)
    yield from unreadable(connection)
    yield from broken_revisions(chain, made)
    entered = {
        (str(facts.get("period")), str(facts.get("revision"))): facts
        for facts in map(audit.facts, chain)
        if facts.get("action") == PUBLISH
    }
    for each in made:
        if facts := entered.get((str(each.period), str(each.revision))):
            yield from publication_findings.broken(connection, each, facts)
    yield from payment_chain.broken(connection, chain)
    yield from triggers(connection)
    yield from views(connection)
    for run_id in dict.fromkeys([*(each.run for each in made), *_complete(connection)]):
        yield from _run(connection, run_id, chain)


def _complete(connection: Connection) -> list[str]:
    """List the runs that stand there, published or not."""
    return list(connection.execute(select(run.c.id).where(run.c.complete == 1).order_by(run.c.id)).scalars())


def _run(connection: Connection, run_id: str, chain: list[AuditEntry]) -> Iterator[Problem]:
    row = connection.execute(select(run).where(run.c.id == run_id)).mappings().one_or_none()
    if row is None:
        yield Problem(say("the published run {run} is missing", run=run_id[:12]), "run")
        return
    staged = dict(row)
    try:
        for problem in changed_rows(connection, staged):
            yield Problem(problem.what, problem.where, column=run_id[:12])
    except (ValueError, TypeError, AttributeError):  # digests that are no longer JSON, or none of a run
        yield Problem(say("is not what the audit chain says of it"), "run", column=run_id[:12])
        return
    yield from broken_header(connection, staged, chain)

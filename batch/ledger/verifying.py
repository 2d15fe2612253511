"""Verification of the whole ledger against the audit chain: what is published and paid."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from batch.content_digest import digest_of
from batch.ledger import (
    access_log,
    audit,
    confirmations,
    payment_chain,
    proposals,
    publication_findings,
    run_steps,
    sources,
)
from batch.ledger.records import AuditEntry
from batch.ledger.revisions import PUBLISH, STAGE, publications, unreadable
from batch.ledger.revisions import broken as broken_revisions
from batch.ledger.schema import policy_text, run
from batch.ledger.stored_run import broken_header, changed_rows
from batch.ledger.strangers import missing_triggers, triggers, views
from batch.proof.entries import begins_with
from batch.proof.heads import ChainHash, Head
from payengine.errors import Problem
from payengine.texts import say


def broken(connection: Connection, head: Head | ChainHash | None = None) -> Iterator[Problem]:
    """List everything in the ledger that is not as the audit chain says.

    `head` was noted at a publication: the chain must still begin with it, for a chain that lost its end looks whole.
    """
    chain = audit.entries(connection)
    yield from _lost(chain, head)
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
    for number, policy, digest in confirmations.policy_texts(chain):
        text = connection.execute(select(policy_text.c.text).where(policy_text.c.digest == policy)).scalar_one_or_none()
        if digest_of(text) != digest:
            yield Problem(say("the policy that it names is not the one that was kept"), "audit_entry", row=number)
    yield from proposals.broken(connection, chain, made)
    yield from run_steps.broken(connection, chain)
    yield from payment_chain.broken(connection, chain)
    yield from triggers(connection)
    yield from missing_triggers(connection)
    yield from access_log.broken(connection)
    yield from views(connection)
    yield from sources.broken(connection, chain)
    complete = _complete(connection)
    published = {each.run for each in made}
    staged = [str(facts.get("run")) for facts in map(audit.facts, chain) if facts.get("action") == STAGE]
    for run_id in dict.fromkeys(staged):
        if run_id not in published and run_id not in complete:
            yield Problem(say("the staged run is missing"), "run", column=run_id[:12])
    for run_id in dict.fromkeys([*(each.run for each in made), *complete]):
        yield from _run(connection, run_id, chain)


def _lost(chain: list[AuditEntry], head: Head | ChainHash | None) -> Iterator[Problem]:
    """Tell that a noted head is none of the chain's."""
    if isinstance(head, ChainHash):
        if head.hash not in {link.hash for link in chain}:
            yield Problem(say("the entry {head} is no longer in the chain", head=head), "audit_entry")
    elif head is not None and head.size > len(chain):
        yield Problem(
            say("the noted head {head} covers {noted} entries, and the chain has only {n}: its end was cut off",
                head=head, noted=head.size, n=len(chain)),
            "audit_entry",
        )  # fmt: skip
    elif head is not None and not begins_with(chain, head):
        yield Problem(
            say("the first {n} entries are not those of the noted head {head}", n=head.size, head=head), "audit_entry"
        )


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

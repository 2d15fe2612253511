"""Verification of published runs against the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from batch.ledger import audit, publication_findings
from batch.ledger.publishing import changed_rows, contents, facts_of, publications
from batch.ledger.schema import run
from payengine.errors import Problem
from payengine.texts import say


def broken(connection: Connection, head: str = "") -> Iterator[Problem]:
    """List everything in the ledger that is not as the audit chain says.

    `head` is a hash that was noted at a publication: it must still be in the chain, for a chain that lost its end
    looks whole.
    """
    chain = audit.entries(connection)
    yield from audit.broken(chain)
    if head and head not in {link.hash for link in chain}:
        yield Problem(say("the entry {head} is no longer in the chain", head=head), "audit_entry")
    entered = {}
    for link in chain:
        facts = audit.facts(link)
        if facts.get("action") == "publish":
            entered[facts.get("period"), facts.get("revision")] = facts
    checked: dict[str, list[Problem]] = {}
    for made in publications(connection):
        place = f"{made.period}, {made.revision}"
        facts = entered.pop((str(made.period), made.revision), {})
        if not facts:
            yield Problem(say("the publication is not in the audit chain"), "publication", column=place)
            continue
        said = facts_of(made)
        if any(facts.get(name) != value for name, value in said.items()):
            yield Problem(say("is not what the audit chain says of it"), "publication", column=place)
        yield from publication_findings.broken(connection, made, facts)
        if made.run not in checked:
            checked[made.run] = list(_run(connection, made.run, facts))
            yield from checked[made.run]
    for period, revision in entered:
        yield Problem(say("the publication is missing"), "publication", column=f"{period}, {revision}")


def _run(connection: Connection, run_id: str, facts: dict[str, Any]) -> Iterator[Problem]:
    row = connection.execute(select(run).where(run.c.id == run_id)).mappings().one_or_none()
    if row is None:
        yield Problem(say("the published run {run} is missing", run=run_id[:12]), "run")
        return
    staged = dict(row)
    for problem in changed_rows(connection, staged):
        yield Problem(problem.what, problem.where, column=run_id[:12])
    said = facts.get("digests", {})
    for name, found in contents(connection, staged).items():
        if said.get(name) != found:
            yield Problem(say("is not what the audit chain says of it"), name, column=run_id[:12])

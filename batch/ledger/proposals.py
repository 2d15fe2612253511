"""Proposals: what a staged run is meant to replace, as the audit chain keeps it.

The entry of a run's staging says it, and a later entry where the run was staged again to replace another revision. Runs
of earlier versions have no such entry: of theirs only those that were published can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from batch.ledger import audit
from batch.ledger.records import AuditEntry, Publication
from batch.ledger.schema import proposal
from payengine.errors import Problem
from payengine.texts import say

FACT = "replaces"  # of an entry: run, revision and reason, or None
PROPOSE = "propose"  # action in the chain


def fact(row: Mapping[str, Any] | None) -> list[Any] | None:
    """Write a row of `proposal` as the chain keeps it."""
    return None if row is None else [row["revises"], row["revision"], row["reason"]]


def broken(
    connection: Connection, chain: Sequence[AuditEntry], standing: Sequence[Publication], run_id: str = ""
) -> Iterator[Problem]:
    """List proposals of which the chain or a publication says otherwise: all, or a run's."""
    said: dict[str, list[Any] | None] = {made.run: _published(made) for made in standing}
    entered = [facts for facts in map(audit.facts, chain) if FACT in facts]
    said |= {str(facts.get("run")): facts[FACT] for facts in entered}
    rows = {row["run"]: fact(dict(row)) for row in connection.execute(select(proposal)).mappings()}
    for run in sorted({*rows, *(run for run, row in said.items() if row is not None)}):
        if run_id not in ("", run):
            continue
        if run not in rows:
            yield Problem(say("what the run is to replace is missing"), proposal.name, column=run[:12])
        elif run in said and rows[run] != said[run]:
            yield Problem(say("is not what the audit chain says of it"), proposal.name, column=run[:12])


def _published(made: Publication) -> list[Any] | None:
    return None if made.previous is None else [made.previous, made.revision, made.reason]

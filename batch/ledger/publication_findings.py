"""Findings of a publication and their acceptance.

They are written with it and bound into its entry in the audit chain. They depend on the ledger and the moment, so they
are part of no run: a replay neither reads nor compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from batch.content_digest import canonical_json, digest_of
from batch.ledger.records import Acceptance, Publication
from batch.ledger.schema import finding_acceptance, published_finding
from payengine.errors import Problem
from payengine.texts import say

FACT = "findings"  # of an audit entry: the digest of both tables' rows
_TOLD = ("what", "first", "remedy")


def write(
    connection: Connection, made: Publication, findings: Sequence[Mapping[str, Any]], accepted: Sequence[Acceptance]
) -> None:
    """Write what a publication saw, within its transaction; acceptances get its time and user."""
    key = {"period": str(made.period), "revision": made.revision}
    rows = [
        {
            **key, "kind": one["kind"], "subject": one["subject"], "severity": one["severity"], "found": one["count"],
            "told": canonical_json({name: one[name] for name in _TOLD}).decode(),
        }
        for one in findings
    ]  # fmt: skip
    if rows:
        connection.execute(insert(published_finding), rows)
    taken = [
        {
            **key, "kind": one.kind, "subject": one.subject, "reason": one.reason, "accepted_at": made.published_at,
            "accepted_by": made.published_by,
        }
        for one in accepted
    ]  # fmt: skip
    if taken:
        connection.execute(insert(finding_acceptance), taken)


def read(connection: Connection, made: Publication) -> tuple[list[dict[str, Any]], list[Acceptance]]:
    """Read a publication's findings and its acceptances, in the order of their key.

    Findings are as `Finding.as_json` gave them.
    """
    findings = [
        {"kind": row.kind, "subject": row.subject, "severity": row.severity, "count": row.found, **json.loads(row.told)}
        for row in _rows(connection, published_finding, made)
    ]
    accepted = [
        Acceptance(row.kind, row.subject, row.reason, row.accepted_at, row.accepted_by)
        for row in _rows(connection, finding_acceptance, made)
    ]
    return findings, accepted


def digest(connection: Connection, made: Publication) -> str:
    """Compute the digest of the rows that stand beside a publication."""
    return digest_of([[list(row) for row in _rows(connection, each, made)] for each in _TABLES])


def broken(connection: Connection, made: Publication, facts: Mapping[str, Any]) -> Iterator[Problem]:
    """List rows that are not as the audit chain says.

    An entry of an older version says that there are none.
    """
    if facts.get(FACT, _NOTHING) != digest(connection, made):
        yield Problem(
            say("is not what the audit chain says of it"), published_finding.name,
            column=f"{made.period}, {made.revision}",
        )  # fmt: skip


def _rows(connection: Connection, table: Any, made: Publication) -> Sequence[Any]:
    query = select(table).where(table.c.period == str(made.period), table.c.revision == made.revision)
    found = connection.execute(query).all()
    return sorted(found, key=lambda row: (row.kind.encode(), row.subject.encode()))


_TABLES = (published_finding, finding_acceptance)
_NOTHING = digest_of([[] for _ in _TABLES])

"""Audit chain: every publication, in order, each entry bound to the one before it.

An entry's hash is SHA-256 over the hash before it and the entry's canonical JSON. The entries are a tree too
(`batch.proof.entries`). Whoever has noted a head (size and root of that tree, as it was after the
latest entry, printed at each publication) can tell later that nothing before it was changed, added or taken away.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from batch.content_digest import canonical_json
from batch.ledger.provenance import engine_name, now, who
from batch.ledger.records import AuditEntry
from batch.ledger.schema import audit_entry
from batch.proof import entries as tree
from payengine.errors import Problem
from payengine.texts import say

GENESIS = "0" * 64  # what the first entry follows


def append(connection: Connection, action: str, facts: Mapping[str, Any]) -> AuditEntry:
    """Add an entry at the end of the chain, within the caller's transaction."""
    # Named columns: migrations add their entries too, to a table that may not have those of later versions yet.
    query = select(audit_entry.c.number, audit_entry.c.hash).order_by(audit_entry.c.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    number, previous = (last.number + 1, last.hash) if last is not None else (1, GENESIS)
    content = {**facts, "number": number, "action": action, "at": now(), "by": who(), "engine": engine_name()}
    entry = canonical_json(content).decode()
    link = AuditEntry(number, entry, previous, chained(previous, entry))
    row = {"number": number, "entry": link.entry, "previous": link.previous, "hash": link.hash}
    connection.execute(insert(audit_entry).values(row))
    return link


def chained(previous: str, entry: str) -> str:
    """Hash an entry that follows the hash `previous`, in hex."""
    return hashlib.sha256(previous.encode("ascii") + entry.encode()).hexdigest()


def entries(connection: Connection) -> list[AuditEntry]:
    """Read the whole chain, in order."""
    rows = connection.execute(select(audit_entry).order_by(audit_entry.c.number))
    return [AuditEntry(row.number, row.entry, row.previous, row.hash) for row in rows]


def head(connection: Connection) -> str:
    """Compute the head of the chain: the number of its entries and the root of their tree."""
    return str(tree.head(entries(connection)))


def broken(chain: list[AuditEntry]) -> Iterator[Problem]:
    """List every link that does not hold."""
    previous = GENESIS
    for place, link in enumerate(chain, start=1):
        if link.number != place:
            yield Problem(say("entry {number} is missing or misplaced", number=place), "audit_entry", row=link.number)
        if link.previous != previous:
            yield Problem(say("does not follow the entry before it"), "audit_entry", row=link.number)
        if chained(link.previous, link.entry) != link.hash:
            yield Problem(say("the entry was changed: its hash does not match"), "audit_entry", row=link.number)
        previous = link.hash


def facts(link: AuditEntry) -> dict[str, Any]:
    """Read the facts of an entry; none if it can no longer be read."""
    try:
        content = json.loads(link.entry)
    except (ValueError, TypeError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}

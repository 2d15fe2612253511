"""One run as it is stored, compared with the audit chain while it is read.

The chain has an entry for each run from its staging on: the digests of its tables, of its header and of its policy's
text. Runs that an earlier version staged and nobody published have none: their rows are compared with the digests in
their header.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from batch.content_digest import digest_of
from batch.ledger import audit
from batch.ledger.records import AuditEntry
from batch.ledger.schema import policy_text, run
from payengine.errors import IntegrityBroken, Problem
from payengine.texts import say

if TYPE_CHECKING:
    import pyarrow as pa

# The columns of `run` that the chain's digest covers. One that is added to the table is not of them: the digests
# of what was staged before it stay.
HEADER = ("id", "period", "snapshot", "policy", "formulas", "engine", "holds", "details", "digests")
OBJECTS = ("holds", "details", "digests")  # columns that hold a JSON object


class StoredRun:
    """Run in a ledger, opened within one transaction; its rows are checked as they are read."""

    def __init__(self, connection: Connection, run_id: str) -> None:
        """Read the header; `IntegrityBroken` unless it is what the audit chain says."""
        self._connection = connection
        self.id = run_id
        row = connection.execute(select(run).where(run.c.id == run_id)).mappings().one()
        self.header: dict[str, Any] = dict(row)
        refuse_broken_header(connection, self.header)
        self._digests: dict[str, str] = json.loads(self.header["digests"])

    def batches(self, name: str) -> Iterator[pa.RecordBatch]:
        """Read a table's rows; `IntegrityBroken` after the last if they are not those staged."""
        from batch.content_digest import TableDigest
        from batch.ledger import bulk_rows
        from batch.ledger.run_tables import RUN_TABLES

        stored = RUN_TABLES[name]
        digest = TableDigest(stored.arrow)
        for batch in bulk_rows.read(self._connection, stored, self.id):
            digest.update(batch)
            yield batch
        if digest_of(digest.describe()) != self._digests.get(name, stored.digest_without()):
            _raise(self.id, [Problem(say("rows were changed, added or taken away"), name)])

    def table(self, name: str) -> pa.Table:
        """Read a whole table; `IntegrityBroken` if its rows are not those that were staged."""
        import pyarrow as pa

        from batch.ledger.run_tables import RUN_TABLES

        return pa.Table.from_batches(self.batches(name), RUN_TABLES[name].arrow)


def _raise(run_id: str, problems: list[Problem]) -> None:
    if problems:
        raise IntegrityBroken(
            say("run {run} is not stored as it was computed", run=run_id[:12]), problems,
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )  # fmt: skip


def contents(connection: Connection, staged: Mapping[str, Any]) -> dict[str, str]:
    """List the digests of a stored run: rows by table, header and policy's text."""
    text = connection.execute(
        select(policy_text.c.text).where(policy_text.c.digest == staged["policy"])
    ).scalar_one_or_none()
    return contents_of(staged, text)


def contents_of(staged: Mapping[str, Any], policy: str | None) -> dict[str, str]:
    """List the digests of a run: of its rows, as its header names them, header and policy."""
    header = {name: staged[name] for name in HEADER}
    return {**json.loads(staged["digests"]), "run": digest_of(header), "policy_text": digest_of(policy)}


def refuse_broken_header(connection: Connection, staged: Mapping[str, Any]) -> None:
    """Raise `IntegrityBroken` unless a run's header is what the audit chain says."""
    _raise(staged["id"], list(broken_header(connection, staged, audit.entries(connection))))


def entry_of(run_id: str, chain: list[AuditEntry]) -> AuditEntry | None:
    """Find the latest entry that states a run's digests."""
    for link in reversed(chain):
        facts = audit.facts(link)
        if facts.get("run") == run_id and isinstance(facts.get("digests"), dict):
            return link
    return None


def broken_header(connection: Connection, staged: Mapping[str, Any], chain: list[AuditEntry]) -> Iterator[Problem]:
    """List what the audit chain says otherwise of a run's header, digests and policy."""
    place = staged["id"][:12]
    strange = [name for name in OBJECTS if not _is_object(staged[name])]
    if strange:
        for name in strange:
            yield Problem(say("is not what was written there"), "run", column=f"{place}, {name}")
        return
    try:
        found = contents(connection, staged)
    except (ValueError, TypeError):
        yield Problem(say("is not what the audit chain says of it"), "run", column=place)
        return
    link = entry_of(staged["id"], chain)
    if link is None:
        return
    if audit.chained(link.previous, link.entry) != link.hash:
        yield Problem(say("the entry was changed: its hash does not match"), "audit_entry", row=link.number)
    said = audit.facts(link)["digests"]
    for name, digest in found.items():
        if said.get(name) != digest:
            yield Problem(say("is not what the audit chain says of it"), name, column=place)


def changed_rows(
    connection: Connection, staged: Mapping[str, Any], take: Callable[[str, pa.RecordBatch], None] | None = None
) -> Iterator[Problem]:
    """List the tables of a run whose rows no longer have the digest they were staged with.

    `take` is handed every table's name and batches as they are read.
    """
    from batch.ledger import bulk_rows
    from batch.ledger.run_tables import RUN_TABLES

    digests = json.loads(staged["digests"])
    if not staged["complete"]:
        yield Problem(say("the run was not written to its end"), "run")
        return
    for name, stored in RUN_TABLES.items():
        batches = bulk_rows.read(connection, stored, staged["id"])
        if take is not None:
            batches = _shared(name, batches, take)
        if stored.digest(batches) != digests.get(name, stored.digest_without()):
            yield Problem(say("rows were changed, added or taken away"), name)


def _shared(
    name: str, batches: Iterable[pa.RecordBatch], take: Callable[[str, pa.RecordBatch], None]
) -> Iterator[pa.RecordBatch]:
    """Hand batches to `take` on their way."""
    for batch in batches:
        take(name, batch)
        yield batch


def _is_object(text: object) -> bool:
    """Tell if a text is a JSON object."""
    try:
        return isinstance(text, str) and isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False

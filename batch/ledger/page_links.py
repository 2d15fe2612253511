"""Links to the pages: made and revoked, as entries of the audit chain.

An entry names a link by its id; the link itself is kept nowhere. Whoever serves the pages asks for the entries that are
new since it asked last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from batch.ledger import audit
from batch.ledger.connect import Database
from batch.ledger.reasons import refuse_unreadable
from batch.ledger.records import AuditEntry
from batch.ledger.schema import audit_entry
from payengine.errors import UsageError
from payengine.texts import in_quotes, say

MADE, REVOKED = "link", "link_revoked"  # actions in the chain
SHORTEST_PREFIX = 4  # hexadecimal digits by which a link may be named


@dataclass(frozen=True)
class PageLink:
    """Link as the chain knows it: what it shows, its last day, and if it was revoked.

    `institution` and `staff` are '' for a link that shows everything; `revoked_at` and what follows is '' for one that
    was not revoked. One that an earlier version made is known by its revocation alone: its other fields are ''.
    """

    id: str
    institution: str = ""
    staff: str = ""
    until: str = ""
    made_at: str = ""
    made_by: str = ""
    revoked_at: str = ""
    revoked_by: str = ""
    reason: str = ""


def make(database: Database, made: PageLink) -> None:
    """Enter that a link is made."""
    facts = {"link": made.id, "institution": made.institution, "staff": made.staff, "until": made.until}
    with database.writing() as connection:
        audit.append(connection, MADE, facts)


def revoke(database: Database, named: str, is_whole: bool, reason: str) -> PageLink:
    """Enter that a link is good no more; returns it as it stands now.

    It is named by its id, or the beginning of one that the chain knows; with `is_whole` the id is that of a link at
    hand, which the chain need not know. `UsageError` for a link that is unknown, or revoked already.
    """
    refuse_unreadable(reason)
    with database.writing() as connection:
        known = links(audit.entries(connection))
        found = known.get(named) or (PageLink(named) if is_whole else _only(named, known.values()))
        if found.revoked_at:
            raise UsageError(
                say("link {id} was revoked already, on {day} by {user}", id=found.id, day=found.revoked_at[:10],
                    user=found.revoked_by)
            )  # fmt: skip
        facts = {"link": found.id, "institution": found.institution, "staff": found.staff, "reason": reason.strip()}
        entry = audit.facts(audit.append(connection, REVOKED, facts))
    return replace(found, revoked_at=entry["at"], revoked_by=entry["by"], reason=reason.strip())


def _only(named: str, known: Iterable[PageLink]) -> PageLink:
    found = [one for one in known if one.id.startswith(named)] if len(named) >= SHORTEST_PREFIX else []
    if len(found) == 1:
        return found[0]
    raise UsageError(
        say("{n} links begin with {id}", n=len(found), id=in_quotes(named)) if found
        else say("there is no link {id}", id=in_quotes(named)),
        remedy=say("Write the id that payengine link --list names, or the link itself."),
    )  # fmt: skip


def links(chain: Iterable[AuditEntry]) -> dict[str, PageLink]:
    """Read the links of a chain by id, in the order in which they were made."""
    found: dict[str, PageLink] = {}
    for facts in map(audit.facts, chain):
        name = str(facts.get("link"))
        if facts.get("action") == MADE:
            texts = {key: str(facts.get(key, "")) for key in ("institution", "staff", "until")}
            found[name] = PageLink(name, **texts, made_at=str(facts.get("at")), made_by=str(facts.get("by")))
        elif facts.get("action") == REVOKED:
            found[name] = replace(
                found.get(name, PageLink(name)), revoked_at=str(facts.get("at")), revoked_by=str(facts.get("by")),
                reason=str(facts.get("reason", "")),
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class Revoked:
    """Revoked links, as far as the chain was read: to entry `number`, whose hash is `hash`."""

    links: frozenset[str] = frozenset()
    number: int = 0
    hash: str = ""


def revoked(connection: Connection, before: Revoked) -> Revoked:
    """Read the links that are revoked.

    Of a chain that goes on as `before` knows it the new entries alone are read. A ledger that was restored from a copy,
    with another entry in that place or none, is read anew; what was revoked before stays so.
    """
    query = select(audit_entry.c.number, audit_entry.c.entry, audit_entry.c.hash).order_by(audit_entry.c.number)
    rows = list(connection.execute(query.where(audit_entry.c.number >= before.number)))
    if before.number and (not rows or (rows[0].number, rows[0].hash) != (before.number, before.hash)):
        rows = list(connection.execute(query))
    if not rows:
        return Revoked(before.links)
    told = (audit.facts(AuditEntry(row.number, row.entry, "", row.hash)) for row in rows)
    found = {str(facts.get("link")) for facts in told if facts.get("action") == REVOKED}
    return Revoked(before.links | found, rows[-1].number, rows[-1].hash)


def is_good(one: PageLink, today: date) -> bool:
    """Tell if a link still lets in on a day."""
    return not one.revoked_at and one.until >= today.isoformat()

"""Revisions of the periods, as the table of publications and the audit chain say.

Whoever writes, and whoever takes published figures further, asks the chain first: a row that was deleted, slipped in or
numbered anew by hand is found before anything is built on it. That costs no look at a run's rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from batch.ledger import audit, confirmations, strangers
from batch.ledger.connect import Database
from batch.ledger.records import AuditEntry, Publication
from batch.ledger.schema import publication, run
from payengine.errors import IntegrityBroken, Problem, UsageError
from payengine.periods import Period
from payengine.texts import say

PUBLISH, STAGE = "publish", "stage"  # actions in the chain


def publications(connection: Connection, period: Period | None = None) -> list[Publication]:
    """List all revisions, by period and revision; of one period only, if it is given.

    A row whose period is none is left out: `require_whole` tells of it, and that the one it was is missing.
    """
    query = select(publication).order_by(publication.c.period, publication.c.revision)
    if period is not None:
        query = query.where(publication.c.period == str(period))
    return [made for row in connection.execute(query) if (made := _publication(row))]


def current(connection: Connection, period: Period) -> Publication | None:
    """Find the revision of a period that is in force."""
    revisions = publications(connection, period)
    return revisions[-1] if revisions else None


def is_ahead(meant: int | None, standing: Publication) -> bool:
    """Tell if a run is meant to be a later revision than the current one."""
    return meant is not None and meant > standing.revision


def next_revision(connection: Connection, period: Period) -> int:
    """Number the next revision after all that stand in the table or in the chain."""
    standing = [made.revision for made in publications(connection, period)]
    entered = [
        facts["revision"]
        for facts in map(audit.facts, audit.entries(connection))
        if facts.get("action") == PUBLISH and facts.get("period") == str(period)
    ]
    return int(max([0, *standing, *entered])) + 1


def facts_of(made: Publication) -> dict[str, Any]:
    """List the facts that the audit chain keeps of a publication."""
    return {
        "period": str(made.period), "revision": made.revision, "run": made.run, "previous": made.previous,
        "reason": made.reason, "published_at": made.published_at, "published_by": made.published_by,
    }  # fmt: skip


def broken(chain: Sequence[AuditEntry], standing: Sequence[Publication]) -> Iterator[Problem]:
    """List links that do not hold, and publications of which the chain says otherwise."""
    yield from audit.broken(list(chain))
    entered: dict[tuple[str, int], Mapping[str, Any]] = {}
    for link in chain:
        facts = audit.facts(link)
        if facts.get("action") == PUBLISH:
            revision = facts.get("revision")
            if not isinstance(revision, int):  # of an entry that was changed, which is told
                continue
            key = str(facts.get("period")), revision
            if key in entered:
                yield Problem(say("{period}, revision {revision} is entered twice", period=key[0], revision=key[1]),
                              "audit_entry", row=link.number)  # fmt: skip
            entered[key] = facts
    before: Publication | None = None
    for made in standing:
        place = f"{made.period}, {made.revision}"
        facts = dict(entered.pop((str(made.period), made.revision), {}))
        if not facts:
            yield Problem(say("the publication is not in the audit chain"), "publication", column=place)
        elif any(facts.get(name) != value for name, value in facts_of(made).items()):
            yield Problem(say("is not what the audit chain says of it"), "publication", column=place)
        follows = before if before is not None and before.period == made.period else None
        if (made.revision, made.previous) != ((follows.revision + 1, follows.run) if follows else (1, None)):
            yield Problem(say("does not follow the revision before it"), "publication", column=place)
        before = made
    for period, number in entered:
        yield Problem(say("the publication is missing"), "publication", column=f"{period}, {number}")
    yield from confirmations.broken(chain, standing)


def unreadable(connection: Connection) -> Iterator[Problem]:
    """List publications of what is no period."""
    for row in connection.execute(select(publication).order_by(publication.c.period, publication.c.revision)):
        if _publication(row) is None:
            yield Problem(say("is no period"), "publication", column=str(row.period))


def lost_runs(connection: Connection, standing: Sequence[Publication]) -> Iterator[Problem]:
    """List published runs that are missing, or that are marked as not written to their end.

    A problem names the run's id as `column`.
    """
    present = {row.id: row.complete for row in connection.execute(select(run.c.id, run.c.complete))}
    for run_id in sorted({made.run for made in standing}):
        if run_id not in present:
            yield Problem(say("the published run is missing"), "run", column=run_id)
        elif not present[run_id]:
            yield Problem(say("the published run is marked as not written to its end"), "run", column=run_id)


def require_whole(connection: Connection, database: Database, *, writing: bool = True) -> None:
    """Raise `IntegrityBroken` for a ledger on which nothing may be built.

    Its chain and its publications must say the same, and each published run must stand there, complete; before anything
    is written, no trigger of others may stand on its tables, for it could change what is written.
    """
    standing = publications(connection)
    problems = [*unreadable(connection), *broken(audit.entries(connection), standing), *lost_runs(connection, standing)]
    if writing:
        problems += strangers.triggers(connection)
    if problems:
        raise IntegrityBroken(
            say("the ledger {url} is not as it was published: {n} problem(s)", url=database.location, n=len(problems)),
            problems,
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )


def _publication(row: Row[Any]) -> Publication | None:
    try:
        period = Period.parse(row.period)
    except (UsageError, TypeError):
        return None
    return Publication(
        period, row.revision, row.run, row.previous, row.reason, row.published_at, row.published_by
    )  # fmt: skip

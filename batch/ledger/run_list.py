"""List of the runs in a ledger, and what of it the audit chain says otherwise.

A list must open where a ledger is damaged: whoever looks for the damage reads it first. So it reads headers as far as
they can be read, and `doubts` compares them with the chain: one hash for each run, no look at the rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from batch.content_digest import digest_of
from batch.ledger import audit, revisions
from batch.ledger.records import Publication, RunRecord
from batch.ledger.schema import proposal, run
from batch.ledger.stored_run import HEADER
from payengine.errors import Problem
from payengine.periods import Period
from payengine.texts import say


def records(connection: Connection, period: Period | None) -> list[RunRecord]:
    """List the runs (of a period), by period and the time at which they were staged."""
    published: dict[str, int] = {}
    current: dict[Period, Publication] = {}
    for made in revisions.publications(connection, period):
        published[made.run] = made.revision
        current[made.period] = made
    query = select(run, proposal.c.revises, proposal.c.reason, proposal.c.revision.label("meant")).select_from(
        run.outerjoin(proposal, proposal.c.run == run.c.id)
    )
    query = query.where(run.c.complete == 1).order_by(run.c.period, run.c.staged_at, run.c.key)
    if period is not None:
        query = query.where(run.c.period == str(period))
    return [
        _record(row, of, published, current) for row in connection.execute(query) if (of := Period.find(row.period))
    ]


def doubts(connection: Connection, listed: Sequence[RunRecord]) -> Iterator[Problem]:
    """Compare the headers of runs, and all publications, with the audit chain.

    A problem of a run names its id as `column`. Runs that an earlier version staged and nobody published are in no
    entry of the chain.
    """
    chain, standing = audit.entries(connection), revisions.publications(connection)
    yield from revisions.unreadable(connection)
    yield from revisions.broken(chain, standing)
    said: dict[str, str] = {}
    for facts in map(audit.facts, chain):
        digests = facts.get("digests")
        if isinstance(digests, dict) and "run" in digests:
            said[str(facts.get("run"))] = digests["run"]
    shown = {record.id for record in listed}
    for row in connection.execute(select(run)).mappings():
        lost = row["complete"] and Period.find(row["period"]) is None  # it stands in no list
        if (lost or row["id"] in shown) and said.get(row["id"], "") not in ("", digest_of({n: row[n] for n in HEADER})):
            yield Problem(say("is not what the audit chain says of it"), "run", column=row["id"])
    yield from revisions.lost_runs(connection, standing)
    reasons: dict[tuple[str, int | None], str] = {(made.run, made.revision): made.reason for made in standing}
    meant = {row.run: row.revision for row in connection.execute(select(proposal.c.run, proposal.c.revision))}
    for record in listed:  # of the revision that the run was last meant to be: it may be staged to be published again
        if reasons.get((record.id, meant.get(record.id, record.revision)), record.reason) != record.reason:
            yield Problem(say("the reason is not the one that was published"), "proposal", column=record.id)


def _record(
    row: Row[Any], period: Period, published: Mapping[str, int], current: Mapping[Period, Publication]
) -> RunRecord:
    counts = _read(row.details).get("counts", {})
    standing = current.get(period)
    return RunRecord(
        id=row.id,
        period=period,
        snapshot=row.snapshot,
        policy=row.policy,
        formulas=row.formulas,
        engine=row.engine,
        holds=_read(row.holds),
        counts=counts if isinstance(counts, dict) else {},
        digests=_read(row.digests),
        staged_at=row.staged_at,
        staged_by=row.staged_by,
        revises=row.revises,
        reason=row.reason or "",
        revision=published.get(row.id),
        current=standing is not None and standing.run == row.id,
        again=row.id in published and standing is not None and revisions.is_ahead(row.meant, standing),
        ahead=standing is None or revisions.is_ahead(row.meant, standing),
    )


def _read(text: str) -> dict[str, Any]:
    """Read a JSON object of a header; empty where it is none.

    `doubts` and whoever reads the rows tell of that.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

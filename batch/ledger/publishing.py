"""Publication of a staged run as its period's current revision, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from batch.content_digest import digest_of
from batch.ledger import audit, bulk_rows, failpoints, publication_findings
from batch.ledger.blocking import failed_blocking
from batch.ledger.connect import Database
from batch.ledger.provenance import now, who
from batch.ledger.records import Acceptance, Publication, Published
from batch.ledger.run_tables import RUN_TABLES
from batch.ledger.schema import policy_text, proposal, publication, run
from payengine.errors import Conflict, IntegrityBroken, Problem, Refused
from payengine.periods import Period
from payengine.texts import say

# The columns of `run` that a publication's digest covers. One that is added to the table is not of them: the digests
# of what was published before it stay.
HEADER = ("id", "period", "snapshot", "policy", "formulas", "engine", "holds", "details", "digests")


def publications(connection: Connection, period: Period | None = None) -> list[Publication]:
    """List all revisions, by period and revision; of one period only, if it is given."""
    query = select(publication).order_by(publication.c.period, publication.c.revision)
    if period is not None:
        query = query.where(publication.c.period == str(period))
    return [_publication(row) for row in connection.execute(query)]


def current(connection: Connection, period: Period) -> Publication | None:
    """Find the revision of a period that is in force."""
    revisions = publications(connection, period)
    return revisions[-1] if revisions else None


def next_revision(connection: Connection, period: Period) -> int:
    last = connection.execute(
        select(func.max(publication.c.revision)).where(publication.c.period == str(period))
    ).scalar_one()
    return (last or 0) + 1


def publish(
    database: Database,
    run_id: str,
    findings: Sequence[Mapping[str, Any]] = (),
    accepted: Sequence[Acceptance] = (),
    seen: str | None = None,
) -> Published:
    """Publish a staged run; one that is current already is left as it is.

    `findings` (as `Finding.as_json` gives them) and `accepted` are kept beside the publication, and bound into its
    entry in the audit chain. `seen` is the head of the chain at which they were found: `Conflict` if it has moved.

    The rows are read again and compared with their digests first. `Conflict` if the period has another current run
    than the one that this run was made to replace; `IntegrityBroken` if the stored rows are not those staged; `Refused`
    with every failed check that the run's policy lets stop the publication.
    """
    with database.writing() as connection:
        staged = dict(connection.execute(select(run).where(run.c.id == run_id)).mappings().one())
        period = Period.parse(staged["period"])
        standing = current(connection, period)
        if standing is not None and standing.run == run_id:
            return Published(standing, True, audit.entries(connection)[-1].hash)
        _check_head(connection, seen)
        proposed = connection.execute(select(proposal).where(proposal.c.run == run_id)).one_or_none()
        revision = next_revision(connection, period)
        _check_place(run_id, revision, standing, proposed, period)
        problems = list(changed_rows(connection, staged))
        if problems:
            raise IntegrityBroken(
                say("run {run} is not stored as it was computed", run=run_id[:12]), problems,
                remedy=say("Nothing was published. Run the period again."),
            )  # fmt: skip
        _check_obligations(connection, staged)
        made = Publication(
            period=period,
            revision=revision,
            run=run_id,
            previous=None if standing is None else standing.run,
            reason="" if proposed is None else proposed.reason,
            published_at=now(),
            published_by=who(),
        )
        connection.execute(insert(publication).values({**vars(made), "period": str(period)}))
        publication_findings.write(connection, made, findings, accepted)
        failpoints.reached("publish: before the audit entry")
        facts = {**facts_of(made), "digests": contents(connection, staged)}
        facts |= {publication_findings.FACT: publication_findings.digest(connection, made)}
        head = audit.append(connection, "publish", facts).hash
        failpoints.reached("publish: before commit")
    failpoints.reached("publish: after commit")
    return Published(made, False, head)


def facts_of(made: Publication) -> dict[str, Any]:
    """List the facts that the audit chain keeps of a publication."""
    return {
        "period": str(made.period), "revision": made.revision, "run": made.run, "previous": made.previous,
        "reason": made.reason, "published_at": made.published_at, "published_by": made.published_by,
    }  # fmt: skip


def contents(connection: Connection, staged: Mapping[str, Any]) -> dict[str, str]:
    """List the digests of a stored run: rows by table, header and policy's text."""
    header = {name: staged[name] for name in HEADER}
    text = connection.execute(select(policy_text.c.text).where(policy_text.c.digest == staged["policy"])).scalar_one()
    return {**json.loads(staged["digests"]), "run": digest_of(header), "policy_text": digest_of(text)}


def changed_rows(connection: Connection, staged: Mapping[str, Any]) -> Iterator[Problem]:
    """List the tables of a run whose rows no longer have the digest they were staged with."""
    digests = json.loads(staged["digests"])
    if not staged["complete"]:
        yield Problem(say("the run was not written to its end"), "run")
        return
    for name, stored in RUN_TABLES.items():
        if stored.digest(bulk_rows.read(connection, stored, staged["id"])) != digests.get(
            name, stored.digest_without()
        ):
            yield Problem(say("rows were changed, added or taken away"), name)


def _check_head(connection: Connection, seen: str | None) -> None:
    """Raise `Conflict` if something was entered in the chain since the findings were made."""
    if seen is not None and audit.head(connection) != seen:
        raise Conflict(
            say("another publication was made while this one was being checked"),
            remedy=say("Nothing was published. Run the command again."),
        )


def _check_obligations(connection: Connection, staged: Mapping[str, Any]) -> None:
    """Raise `Refused` with every failed check that the policy lets stop the publication."""
    problems = list(failed_blocking(connection, staged["id"]))
    if problems:
        raise Refused(
            say("run {run} is not published: {n} failed check(s) stop it", run=staged["id"][:12], n=len(problems)),
            problems,
            say("Nothing was published. The run stays staged; correct what fails and run the period again."),
        )


def _check_place(
    run_id: str, revision: int, standing: Publication | None, proposed: Row[Any] | None, period: Period
) -> None:
    """Raise `Conflict` unless a run follows the revision that it was made to replace.

    Each proposal is used once.
    """
    follows = None if standing is None else standing.run
    if proposed is None and follows is None:
        return
    if proposed is not None and (proposed.revises, proposed.revision) == (follows, revision):
        return
    if standing is None:
        what = say("run {run} was made to replace a revision that is not there", run=run_id[:12])
    else:
        what = say(
            "{period} is published as run {other} (revision {revision}), and run {run} was not made to replace it",
            period=period, other=standing.run[:12], revision=standing.revision, run=run_id[:12],
        )  # fmt: skip
    raise Conflict(
        what,
        remedy=say(
            "Nothing was published. Look at the difference and run it again: payengine run {period} --revise REASON.",
            period=period,
        ),
    )


def _publication(row: Row[Any]) -> Publication:
    period = Period.parse(row.period)
    return Publication(
        period, row.revision, row.run, row.previous, row.reason, row.published_at, row.published_by
    )  # fmt: skip

"""Publication of a staged run as its period's current revision, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from batch import failpoints
from batch.ledger import audit, proposals, publication_findings, run_steps
from batch.ledger.blocking import blocking, passed_over
from batch.ledger.connect import Database
from batch.ledger.payslip_tree import FACT, PayslipTree, Secret, has_payslips
from batch.ledger.provenance import now, who
from batch.ledger.records import Acceptance, Publication, Published
from batch.ledger.revisions import PUBLISH, current, facts_of, next_revision, require_whole
from batch.ledger.schema import proposal, publication, run
from batch.ledger.stored_run import broken_header, changed_rows, contents
from payengine.errors import Conflict, IntegrityBroken, Refused
from payengine.periods import Period
from payengine.policy.step_rule import NO_RULES, StepRules
from payengine.texts import say


def publish(
    database: Database,
    run_id: str,
    findings: Sequence[Mapping[str, Any]] = (),
    accepted: Sequence[Acceptance] = (),
    seen: str | None = None,
    secret: Secret | None = None,
    steps: StepRules = NO_RULES,
) -> Published:
    """Publish a staged run; one that is current already is left as it is.

    `findings` (as `Finding.as_json` gives them) and `accepted` are kept beside the publication, and bound into its
    entry in the audit chain. `seen` is the head of the chain at which they were found: `Conflict` if it has moved.
    `secret` gives what salts the payslips (`PayslipTree`); without it the entry has none, and none can be proved.
    `steps` are the rules of today's policy for what is done before a publication (see `run_steps.py`).

    The chain must match the publications, and the rows are read again and compared with their digests first.
    `Conflict` if the period has another current run than the one that this run was made to replace; `IntegrityBroken`
    if the stored rows are not those staged; `Refused` with every check, failed or not given, that the run's policy lets
    stop the publication, and with the steps that are demanded and not done.
    """
    with database.writing() as connection:
        require_whole(connection, database)
        staged = dict(connection.execute(select(run).where(run.c.id == run_id)).mappings().one())
        period = Period.parse(staged["period"])
        standing = current(connection, period)
        if standing is not None and standing.run == run_id:
            return Published(standing, True, audit.head(connection), tuple(passed_over(connection, run_id)))
        _check_head(connection, seen)
        proposed = connection.execute(select(proposal).where(proposal.c.run == run_id)).one_or_none()
        revision = next_revision(connection, period)
        _check_place(run_id, revision, standing, proposed, period)
        chain = audit.entries(connection)
        header = broken_header(connection, staged, chain)
        payslips = PayslipTree()
        problems = [*header, *proposals.broken(connection, chain, (), run_id)] or list(
            changed_rows(connection, staged, None if secret is None else payslips.take)
        )
        if problems:
            raise IntegrityBroken(
                say("run {run} is not stored as it was computed", run=run_id[:12]), problems,
                remedy=say("Nothing was published. Run the period again."),
            )  # fmt: skip
        _check_obligations(connection, staged)
        run_steps.require(connection, run_id, steps)
        remarks = tuple(passed_over(connection, run_id))
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
        if secret is not None:
            given = secret(not has_payslips(audit.entries(connection)))
            facts |= {FACT: payslips.facts(staged, given)}
        audit.append(connection, PUBLISH, facts)
        head = audit.head(connection)
        failpoints.reached("publish: before commit")
    failpoints.reached("publish: after commit")
    return Published(made, False, head, remarks)


def _check_head(connection: Connection, seen: str | None) -> None:
    """Raise `Conflict` if something was entered in the chain since the findings were made."""
    if seen is not None and audit.head(connection) != seen:
        raise Conflict(
            say("another publication was made while this one was being checked"),
            remedy=say("Nothing was published. Run the command again."),
        )


def _check_obligations(connection: Connection, staged: Mapping[str, Any]) -> None:
    """Raise `Refused` with every check, failed or not given, that stops the publication."""
    problems = list(blocking(connection, staged["id"]))
    if problems:
        raise Refused(
            say("run {run} is not published: {n} check(s) stop it", run=staged["id"][:12], n=len(problems)),
            problems,
            say(
                "Nothing was published. The run stays staged; correct what fails or is missing, then: payengine month "
                '{period}. Only a check whose policy says blocks_publication = "unless_not_given" may lack its input.',
                period=staged["period"],
            ),
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
            "Nothing was published. Look at the difference (payengine run {period} --dry-run); to correct it: "
            "payengine month {period} --revise REASON.",
            period=period,
        ),
    )

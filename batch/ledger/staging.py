"""Staging of a computed run: written into the ledger, whole or not at all.

All rows are written in one transaction, with an entry in the audit chain. A run that stands there already is compared
with what was computed now: the same inputs must give the same rows. Nothing is changed or deleted on the way, so that a
role which may only insert can stage; what an older program left half written is the owner's to clear away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from batch import failpoints
from batch.content_digest import canonical_json
from batch.ledger import audit, bulk_rows, proposals, run_steps, sources
from batch.ledger.connect import MYSQL, Database
from batch.ledger.provenance import now, who
from batch.ledger.revisions import STAGE, current, next_revision, require_whole
from batch.ledger.run_tables import RUN_TABLES, Tables, batches_of
from batch.ledger.schema import policy_text, proposal, run
from batch.ledger.stored_run import contents, entry_of, refuse_broken_header
from payengine.errors import Conflict, IntegrityBroken, Problem, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import NO_RULES, StepRules, rules_json
from payengine.texts import say

_INPUTS = ("period", "snapshot", "policy", "formulas", "engine", "holds")  # columns of the table `run`
STAGED, ALREADY_STAGED, ALREADY_PUBLISHED = "staged", "already staged", "already published"


def stage(
    database: Database, header: Mapping[str, Any], tables: Tables, policy: str, revise: str = "",
    computed_by: Mapping[str, Mapping[str, str]] | None = None, steps: StepRules = NO_RULES,
) -> str:  # fmt: skip
    """Write a run; returns STAGED, ALREADY_STAGED or ALREADY_PUBLISHED.

    A published run is the period's current revision. `header` holds the columns of the table `run` but for digests and
    stamps; `tables` are in the form of RUN_TABLES; `policy` is the policy's text; `revise` the reason for replacing
    what the period has; `computed_by` gives the texts of the sources, by digest and path; `steps` are the policy's
    rules for what is done before a publication. `Conflict` where the period has another run and no reason is given;
    `IntegrityBroken` if other rows stand under the same run id.
    """
    problems = []
    for name, stored in RUN_TABLES.items():
        problems += bulk_rows.refuse_unstorable(stored, tables[name], bounded=database.kind == MYSQL)
    bulk_rows.raise_if_any(problems)
    digests = {name: stored.digest(batches_of(tables[name])) for name, stored in RUN_TABLES.items()}
    period = Period.parse(header["period"])
    with database.writing(bulk=True) as connection:
        require_whole(connection, database)
        standing = connection.execute(select(run).where(run.c.id == header["id"])).one_or_none()
        state = STAGED
        if standing is not None and standing.complete:
            _same(connection, standing, header, digests, database)
            state = ALREADY_STAGED
        published = current(connection, period)
        if published is not None and published.run == header["id"]:
            return ALREADY_PUBLISHED
        check_revise(period, None if published is None else published.run, header["id"], revise)
        meant = _meant(connection, period, header["id"], None if published is None else published.run, revise)
        if state == STAGED:
            if standing is not None:
                _clear_away(connection, header["id"])
            _write(connection, header, tables, policy, digests)
        if state == STAGED or entry_of(header["id"], audit.entries(connection)) is None:
            own = {header["formulas"], header["engine"]}
            kept = sources.keep(connection, {name: one for name, one in (computed_by or {}).items() if name in own})
            _enter(connection, header["id"], kept, steps, meant)
            _propose(connection, header["id"], meant)
        elif _propose(connection, header["id"], meant):
            facts = {"period": header["period"], "run": header["id"], proposals.FACT: proposals.fact(meant)}
            audit.append(connection, proposals.PROPOSE, facts)
        failpoints.reached("stage: before commit")
    failpoints.reached("stage: after commit")
    return state


def check_revise(period: Period, published: str | None, run_id: str, revise: str) -> None:
    """Raise `Conflict` unless a published period is changed by a revision with its reason."""
    if published is None and revise:
        raise UsageError(
            say("{period} is not published, so there is nothing to revise", period=period),
            remedy=say("Run it again without --revise."),
        )
    if published is not None and published != run_id and not revise.strip():
        raise Conflict(
            say("{period} is published already, as run {run}", period=period, run=published[:12]),
            remedy=say(
                "Look at the difference: payengine run {period} --dry-run. To correct it: payengine month {period} "
                "--revise REASON.",
                period=period,
            ),
        )


def _same(
    connection: Connection, standing: Row[Any], header: Mapping[str, Any], digests: Mapping[str, str],
    database: Database,
) -> None:  # fmt: skip
    """Raise `IntegrityBroken` if the same run stands there with other figures or inputs.

    Names of components and reports may have been worded anew since.
    """
    inputs = [Problem(say("is not what the run was computed from"), "run", column=name) for name in _INPUTS
              if standing._mapping[name] != header[name]]  # fmt: skip
    if not inputs:
        refuse_broken_header(connection, dict(standing._mapping))
    stored = {} if inputs else json.loads(standing.digests)
    problems = inputs or [
        Problem(say("the rows stored are not the rows computed now"), table)
        for table, form in RUN_TABLES.items()
        if not form.described.is_describing and stored.get(table) != digests[table]
    ]
    if problems:
        raise IntegrityBroken(
            say("run {run} stands in the ledger {url} with other rows", run=standing.id[:12], url=database.location),
            problems,
            remedy=say("The same inputs must give the same rows. Keep the ledger as it is and have it examined."),
        )


def _clear_away(connection: Connection, run_id: str) -> None:
    """Delete a run that is marked as half written.

    A killed session of a database without transactions over many statements could have left it.
    """
    for stored in reversed(RUN_TABLES.values()):
        bulk_rows.erase(connection, stored, run_id)
    connection.execute(delete(proposal).where(proposal.c.run == run_id))
    connection.execute(delete(run).where(run.c.id == run_id))


def _write(
    connection: Connection, header: Mapping[str, Any], tables: Tables, policy: str, digests: dict[str, str]
) -> None:
    run_id = header["id"]
    known = connection.execute(select(policy_text.c.digest).where(policy_text.c.digest == header["policy"])).first()
    if known is None:
        connection.execute(insert(policy_text).values(digest=header["policy"], text=policy))
    row = {
        **header,
        "digests": canonical_json(digests).decode(),
        "complete": 1,
        "key": (connection.execute(select(func.max(run.c.key))).scalar_one() or 0) + 1,
        "staged_at": now(),
        "staged_by": who(),
    }
    connection.execute(insert(run).values(row))
    for name, stored in RUN_TABLES.items():
        failpoints.reached(f"stage: {name}")
        bulk_rows.write(connection, stored, run_id, tables[name])
    failpoints.reached("stage: before complete")


def _enter(
    connection: Connection, run_id: str, kept: list[str], steps: StepRules, meant: Mapping[str, Any] | None
) -> None:
    """Enter a run in the audit chain.

    It covers header, rows, policy and sources from now on, what the run is to replace, and the steps that the policy
    demands now, which its digest does not cover.
    """
    staged = dict(connection.execute(select(run).where(run.c.id == run_id)).mappings().one())
    facts = {"period": staged["period"], "run": run_id, "digests": contents(connection, staged)}
    facts[proposals.FACT] = proposals.fact(meant)
    if kept:
        facts[sources.FACT] = kept
    facts |= {run_steps.FACT: rules_json(steps)} if steps else {}
    audit.append(connection, STAGE, facts)


def _meant(
    connection: Connection, period: Period, run_id: str, published: str | None, revise: str
) -> dict[str, Any] | None:
    """Describe what the run is meant to replace; None if nothing."""
    if published is None:
        return None
    revision = next_revision(connection, period)
    return {"run": run_id, "revises": published, "revision": revision, "reason": revise.strip()}


def _propose(connection: Connection, run_id: str, row: Mapping[str, Any] | None) -> bool:
    """Note what the run is meant to replace; False if just that is noted already."""
    noted = connection.execute(select(proposal).where(proposal.c.run == run_id)).mappings().one_or_none()
    if (None if noted is None else dict(noted)) == row:
        return False
    if noted is not None:
        connection.execute(delete(proposal).where(proposal.c.run == run_id))
    if row is not None:
        connection.execute(insert(proposal).values(row))
    return True

"""Steps of a run before its publication, objections to it and their answers.

A step signs a digest: the run, the digests of its results and what it is to replace. It counts as long as the run is
still that, and as long as it keeps to the rules: in order, by another person where the policy says so. Rules are those
in force when the run was staged, which its entry in the audit chain keeps, and those of today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from batch import failpoints
from batch.content_digest import digest_of
from batch.ledger import audit
from batch.ledger.connect import Database
from batch.ledger.proposals import PROPOSE
from batch.ledger.provenance import may_be_one, now, who
from batch.ledger.reasons import refuse_unreadable
from batch.ledger.records import AuditEntry, Publication, RunStep
from batch.ledger.revisions import STAGE, is_ahead, publications, require_whole
from batch.ledger.schema import proposal, run, run_step
from batch.ledger.stored_run import changed_rows, contents, refuse_broken_header
from payengine.errors import IntegrityBroken, Problem, Refused, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import (
    ANNOUNCED,
    APPROVED,
    DRAFT,
    LONGEST,
    ORDER,
    PUBLISHED,
    REVIEWED,
    STEPS,
    StepRule,
    StepRules,
    rules_from,
    stricter,
)
from payengine.suggest import hint
from payengine.texts import in_quotes, joined, say

OBJECTION, ANSWER = "objection", "answer"
ACTIONS = (*STEPS, OBJECTION, ANSWER)  # in the chain
FACT = "steps"  # of a staging's entry: the rules that the policy had then
_BOUND = tuple(column.name for column in run_step.columns if column.name not in ("number", "made_at", "made_by"))


@dataclass(frozen=True)
class Standing:
    """State of a run on its way to publication.

    `steps` are all rows in order; `counted` those that count, by step; `open` the objections without an answer;
    `until` is when the announcement is over ('': there is none); `next` is the step that is to be done now, PUBLISHED
    where nothing is missing, and '' for a run that is published; `publication` is then its latest. `prepared_by` staged
    the run first; `preparers` are that user and whoever said later what it is to replace.
    """

    run: str
    period: Period
    digest: str
    prepared_at: str
    prepared_by: str
    preparers: tuple[str, ...]
    rules: StepRules
    steps: tuple[RunStep, ...]
    counted: Mapping[str, RunStep]
    open: tuple[RunStep, ...]
    until: str
    next: str
    publication: Publication | None


def standing(connection: Connection, run_id: str, today: StepRules) -> Standing:
    """Read how far a run has come; `today` are the rules of the workspace's policy.

    `IntegrityBroken` if the run's header or its steps are not what the audit chain says.
    """
    staged = dict(connection.execute(select(run).where(run.c.id == run_id)).mappings().one())
    refuse_broken_header(connection, staged)
    chain, rows = audit.entries(connection), _rows(connection, run_id)
    _refuse_broken(run_id, [*audit.broken(chain), *_broken(rows, chain, run_id)])
    entry = _staging(chain, run_id)
    rules = stricter(rules_from(entry.get(FACT, {})), today)
    preparers = (str(entry.get("by", staged["staged_by"])), *_proposers(chain, run_id))
    digest = _signed(connection, staged)
    counted: dict[str, RunStep] = {}
    for row in rows:
        is_bound = row.step in STEPS and row.digest == digest
        if is_bound and not any(_against(row.step, row.made_by, row.made_at, row.days, counted, rules, preparers)):
            counted[row.step] = row
    answered = {row.answers for row in rows if row.step == ANSWER}
    missing = [step for step in STEPS if _is_demanded(rules, step) and step not in counted]
    period = Period.parse(staged["period"])
    revisions = publications(connection, period)
    meant = connection.execute(select(proposal.c.revision).where(proposal.c.run == run_id)).scalar_one_or_none()
    is_again = bool(revisions) and is_ahead(meant, revisions[-1])  # staged to be published once more
    published = [] if is_again else [made for made in revisions if made.run == run_id]
    return Standing(
        run=run_id,
        period=period,
        digest=digest,
        prepared_at=str(entry.get("at", staged["staged_at"])),
        prepared_by=preparers[0],
        preparers=preparers,
        rules=rules,
        steps=tuple(rows),
        counted=counted,
        open=tuple(row for row in rows if row.step == OBJECTION and row.number not in answered),
        until=_until(counted[ANNOUNCED]) if ANNOUNCED in counted else "",
        next="" if published else (*missing, PUBLISHED)[0],
        publication=published[-1] if published else None,
    )


def add(
    database: Database, run_id: str, step: str, today: StepRules, *, days: int = 0, document: str = "", reason: str = ""
) -> RunStep:
    """Enter a step of a staged run that nobody has published.

    `days` of an announcement are the policy's unless given. `Refused` where the step is out of order, stands already,
    is by somebody who may not do it, or is too short.
    """
    if step not in STEPS:
        raise UsageError(
            say("{value} is none of {known}", value=in_quotes(step), known=joined(STEPS)) + hint(step, STEPS)
        )
    with database.writing() as connection:
        found = _open(connection, database, run_id, today)
        if step == ANNOUNCED:
            days = days or (found.rules.get(step, StepRule()).days or 0)
            if not days:
                raise UsageError(say("how long the run is announced is not said"), remedy=say("Write --days N."))
            if days > LONGEST:
                raise UsageError(say("{n} days are more than {most}", n=days, most=LONGEST))
        elif days:
            raise UsageError(say("--days is of an announcement; leave it out"))
        problems = list(_against(step, who(), now(), days, found.counted, found.rules, found.preparers))
        if step == APPROVED:
            problems += _objected(found)
        if problems:
            raise Refused(
                say("run {run} cannot be entered as {step}: {n} problem(s)", run=run_id[:12], step=word_of(step),
                    n=len(problems)),
                problems,
                remedy=say("Nothing was entered."),
            )  # fmt: skip
        made = _enter(connection, found, step, {"days": days, "document": document, "reason": reason})
        failpoints.reached("step: before commit")
    failpoints.reached("step: after commit")
    return made


def object_to(database: Database, run_id: str, reason: str, document: str = "") -> RunStep:
    """Enter an objection to a staged run: it stops the publication until it is answered."""
    with database.writing() as connection:
        found = _open(connection, database, run_id, {})
        made = _enter(connection, found, OBJECTION, {"reason": _reason(reason), "document": document})
        failpoints.reached("object: before commit")
    failpoints.reached("object: after commit")
    return made


def answer(database: Database, run_id: str, number: int, reason: str, document: str = "") -> RunStep:
    """Enter the answer to an objection; `UsageError` unless one of this number is open."""
    with database.writing() as connection:
        found = _open(connection, database, run_id, {})
        if number not in {row.number for row in found.open}:
            raise UsageError(
                say("there is no open objection {number} to run {run}", number=number, run=run_id[:12]),
                remedy=say("payengine steps {run} lists them.", run=run_id[:12]),
            )
        facts = {"reason": _reason(reason), "document": document, "answers": number}
        made = _enter(connection, found, ANSWER, facts)
        failpoints.reached("answer: before commit")
    failpoints.reached("answer: after commit")
    return made


def require(connection: Connection, run_id: str, today: StepRules) -> None:
    """Raise `Refused` unless a run may be published now, by this user.

    Every demanded step counts, no objection is open, and the announcement is over.
    """
    found = standing(connection, run_id, today)
    problems = list(_against(PUBLISHED, who(), now(), 0, found.counted, found.rules, found.preparers))
    problems += _objected(found)
    if problems:
        remedy = say("Nothing was published. The run stays staged.")
        if found.open or found.next != PUBLISHED:
            remedy = say("Nothing was published. The run stays staged. Next: payengine {words}", words=words_of(found))
        raise Refused(
            say("run {run} is not published: {n} thing(s) are to be done first", run=run_id[:12], n=len(problems)),
            problems,
            remedy,
        )


def words_of(found: Standing, run: str = "") -> str:
    """Write the command of what is to be done now: an answer, else the next step.

    `run` names the run where something shorter than its id does, such as the period.
    """
    run = run or found.run[:12]
    if found.open:
        return f"object {run} --answer {found.open[0].number} --reason REASON"
    if found.next == PUBLISHED:
        return f"publish {run}"
    rule = found.rules.get(found.next, StepRule())
    days = f" --days {rule.days or 'N'}" if found.next == ANNOUNCED else ""
    return f"step {run} {found.next}{days}"


def word_of(step: str) -> str:
    """Say a step, an objection or an answer in the language in use."""
    words = {
        DRAFT: say("draft"), REVIEWED: say("reviewed"), ANNOUNCED: say("announced"), APPROVED: say("approved"),
        PUBLISHED: say("published"), OBJECTION: say("objection"), ANSWER: say("answer"),
    }  # fmt: skip
    return words[step]


def broken(connection: Connection, chain: Sequence[AuditEntry]) -> Iterator[Problem]:
    """List steps of which the audit chain says otherwise, and entries whose step is missing."""
    yield from _broken(_rows(connection), chain)


def _broken(rows: Sequence[RunStep], chain: Sequence[AuditEntry], run_id: str = "") -> Iterator[Problem]:
    entered = {
        link.number: facts
        for link in chain
        if (facts := audit.facts(link)).get("action") in ACTIONS and run_id in ("", facts.get("run"))
    }
    for row in rows:
        said = entered.pop(row.number, None)
        if said is None:
            yield Problem(say("the step is not in the audit chain"), run_step.name, row=row.number)
        elif (row.step, row.made_at, row.made_by) != (said["action"], said.get("at"), said.get("by")) or any(
            getattr(row, name) != said.get(name) for name in _BOUND if name != "step"
        ):
            yield Problem(say("is not what the audit chain says of it"), run_step.name, row=row.number)
    for number in entered:
        yield Problem(say("the step is missing"), run_step.name, row=number)


def _open(connection: Connection, database: Database, run_id: str, today: StepRules) -> Standing:
    """Read a run to which something may be entered; `Refused` for one that is published."""
    require_whole(connection, database)
    found = standing(connection, run_id, today)
    if not found.next:
        raise Refused(
            say("run {run} is published: nothing is entered for it any more", run=run_id[:12]),
            remedy=say("A correction is another run: payengine month {period} --revise REASON.", period=found.period),
        )
    staged = dict(connection.execute(select(run).where(run.c.id == run_id)).mappings().one())
    _refuse_broken(run_id, list(changed_rows(connection, staged)))
    return found


def _refuse_broken(run_id: str, problems: list[Problem]) -> None:
    if problems:
        raise IntegrityBroken(
            say("run {run} is not stored as it was computed", run=run_id[:12]), problems,
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )  # fmt: skip


def _enter(connection: Connection, found: Standing, step: str, given: Mapping[str, Any]) -> RunStep:
    """Add the entry to the audit chain and its row; `UsageError` for what is no text."""
    for text in given.values():
        if isinstance(text, str):
            refuse_unreadable(text)
    bound: dict[str, Any] = {
        "run": found.run, "digest": found.digest, "days": 0, "answers": 0, "document": "", "reason": "",
        **{name: value.strip() if isinstance(value, str) else value for name, value in given.items()},
    }  # fmt: skip
    link = audit.append(connection, step, {"period": str(found.period), **bound})
    said = audit.facts(link)
    made = RunStep(number=link.number, step=step, made_at=said["at"], made_by=said["by"], **bound)
    connection.execute(insert(run_step).values(vars(made)))
    return made


def _reason(reason: str) -> str:
    if not reason.strip():
        raise UsageError(say("the reason is empty"), remedy=say("Write --reason REASON."))
    return reason


def _rows(connection: Connection, run_id: str = "") -> list[RunStep]:
    query = select(run_step).order_by(run_step.c.number)
    if run_id:
        query = query.where(run_step.c.run == run_id)
    return [RunStep(**row) for row in connection.execute(query).mappings()]


def _staging(chain: Sequence[AuditEntry], run_id: str) -> dict[str, Any]:
    """Find the entry of a run's staging; an older run may have none."""
    for facts in map(audit.facts, chain):
        if facts.get("action") == STAGE and facts.get("run") == run_id:
            return facts
    return {}


def _signed(connection: Connection, staged: Mapping[str, Any]) -> str:
    """Compute the digest that a step signs: the run, its results, and what it is to replace."""
    meant = connection.execute(select(proposal).where(proposal.c.run == staged["id"])).mappings().one_or_none()
    return digest_of(
        {
            "run": staged["id"],
            "digests": contents(connection, staged),
            "replaces": None if meant is None else [meant["revises"], meant["revision"], meant["reason"]],
        }
    )


def _proposers(chain: Sequence[AuditEntry], run_id: str) -> list[str]:
    """List who said after the staging what a run is to replace: they prepared it, too."""
    found = [facts for facts in map(audit.facts, chain) if facts.get("action") == PROPOSE]
    return [str(facts.get("by", "")) for facts in found if facts.get("run") == run_id]


def _is_demanded(rules: StepRules, step: str) -> bool:
    return bool(rules.get(step, StepRule()).required)


def _against(
    step: str,
    by: str,
    at: str,
    days: int,
    counted: Mapping[str, RunStep],
    rules: StepRules,
    preparers: Sequence[str],
) -> Iterator[Problem]:
    """List what stands against a step by somebody, after the steps that count."""
    if step in counted:
        made = counted[step]
        yield Problem(say("stands already, by {user} at {time}", user=made.made_by, time=made.made_at), word_of(step))
    for other in ORDER[ORDER.index(step) + 1 :]:
        if other in counted:
            yield Problem(say("comes before {step}, which stands already", step=word_of(other)), word_of(step))
    for other in ORDER[1 : ORDER.index(step)]:
        if _is_demanded(rules, other) and other not in counted:
            yield Problem(say("is demanded by the policy, and is not done"), word_of(other))
    rule = rules.get(step, StepRule())
    if step == ANNOUNCED and days < (rule.days or 0):
        yield Problem(say("{n} day(s); the policy demands {least}", n=days, least=rule.days), word_of(step))
    if step in (APPROVED, PUBLISHED) and ANNOUNCED in counted and at < _until(counted[ANNOUNCED]):
        yield Problem(say("is not over before {time}", time=_until(counted[ANNOUNCED])), word_of(ANNOUNCED))
    for other in rule.not_by or ():
        users = preparers if other == DRAFT else [counted[other].made_by] if other in counted else []
        for user in (user for user in users if may_be_one(user, by)):
            what = say("{user} has done the step {other}, and another person must do this one", user=user,
                       other=word_of(other))  # fmt: skip
            yield Problem(what, word_of(step))


def _objected(found: Standing) -> list[Problem]:
    return [
        Problem(say("number {n} is not answered: {reason}", n=row.number, reason=row.reason), word_of(OBJECTION))
        for row in found.open
    ]


def _until(announced: RunStep) -> str:
    """Tell when an announcement is over: whole days of 24 hours after it was entered."""
    begun = datetime.strptime(announced.made_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return (begun + timedelta(days=announced.days)).strftime("%Y-%m-%dT%H:%M:%SZ")

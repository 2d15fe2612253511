"""Steps of payments in the audit chain, and what the chain says otherwise of them.

Every step, the draft first, is an entry over the payment's digest. Whoever writes a payment or a step asks the chain
first, without a look at the lines; `verify` computes every payment's digest again and adds up its lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from batch.ledger import audit, payment_rules
from batch.ledger.connect import Database
from batch.ledger.payment_records import (
    APPROVED,
    CLOSED,
    DISCARDED,
    DRAFT,
    EXPORTED,
    LAPSED,
    PAID,
    PAYMENT,
    RETURNED,
    PaymentStep,
)
from batch.ledger.payment_rows import details_of, first_step, stored_digest
from batch.ledger.provenance import now, who
from batch.ledger.records import AuditEntry
from batch.ledger.schema import payment, payment_carried, payment_line, payment_step
from payengine.errors import IntegrityBroken, Problem
from payengine.texts import say

ACTION = "payment"  # of an entry in the chain
FOLLOWS = {
    APPROVED: DRAFT,
    EXPORTED: APPROVED,
    PAID: EXPORTED,
    DISCARDED: DRAFT,
    RETURNED: PAID,
}  # step -> state before
_STEP = ("payment", "position", "action", "institution", "staff", "reason", "made_at", "made_by")


def enter(
    connection: Connection, header: Mapping[str, Any], action: str, *, institution: str = "", staff: str = "",
    reason: str = "",
) -> str:  # fmt: skip
    """Add a step to a payment and to the audit chain; return the chain's head.

    The keys of the table and of the chain let one of several writers through.
    """
    query = select(func.max(payment_step.c.position)).where(payment_step.c.payment == header["number"])
    row = {
        "payment": header["number"], "position": (connection.execute(query).scalar_one() or 0) + 1, "action": action,
        "institution": institution, "staff": staff, "reason": reason, "made_at": now(), "made_by": who(),
    }  # fmt: skip
    connection.execute(insert(payment_step).values(row))
    return audit.append(connection, ACTION, _facts(row, header["digest"])).hash


def _facts(step: Mapping[str, Any], digest: str) -> dict[str, Any]:
    """List the facts that the chain keeps of a step; `step` is the word for its action there."""
    facts = {name: step[name] for name in _STEP if name != "action"}
    return {**facts, "step": step["action"], "digest": digest}


def require_whole(connection: Connection, database: Database) -> None:
    """Raise `IntegrityBroken` where payments and steps are not what the chain says.

    Lines are not read.
    """
    problems = list(broken_steps(connection, audit.entries(connection)))
    if problems:
        raise IntegrityBroken(
            say("the payments in the ledger {url} are not as they were made: {n} problem(s)",
                url=database.location, n=len(problems)),
            problems,
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )  # fmt: skip


def require_digest(connection: Connection, header: Mapping[str, Any]) -> None:
    """Raise `IntegrityBroken` where a payment's lines are not those that were written."""
    if stored_digest(connection, header) != header["digest"]:
        raise IntegrityBroken(
            say("payment {number} is not stored as it was made", number=header["number"]),
            [Problem(say("rows were changed, added or taken away"), payment_line.name)],
            remedy=say("Keep it as it is for examination, and restore a copy from before the change."),
        )


def broken(connection: Connection, chain: Sequence[AuditEntry]) -> Iterator[Problem]:
    """List everything of payments that is not as the chain says, or does not add up."""
    yield from broken_steps(connection, chain)
    headers = [dict(row) for row in connection.execute(select(payment).order_by(payment.c.number)).mappings()]
    for header in headers:
        if stored_digest(connection, header) != header["digest"]:
            yield Problem(say("rows were changed, added or taken away"), "payment", column=str(header["number"]))
    known = {header["number"] for header in headers}
    for table in (payment_line, payment_carried, payment_step):
        for (number,) in connection.execute(select(table.c.payment).distinct().order_by(table.c.payment)):
            if number not in known:
                yield Problem(say("belongs to no payment"), table.name, column=str(number))
    line = payment_line.c
    total = func.sum(line.amount_fen)
    below = (
        select(line.payment, line.institution, line.staff)
        .join(payment, payment.c.number == line.payment)
        .where(payment.c.kind == PAYMENT)
        .group_by(line.payment, line.institution, line.staff)
        .having(total < 0)
        .order_by(line.payment, line.institution, line.staff)
    )
    for number, institution, staff in connection.execute(below):
        place = " ".join(part for part in (f"{number}:", institution, staff) if part)
        yield Problem(say("is paid less than nothing"), payment_line.name, column=place)


def broken_steps(connection: Connection, chain: Sequence[AuditEntry]) -> Iterator[Problem]:
    """Compare payments and their steps with the chain: none missing, added or changed."""
    headers = {row["number"]: dict(row) for row in connection.execute(select(payment)).mappings()}
    in_order = select(payment_step).order_by(payment_step.c.payment, payment_step.c.position)
    steps = [dict(row) for row in connection.execute(in_order).mappings()]
    entered: dict[tuple[int, Any], Mapping[str, Any]] = {}
    for link in chain:
        facts = audit.facts(link)
        if facts.get("action") == ACTION and isinstance(facts.get("payment"), int):
            key = facts["payment"], facts.get("position")
            if key in entered:
                yield Problem(say("a step of a payment is entered twice"), "audit_entry", row=link.number)
            entered[key] = facts
    states: dict[int, str] = {}
    before_it: dict[int, list[PaymentStep]] = {}
    for step in steps:
        number, place = step["payment"], f"{step['payment']}, {step['position']}"
        facts = dict(entered.pop((number, step["position"]), {}))
        digest = headers[number]["digest"] if number in headers else ""
        if not facts:
            yield Problem(say("the step is not in the audit chain"), "payment_step", column=place)
        elif any(facts.get(name) != value for name, value in _facts(step, digest).items()):
            yield Problem(say("is not what the audit chain says of it"), "payment_step", column=place)
        action, before = step["action"], states.get(number, "")
        first = number in headers and action == first_step(headers[number]["kind"]) and not before
        if not first and (action in (DRAFT, CLOSED, LAPSED) or FOLLOWS.get(action) != before):
            yield Problem(say("does not follow the step before it"), "payment_step", column=place)
        done = before_it.setdefault(number, [])
        rules = payment_rules.kept(details_of(headers[number]["details"])) if number in headers else {}
        for problem in payment_rules.against(action, step["made_by"], done, rules):
            yield Problem(problem.what, "payment_step", column=place)
        done.append(PaymentStep(**{name: step[name] for name in PaymentStep.__annotations__}))
        states[number] = before if action == RETURNED else action
    for number in sorted(set(headers) - set(states)):
        yield Problem(say("the payment has no step"), "payment", column=str(number))
    for number, position in entered:
        yield Problem(say("the step is missing"), "payment_step", column=f"{number}, {position}")

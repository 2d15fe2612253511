"""Drafts of payments: what is due and not yet paid, written in one transaction.

Everything is read inside that transaction, so whoever comes second finds what the first has paid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from batch import failpoints
from batch.content_digest import canonical_json
from batch.ledger import audit, payment_balances, payment_chain, payment_rows, payment_rules
from batch.ledger.connect import Database
from batch.ledger.payment_balances import Scope
from batch.ledger.payment_records import (
    CLOSED,
    CLOSING,
    DRAFT,
    EARLIER,
    ONLY,
    PAYMENT,
    PaymentRecord,
    PaymentSheet,
)
from batch.ledger.provenance import now, who
from batch.ledger.revisions import require_whole
from batch.ledger.schema import payment, payment_line
from batch.payments import causes
from batch.payments.coverage import place_of
from batch.payments.line import PaymentLine
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Key, Settled, in_order, settle
from payengine.errors import Conflict, Refused, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import NO_RULES, StepRules
from payengine.texts import say


def sheet(
    connection: Connection, database: Database, period: Period, limit: RecoveryLimit, *, only: bool,
    steps: StepRules = NO_RULES,
) -> PaymentSheet:  # fmt: skip
    """Compute what a payment of a period would pay now; nothing is written.

    `UsageError` where the period is not published; `IntegrityBroken` where what is due or was paid is not as written.
    """
    require_whole(connection, database, writing=False)
    payment_chain.require_whole(connection, database)
    return _computed(connection, period, limit, only, steps)[0]


def draft(
    database: Database, period: Period, pay_date: date, limit: RecoveryLimit, *, only: bool = False, reason: str = "",
    seen: str | None = None, steps: StepRules = NO_RULES,
) -> PaymentSheet:  # fmt: skip
    """Pay what is due and not yet paid: write a draft, which counts as paid from now on.

    Without anything to pay or to carry anew nothing is written, and the sheet has no record. `reason` is why stale
    periods are paid; `seen` the head of the chain at which that was decided: `Conflict` if it has moved. `steps` are the
    policy's rules for the steps to come, which the payment keeps.
    """
    with database.writing() as connection:
        require_whole(connection, database)
        payment_chain.require_whole(connection, database)
        if seen is not None and audit.head(connection) != seen:
            raise Conflict(
                say("the ledger was written to while this payment was being made"),
                remedy=say("Nothing was paid. Run the command again."),
            )
        computed, is_new = _computed(connection, period, limit, only, steps)
        if not is_new:
            return computed
        header = _header(connection, PAYMENT, computed.details, reason)
        header |= {"period": str(period), "scope": ONLY if only else EARLIER, "pay_date": pay_date.isoformat()}
        record = _write(connection, header, computed, DRAFT)
        failpoints.reached("pay: before commit")
    failpoints.reached("pay: after commit")
    return PaymentSheet(record, computed.lines, computed.carried, computed.details)


def close(database: Database, staff: str, institution: str, reason: str) -> PaymentSheet:
    """Close by hand what a person is carried with at an institution.

    It is recovered no more, and stays recorded.

    `Refused` while something is to be paid there, from which a payment would recover it first, and while a draft pays
    something there: if it is discarded, what was closed was never paid.
    """
    with database.writing() as connection:
        require_whole(connection, database)
        payment_chain.require_whole(connection, database)
        scope = payment_balances.scope_of(connection, None)
        balance = {
            key: amount
            for key, amount in payment_balances.outstanding(connection, scope).items()
            if (key.institution, key.staff) == (institution, staff)
        }
        if not any(amount < 0 for amount in balance.values()):
            raise UsageError(
                say("{staff} is carried with nothing at {institution}", staff=staff or say("the institution itself"),
                    institution=institution),
                remedy=say("payengine payments --carried lists who is."),
            )  # fmt: skip
        if any(amount > 0 for amount in balance.values()):
            raise Refused(
                say("something is still to be paid to {staff} at {institution}", staff=staff, institution=institution),
                remedy=say("Nothing was closed. Pay first: a payment recovers from it what it can."),
            )
        drafts = _drafts_with(connection, staff, institution)
        if drafts:
            raise Refused(
                say("payment {number} has lines of {staff} at {institution}, and is a draft",
                    number=drafts[0], staff=staff or say("the institution itself"), institution=institution),
                remedy=say("Nothing was closed. Approve it or discard it first."),
            )  # fmt: skip
        payment_balances.require_as_written(connection, scope, balance)
        lines = [
            _line(key, balance[key], causes.CLOSED, scope, scope.current[key.period].revision)
            for key in in_order(balance)
        ]
        header = _header(connection, CLOSING, {}, reason) | {"period": "", "scope": "", "pay_date": ""}
        made = PaymentSheet(None, lines, {}, {})
        record = _write(connection, header, made, CLOSED)
        failpoints.reached("close: before commit")
    failpoints.reached("close: after commit")
    return PaymentSheet(record, lines, {}, {})


def _drafts_with(connection: Connection, staff: str, institution: str) -> list[int]:
    """List the drafts with lines of a person at an institution."""
    line = payment_line.c
    query = select(line.payment).where(line.institution == institution, line.staff == staff).distinct()
    steps = payment_rows.steps_of(connection)
    return sorted(n for n in connection.execute(query).scalars() if payment_rows.state_of(steps.get(n, [])) == DRAFT)


def _computed(
    connection: Connection, period: Period, limit: RecoveryLimit, only: bool, steps: StepRules
) -> tuple[PaymentSheet, bool]:
    """Settle what is outstanding; tell too if a payment has to be written for it."""
    scope = payment_balances.scope_of(connection, period, only=only)
    if period not in scope.current:
        raise UsageError(
            say("{period} is not published", period=period),
            remedy=say("Publish it first; payengine runs lists the runs of every period."),
        )
    balance = payment_balances.outstanding(connection, scope)
    listed = payment_balances.listed(connection)
    payment_balances.require_as_written(connection, scope, balance)
    settled = settle(balance, listed, limit)
    made = PaymentSheet(
        None, _lines(connection, scope, settled), {key: settled.carried[key] for key in in_order(settled.carried)},
        {**_details(scope, limit), **payment_rules.as_details(steps)},
    )  # fmt: skip
    # A carried balance that is listed already, and of which nothing can be recovered, needs no payment.
    return made, bool(settled.lines) or any(listed.get(key) != amount for key, amount in settled.carried.items())


def _lines(connection: Connection, scope: Scope, settled: Settled) -> list[PaymentLine]:
    begun, returned = payment_balances.begun(connection), payment_balances.last_returned(connection)
    previous = payment_balances.previous_revisions(connection)
    made = []
    for key in in_order(settled.lines):
        amount = settled.lines[key]
        cause = causes.cause_of(key, amount, begun, returned, settled.recovered)
        before = 0 if cause == causes.PAY else previous.get(str(key.period), 0)
        made.append(_line(key, amount, cause, scope, before))
    return made


def _line(key: Key, amount: int, cause: str, scope: Scope, previous: int) -> PaymentLine:
    return PaymentLine(key, scope.current[key.period].revision, previous, amount, cause)


def _details(scope: Scope, limit: RecoveryLimit) -> dict[str, Any]:
    """Describe what a payment is made from."""
    periods = sorted(scope.current, key=place_of)
    return {
        "publications": [
            {"period": str(each), "revision": scope.current[each].revision, "run": scope.current[each].run}
            for each in periods
        ],
        "held": {str(each): sorted(scope.held[each]) for each in periods if each in scope.held},
        "recovery_limit": dict(limit.as_json()),
    }


def _header(connection: Connection, kind: str, details: Mapping[str, Any], reason: str) -> dict[str, Any]:
    return {
        "number": _next_number(connection), "kind": kind, "reason": reason.strip(),
        "details": canonical_json(details).decode(), "made_at": now(), "made_by": who(),
    }  # fmt: skip


def _next_number(connection: Connection) -> int:
    """Number the next payment after all that stand in the table or in the chain."""
    standing = connection.execute(select(func.max(payment.c.number))).scalar_one() or 0
    facts = map(audit.facts, audit.entries(connection))
    entered = [each["payment"] for each in facts if each.get("action") == payment_chain.ACTION]
    return int(max([standing, *entered])) + 1


def _write(connection: Connection, header: Mapping[str, Any], made: PaymentSheet, first: str) -> PaymentRecord:
    digest = payment_rows.write(connection, header, made.lines, made.carried)
    failpoints.reached(f"{'pay' if header['kind'] == PAYMENT else 'close'}: before the audit entry")
    payment_chain.enter(connection, {**header, "digest": digest}, first, reason=header["reason"])
    return payment_rows.records(connection, header["number"])[0]

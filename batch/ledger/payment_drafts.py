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
from batch.ledger.schema import payment
from batch.payments import causes
from batch.payments.coverage import place_of
from batch.payments.line import PaymentLine
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Key, Settled, in_order, settle
from payengine.errors import Conflict, UsageError
from payengine.periods import Period
from payengine.policy.step_rule import NO_RULES, StepRules
from payengine.texts import say

_ACTS = {PAYMENT: "pay", CLOSING: "close"}  # in the names of failpoints; a lapse is part of a return


def origins(connection: Connection, period: Period, *, only: bool) -> set[Period]:
    """Collect the periods of which a payment would pay or carry something now."""
    return payment_balances.origins(connection, _published(connection, period, only))


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
    periods are paid; `seen` the head of the chain at which that was decided: `Conflict` if it has moved. `steps` are
    the policy's rules for the steps to come, which the payment keeps.
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
        header = new_header(connection, PAYMENT, computed.details, reason)
        header |= {"period": str(period), "scope": ONLY if only else EARLIER, "pay_date": pay_date.isoformat()}
        record = write_sheet(connection, header, computed, DRAFT)
        failpoints.reached("pay: before commit")
    failpoints.reached("pay: after commit")
    return PaymentSheet(record, computed.lines, computed.carried, computed.details)


def _computed(
    connection: Connection, period: Period, limit: RecoveryLimit, only: bool, steps: StepRules
) -> tuple[PaymentSheet, bool]:
    """Settle what is outstanding; tell too if a payment has to be written for it."""
    scope = _published(connection, period, only)
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


def _published(connection: Connection, period: Period, only: bool) -> Scope:
    """Find what a payment covers; `UsageError` where its period is not published."""
    scope = payment_balances.scope_of(connection, period, only=only)
    if period not in scope.current:
        raise UsageError(
            say("{period} is not published", period=period),
            remedy=say("Publish it first; payengine runs lists the runs of every period."),
        )
    return scope


def _lines(connection: Connection, scope: Scope, settled: Settled) -> list[PaymentLine]:
    begun, returned = payment_balances.begun(connection), payment_balances.last_returned(connection)
    previous = payment_balances.previous_revisions(connection)
    made = []
    for key in in_order(settled.lines):
        amount = settled.lines[key]
        cause = causes.cause_of(key, amount, begun, returned, settled.recovered)
        before = 0 if cause == causes.PAY else previous.get(str(key.period), 0)
        made.append(line_of(key, amount, cause, scope, before))
    return made


def line_of(key: Key, amount: int, cause: str, scope: Scope, previous: int) -> PaymentLine:
    """Make a line by the revision of its period that is current."""
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


def new_header(connection: Connection, kind: str, details: Mapping[str, Any], reason: str) -> dict[str, Any]:
    """Make the row of `payment` of a new one, but for what it covers and its pay date."""
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


def write_sheet(connection: Connection, header: Mapping[str, Any], made: PaymentSheet, first: str) -> PaymentRecord:
    """Write a payment, or what closes a balance, with its first step."""
    digest = payment_rows.write(connection, header, made.lines, made.carried)
    if header["kind"] in _ACTS:
        failpoints.reached(f"{_ACTS[header['kind']]}: before the audit entry")
    payment_chain.enter(connection, {**header, "digest": digest}, first, reason=header["reason"])
    return payment_rows.records(connection, header["number"])[0]

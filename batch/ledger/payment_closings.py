"""Closings of carried balances by hand, and their lapse where a transfer comes back.

A closing forgives what somebody holds too much of a key. Where a payment that was made before it comes back, that much
is not held any more: as far as the payment paid it, the closing lapses, the latest first, and what is claimed later is
claimed. A lapse is a record of its own, beside the closing: nothing is changed, and no money moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from sqlalchemy import Connection, select

from batch import failpoints
from batch.ledger import payment_balances, payment_chain, payment_rows
from batch.ledger.connect import Database
from batch.ledger.payment_drafts import line_of, new_header, write_sheet
from batch.ledger.payment_records import CLOSED, CLOSING, DRAFT, LAPSE, LAPSED, PaymentSheet
from batch.ledger.revisions import require_whole
from batch.ledger.schema import payment, payment_line
from batch.payments import causes
from batch.payments.closings import Closings
from batch.payments.settling import Key, in_order
from payengine.errors import Refused, UsageError
from payengine.texts import say


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
            line_of(key, balance[key], causes.CLOSED, scope, scope.current[key.period].revision)
            for key in in_order(balance)
        ]
        header = new_header(connection, CLOSING, {}, reason) | {"period": "", "scope": "", "pay_date": ""}
        made = PaymentSheet(None, lines, {}, {})
        record = write_sheet(connection, header, made, CLOSED)
        failpoints.reached("close: before commit")
    failpoints.reached("close: after commit")
    return PaymentSheet(record, lines, {}, {})


def _drafts_with(connection: Connection, staff: str, institution: str) -> list[int]:
    """List the drafts with lines of a person at an institution."""
    line = payment_line.c
    query = select(line.payment).where(line.institution == institution, line.staff == staff).distinct()
    steps = payment_rows.steps_of(connection)
    return sorted(n for n in connection.execute(query).scalars() if payment_rows.state_of(steps.get(n, [])) == DRAFT)


def lapse(connection: Connection, number: int, institution: str, staff: str, reason: str) -> None:
    """Let closings lapse as far as a payment that came back had paid what they forgave.

    It is written in the transaction that records the return.
    """
    line = payment_line.c
    own = select(payment_line).where(line.payment == number, line.institution == institution, line.staff == staff)
    came_back = {payment_rows.key_of(row): row.amount_fen for row in connection.execute(own)}
    closed = _closings(connection, institution, staff)
    lapsed = {key: closed[key].lapsing(number, fen) for key, fen in came_back.items() if key in closed}
    lapsed = {key: fen for key, fen in lapsed.items() if fen}
    if not lapsed:
        return
    scope = payment_balances.scope_of(connection, None)
    lines = [
        line_of(key, lapsed[key], causes.LAPSED, scope, scope.current[key.period].revision) for key in in_order(lapsed)
    ]
    details = {"returned": number, "institution": institution, "staff": staff}
    header = new_header(connection, LAPSE, details, reason) | {"period": "", "scope": "", "pay_date": ""}
    write_sheet(connection, header, PaymentSheet(None, lines, {}, details), LAPSED)


def _closings(connection: Connection, institution: str, staff: str) -> Mapping[Key, Closings]:
    """Read what was closed of a person's keys, and what of it has lapsed already.

    `IntegrityBroken` where a closing or a lapse is not stored as it was made.
    """
    line = payment_line.c
    query = (
        select(payment_line, payment.c.kind, payment.c.details)
        .join(payment, payment.c.number == line.payment)
        .where(line.institution == institution, line.staff == staff, payment.c.kind.in_((CLOSING, LAPSE)))
        .order_by(line.period, line.component, line.funding, line.payment)
    )
    found: dict[Key, Closings] = {}
    stored = connection.execute(query).all()
    for number in sorted({row.payment for row in stored}):
        payment_chain.require_digest(connection, payment_rows.header_of(connection, number))
    for key, rows in groupby(stored, payment_rows.key_of):
        closings = found[key] = Closings()
        for row in rows:
            if row.kind == CLOSING:
                closings.close(row.payment, row.amount_fen)
            else:
                closings.lapse(payment_rows.details_of(row.details)["returned"], row.amount_fen)
    return found

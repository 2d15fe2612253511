"""Steps of a payment after its draft: approved, exported, paid, returned, discarded.

Only a draft may be discarded, and what was paid never changes: a transfer that came back is a step of its own, and its
lines are outstanding again.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from batch import failpoints
from batch.ledger import payment_chain, payment_closings, payment_rows, payment_rules
from batch.ledger.connect import Database
from batch.ledger.payment_chain import FOLLOWS
from batch.ledger.payment_records import PAYMENT, RETURNED, PaymentRecord
from batch.ledger.provenance import who
from batch.ledger.revisions import require_whole
from batch.ledger.schema import payment_line
from batch.payments.words import state_word
from payengine.errors import Conflict, Refused, UsageError
from payengine.policy.step_rule import NO_RULES, StepRules
from payengine.texts import joined, say


def advance(
    database: Database, number: int, action: str, reason: str = "", today: StepRules = NO_RULES
) -> PaymentRecord:
    """Bring a payment to the state `action`; `Conflict` if it is not in the state before.

    `today` are the rules of the workspace's policy. `Refused` where this user may not do the step by these, or by those
    that the draft was made under.
    """
    with database.writing() as connection:
        header = _require(connection, database, number, action, today)
        payment_chain.enter(connection, header, action, reason=reason.strip())
        record = payment_rows.records(connection, number)[0]
        failpoints.reached(f"payment {action}: before commit")
    failpoints.reached(f"payment {action}: after commit")
    return record


def give_back(database: Database, number: int, staff: str, institution: str | None, reason: str) -> PaymentRecord:
    """Record that a person's transfer came back: it is outstanding again, all of it.

    What was closed of it by hand since it was paid lapses as far as it came back.

    `staff` is '' for an institution's statement. `UsageError` where the payment pays this person nothing, or at more
    than one institution and none is named; `Conflict` where it came back already.
    """
    with database.writing() as connection:
        header = _require(connection, database, number, RETURNED)
        place = _place(connection, number, staff, institution)
        steps = payment_rows.steps_of(connection, number)[number]
        if any((step.action, step.institution, step.staff) == (RETURNED, place, staff) for step in steps):
            raise Conflict(
                say("what payment {number} paid {staff} at {institution} was returned already",
                    number=number, staff=staff or say("the institution itself"), institution=place),
                remedy=say("It is outstanding: the next payment pays it again."),
            )  # fmt: skip
        payment_chain.enter(connection, header, RETURNED, institution=place, staff=staff, reason=reason.strip())
        payment_closings.lapse(connection, number, place, staff, reason)
        record = payment_rows.records(connection, number)[0]
        failpoints.reached("payment returned: before commit")
    failpoints.reached("payment returned: after commit")
    return record


def _require(
    connection: Connection, database: Database, number: int, action: str, today: StepRules = NO_RULES
) -> dict[str, object]:
    """Read a payment that this user may bring a step further, and that is as written."""
    require_whole(connection, database)
    payment_chain.require_whole(connection, database)
    header = payment_rows.header_of(connection, number)
    payment_chain.require_digest(connection, header)
    steps = payment_rows.steps_of(connection, number).get(number, [])
    state = payment_rows.state_of(steps)
    if header["kind"] != PAYMENT:
        raise Conflict(
            say("number {number} is no payment: it closes a carried balance", number=number),
            remedy=say("payengine payments lists the payments and their states."),
        )
    if state != FOLLOWS[action]:
        raise Conflict(
            say("payment {number} is in the state {state}; {action} comes after {before}", number=number,
                state=state_word(state), action=state_word(action), before=state_word(FOLLOWS[action])),
            remedy=say("payengine payments lists the payments and their states."),
        )  # fmt: skip
    rules = payment_rules.of_both(payment_rows.details_of(header["details"]), today)
    problems = list(payment_rules.against(action, who(), steps, rules))
    if problems:
        raise Refused(
            say("payment {number} cannot be entered as {step}: {n} problem(s)", number=number, step=state_word(action),
                n=len(problems)),
            problems, say("Nothing was entered."),
        )  # fmt: skip
    return header


def _place(connection: Connection, number: int, staff: str, institution: str | None) -> str:
    """Find the institution at which a payment pays a person."""
    line = payment_line.c
    query = select(line.institution).where(line.payment == number, line.staff == staff)
    paying = connection.execute(query.group_by(line.institution).having(func.sum(line.amount_fen) > 0)).scalars()
    found: list[str] = sorted(paying, key=str.encode)
    if institution is not None:
        found = [each for each in found if each == institution]
    if not found:
        raise UsageError(
            say(
                "payment {number} pays {staff} nothing there",
                number=number,
                staff=staff or say("the institution itself"),
            ),
            remedy=say("payengine payment show {number} lists what it pays.", number=number),
        )
    if len(found) > 1:
        raise UsageError(
            say("payment {number} pays {staff} at {n} institutions: {places}",
                number=number, staff=staff, n=len(found), places=joined(found)),
            remedy=say("Name one with --institution."),
        )  # fmt: skip
    return found[0]

"""Pages of payments: what was paid, is under way, came back, or is carried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batch.cli.views.tables import Sheet, figure, word
from batch.cli.web.blocks import Link, Text, Ways, address, blocks_of, table
from batch.cli.web.pages import Asked, BadRequest, NotHere, Page, way_to
from batch.cli.web.status_pages import command_line
from batch.ledger.payment_records import RETURNED
from batch.payments.words import state_word
from payengine.exact.amounts import yuan
from payengine.texts import in_quotes, say

if TYPE_CHECKING:
    from batch.cli.web.office import Office
    from batch.ledger import PaymentRecord, PaymentSheet
    from batch.payments.settling import Key

SETTLED = ("approved", "exported", "paid")  # states that a narrow scope is told of: a draft may still be discarded


def payments_page(office: Office, asked: Asked) -> Page:
    """List the payments, as `payengine payments`, or what they pay one institution or person."""
    from batch.cli.views.payment import carried_parts, payments_parts

    workspace = office.workspace
    if asked["staff"] or asked["institution"]:
        return _own_payments(office, asked)
    records = workspace.payments()
    below = {key: fen for key, fen in workspace.outstanding().items() if fen < 0}
    parts = [*payments_parts(records, below, "payengine payments --carried")]
    if below:
        parts += ["", say("Carried balances:"), *carried_parts(below, workspace.names_of_keys(below))]

    def to_payment(row: Sequence[str]) -> str:
        return address("/payment", number=row[0])

    blocks = blocks_of(parts, {say("No."): to_payment}, say("Payments"))
    return Page(say("Payments"), blocks, way_to(asked))


def _own_payments(office: Office, asked: Asked) -> Page:
    """List what payments pay one institution or one person, by period of origin."""
    workspace = office.workspace
    records = {record.number: record for record in workspace.payments()}
    found = [
        (one, records[one.payment])
        for one in workspace.paid_to(asked["institution"], asked["staff"])
        if asked.scope.is_everything or records[one.payment].state in SETTLED
    ]
    heads = [
        figure(say("No."), key=True), word(say("Of period")), figure(say("Yuan")), word(say("State")),
        figure(say("Returned")), word(say("Pay date")), word(say("Institution")), word(say("What")),
    ]  # fmt: skip
    rows = [
        [
            str(one.payment), one.period, yuan(one.paid_fen), state_word(record.state),
            yuan(one.returned_fen) if one.returned_fen else "", record.pay_date, one.institution,
            say("statements") if one.is_statement else say("pay of persons"),
        ]
        for one, record in found
    ]  # fmt: skip
    who = asked["staff"] or asked["institution"]
    paid = sum(one.paid_fen - one.returned_fen for one, record in found if record.state == "paid")
    own = {"institution": asked["institution"], "staff": asked["staff"]}

    def to_payment(row: Sequence[str]) -> str:
        return address("/payment", number=row[0], **own)

    blocks: list[Any] = [Text(say("{amount} yuan were paid and did not come back.", amount=yuan(paid)), mark="told")]
    if rows:
        blocks.append(table(Sheet(heads, rows).without_empty(), say("Payments"), {say("No."): to_payment}))
    else:
        blocks.append(Text(say("No payment was made yet.")))
    if asked.scope.is_everything:
        blocks.append(Ways([Link("/payments", say("All payments"))]))
    return Page(say("Payments: {who}", who=who), blocks, way_to(asked))


def payment_page(office: Office, asked: Asked) -> Page:
    """Show a payment, as `payengine payment show`, or the part of an institution or person."""
    from batch.cli.views.payment import next_parts, sheet_parts

    number = asked["number"]
    if not (number.isascii() and number.isdigit() and 0 < len(number) <= 9):
        raise BadRequest(say("{number} is no number of a payment", number=in_quotes(number)))
    workspace = office.workspace
    sheet = workspace.payment(int(number))
    record = sheet.record
    assert record is not None  # it is in the ledger
    staff, institution = asked["staff"], asked["institution"]
    if not asked.scope.is_everything and record.state not in SETTLED:
        raise NotHere(say("there is nothing here for your link"))
    if staff or institution:
        sheet = own_part(sheet, record, institution, staff)
        if not sheet.lines and not sheet.carried:
            raise NotHere(say("there is nothing here for your link"))
        if asked.scope.is_everything:
            sheet = replace(sheet, record=record)
    held = workspace.held_in_payment(sheet) if asked.scope.is_everything else []
    parts = sheet_parts(sheet, workspace.payment_names(sheet), held, staff)
    came_back = [step for step in record.steps if step.action == RETURNED and step.staff == staff] if staff else []
    parts += [say("It came back on {day} at {institution}: {reason}", day=step.made_at[:10],
                  institution=step.institution, reason=step.reason) for step in came_back]  # fmt: skip
    if asked.scope.is_everything:
        parts += next_parts(int(number), *workspace.next_payment_step(record), command_line)
    above = [Link(address("/payments", institution=institution, staff=staff), say("Payments"))]
    title = say("Payment {number}", number=number)
    return Page(title, blocks_of(parts, label=title), way_to(asked, None, *above))


def own_part(sheet: PaymentSheet, record: PaymentRecord, institution: str, staff: str) -> PaymentSheet:
    """Take an institution's or person's part of a payment, without names of others."""

    def is_own(key: Key) -> bool:
        return institution in ("", key.institution) and staff in ("", key.staff)

    steps = [
        replace(step, made_by="") if step.institution else replace(step, made_by="", reason="")
        for step in record.steps
        if not step.institution or (institution in ("", step.institution) and staff in ("", step.staff))
    ]
    return replace(
        sheet,
        record=replace(record, reason="", steps=steps, details={}),
        lines=[line for line in sheet.lines if is_own(line.key)],
        carried={key: fen for key, fen in sheet.carried.items() if is_own(key)},
        details={},
    )

"""Arrears and recoveries (补发追扣表): what payments pay beside a period's first pay.

A row is an amount of a person (or an institution's statement) by period of origin, component and source of funding (see
`payment_amounts.py`). Where the period was not paid yet, it is what `pay` would pay now; where nothing was ever paid
from the ledger, the differences between the revisions of the year's periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from batch.payments.words import state_word
from batch.reports.register import Names
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.payment_amounts import PaymentAmount, PaymentBlock, of_payment, of_revisions
from batch.reports.sheets.sheet import FEN, Row, Sheet, SheetColumn, SheetGroup
from payengine.exact.amounts import percent, yuan
from payengine.texts import say

if TYPE_CHECKING:
    from batch.ledger import PaymentSheet


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none where nothing but the period's first pay is paid."""
    made = list(_blocks(material))
    blocks = [block for block in made if block.amounts]
    if not blocks:
        return NoSheet(say("nothing of an earlier period is paid or taken back, and no revision changes an amount"))
    others = material.readers.names([amount.key for block in blocks for amount in block.amounts])
    names = Names(
        {**others.institutions, **material.names.institutions}, {**others.staff, **material.names.staff},
        {**others.funding, **material.names.funding}, {**others.components, **material.labels},
    )  # fmt: skip
    return Sheet(
        name="arrears",
        tab=say("Arrears"),
        title=say("Arrears and recoveries"),
        columns=(
            SheetColumn(say("Code"), width=10),
            SheetColumn(say("Institution"), width=24),
            SheetColumn(say("Staff code"), width=10),
            SheetColumn(say("Name"), width=10),
            SheetColumn(say("Of period"), width=10),
            SheetColumn(say("Component"), width=24),
            SheetColumn(say("Funding"), width=18),
            SheetColumn(say("Amount before"), FEN, has_total=True),
            SheetColumn(say("Amount after"), FEN, has_total=True),
            SheetColumn(say("Difference"), FEN, has_total=True),
            SheetColumn(say("Paid (taken back below zero)"), FEN, has_total=True),
            SheetColumn(say("Carried forward"), FEN, has_total=True),
            SheetColumn(say("Cause"), width=16),
            SheetColumn(say("Revisions"), width=10),
            SheetColumn(say("Reason of the revision"), width=36),
        ),
        groups=lambda: [
            SheetGroup(block.heading, [_row(each, names) for each in block.amounts], has_subtotal=True)
            for block in blocks
        ],
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=tuple(_notes(material, made)),
        signatures=signatures(),
    )


def _blocks(material: SheetMaterial) -> Iterator[PaymentBlock]:
    period, of, readers = material.meta.period, material.institution, material.readers
    publications = readers.publications()
    reasons = {(str(each.period), each.revision): each.reason for each in publications}
    payments = material.payments()
    for sheet in payments:
        yield of_payment(_heading(sheet), sheet, period, of, readers.lines, reasons)
    if not payments and not readers.has_paid():
        yield from of_revisions(publications, period, of, readers.lines)
    elif not payments and (due := readers.outstanding()) is not None:
        heading = say("What a payment of {period} would pay now; none was made", period=period)
        yield of_payment(heading, due, period, of, readers.lines, reasons)


def _heading(sheet: PaymentSheet) -> str:
    record = sheet.record
    assert record is not None  # a payment that was made
    return say(
        "Payment {n} of {period}, pay date {day}, {state}",
        n=record.number, period=record.period, day=record.pay_date, state=state_word(record.state),
    )  # fmt: skip


def _row(each: PaymentAmount, names: Names) -> Row:
    key = each.key
    paid, carried = (say("not given") if fen is None else fen for fen in (each.paid_fen, each.carried_fen))
    return (
        key.institution, names.institutions.get(key.institution) or None,
        key.staff or None, (names.staff.get(key.staff) or None) if key.staff else say("(the institution)"),
        str(key.period), names.components.get(key.component) or key.component,
        names.funding.get(key.funding) or key.funding,
        each.before_fen, each.after_fen, each.after_fen - each.before_fen, paid, carried,
        each.cause, each.revisions, each.reason or None,
    )  # fmt: skip


def _notes(material: SheetMaterial, blocks: Iterable[PaymentBlock]) -> Iterator[str]:
    yield say("Before: what was paid or closed until then. After: what is due by the revision named.")
    yield say("Carried: below zero, recovered by later payments; nobody is paid less than nothing.")
    for block in blocks:
        for first in block.first_pays:
            yield say(
                "{heading}: the first pay of {period}, {n} line(s), {amount} yuan, is not listed.",
                heading=block.heading, period=first.period, n=f"{first.lines:,}", amount=yuan(first.amount_fen),
            )  # fmt: skip
    limits = [dict(sheet.details.get("recovery_limit", {})) for sheet in material.payments()]
    for limit in {tuple(sorted(each.items())) for each in limits if each}:
        of = dict(limit)
        if "share_e4" in of:
            most = say("{share} of what the person would get", share=percent(of["share_e4"]))
            yield say("A payment recovers at most {most}.", most=most)
        if "amount_fen" in of:
            yield say("A payment recovers at most {most}.", most=say("{amount} yuan", amount=yuan(of["amount_fen"])))

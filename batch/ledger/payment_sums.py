"""Sums of payments by period of origin: what each payment paid of it, and what is left.

The database adds up, for a list that is looked at often; whoever pays reads the lines (`payment_balances.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from batch.ledger.payment_balances import Scope, balances
from batch.ledger.payment_records import PAYMENT, RETURNED, PaymentSums
from batch.ledger.payment_rows import is_effective, not_discarded
from batch.ledger.schema import payment, payment_line, payment_step
from payengine.periods import Period


def payment_sums(connection: Connection, scope: Scope) -> dict[Period, PaymentSums]:
    """Add up the periods of a scope.

    Institutions that the current revision holds are left out of what is due.
    """
    paid: dict[Period, dict[int, int]] = {}
    line = payment_line.c
    lines = (
        select(line.period, line.payment, func.sum(line.amount_fen).label("fen"))
        .join(payment, payment.c.number == line.payment)
        .where(payment.c.kind == PAYMENT, is_effective())
        .group_by(line.period, line.payment)
        .order_by(line.payment)
    )
    for row in connection.execute(lines):
        paid.setdefault(Period.parse(row.period), {})[row.payment] = int(row.fen)
    due: dict[Period, int] = {}
    below: dict[Period, int] = {}
    query = balances(scope)
    if query is not None:
        found = query.subquery().c
        # What is closed is never above zero, so what is left of a balance below zero is what lies below that.
        positive = func.sum(case((found.raw > 0, found.raw), else_=0))
        negative = func.sum(case((found.raw < found.closed, found.raw - found.closed), else_=0))
        sums = select(found.period, found.institution, positive.label("due"), negative.label("below"))
        for at in connection.execute(sums.group_by(found.period, found.institution)):
            period = Period.parse(at.period)
            if at.institution not in scope.held.get(period, ()):
                due[period] = due.get(period, 0) + int(at.due)
                below[period] = below.get(period, 0) + int(at.below)
    return {
        period: PaymentSums(paid.get(period, {}), due.get(period, 0), below.get(period, 0)) for period in scope.current
    }


@dataclass(frozen=True)
class PaidTo:
    """Money of one payment and period to a person, an institution's people, or by statement."""

    payment: int
    period: str
    institution: str
    is_statement: bool
    paid_fen: int
    returned_fen: int


def paid_to(connection: Connection, institution: str = "", staff: str = "") -> list[PaidTo]:
    """Add up what payments pay an institution or a person; discarded ones are left out."""
    line, step = payment_line.c, payment_step.c
    query = (
        select(line.payment, line.period, line.institution, line.staff, func.sum(line.amount_fen).label("fen"))
        .join(payment, payment.c.number == line.payment)
        .where(payment.c.kind == PAYMENT, not_discarded(line.payment))
    )
    if institution:
        query = query.where(line.institution == institution)
    if staff:
        query = query.where(line.staff == staff)
    steps = select(step.payment, step.institution, step.staff).where(step.action == RETURNED)
    came_back = {tuple(row) for row in connection.execute(steps)}
    sums: dict[tuple[int, str, str, bool], tuple[int, int]] = {}
    for row in connection.execute(query.group_by(line.payment, line.period, line.institution, line.staff)):
        key = row.payment, row.period, row.institution, not row.staff
        paid, returned = sums.get(key, (0, 0))
        is_back = (row.payment, row.institution, row.staff) in came_back
        sums[key] = paid + int(row.fen), returned + (int(row.fen) if is_back else 0)
    return [PaidTo(*key, *sums[key]) for key in sorted(sums)]

"""Sums of payments by period of origin: what each payment paid of it, and what is left.

The database adds up, for a list that is looked at often; whoever pays reads the lines (`payment_balances.py`).
"""

from __future__ import annotations

from sqlalchemy import Connection, case, func, select

from batch.ledger.payment_balances import Scope, balances
from batch.ledger.payment_records import PAYMENT, PaymentSums
from batch.ledger.payment_rows import is_effective
from batch.ledger.schema import payment, payment_line
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

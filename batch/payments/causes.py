"""Causes of a payment's lines."""

from __future__ import annotations

from collections.abc import Collection

from batch.payments.settling import Key
from payengine.periods import Period

PAY = "pay"  # the first payment of a period at an institution
ARREARS, RECOVERY = "arrears", "recovery"  # differences of later revisions
CARRIED = "carried"  # recovered of a balance that an earlier payment carried
RETURNED = "returned"  # paid again after the bank gave it back
CLOSED = "closed"  # a carried balance that was closed by hand: no money
LAPSED = "lapsed"  # a closing of what came back since: no money
CAUSES = (PAY, ARREARS, RECOVERY, CARRIED, RETURNED, CLOSED, LAPSED)


def cause_of(
    key: Key,
    amount: int,
    begun: Collection[tuple[Period, str]],
    returned: Collection[tuple[Period, str, str]],
    recovered: Collection[Key],
) -> str:
    """Name the cause of a line.

    `begun` lists the periods of which an institution has been paid anything, `returned` the persons whose last payment
    of a period came back, `recovered` the keys by which carried balances are recovered.
    """
    if key in recovered:
        return CARRIED
    if (key.period, key.institution, key.staff) in returned:
        return RETURNED
    if (key.period, key.institution) not in begun:
        return PAY
    return ARREARS if amount > 0 else RECOVERY

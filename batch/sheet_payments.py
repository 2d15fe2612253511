"""Readers of sheets about payments, revisions and the steps of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from batch.pay import pay_day
from batch.payments.recovery_limit import RecoveryLimit, recovery_limit
from batch.payments.settling import Key
from batch.reports.register import Names
from batch.reports.sheets.material import SheetMaterial
from payengine.policy.step_rule import NO_RULES

if TYPE_CHECKING:
    import pyarrow as pa

    from batch.ledger import Ledger, PaymentSheet
    from payengine.periods import Period
    from payengine.policy import Policy


def with_payments(
    material: SheetMaterial, ledger: Ledger, policy: Policy | None, names: Callable[[Iterable[Key]], Names]
) -> SheetMaterial:
    """Add the readers of what stands around a run in the ledger.

    The ledger has to stay open as long as sheets are made. `policy` is today's, None where it cannot be read: then no
    limit of recoveries and no rule of steps is known.
    """
    readers = replace(
        material.readers,
        outstanding=cache(partial(_outstanding, ledger, policy, material.meta.period)),
        publications=cache(ledger.publications),
        lines=cache(partial(_lines, ledger)),
        names=names,
        standing=cache(partial(ledger.steps, material.meta.run_id, NO_RULES if policy is None else policy.steps)),
        has_paid=cache(lambda: bool(ledger.payments())),
    )
    return replace(material, readers=readers)


def _outstanding(ledger: Ledger, policy: Policy | None, period: Period) -> PaymentSheet | None:
    """Compute what `pay` would pay today; None where the period is not published."""
    if ledger.current(period) is None:
        return None
    limit = RecoveryLimit() if policy is None else recovery_limit(policy, pay_day(""))
    return ledger.payment_sheet(period, limit)


def _lines(ledger: Ledger, run: str) -> Sequence[pa.Table]:
    return ledger.lines(run)[1:]

"""Payment of a period: what is due and not yet paid, unless its figures are stale.

The room `payments` decides what is paid, the ledger writes it down; this asks first if the periods are stale.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from batch.findings.stale_publications import StalePublications, stale_publications
from batch.ledger import Ledger, PaymentSheet
from batch.ledger.reasons import written_reason
from batch.ledger.run_steps import words_of
from batch.payments.recovery_limit import recovery_limit
from payengine.errors import Problem, Refused, UsageError
from payengine.periods import Period
from payengine.policy import Policy
from payengine.texts import in_quotes, joined, say


@dataclass(frozen=True)
class Paid:
    """Outcome of `pay`: the payment's sheet, and what was told of the periods that it covers.

    `stale` tells which periods are stale, and why; `illustrative` that the policy's values are invented: nobody is paid
    by them.
    """

    period: Period
    pay_date: date
    sheet: PaymentSheet
    stale: StalePublications
    illustrative: bool = False


def pay_period(
    period: Period, *, snapshots: Path, policy: Policy, ledger: Ledger, pay_date: date, only: bool = False,
    dry_run: bool = False, accept_stale: str = "",
) -> Paid:  # fmt: skip
    """Draft the payment of a period, and of every earlier one unless `only`.

    `Refused` where a period of which something is paid is stale and no reason is given; with `dry_run` that is only
    told. `Conflict` if the ledger was written to meanwhile.
    """
    if accept_stale:
        accept_stale = written_reason(accept_stale)
    head = ledger.head()
    limit = recovery_limit(policy, pay_date)
    _refuse_draft(ledger, period, policy)
    # What is outstanding is settled once, in the transaction that writes it; before it only its periods are asked for.
    found = stale_publications(ledger, snapshots, ledger.payment_origins(period, only=only))
    if found.periods and not accept_stale and not dry_run:
        problems = [
            Problem(
                what, remedy=say("bring {period} up to date: payengine revise {period} --publish REASON", period=each)
            )
            for each in found.periods
            for what in why_stale(found, each)
        ]
        raise Refused(
            say("{period} is not paid: {n} period(s) are stale", period=period, n=len(found.periods)), problems,
            say("Nothing was paid. Bring them up to date, or pay them as they are: --accept-stale REASON."),
        )  # fmt: skip
    if accept_stale and not found.periods:
        raise UsageError(
            say("no period of this payment is stale"), remedy=say("Nothing was paid. Leave out --accept-stale.")
        )
    if dry_run:
        sheet = ledger.payment_sheet(period, limit, only=only, steps=policy.payment_steps)
    else:
        sheet = ledger.pay(
            period, pay_date, limit, only=only, reason=accept_stale, seen=head, steps=policy.payment_steps
        )
    return Paid(period, pay_date, sheet, found, policy.illustrative)


def _refuse_draft(ledger: Ledger, period: Period, policy: Policy) -> None:
    """Raise `UsageError` for a period whose run is a draft, with what comes next for it."""
    if ledger.current(period) is not None:
        return
    waiting = [record for record in ledger.runs(period) if record.revision is None]
    if waiting:
        standing = ledger.steps(waiting[-1].id, policy.steps)
        raise UsageError(
            say("{period} is not published", period=period),
            remedy=say("Its run is a draft. Next: payengine {words}", words=words_of(standing)),
        )


def why_stale(found: StalePublications, period: Period) -> list[str]:
    """Say what was revised under a period, and what it lacks; nothing if it is not stale."""
    told = []
    if period in found.revised:
        told.append(say("{period} is built on {periods}, revised since with other results",
                        period=period, periods=joined(list(found.revised[period]))))  # fmt: skip
    if period in found.lacking:
        told.append(say("{period} lacks {periods}, published after it was frozen",
                        period=period, periods=joined(list(found.lacking[period]))))  # fmt: skip
    return told


def pay_day(text: str) -> date:
    """Read a pay date, 2026-10-25; today's without one. `UsageError` for anything else."""
    if not text:
        return datetime.now().astimezone().date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or text != day.isoformat():
        raise UsageError(say("{text} is no date; write 2026-10-25", text=in_quotes(text)))
    return day

"""Status of a year: where every period stands, and which command comes next.

Reads what the ledger's lists, the snapshots' names and the payments say; no rows of results.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from batch.findings.stale_publications import StalePublications, stale_publications
from batch.ledger import Ledger, PaymentRecord, PaymentSums, Publication, RunRecord, Standing
from batch.ledger.payment_rules import FOLLOWING
from batch.ledger.run_steps import words_of
from batch.snapshot.freezes import frozen_at, newest_digest
from payengine.errors import PayengineError
from payengine.periods import MONTH, YEAR, Period
from payengine.policy import Policy

PAYMENT_STEPS = {"approved": "payment approve {n}", "exported": "payment export {n} -o FILE.csv",
                 "paid": "payment paid {n}"}  # fmt: skip


@dataclass(frozen=True)
class PeriodStatus:
    """State of one period.

    `snapshot` is the digest of its newest freeze ('': none), `frozen_at` (UTC) when that was kept. `current` is the
    published run with its publication `made`, `waiting` are those staged to come after it, `standing` how far the one
    of them has come. `is_run` tells if the newest freeze was run, or confirmed. `revised` and `lacking` are the periods
    for which it is stale, `is_unseen` tells that nobody can know. `paid` says who paid what of it by payments.
    """

    period: Period
    snapshot: str
    frozen_at: str
    current: RunRecord | None
    made: Publication | None
    waiting: Sequence[RunRecord]
    standing: Standing | None
    is_run: bool
    revised: Sequence[str]
    lacking: Sequence[str]
    is_unseen: bool
    paid: PaymentSums
    payments: Sequence[PaymentRecord]

    @property
    def is_stale(self) -> bool:
        """True where it is built on what was revised since, or lacks what was published late."""
        return bool(self.revised or self.lacking)

    @property
    def holds(self) -> Mapping[str, str]:
        """Institutions that the published run holds, else the one that waits."""
        record = self.current or (self.waiting[0] if len(self.waiting) == 1 else None)
        return {} if record is None else record.holds

    @property
    def open_payments(self) -> list[PaymentRecord]:
        """Payments with lines of the period that are not paid out yet, by number."""
        return [one for one in self.payments if one.state != "paid"]

    @property
    def state(self) -> str:
        """Say in one word how far it has come."""
        if self.waiting:
            return "staged"
        if self.current is None:
            return "frozen" if self.snapshot else "not begun"
        return "stale" if self.is_stale else "published"


@dataclass(frozen=True)
class Next:
    """Next command: its words, and the period that it is for."""

    words: str
    period: Period


@dataclass(frozen=True)
class YearStatus:
    """Status of a year: the periods that have begun, those that have not, and what comes next."""

    year: int
    periods: Sequence[PeriodStatus]
    not_begun: Sequence[Period]
    next: Sequence[Next]
    stale: StalePublications = field(default_factory=StalePublications)


def newest_year(snapshots: Path, ledger: Ledger, today: date) -> int:
    """Find the last year of which anything was frozen or run; today's where nothing was."""
    periods = [Period.find(folder.name) for folder in snapshots.glob("[0-9]*")]
    found = [period.first_day.year for period in (*periods, *(one.period for one in ledger.runs())) if period]
    return max(found, default=today.year)


def year_status(
    year: int, snapshots: Path, ledger: Ledger, policy: Policy | None, today: date, first: Period | None = None
) -> YearStatus:
    """Find where every period of a year stands.

    `policy` is the workspace's, None where it cannot be read: then no settlement is expected. `first` is the month with
    which the office begins.
    """
    whole = Period(date(year, 1, 1), YEAR)
    expected = [each for each in [*whole.settled(), whole] if _computes(policy, each) and (not first or first <= each)]
    runs = [record for record in ledger.runs() if record.period.within(whole)]
    frozen = {
        period: digest
        for period in (Period.find(folder.name) for folder in snapshots.glob(f"{year:04}*"))
        if period is not None and (digest := newest_digest(snapshots, period))
    }
    current = {record.period: record for record in runs if record.current}
    made = {one.period: one for one in ledger.publications() if one.period.within(whole)}
    stale = stale_publications(ledger, snapshots, sorted(current))
    sums, payments = ledger.payment_sums(), {one.number: one for one in ledger.payments()}
    confirmed = {period: one.snapshot for period, one in ledger.confirmations().items()}
    found = []
    for period in sorted({*frozen, *(record.period for record in runs)}, key=_by_end):
        waiting = [record for record in runs if record.period == period and record.ahead and not record.current]
        digest, paid = frozen.get(period, ""), sums.get(period, PaymentSums())
        steps = None if policy is None else policy.steps
        found.append(PeriodStatus(
            period, digest, frozen_at(snapshots, period, digest), current.get(period), made.get(period), waiting,
            ledger.steps(waiting[0].id, steps or {}) if len(waiting) == 1 else None,
            digest in {confirmed.get(period), *(one.snapshot for one in runs if one.period == period)},
            stale.revised.get(period, ()), stale.lacking.get(period, ()), period in stale.unseen, paid,
            [payments[number] for number in paid.paid],
        ))  # fmt: skip
    begun = {one.period for one in found}
    left = sorted((each for each in expected if each not in begun), key=_by_end)
    return YearStatus(year, found, left, _next(year, found, left, today), stale)


def _by_end(period: Period) -> tuple[date, int]:
    return period.next_first_day, period.days


def _computes(policy: Policy | None, period: Period) -> bool:
    if policy is None:
        return period.kind == MONTH
    with suppress(PayengineError):
        return bool(policy.formulas(period.kind)[0])
    return False


def _next(year: int, found: Sequence[PeriodStatus], left: Sequence[Period], today: date) -> list[Next]:
    """List what is to be done: mend, publish, pay, begin the next period."""
    told = []
    if stale := [one for one in found if one.is_stale]:
        told.append(Next(f"revise {year}", stale[0].period))
    for one in found:
        if len(one.waiting) > 1:
            told.append(Next(f"runs {one.period}", one.period))
        elif one.standing is not None:
            told.append(Next(words_of(one.standing, str(one.period)), one.period))
        elif one.current is None:
            told.append(Next(f"month {one.period}", one.period))
        elif not one.is_run and not one.is_stale:  # frozen again since
            told.append(Next(f"revise {one.period}", one.period))
    told += _payments(found)
    if not any(one.current is None for one in found) and (following := _following(found, left, today)):
        told.append(Next(f"month {following}", following))
    return told


def _payments(found: Sequence[PeriodStatus]) -> list[Next]:
    """List the steps of payments that are under way, then the payment of what is outstanding."""
    told = {}
    for one in found:
        for record in one.open_payments:
            if action := FOLLOWING.get(record.state):
                told[record.number] = Next(PAYMENT_STEPS[action].format(n=record.number), one.period)
    unpaid = [one for one in found if one.current is not None and one.paid.outstanding > 0 and not one.is_stale]
    if unpaid:
        told[-1] = Next(f"pay {unpaid[-1].period}", unpaid[-1].period)
    return list(told.values())


def _following(found: Sequence[PeriodStatus], left: Sequence[Period], today: date) -> Period | None:
    """Find the period to begin next, among those that are over by today.

    It is the last month where nothing has begun. A settlement may begin once its months are published; a month before
    the first that was begun is none of ours.
    """
    over = [period for period in left if period.last_day <= today]
    if not found:
        return max((period for period in over if period.kind == MONTH), default=None)
    published = {one.period for one in found if one.current is not None}
    begun = min(one.period.first_day for one in found)
    for period in over:
        if period.kind == MONTH and period.first_day < begun:
            continue
        if period.kind == MONTH:
            return period
        if all(month in published for month in period.months()):
            return period
    return None

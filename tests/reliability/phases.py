"""Phases that write a ledger, each as a preparation and the one command that is disturbed.

What a ledger holds is told by `state`: the same on every database and at any time, so that the state after a fault can
be compared with those before and after a command that nothing disturbed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from batch.ledger import Confirmation, Ledger
from batch.ledger.payment_records import APPROVED, DISCARDED, EXPORTED, PAID
from batch.ledger.payslip_tree import FACT
from batch.payments.recovery_limit import RecoveryLimit
from batch.results import Results
from payengine.periods import Period
from tests.support import paid_history
from tests.support.sample_results import POLICY, results

MONTH, YEAR = "2026-10", "2026"
DAY = date(2026, 11, 25)
STAFF = ("I1", "N1", "post_pay", "财政")
OTHER = ("I1", "N2", "post_pay", "财政")


@dataclass(frozen=True)
class Phase:
    """A command that writes the ledger, and what stands there before it.

    `repeats` tells that the command may be run again after it was done. One that may not says so, or would enter
    another of its kind.
    """

    prepare: Callable[[Ledger, str], object]
    act: Callable[[Ledger, str], object]
    repeats: bool = True
    periods: tuple[str, ...] = (MONTH,)


def _id(period: str) -> str:
    return results(period).meta.run_id


def _stage(ledger: Ledger, period: str) -> object:
    return ledger.stage(results(period), POLICY)


def _publish(ledger: Ledger, period: str) -> object:
    return ledger.publish(_id(period))


def _published(ledger: Ledger, period: str) -> None:
    _stage(ledger, period)
    _publish(ledger, period)


def _confirm(ledger: Ledger, period: str) -> object:
    made = ledger.current(Period.parse(period))
    assert made is not None
    read = {"period": period, "revision": made.revision, "run": made.run}
    return ledger.confirm(
        Confirmation(made, "a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64, (read,), "equal"), "another policy"
    )


def _review(ledger: Ledger, period: str) -> object:
    return ledger.enter_step(_id(period), "reviewed", {}, document="公示 7 号")


def _object(ledger: Ledger, period: str) -> object:
    return ledger.object_to(_id(period), "工作量有误")


def _objected(ledger: Ledger, period: str) -> None:
    _stage(ledger, period)
    _object(ledger, period)


def _answer(ledger: Ledger, period: str) -> object:
    (open_one,) = ledger.steps(_id(period), {}).open
    return ledger.answer(_id(period), open_one.number, "已核对")


def _pay(ledger: Ledger, period: str) -> object:
    return ledger.pay(Period.parse(period), DAY, RecoveryLimit())


def _paid(*actions: str) -> Callable[[Ledger, str], None]:
    def prepare(ledger: Ledger, period: str) -> None:
        _published(ledger, period)
        _pay(ledger, period)
        for action in actions:
            ledger.advance_payment(1, action)

    return prepare


def _advance(action: str) -> Callable[[Ledger, str], object]:
    return lambda ledger, period: ledger.advance_payment(1, action)


def _give_back(ledger: Ledger, period: str) -> object:
    return ledger.return_payment(1, "", "I00", "账号有误")


def _carried(ledger: Ledger, period: str) -> None:
    """Publish and pay, then publish less for somebody who is not in the next month."""
    for month, due in ((period, {STAFF: 400_000, OTHER: 1}), (period, {STAFF: 100_000, OTHER: 1}), (MONTH, {OTHER: 2})):
        ledger.stage(_made(month, due), POLICY, "更正" if ledger.current(Period.parse(month)) else "")
        ledger.publish(_made(month, due).meta.run_id)
        made = ledger.pay(Period.parse(month), DAY, RecoveryLimit())
        if made.record is not None:  # nothing is closed of what a draft pays
            ledger.advance_payment(made.record.number, "approved")


def _made(period: str, due: paid_history.Due) -> Results:
    whole = paid_history.made(period, due)
    run_id = hashlib.sha256(f"{period} {due}".encode()).hexdigest()
    return replace(whole, meta=replace(whole.meta, run_id=run_id))


def _close(ledger: Ledger, period: str) -> object:
    return ledger.close_balance("N1", "I1", "离职")


BOTH = (MONTH, YEAR)
PHASES: Mapping[str, Phase] = {
    "stage": Phase(lambda ledger, period: None, _stage, periods=BOTH),
    "publish": Phase(_stage, _publish, periods=BOTH),
    "confirm": Phase(_published, _confirm),
    "step": Phase(_stage, _review, repeats=False),
    "object": Phase(_stage, _object, repeats=False),
    "answer": Phase(_objected, _answer, repeats=False),
    "pay": Phase(_published, _pay, periods=BOTH),
    "payment approved": Phase(_paid(), _advance(APPROVED), repeats=False),
    "payment exported": Phase(_paid(APPROVED), _advance(EXPORTED), repeats=False),
    "payment paid": Phase(_paid(APPROVED, EXPORTED), _advance(PAID), repeats=False),
    "payment returned": Phase(_paid(APPROVED, EXPORTED, PAID), _give_back, repeats=False),
    "payment discarded": Phase(_paid(), _advance(DISCARDED), repeats=False),
    "close": Phase(_carried, _close, repeats=False, periods=("2026-09",)),
}


def state(ledger: Ledger) -> dict[str, Any]:
    """Tell everything that a ledger holds, without times and users."""
    return {
        "chain": [_facts(link.entry) for link in ledger.audit()],
        "runs": {one.id: dict(one.digests) for one in ledger.runs()},
        "publications": [(str(one.period), one.revision, one.run, one.previous) for one in ledger.publications()],
        "payments": [
            (one.number, one.state, one.paid_fen, one.returned_fen, one.carried_fen, len(one.steps))
            for one in ledger.payments()
        ],
        "outstanding": {str(key): amount for key, amount in ledger.outstanding().items()},
    }


def _facts(entry: str) -> dict[str, Any]:
    """Leave out of an entry time, user, and digests over them or over a secret."""
    facts = json.loads(entry)
    covers = {"digest"} if "payment" in facts else set()  # its lines are told beside it
    return {
        name: value
        for name, value in facts.items()
        if name not in {"at", "by", "engine", FACT} | covers and not name.endswith(("_at", "_by"))
    }

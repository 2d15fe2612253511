"""Settling of a balance, compared with a clerk who moves single fen; periods covered."""

from __future__ import annotations

import random

import pytest

from batch.payments.coverage import covered
from batch.payments.recovery_limit import RecoveryLimit
from batch.payments.settling import Amounts, Key, settle
from payengine.periods import Period

KEYS = [
    Key(Period.parse(period), "I1", "N1", component, funding)
    for period in ("2026-02", "2026-03", "2026-Q1", "2026-04")
    for component, funding in (("a", "y"), ("a", "z"), ("b", "x"))
]  # oldest origin first, then component, funding


def by_single_fen(outstanding: Amounts, listed: Amounts, limit: RecoveryLimit) -> dict[Key, int]:
    """Pay everything new, then take back fen by fen from the first key that owes one."""
    old = {key: max(amount, listed.get(key, 0)) for key, amount in outstanding.items() if amount < 0}
    new = {key: amount - old.get(key, 0) for key, amount in outstanding.items()}
    payable = sum(new.values())
    paid = dict(new) if payable >= 0 else {key: max(amount, 0) for key, amount in new.items()}
    debts = dict(old) if payable >= 0 else {key: min(amount, 0) for key, amount in new.items()}
    left = limit.most(payable) if payable >= 0 else sum(paid.values())
    while left and any(debts.values()):
        first = next(key for key in KEYS if debts.get(key))
        debts[first] += 1
        paid[first] = paid.get(first, 0) - 1
        left -= 1
    return {key: amount for key, amount in paid.items() if amount}


def test_a_balance_is_settled_as_by_single_fen() -> None:
    dice = random.Random(1)
    carried = limited = 0
    for _ in range(3000):
        outstanding = {key: amount for key in dice.sample(KEYS, 7) if (amount := dice.randrange(-9, 10))}
        listed = {key: dice.randrange(-9, 0) for key in KEYS if dice.random() < 0.5}
        limit = dice.choice([RecoveryLimit(), RecoveryLimit(share_e4=5000), RecoveryLimit(amount_fen=3)])
        settled = settle(outstanding, listed, limit)
        assert settled.lines == by_single_fen(outstanding, listed, limit)
        assert sum(settled.lines.values()) >= 0
        for key, amount in outstanding.items():
            assert settled.lines.get(key, 0) + settled.carried.get(key, 0) == amount
        assert all(amount < 0 for amount in settled.carried.values())
        carried += bool(settled.carried)
        limited += bool(settled.carried and sum(settled.lines.values()))
    assert min(carried, limited) > 300


def test_a_statement_knows_no_limit() -> None:
    of = KEYS[0]._replace(staff="")
    debt = KEYS[1]._replace(staff="")
    settled = settle({of: 100, debt: -60}, {debt: -60}, RecoveryLimit(amount_fen=1))
    assert settled.lines == {of: 100, debt: -60}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2026-11", "2026-09 2026-Q3 2026-11"),
        ("2026-12", "2026-09 2026-Q3 2026-11 2026-12"),
        ("2026-Q4", "2026-09 2026-Q3 2026-11 2026-12 2026-Q4"),
        ("2026", "2026-09 2026-Q3 2026-11 2026-12 2026-Q4 2026-H2 2026"),
    ],
)
def test_a_payment_covers_what_ended_before(asked: str, found: str) -> None:
    """A settlement is paid from its last day on, not from its first."""
    texts = ("2026", "2026-H2", "2026-12", "2026-09", "2026-11", "2026-Q4", "2026-Q3", "2027-01")
    published = [Period.parse(text) for text in texts]
    assert [str(each) for each in covered(Period.parse(asked), published)] == found.split()
    assert covered(Period.parse(asked), published, only=True) == [Period.parse(asked)]

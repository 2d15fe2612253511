"""Settling of what is outstanding: what a payment pays, what it recovers, what it carries.

A balance is settled per person and paying institution. What is new since the last payment is paid with its negative
lines taken off. Where that is below zero nothing is paid: the positive lines are set against the negative ones, and the
rest is carried. A later payment recovers what is carried from what it would pay, within the limit, the oldest origin
first, then by component and funding. Nobody is ever paid below zero, and nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from batch.payments.coverage import place_of
from batch.payments.recovery_limit import RecoveryLimit
from payengine.periods import Period


class Key(NamedTuple):
    """Key of an amount: its period, the institution that pays, person, component, funding.

    `staff` is '' for what the institution itself gets (its statement).
    """

    period: Period
    institution: str
    staff: str
    component: str
    funding: str


Amounts = Mapping[Key, int]  # in fen


@dataclass
class Settled:
    """Outcome of a settling, in fen.

    `lines` are paid (negative: taken back), never zero; `carried` are the negative amounts that stay. `recovered` are
    the keys of lines by which an earlier payment's carried balance is recovered, whole or in part.
    """

    lines: dict[Key, int] = field(default_factory=dict)
    carried: dict[Key, int] = field(default_factory=dict)
    recovered: set[Key] = field(default_factory=set)


def settle(outstanding: Amounts, listed: Amounts, limit: RecoveryLimit) -> Settled:
    """Settle what is outstanding (due less paid, never zero) in one payment.

    `listed` is what the last payment that named a key carried of it; only what is still outstanding of that counts.
    The limit protects persons: what an institution owes of its statement is taken back as far as there is money.
    """
    settled = Settled()
    of_persons: dict[tuple[str, str], dict[Key, int]] = {}
    for key, amount in outstanding.items():
        of_persons.setdefault((key.institution, key.staff), {})[key] = amount
    for (_, staff), balance in of_persons.items():
        old = {key: max(amount, listed.get(key, 0)) for key, amount in balance.items() if amount < 0}
        _settle_person(balance, {key: part for key, part in old.items() if part}, limit if staff else None, settled)
    return settled


def _settle_person(balance: Amounts, old: Amounts, limit: RecoveryLimit | None, settled: Settled) -> None:
    """Settle the balance of one person at one institution; `old` is what was carried already."""
    new = {key: amount - old.get(key, 0) for key, amount in balance.items()}
    payable = sum(new.values())
    taken: dict[Key, int]
    if payable >= 0:
        lines = new
        taken = _taken(old, payable if limit is None else limit.most(payable))
        settled.recovered |= set(taken)
    else:
        lines = {key: amount for key, amount in new.items() if amount > 0}
        taken = _taken({key: amount for key, amount in new.items() if amount < 0}, sum(lines.values()))
    for key, amount in balance.items():
        paid = lines.get(key, 0) + taken.get(key, 0)
        if paid:
            settled.lines[key] = paid
        if amount != paid:
            settled.carried[key] = amount - paid


def _taken(debts: Amounts, most: int) -> dict[Key, int]:
    """Take up to `most` of negative amounts, in the order of recovery."""
    taken = {}
    for key in in_order(debts):
        part = min(-debts[key], most)
        if part:
            taken[key] = -part
            most -= part
    return taken


def in_order(keys: Iterable[Key]) -> list[Key]:
    """Sort keys as they are recovered: by person, then oldest origin, component, funding."""
    return sorted(
        keys,
        key=lambda key: (key.institution.encode(), key.staff.encode(), place_of(key.period), key.component.encode(),
                         key.funding.encode()),
    )  # fmt: skip

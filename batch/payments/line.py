"""A line of a payment."""

from __future__ import annotations

from dataclasses import dataclass

from batch.payments.settling import Key


@dataclass(frozen=True)
class PaymentLine:
    """A line of a payment: what is paid of a key (negative: taken back), and why.

    `revision` is the one of the period by which it is due, `previous_revision` the one that an earlier payment paid
    (0: none); `cause` is one of `causes.CAUSES`.
    """

    key: Key
    revision: int
    previous_revision: int
    amount_fen: int
    cause: str

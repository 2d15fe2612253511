"""Records of payments, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batch.payments.line import PaymentLine
    from batch.payments.settling import Key

# Kinds: money that leaves; a carried balance that is closed by hand; a closing that lapses, as a transfer came back.
PAYMENT, CLOSING, LAPSE = "payment", "closing", "lapse"
EARLIER, ONLY = "earlier", "only"  # scopes: the period and all before it; the period alone
DRAFT, APPROVED, EXPORTED, PAID, DISCARDED = "draft", "approved", "exported", "paid", "discarded"
RETURNED, CLOSED, LAPSED = "returned", "closed", "lapsed"
STATES = (DRAFT, APPROVED, EXPORTED, PAID, DISCARDED, CLOSED, LAPSED)


@dataclass(frozen=True)
class PaymentStep:
    """A step of a payment: who did what, when and why.

    `institution` and `staff` name the person whose transfer was returned, '' else.
    """

    action: str
    institution: str
    staff: str
    reason: str
    made_at: str
    made_by: str


@dataclass(frozen=True)
class PaymentRecord:
    """A payment as it stands in the ledger, without its lines.

    `kind` is a payment, a closing or its lapse; `period` and `scope` say what it covers ('' of the latter two);
    `details` what it was made from: publications, held institutions, the limit. `digest` is that of all its logical
    values. `state` follows from its steps. `persons` counts those who get money, `institutions` the statements that
    are paid; `paid_fen` adds up its lines, `returned_fen` those that came back; `carried_fen` is what it lists as
    carried.
    """

    number: int
    kind: str
    period: str
    scope: str
    pay_date: str
    reason: str
    details: Mapping[str, Any]
    digest: str
    made_at: str
    made_by: str
    state: str
    steps: Sequence[PaymentStep]
    persons: int
    institutions: int
    paid_fen: int
    returned_fen: int
    carried_fen: int


@dataclass(frozen=True)
class PaymentSheet:
    """A payment with its lines and what it carries, each in the order of persons and origins.

    `record` is None for a draft that was only tried (`pay --dry-run`), and where there is nothing to pay.
    """

    record: PaymentRecord | None
    lines: Sequence[PaymentLine]
    carried: Mapping[Key, int]
    details: Mapping[str, Any]


@dataclass(frozen=True)
class PaymentSums:
    """Money of one period, in fen.

    `paid` are the sums by number of the payments that have lines of it, returned and discarded ones left out;
    `outstanding` adds up what is due and not paid, `carried` (below zero) what is to be recovered.
    """

    paid: dict[int, int] = field(default_factory=dict)
    outstanding: int = 0
    carried: int = 0

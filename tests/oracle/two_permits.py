"""The two permits of one institution and year, and the division of a payable pool.

Amounts are in fen.

income - costs = surplus; less losses and what is carried over = distributable; less funds = reward base
reward base x staff share = reward pool; what the ceiling has room for of it is payable
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.demo import largest_remainder
from tests.oracle.values import by_bytes, half_up

Shares = Mapping[str, Fraction]
Amounts = Mapping[str, int]


@dataclass(frozen=True)
class Fund:
    """Fund: its rate of a base (a finance line, `surplus` or `distributable`), and its limits."""

    name: str
    rate: Fraction
    base: str
    cap: int | None = None
    less_balance: bool = False
    in_costs: bool = False


@dataclass(frozen=True)
class Permits:
    """Values of a policy for the two permits."""

    income: Shares
    costs: Shares
    deductions: Shares
    funds: Sequence[Fund]
    staff_share: Fraction
    other_uses: Shares
    control_level: int
    multiple: Fraction


@dataclass
class Steps:
    """Every step of one institution, in fen."""

    surplus: int
    distributable: int
    funds: dict[str, int]
    reward_base: int
    reward_pool: int
    uses: dict[str, int]
    ceiling: int = 0
    room: int = 0
    payable: int = 0
    not_payable: dict[str, int] = field(default_factory=dict)


def part(amount: int | Fraction, share: Fraction) -> int:
    """A share of an amount of fen, half up."""
    return half_up(amount * share, 0)


def waterfall(finance: Amounts, balances: Amounts, rules: Permits) -> Steps:
    """Compute the steps from income to the reward pool and the other uses of the surplus.

    A fund never takes more than there is.
    """
    income = sum(part(finance[line], share) for line, share in rules.income.items())
    costs = sum(part(finance[line], share) for line, share in rules.costs.items())
    surplus = income - costs
    distributable = surplus - sum(part(finance[line], share) for line, share in rules.deductions.items())
    bases = {**finance, "surplus": surplus, "distributable": distributable}
    left, funds = max(distributable, 0), {}
    for fund in rules.funds:
        due = part(max(bases[fund.base], 0), fund.rate)
        if fund.less_balance:
            due = max(due - balances.get(fund.name, 0), 0)
        if fund.cap is not None:
            due = min(due, fund.cap)
        funds[fund.name] = 0 if fund.in_costs else min(due, left)
        left -= funds[fund.name]
    base = distributable - sum(funds.values())
    pool = part(max(base, 0), rules.staff_share)
    claims = [half_up(max(base, 0) * share, 4) for share in rules.other_uses.values()]  # in millionths of a yuan
    claims.append(max((max(base, 0) - pool) * 10**4 - sum(claims), 0))
    parts = largest_remainder(max(base, 0) - pool, claims)
    uses = dict(zip([*rules.other_uses, "unallocated"], parts, strict=True))
    return Steps(surplus, distributable, funds, base, pool, uses)


def limited(steps: Steps, heads: Fraction, granted: int, rules: Permits) -> None:
    """The ceiling: control level x heads x multiple, after what was granted.

    Heads are person-months over twelve.
    """
    steps.ceiling = part(rules.control_level * heads, rules.multiple)
    steps.room = steps.ceiling - granted
    steps.payable = min(steps.reward_pool, max(steps.room, 0))
    steps.not_payable["ceiling"] = steps.reward_pool - steps.payable


def reasons(steps: Steps) -> set[str]:
    """Name the reasons why there is no pool, or why not all of it is paid."""
    found = {reason for reason, amount in steps.not_payable.items() if amount > 0}
    if steps.surplus <= 0:
        found.add("no_surplus")
    elif steps.distributable <= 0:
        found.add("earlier_losses")
    elif steps.reward_base <= 0:
        found.add("funds")
    return found


Weights = Mapping[str, Mapping[str, int]]  # person -> engagement's first day -> weight


def divided(pool: int, weights: Weights) -> dict[str, int]:
    """Divide a pool among persons by largest remainder.

    A person's weight is that of all engagements; if nobody has a weight, nobody has anything of it.
    """
    people = sorted(weights, key=by_bytes)
    parts = largest_remainder(pool, [sum(weights[who].values()) for who in people])
    return dict(zip(people, parts, strict=True))


def shared(pool: int, shares: Shares, weights: Mapping[str, Weights]) -> dict[str, int]:
    """Divide a pool into parts by their shares, and each part among persons by its own weights."""
    amounts = largest_remainder(pool, [half_up(share, 4) for share in shares.values()])
    found: dict[str, int] = {}
    for name, amount in zip(shares, amounts, strict=True):
        for who, fen in divided(amount, weights[name]).items():
            found[who] = found.get(who, 0) + fen
    return found


def all_alike(shares: Shares, weights: Mapping[str, Weights]) -> bool:
    """Two or more persons would all get the same, in every part in which anybody has a weight."""
    totals = {name: [sum(own.values()) for own in weights[name].values()] for name, share in shares.items() if share}
    counted = [values for values in totals.values() if any(values)]
    return bool(counted) and all(len(values) >= 2 and len(set(values)) == 1 for values in counted)

"""Money of the input that no rule of a policy reads, or that the policy ignores.

Pay that is given and that no formula asks for would be passed over: it refuses the run. A finance line is a figure that
many rules may read and a policy's choice need not: one that no run of the policy reads is told with its sum. What the
policy lists under [ignored] is left aside on purpose, and its sum is told with every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from batch.inputs.period_tables import axis_column
from batch.inputs.provider import InputProvider
from batch.inputs.readings import Money, money_of
from payengine.errors import Problem
from payengine.exact.amounts import yuan
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.texts import say

PAY = ("pay_component", "adjustment")
FINANCE = "finance"
TABLES = (*PAY, FINANCE)
MOST_IN_FULL = 3  # finance lines that nothing reads are told with their sums up to here, the rest by name
Elsewhere = Callable[[], Mapping[str, set[str]]]


def unread_money(policy: Policy, data: InputProvider, read_elsewhere: Elsewhere) -> Iterator[Problem]:
    """Find pay of the period that no formula reads.

    `read_elsewhere` gives by table what another kind of period, or the next year, reads of the same rows; it is asked
    only where something is left.
    """
    for money in _unread(policy, data, PAY, read_elsewhere):
        yield Problem(
            say("{money}, and no rule of policy {policy} reads it", money=_text(money, policy), policy=policy.code),
            money.table,
            column=axis_column(money.table),
            remedy=say("let a line pay it, or name it under [ignored] {axis}", axis=_axis(money.table)),
        )


def unread_lines(policy: Policy, data: InputProvider, read_elsewhere: Elsewhere) -> Iterator[str]:
    """Yield the finance lines of the period that no run of the policy reads, in one warning."""
    left = sorted(_unread(policy, data, [FINANCE], read_elsewhere), key=lambda money: -abs(money.fen))
    if not left:
        return
    largest = [_text(money, policy) for money in left[:MOST_IN_FULL]]
    others = [money.key for money in left[MOST_IN_FULL:]]
    if not others:
        yield say("finance: no rule of policy {policy} reads: {lines}", policy=policy.code, lines=", ".join(largest))
        return
    yield say(
        "finance: no rule of policy {policy} reads: {lines}; nor {n} more: {names}",
        policy=policy.code, lines=", ".join(largest), n=len(others), names=", ".join(others),
    )  # fmt: skip


def _unread(policy: Policy, data: InputProvider, tables: Sequence[str], read_elsewhere: Elsewhere) -> Iterator[Money]:
    left = [
        money
        for table in tables
        for money in money_of(data.tables, table, data.readings)
        if money.key not in _left_aside(policy, table)
    ]
    elsewhere = read_elsewhere() if left else {}
    yield from (money for money in left if money.key not in elsewhere.get(money.table, ()))


def ignored_money(policy: Policy, data: InputProvider) -> Iterator[str]:
    """Yield what the policy ignores of the period's money, with its sum and of how many."""
    for table in TABLES:
        ignored = policy.ignored.get(_axis(table), frozenset())
        for money in money_of(data.tables, table):
            if money.key in ignored:
                yield say("{table}: {money}: ignored by the policy", table=table, money=_text(money, policy))


def _left_aside(policy: Policy, table: str) -> frozenset[str]:
    """Name what is not read on purpose; known income is compared in some runs only."""
    known = {one.input for one in policy.known_income.values()} if table == "pay_component" else set()
    return policy.ignored.get(_axis(table), frozenset()) | known


def _axis(table: str) -> str:
    return NAMED_BY.get(axis_column(table), axis_column(table))


def _text(money: Money, policy: Policy) -> str:
    """Write an amount with its label and its code: a clerk knows 夜班费, the file night_pay."""
    label = policy.label(_axis(money.table), money.key)
    key = money.key if label == money.key else say("{label} ({code})", label=label, code=money.key)
    if money.table == FINANCE:
        return say("{key} {yuan} yuan of {n} institution(s)", key=key, yuan=yuan(money.fen), n=money.holders)
    return say("{key} {yuan} yuan of {n} person(s)", key=key, yuan=yuan(money.fen), n=money.holders)

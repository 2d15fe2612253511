"""Money of the input that no rule of a policy reads, or that the policy ignores.

Money that is given and that no formula asks for would be passed over: it refuses the run. A finance line is read if any
run of the policy reads it, of whatever kind of period. What the policy lists under [ignored] is left aside on purpose,
and its sum is told with every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from batch.compute.name_words import name_words
from batch.inputs.period_tables import axis_column
from batch.inputs.provider import InputProvider
from batch.inputs.readings import Money, money_of
from payengine.errors import Problem
from payengine.exact.amounts import yuan
from payengine.policy import Policy
from payengine.policy.keys import NAMED_BY
from payengine.texts import say, word

FINANCE = "finance"
TABLES = ("pay_component", "adjustment", "second_distribution", FINANCE)
Elsewhere = Callable[[], Mapping[str, set[str]]]


def unread_money(policy: Policy, data: InputProvider, read_elsewhere: Elsewhere) -> Iterator[Problem]:
    """Find money of the period that no formula reads, or that is ignored and read.

    `read_elsewhere` gives by table what another kind of period, or the next year, reads of the same rows; it is asked
    only where something is left.
    """
    left = _unread(policy, data, read_elsewhere)
    lines = [money.key for money in left if money.table == FINANCE]
    for money in left:
        if money.table != FINANCE:
            remedy = say("let a line pay it, or name it under [ignored] {axis}", axis=_axis(money.table))
        elif money.key == lines[-1]:  # one remedy for all of them, to be copied as it is
            listed = ", ".join(f'"{line}"' for line in lines)  # as a policy file lists them
            remedy = say("let a rule read it, or write under [ignored]: finance = [{lines}]", lines=listed)
        else:
            remedy = ""
        what = say("{money}, and no rule of policy {policy} reads it", money=_text(money, policy), policy=policy.code)
        yield Problem(what, money.table, column=axis_column(money.table), remedy=remedy)
    yield from _ignored_and_read(policy, data)


def _ignored_and_read(policy: Policy, data: InputProvider) -> Iterator[Problem]:
    """Find finance lines that the policy ignores and this run reads."""
    ignored = policy.ignored.get(_axis(FINANCE), frozenset()) & data.readings.keys(FINANCE)
    for money in money_of(data.tables, FINANCE) if ignored else ():
        if money.key in ignored:
            what = say("{money} is ignored by policy {policy}, whose rules read it", money=_text(money, policy),
                       policy=policy.code)  # fmt: skip
            yield Problem(what, FINANCE, column=axis_column(FINANCE), remedy=say("take it out of [ignored] finance"))


def _unread(policy: Policy, data: InputProvider, read_elsewhere: Elsewhere) -> list[Money]:
    left = [
        money
        for table in TABLES
        for money in money_of(data.tables, table, data.readings)
        if money.key not in _left_aside(policy, table)
    ]
    elsewhere = read_elsewhere() if left else {}
    return [money for money in left if money.key not in elsewhere.get(money.table, ())]


def ignored_money(policy: Policy, data: InputProvider) -> Iterator[str]:
    """Yield what the policy ignores of the period's money, with its sum and of how many."""
    for table in TABLES:
        ignored = policy.ignored.get(_axis(table), frozenset())
        for money in money_of(data.tables, table) if ignored else ():
            if money.key in ignored:
                yield say("{table}: {money}: ignored by the policy", table=word(table), money=_text(money, policy))


def _left_aside(policy: Policy, table: str) -> frozenset[str]:
    """Name what is not read on purpose; known income is compared in some runs only."""
    known = {one.input for one in policy.known_income.values()} if table == "pay_component" else set()
    return policy.ignored.get(_axis(table), frozenset()) | known


def _axis(table: str) -> str:
    return NAMED_BY.get(axis_column(table), axis_column(table))


def _text(money: Money, policy: Policy) -> str:
    """Write an amount with its label and its code: a clerk knows 夜班费, the file night_pay."""
    key = name_words(policy, money.table, money.key)
    if money.table == FINANCE:
        return say("{key} {yuan} yuan of {n} institution(s)", key=key, yuan=yuan(money.fen), n=money.holders)
    return say("{key} {yuan} yuan of {n} person(s)", key=key, yuan=yuan(money.fen), n=money.holders)

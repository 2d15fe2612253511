"""Given money of a sign that the policy does not allow: refused, or told with every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from batch.arrow_columns import integers
from batch.compute.name_words import name_words
from batch.inputs.period_tables import PeriodTables, axis_column
from payengine.errors import Problem
from payengine.exact.amounts import yuan
from payengine.graph import INSTITUTION
from payengine.policy import Policy
from payengine.policy.signs import USUAL, is_refused, is_wrong, rule_of
from payengine.suggest import listed
from payengine.texts import say, word

FINANCE = "finance"
MOST_TOLD = 10  # amounts named of one component, line or kind of case; the rest is counted


@dataclass(frozen=True)
class WrongSigns:
    """Amounts of one name of a table that have the wrong sign, in words with their holders."""

    table: str
    name: str
    shown: str
    rule: str
    amounts: list[str]

    @property
    def is_negative(self) -> bool:
        """True where the amounts are below 0 and should not be."""
        return self.rule.endswith("negative")

    def text(self) -> str:
        told = listed(self.amounts, MOST_TOLD)
        if self.is_negative:
            return say("{name} is below 0: {amounts}", name=self.shown, amounts=told)
        return say("{name} is above 0: {amounts}", name=self.shown, amounts=told)


def wrong_signs(policy: Policy, tables: PeriodTables) -> Iterator[WrongSigns]:
    """Find the period's amounts of the wrong sign at the run's institutions, name by name."""
    for table in USUAL:
        found = tables.table(table)
        amounts, names = integers(found, "amount", np.int64), tables.coded(table, axis_column(table))
        rules = [rule_of(policy.signs, table, name) for name in names.texts]
        below, above = (np.asarray([is_wrong(rule, amount) for rule in rules], bool) for amount in (-1, 1))
        signs = amounts != 0 if above.any() else amounts < 0  # as a rule no name is wrong above 0
        rows = np.flatnonzero(signs)
        codes = names.codes[rows]
        wrongly = np.where(amounts[rows] < 0, below[codes], above[codes])
        found = found.take(rows[wrongly & (tables.rows(table, INSTITUTION)[rows] >= 0)])
        staff = found["staff"].to_pylist() if "staff" in found.column_names else [""] * len(found)
        columns = (found[name].to_pylist() for name in (axis_column(table), "institution", "amount"))
        wrong: dict[str, list[str]] = {}
        for name, institution, amount, person in zip(*columns, staff, strict=True):
            wrong.setdefault(name, []).append(f"{institution} {person}".strip() + f" {yuan(amount)}")
        for name in sorted(wrong, key=str.encode):
            rule = rule_of(policy.signs, table, name)
            yield WrongSigns(table, name, name_words(policy, table, name), rule, wrong[name])


def sign_problems(policy: Policy, tables: PeriodTables) -> Iterator[Problem]:
    """Find amounts of a sign that refuses the run."""
    for wrong in wrong_signs(policy, tables):
        if is_refused(wrong.rule):
            remedy = say("correct the sign, or change [signs.{table}]", table=wrong.table)
            yield Problem(wrong.text(), wrong.table, column=axis_column(wrong.table), remedy=remedy)


def given_below_zero(policy: Policy, tables: PeriodTables) -> Iterator[Problem]:
    """Name the finance lines given below 0 beside a pool below 0: most likely its cause."""
    for wrong in wrong_signs(policy, tables):
        if wrong.table == FINANCE and wrong.is_negative:
            remedy = say("correct it first, if it is not meant: what is made of it is below 0 too")
            yield Problem(wrong.text(), wrong.table, column=axis_column(wrong.table), remedy=remedy)


def signs_told(policy: Policy, tables: PeriodTables) -> Iterator[str]:
    """Yield a warning for each name with amounts of an unlikely sign."""
    for wrong in wrong_signs(policy, tables):
        if not is_refused(wrong.rule):
            yield say("{table}: {what}", table=word(wrong.table), what=wrong.text())

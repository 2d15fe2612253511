"""Charges to pools of which an input is missing: nobody is paid out of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from batch.compute.adjustment_report import TABLE
from batch.compute.not_given import lacking_words
from batch.inputs.period_tables import PeriodTables
from payengine.errors import Problem
from payengine.exact.amounts import decimal_text
from payengine.graph import INSTITUTION, Column, Evaluation
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.charges import BEFORE, drawing_on, pools_drawn_on
from payengine.texts import joined, say

# Lines that pay the rows of `adjustment`: (of a person, above zero).
CASES = {
    "case_addition": (True, True), "case_deduction": (True, False),
    "institution_case_addition": (False, True), "institution_case_deduction": (False, False),
}  # fmt: skip


def unfunded_charges(
    evaluation: Evaluation, policy: Policy, outputs: Sequence[str], tables: PeriodTables, period: Period
) -> Iterator[Problem]:
    """Find institutions that charge lines to a pool of which they lack an input.

    An institution that charges nothing to it needs no pool. A pool that others divide stops the run before.
    """
    for pool in pools_drawn_on(policy, outputs):
        name = f"{pool}{BEFORE}" if pool in policy.figures else pool
        column = evaluation.values.get(name)
        if not isinstance(column, Column) or not column.absent:
            continue
        lacking = np.logical_or.reduce([mark.rows for mark in column.absent_at(INSTITUTION)])
        for row in np.flatnonzero(lacking).tolist():
            code = evaluation.frame.institutions[row]
            told = [*_charged(evaluation, policy, outputs, pool, tables, row)]
            if told:
                yield Problem(
                    say("{pool} is not given, and is charged with {lines}", pool=_label(policy, evaluation, pool),
                        lines=joined(told)),
                    code,
                    column=pool,
                    remedy=say(
                        "add {inputs}, or charge it elsewhere",
                        inputs=joined(lacking_words(evaluation, column, row, period, False)),
                    ),
                )  # fmt: skip


def _label(policy: Policy, evaluation: Evaluation, pool: str) -> str:
    return policy.figures[pool].label if pool in policy.figures else evaluation.formulas[pool].label


def _charged(
    evaluation: Evaluation, policy: Policy, outputs: Sequence[str], pool: str, tables: PeriodTables, row: int
) -> Iterator[str]:
    """Yield each line that an institution charges to a pool: its label, amount and cases."""
    for component in drawing_on(policy, pool, outputs):
        column = evaluation.values[component.name]
        assert isinstance(column, Column)
        # Lines of two persons that cancel are charged all the same.
        places = evaluation.frame.parent(column.level, INSTITUTION) if column.level is not INSTITUTION else None
        of_all = column.data.values
        own = of_all[row : row + 1] if places is None else of_all[places == row]
        if own.any():
            amount = decimal_text(int(own.sum()), column.data.scale)
            cases = joined(_cases(tables, evaluation.frame.institutions[row], component.name))
            yield f"{component.label} {amount}" + (f" ({cases})" if cases else "")


def _cases(tables: PeriodTables, institution: str, component: str) -> list[str]:
    """List the cases that a line pays at an institution; none of a line that pays no cases."""
    if component not in CASES:
        return []
    of_person, above = CASES[component]
    found = tables.table(TABLE).to_pylist()
    return list(dict.fromkeys(
        row["case"] for row in found
        if row["institution"] == institution and bool(row["staff"]) is of_person and (row["amount"] > 0) is above
    ))  # fmt: skip

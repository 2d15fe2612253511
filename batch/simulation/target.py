"""Figure of a run that a sum of money is held against: pay, statements, or another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from batch.compute.policy_formulas import STATEMENT_TOTAL
from payengine.errors import Refused, UsageError
from payengine.exact.amounts import decimal_text
from payengine.graph import CONSORTIUM, COUNT, INSTITUTION, POINTS, YUAN, Column, Evaluation, Keyed
from payengine.kernels.arrays import Int64
from payengine.suggest import hint
from payengine.texts import joined, say

PAY = "pay"  # all lines of all persons
STATEMENTS = "statements"  # all that institutions are paid themselves
OWN_NAMES: Mapping[str, str] = {PAY: "gross_pay", STATEMENTS: STATEMENT_TOTAL}


@dataclass(frozen=True)
class Target:
    """Figure by name, `NAME` or `NAME[KEY]`, of an institution or ('') of all together."""

    name: str
    institution: str = ""

    def label(self, evaluation: Evaluation) -> str:
        """Return what the figure is called."""
        return evaluation.formulas[self._formula(evaluation)].label

    def unit(self, evaluation: Evaluation) -> str:
        return evaluation.formulas[self._formula(evaluation)].unit.name

    def scale(self, evaluation: Evaluation) -> int:
        """Return the decimals of the figure."""
        return self._column(evaluation).data.scale

    def value(self, evaluation: Evaluation) -> int:
        """Compute the figure, a whole number at its scale; `Refused` where it is not given.

        `UsageError` for a figure that has no sum.
        """
        column = self._column(evaluation)
        rows = self._rows(evaluation, column)
        if any(mark.rows[rows].any() for mark in column.absent):
            raise Refused(say("{name} is not given in this run", name=self.name))
        return sum(column.data.values[rows].tolist())

    def _rows(self, evaluation: Evaluation, column: Column) -> Int64:
        frame = evaluation.frame
        every = np.arange(len(column.data.values), dtype=np.int64)
        if column.level is CONSORTIUM:
            if self.institution:
                raise UsageError(
                    say("{name} is one figure of all institutions", name=self.name),
                    remedy=say("Leave --institution out."),
                )
            return every
        if self.institution:
            if self.institution not in frame.institutions:
                raise UsageError(
                    say("there is no institution {code}", code=self.institution)
                    + hint(self.institution, frame.institutions)
                )
            place = list(frame.institutions).index(self.institution)
            at = every if column.level is INSTITUTION else frame.parent(column.level, INSTITUTION)
            every = np.flatnonzero(at == place)
        if len(every) != 1 and not _adds_up(self.unit(evaluation)):
            raise UsageError(
                say("{name} is in {unit}, which does not add up", name=self.name, unit=self.unit(evaluation)),
                remedy=say("Name a figure of money, or one institution with --institution."),
            )
        return every

    def _formula(self, evaluation: Evaluation) -> str:
        name = OWN_NAMES.get(self.name, self.name).partition("[")[0]
        known = {*OWN_NAMES, *evaluation.values}
        if name not in evaluation.values:
            raise UsageError(say("the run has no figure {name}", name=self.name) + hint(self.name, sorted(known)))
        return name

    def _column(self, evaluation: Evaluation) -> Column:
        value = evaluation.values[self._formula(evaluation)]
        key = self.name.partition("[")[2].removesuffix("]")
        if isinstance(value, Keyed):
            if key not in value.keys():  # noqa: SIM118  (a Keyed is no mapping)
                listed = joined(value.keys())
                raise UsageError(
                    say("{name} is given for each {axis}", name=self.name.partition("[")[0], axis=value.axis),
                    remedy=say("Name one of them: {names}.", names=listed),
                )
            value = value[key]
        elif key:
            raise UsageError(say("{name} is one figure, so nothing stands in brackets after it", name=self.name))
        if not isinstance(value, Column):
            raise UsageError(say("{name} is no figure of numbers", name=self.name))
        return value


def _adds_up(unit: str) -> bool:
    return unit in (YUAN.name, COUNT.name, POINTS.name)


def amount_text(value: int, scale: int) -> str:
    """Write a figure with its decimals."""
    return decimal_text(value, scale, grouped=True)

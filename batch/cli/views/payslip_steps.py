"""Computation of each component of a payslip, in words.

Rule, numbers, and the figures behind them, step by step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from batch.cli.views.payslip_words import GIVEN, PayslipWords
from batch.explain.explanation import calculation_of
from batch.inputs.catalogue import BY_NAME
from batch.payslips.arithmetic import FLAGS, PARTS, Arithmetic, arithmetic, is_number
from batch.payslips.payslip import FEWEST, Payslip
from payengine.graph import DEPARTMENT, ENGAGEMENT, INSTITUTION, STAFF, Cell, Operand, Step
from payengine.policy import Policy
from payengine.texts import joined, say

DAYS = ("engaged_from", "engaged_until", "first_engaged", "first_worked", "period_first_day", "period_last_day")


class PayslipSteps:
    """Steps from the components of a payslip down, each figure where it is needed first."""

    def __init__(self, payslip: Payslip, policy: Policy) -> None:
        self.payslip, self.policy, self.trace = payslip, policy, payslip.trace
        self.words = PayslipWords(policy, payslip.trace)
        self.shown: set[str] = set()

    def given(self) -> list[tuple[str, list[str]]]:
        """List the components that are paid as they are given: (rule, labels)."""
        found: dict[str, list[str]] = {}
        for name in self.payslip.components:
            if self._is_given(name):
                found.setdefault(self.words.rule(name), []).append(self.words.label(name))
        return list(found.items())

    def rows(self) -> list[dict[str, Any]]:
        """List the steps of every other component, as the template takes them."""
        rows: list[dict[str, Any]] = []
        for name in self.payslip.components:
            if not self._is_given(name):
                rows += self._rows(name, 0)
        return rows

    def _is_given(self, name: str) -> bool:
        step = self.trace.steps[name]
        read = [one.name for one in step.operands]
        return calculation_of(self.policy, name) is None and len(read) == 1 and read[0].startswith(GIVEN)

    def _rows(self, name: str, depth: int) -> Iterator[dict[str, Any]]:
        whole = name.removesuffix(PARTS)
        if whole != name and whole in self.trace.steps:  # of the parts of a pool the pool is told
            name = whole
        step = self.trace.steps.get(name)
        if step is None or name in self.shown or self._is_hidden(name):
            return
        self.shown.add(name)
        calculation = calculation_of(self.policy, name)
        told = [] if self._tells_of_few(step) else arithmetic(step, calculation)
        same = self._same_as(told)
        if depth and same:  # another name for one figure: what that is made of is told at once
            yield from self._rows(same, depth)
            return
        table = None if told else self._table(step)
        operands = [one for one in step.operands if self._is_worth_telling(one)]
        yield {
            "depth": depth, "label": self.words.label(name), "value": self._values(name, step.cells),
            "rule": "" if told and calculation is not None else self.words.rule(name),
            "lines": [self._line(one, name) for one in told], "table": table,
            "given": [] if told else [self._operand(one) for one in operands if not (table and _is_keyed(one))],
        }  # fmt: skip
        names = (
            [term.name for one in told for term in one.terms if not term.is_idle]
            if told
            else [one.name for one in operands]
        )
        for each in dict.fromkeys(names):
            yield from self._rows(each, depth + 1)

    def _line(self, one: Arithmetic, name: str) -> str:
        text = self.words.line(one, name)
        return say("{line} (shared out to the fen)", line=text) if one.shared else text

    def _same_as(self, told: Sequence[Arithmetic]) -> str:
        """Name the figure that another one merely repeats; '' where there is none."""
        terms = [one.terms for one in told]
        if len(terms) == 1 and len(terms[0]) == 1 and terms[0][0].name and terms[0][0].value == told[0].cell.value:
            return str(terms[0][0].name)
        return ""

    def _is_worth_telling(self, operand: Operand) -> bool:
        """Leave out switches, days, and what the policy does not give."""
        given = [cell for cell in operand.cells if cell.value is not None]
        if operand.name in DAYS or (not given and not operand.totals) or self._is_hidden(operand.name):
            return False
        return not given or any(cell.value not in FLAGS for cell in given)

    def _operand(self, operand: Operand) -> str:
        texts = [self._values(operand.name, operand.cells)] if operand.cells else []
        texts += [
            say("of all {n} together {value}", n=f"{one.rows:,}", value=self.words.value(operand.name, one.value))
            for one in operand.totals
            if one.value is not None and is_number(one.value) and one.rows > self._few
        ]  # fmt: skip
        return say("{name}: {text}", name=self.words.label(operand.name), text=say("; ").join(filter(None, texts)))

    def _values(self, name: str, cells: Sequence[Cell]) -> str:
        """Write the values of a figure: one, or one for each key and engagement."""
        told = []
        given = [cell for cell in cells if cell.value is not None and not self._is_of_few(cell, name)]
        for cell in given:
            several = sum(one.key == cell.key for one in given) > 1
            where = [self.words.key(name, cell.key)] if cell.key else []
            if several and cell.level is ENGAGEMENT:
                where.append(say("from {day}:", day=self._begin(cell)))
            told.append(" ".join([*where, self.words.value(name, cell.value, cell.exact)]))
        return joined(told)

    def _begin(self, cell: Cell) -> str:
        rows: list[int] = self.trace.subject.rows[ENGAGEMENT].tolist()
        return self.payslip.engagements[rows.index(cell.row)].engaged_from

    def _table(self, step: Step) -> dict[str, Any] | None:
        """Lay out operands that have several keys in common.

        A row for each key, a column for each operand.
        """
        keyed = [one for one in step.operands if _is_keyed(one) and self._is_worth_telling(one)]
        if not keyed:
            return None
        keys = list(dict.fromkeys(cell.key for one in keyed for cell in one.cells))
        rows = []
        for key in keys:
            row = [self.words.key(keyed[0].name, key)]
            for one in keyed:
                cells = [cell for cell in one.cells if cell.key == key]
                row.append(self._values(one.name, [_without_key(cell) for cell in cells]))
            rows.append(row)
        return {"heads": ["", *[self.words.label(one.name) for one in keyed]], "rows": rows}

    # Figures of so few persons that one could be told from the sum.

    @property
    def _few(self) -> int:
        """Engagements of the largest group that is too small.

        A sum over no more of them is not printed.
        """
        return max(self.payslip.small.values(), default=0)

    def _is_hidden(self, name: str) -> bool:
        """Tell if a figure would be that of one or two others.

        The mean of the best, a small group's.
        """
        calculation = calculation_of(self.policy, name)
        if calculation is not None and calculation.best.isdigit() and int(calculation.best) < FEWEST:
            return True
        step = self.trace.steps.get(name)
        return step is not None and bool(step.cells) and all(self._is_of_few(cell, name) for cell in step.cells)

    def _is_of_few(self, cell: Cell, name: str = "") -> bool:
        if name in self.policy.parameters or cell.level in (STAFF, ENGAGEMENT):
            return False
        small = self.payslip.small
        if cell.level is INSTITUTION and INSTITUTION in small:
            return name not in BY_NAME or BY_NAME[name].table != "institution"
        return cell.level is DEPARTMENT and (DEPARTMENT in small or INSTITUTION in small)

    def _tells_of_few(self, step: Step) -> bool:
        """Tell if a line of arithmetic of a step would print a figure of few others."""
        read = [one for one in step.operands if one.name not in self.policy.parameters]
        return any(
            any(self._is_of_few(cell, one.name) for cell in one.cells)
            or any(total.rows <= self._few for total in one.totals)
            for one in read
        )


def _is_keyed(operand: Operand) -> bool:
    return len({cell.key for cell in operand.cells if cell.key and cell.value is not None}) > 1


def _without_key(cell: Cell) -> Cell:
    return Cell(cell.level, cell.row, "", cell.value, cell.exact)

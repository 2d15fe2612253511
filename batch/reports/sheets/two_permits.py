"""Two permits (两个允许测算表): the steps from income to the reward that is paid.

Every step is a line with its base and rate, in the order in which the rule computes (see `formulas/two_permits.py`,
`formulas/performance_total.py`, `formulas/rewards.py`). The amounts are those that the run reported; rates are those of
its policy on the last day of its period, bases those of its snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from batch.report_names import LACKING
from batch.reports.selected_rows import only
from batch.reports.sheets.ceiling import CEILING, GRANTED, NOT_PAYABLE, PAYABLE, reasons
from batch.reports.sheets.material import NoSheet, SheetMaterial, signatures, yuan_unit
from batch.reports.sheets.reported import PolicyValues, Reported, sums_by_institution
from batch.reports.sheets.sheet import FEN, RATE, Row, Sheet, SheetColumn, SheetGroup
from payengine.exact import FEN as FEN_SCALE
from payengine.texts import joined, say

if TYPE_CHECKING:
    from batch.results import Results

POOL, BASE = "reward_pool", "reward_base"
PLUS, MINUS, EQUALS = "+", "-", "="
REWARD_PAY = "reward_pay"  # the component that settles the pool with each person
_OF_NAMED_BASE = "share_of_named_base"  # the formula of the pool whose base the policy names
# Lines of finance with the parameter that says at which share each counts.
_INCOME = ("surplus_income_lines", "surplus_income", PLUS)
_COSTS = ("surplus_cost_lines", "surplus_costs", MINUS)
_DEDUCTIONS = ("surplus_deduction_lines", "surplus_deductions", MINUS)


def make(material: SheetMaterial) -> Sheet | NoSheet:
    """Make the sheet; there is none where the run settles no surplus."""
    reported = Reported(material.results)
    if not reported.has(POOL):
        return NoSheet(say("the two permits are settled by the year; a run of this kind computes no reward pool"))
    values, steps = PolicyValues(material), _Steps(material, reported)
    applying = [code for code in reported.institutions if _applies(code, reported, values)]
    outside = [code for code in reported.institutions if code not in applying]
    if not applying:
        return NoSheet(say("the two permits hold for no institution of this run"))
    notes = [
        say("Each amount marked = follows from those before it; rates are those in force on {day}.",
            day=material.meta.period.last_day.isoformat())
    ]  # fmt: skip
    if outside:
        notes.append(
            say("The two permits do not hold for {who}.", who=joined(material.named(code) for code in outside))
        )
    return Sheet(
        name="two_permits",
        tab=say("Two permits"),
        title=say("Computation of the two permits"),
        columns=(
            SheetColumn(say("No."), width=5),
            SheetColumn(say("Step"), width=36),
            SheetColumn(say("Item"), width=34),
            SheetColumn(say("Base"), FEN, width=16),
            SheetColumn(say("Rate"), RATE, width=10),
            SheetColumn("", width=4),
            SheetColumn(say("Amount"), FEN, width=16),
            SheetColumn(say("Remark"), width=40),
        ),
        groups=lambda: (
            SheetGroup(material.named(code), list(_numbered(steps.of(code))), starts_page=True) for code in applying
        ),
        subtitle=material.subtitle,
        unit=yuan_unit(),
        notes=tuple(notes),
        signatures=signatures(),
    )


def _applies(code: str, reported: Reported, values: PolicyValues) -> bool:
    """Tell if the permits hold: by the policy's staff share, else by figures beside 0."""
    if values.are_known:
        return values.number("reward_staff_share", code) is not None
    names = [POOL, "surplus", *(f"{_INCOME[0]}[{key}]" for key in reported.keys(_INCOME[0]))]
    return any(reported.value(name, code, FEN_SCALE) != 0 for name in names)


def _numbered(rows: Iterable[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        yield (str(number), *row)


class _Steps:
    """Steps of the computation: step, item, base, rate, sign, amount, remark."""

    def __init__(self, material: SheetMaterial, reported: Reported) -> None:
        self._reported = reported
        self._values = PolicyValues(material)
        self._finance = _finance(material)
        self._advances = _staff_sums(material.results, "reward_advances_paid")
        self._carried = _staff_sums(material.results, "reward_advance_carried")
        self._paid = _paid(material.results)
        self._labels = material.labels

    def of(self, code: str) -> Iterator[Row]:
        """List the steps of an institution."""
        yield from self._lines(code, *_INCOME)
        yield from self._lines(code, *_COSTS)
        yield self._figure(code, "surplus", EQUALS)
        yield from self._lines(code, *_DEDUCTIONS)
        yield self._figure(code, "distributable", EQUALS)
        yield from self._funds(code)
        yield self._figure(code, BASE, EQUALS)
        yield self._pool(code)
        yield from self._uses(code)
        yield from self._ceiling(code)
        yield from self._payable(code)

    def _amount(self, name: str, code: str) -> int | None:
        return self._reported.value(name, code, FEN_SCALE)

    def _row(
        self, code: str, name: str, sign: str, base: int | None = None, rate: int | None = None, remark: str = ""
    ) -> Row:
        step, item = self._reported.label(name)
        told = [remark, *self._reported.lacks(name, code)]
        return (
            step,
            item or None,
            base,
            rate,
            sign or None,
            self._reported.cell(name, code, FEN_SCALE),
            joined(filter(None, told)) or None,
        )

    def _figure(self, code: str, name: str, sign: str) -> Row:
        return self._row(code, name, sign)

    def _lines(self, code: str, figure: str, parameter: str, sign: str) -> Iterator[Row]:
        for line in self._reported.keys(figure):
            rate = self._values.number(parameter, code, line=line)
            yield self._row(code, f"{figure}[{line}]", sign, self._finance.get((code, line)), rate)

    def _funds(self, code: str) -> Iterator[Row]:
        """List each fund from its base to what is set aside, without steps that change nothing."""
        for fund in self._reported.keys("fund_set_aside"):
            at_rate, counted = f"fund_at_rate[{fund}]", f"fund_balance_counted[{fund}]"
            due, aside = f"fund_due[{fund}]", f"fund_set_aside[{fund}]"
            base = self._amount(f"fund_base_amount[{fund}]", code)
            yield self._row(code, at_rate, "", base, self._values.number("fund_rate", code, fund=fund))
            if self._amount(counted, code):
                yield self._row(code, counted, "")
            if self._amount(due, code) != self._amount(at_rate, code):
                yield self._row(code, due, "", remark=self._why_due(code, fund))
            is_short = self._amount(aside, code) != self._amount(due, code)
            remark = say("as far as what is distributable reaches") if is_short else ""
            yield self._row(code, aside, MINUS, remark=remark)

    def _why_due(self, code: str, fund: str) -> str:
        if self._values.number("fund_in_costs", code, fund=fund):
            return say("in the costs already")
        if self._values.number("fund_cap", code, fund=fund) is not None:
            return say("less the balance of the year's beginning, up to the cap")
        return say("less the balance of the year's beginning")

    def _pool(self, code: str) -> Row:
        """Make the row of the pool: the staff share of the base, or of a figure named."""
        base = self._amount(BASE, code)
        rate = self._values.number("reward_staff_share", code)
        remark = ""
        if self._values.choice(POOL) == _OF_NAMED_BASE:
            left, base = base, self._named(self._values.figure("reward_pool_base", code), code)
            if left is not None and self._amount(POOL, code) == max(left, 0):
                remark = say("at most what the funds leave")
        return self._row(code, POOL, EQUALS, None if base is None else max(base, 0), rate, remark)

    def _named(self, figure: str, code: str) -> int | None:
        """Look up the figure that a policy names: a line of finance, or a figure that is reported."""
        name, _, line = figure.partition("[")
        return self._finance.get((code, line.rstrip("]"))) if name == "finance" else self._amount(figure, code)

    def _uses(self, code: str) -> Iterator[Row]:
        base = self._amount(BASE, code)
        for use in self._reported.keys("surplus_split"):
            rate = self._values.number("surplus_split_share", code, fund=use)
            shown = max(base, 0) if base is not None and rate is not None else None
            yield self._row(code, f"surplus_split[{use}]", "", shown, rate)

    def _ceiling(self, code: str) -> Iterator[Row]:
        if self._reported.has(CEILING):
            yield self._figure(code, CEILING, "")
            yield self._figure(code, GRANTED, MINUS)
        if self._reported.has("ceiling_room"):
            yield self._figure(code, "ceiling_room", EQUALS)

    def _payable(self, code: str) -> Iterator[Row]:
        """List what may be paid, what not and why, and what is paid after the advances."""
        why = reasons(code, self._reported) or (
            [say("the lesser of pool and room")] if self._reported.has(CEILING) else []
        )
        yield self._row(code, PAYABLE, EQUALS, remark=joined(why))
        for reason in self._reported.keys(NOT_PAYABLE):
            if self._amount(f"{NOT_PAYABLE}[{reason}]", code):
                yield self._row(code, f"{NOT_PAYABLE}[{reason}]", "")
        if self._reported.has("reward_distributed"):
            yield self._figure(code, "reward_distributed", EQUALS)
        for label, sums, sign in (
            (say("Rewards paid in advance"), self._advances, MINUS),
            (say("Advances carried to the next year"), self._carried, PLUS),
            (self._labels.get(REWARD_PAY, ""), self._paid, EQUALS),
        ):
            if sums is not None and label:
                yield label, None, None, None, sign, sums.get(code, 0), None


def _finance(material: SheetMaterial) -> Mapping[tuple[str, str], int]:
    """Look up the run's own rows of the table `finance`, by institution and line, in fen."""
    table = material.table("finance")
    if table is None:
        return {}
    period = str(material.meta.period)
    return {(row["institution"], row["line"]): row["amount"] for row in table.to_pylist() if row["period"] == period}


def _staff_sums(results: Results, name: str) -> Mapping[str, int] | None:
    """Add up a figure of persons by institution; None where it is not given."""
    import pyarrow.compute as pc

    of_persons = only(results.reports, level="staff")
    if pc.any(pc.starts_with(of_persons["name"], f"{name}{LACKING}")).as_py():
        return None
    found = only(of_persons, name=name)
    return sums_by_institution(found, "value") if found.num_rows else None


def _paid(results: Results) -> Mapping[str, int] | None:
    """Add up the settlement's lines of rewards by institution; None where it pays none."""
    if REWARD_PAY not in results.components["component"].to_pylist():
        return None
    return sums_by_institution(only(results.pay_lines, component=REWARD_PAY), "amount_fen")

"""Explanations as they are printed: the tree of the figures, then the work behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT
from batch.cli.views.code_words import (
    basis_words,
    category_words,
    coded,
    funding_words,
    selection_words,
    source_words,
    unit_text,
)
from batch.cli.views.heading import heading
from batch.cli.views.paragraphs import Paragraphs
from batch.cli.views.policy_contents import calculation_key
from batch.cli.views.tables import Head, Sheet, figure, name, word
from batch.cli.views.why_words import input_words
from batch.explain.as_json import POINTS_SCALE, engaged_from, stored_lines
from batch.explain.explanation import calculation_of
from batch.explain.paid_work import COUNTS_ONLY, HELD
from batch.input_tables import BY_NAME as BY_TABLE
from batch.inputs.catalogue import BY_NAME
from batch.reports.register import Names, reason_text
from payengine.exact.amounts import decimal_text, fraction_text, yuan
from payengine.graph import ENGAGEMENT, Cell, Formula, Operand, Total
from payengine.periods import from_day_number
from payengine.policy.keys import AXIS_KEYS
from payengine.texts import joined, labelled, language, say
from payengine.texts import word as word_of

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.explain.explanation import Explanation
    from batch.explain.paid_work import RecordRow
    from batch.explain.parameter_reads import ParameterRead

DEEPEST = 8  # levels of indentation; what lies deeper stands under the last
STEP = "  "
SILENT = ("ratio", "count", "flag", "figure", "true or false")  # units that are told by the number itself
DAY_NUMBERS = ("engaged_from", "engaged_until", "first_engaged", "first_worked", "period_first_day", "period_last_day")


def explanation_parts(
    explanation: Explanation, names: Names, component: str = "", with_records: bool = False
) -> list[RenderableType]:
    """Print an explanation: stored lines, the tree of their figures, work, rejected records."""
    who = explanation.staff or explanation.institution
    called = names.staff.get(who, "") if explanation.staff else names.institutions.get(who, "")
    title = f"{who} {called}".strip()
    if explanation.staff:
        title = say("{who} at {institution}", who=title, institution=explanation.institution)
    parts = heading(explanation.stored, title)
    if not explanation.same_engine:
        parts.append(say("Computed again by another engine than the run's; the figures are equal."))
    lines = stored_lines(explanation.stored, explanation.institution, explanation.staff, component)
    total = sum(line["amount_fen"] for line in lines)
    if lines or not component:
        parts += ["", say("{amount} yuan in {n} line(s)", amount=yuan(total), n=len(lines))]
    if lines:
        parts.append(_lines(explanation, lines, names))
    tree = _Tree(explanation)
    for root in [component] if component else explanation.roots:
        parts += ["", Paragraphs(tree.rows(root))]
    if explanation.items and not component:
        parts += ["", say("Work by item:"), _items(explanation)]
    if with_records:
        parts += ["", *_paid_parts(explanation)]
    return parts if component else [*parts, *_refused_parts(explanation)]


def records_parts(explanation: Explanation) -> list[RenderableType]:
    """Print the records of an explanation alone: those that were paid, then the others."""
    return [*_paid_parts(explanation), *_refused_parts(explanation)]


def _paid_parts(explanation: Explanation) -> list[RenderableType]:
    return [say("Records that were paid:"), _records([row for row in explanation.rows if not row.reason])]


def _refused_parts(explanation: Explanation) -> list[RenderableType]:
    refused = [row for row in explanation.rows if row.reason]
    return ["", say("Records that were not paid:"), _refused(refused)] if refused else []


def record_parts(record: str, rows: Sequence[RecordRow], run: str) -> list[RenderableType]:
    """Print what became of one service record: a line for each of its rows."""
    head = say("Record {record} in run {run}: {n} row(s)", record=record, run=run[:SHORT], n=len(rows))
    paid, refused = ([row for row in rows if bool(row.reason) is refusal] for refusal in (False, True))
    parts: list[RenderableType] = [head]
    if paid:
        parts += ["", say("Paid:"), _records(paid, whose=True)]
    if refused:
        parts += ["", say("Not paid:"), _refused(refused, whose=True)]
    return parts


def _lines(explanation: Explanation, lines: Sequence[Mapping[str, Any]], names: Names) -> Sheet:
    heads = [figure(say("Yuan"), key=True), word(say("Component")), word(say("Engaged from")), word(say("Funded by"))]
    rows = [
        [
            yuan(line["amount_fen"]), _component(explanation, line["component"]), line.get("engagement_from", ""),
            funding_words(line["funding"], names.funding),
        ]
        for line in lines
    ]  # fmt: skip
    return Sheet(heads, rows, indent=STEP).without_empty()


def _component(explanation: Explanation, code: str) -> str:
    policy = explanation.policy
    found = policy.components.get(code) or policy.statements.get(code)
    return coded(found.label, code) if found else code


class _Tree:
    """Tree of the figures of an explanation; each is unfolded where it stands first."""

    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.shown: set[str] = set()

    def rows(self, root: str) -> list[tuple[str, str]]:
        """List the lines of a figure and of all that it is made of: (indentation, text)."""
        return list(self._rows(self._whole(root), 0))

    def _whole(self, figure_name: str) -> Operand:
        """Give all that is traced of a figure."""
        step = self.explanation.trace.steps.get(figure_name)
        if step is None:
            return self.explanation.trace.given[figure_name]
        return Operand(figure_name, step.cells, step.totals)

    def _rows(self, read: Operand, depth: int) -> Iterator[tuple[str, str]]:
        indent = STEP * min(depth, DEEPEST)
        step = self.explanation.trace.steps.get(read.name)
        again = read.name in self.shown
        self.shown.add(read.name)
        head = f"{self._label(read.name)}{self._values(read)}"
        if step is None:
            yield indent, head + _aside(self._origin(read))
            for figure_name in self.explanation.operands(read.name) if not again else ():
                yield from self._rows(self._whole(figure_name), depth + 1)
            return
        if again:
            yield indent, head + _aside(say("above"))
            return
        yield indent, head
        yield indent + STEP, self._rule(step.formula)
        for operand in step.operands:
            yield from self._rows(operand, depth + 1)

    def _rule(self, formula: Formula) -> str:
        """Write a rule in a line: what it does, and its clause.

        A calculation is written with its own keys.
        """
        calculation = calculation_of(self.explanation.policy, formula.gives)
        if calculation is not None:
            keys = calculation.keys()
            said = say("; ").join(f"{calculation_key(key)} = {text}" for key, text in keys if key != "unit")
            return f"{said} [{source_words(formula.source)}]"
        return f"{formula.sentence} [{source_words(formula.source)}]".strip()

    def _label(self, figure_name: str) -> str:
        step = self.explanation.trace.steps.get(figure_name)
        if step is not None:
            return coded(step.formula.label, figure_name)
        parameter = self.explanation.policy.parameters.get(figure_name)
        if parameter is not None:
            return coded(parameter.label, figure_name)
        return coded(input_words(figure_name) or say("Component"), figure_name)

    def _values(self, read: Operand) -> str:
        """Write the values of a figure behind its name: one, or one for each row and key."""
        unit = self._unit(read.name)
        texts = [self._cell(cell, read) for cell in read.cells]
        texts += [self._total(one, read.name) for one in read.totals]
        if not texts:
            return " = -"
        return " = " + say("; ").join(_grouped(text) if unit else text for text in texts) + (f" {unit}" if unit else "")

    def _unit(self, figure_name: str) -> str:
        step = self.explanation.trace.steps.get(figure_name)
        if step is not None:
            return _unit_text(step.formula.unit.name)
        parameter = self.explanation.policy.parameters.get(figure_name)
        if parameter is not None:
            return _unit_text(parameter.unit)
        unit = BY_NAME[figure_name].unit
        return "" if unit is None else _unit_text(unit.name)

    def _cell(self, cell: Cell, read: Operand) -> str:
        several = sum(one.key == cell.key for one in read.cells) > 1
        where = [self._key(read.name, cell.key)] if cell.key else []
        if several and cell.level is ENGAGEMENT:
            where.append(say("from {day}:", day=engaged_from(self.explanation.trace.frame, cell.row)))
        elif several:
            where.append(self.explanation.trace.frame.code(cell.level, cell.row)[1] + ":")
        if read.name in DAY_NUMBERS and cell.value is not None:
            day = from_day_number(int(cell.value))
            return " ".join([*where, say("open") if day is None else str(day)])
        value = {None: say("not given"), "yes": say("yes"), "no": say("no")}.get(cell.value, cell.value)
        return " ".join([*where, labelled(str(value), cell.exact) if cell.exact else str(value)])

    def _key(self, figure_name: str, key: str) -> str:
        """Write the key of a value, with its label in the policy."""
        step = self.explanation.trace.steps.get(figure_name)
        parameter = self.explanation.policy.parameters.get(figure_name)
        if step is not None:
            label = step.formula.keys.get(key) or self.explanation.policy.label(step.formula.axis, key)
        elif parameter is not None:
            axes = [axis for axis in sorted(parameter.keys) if axis in AXIS_KEYS] or [parameter.by]
            label = self.explanation.policy.label(axes[0], key)
        else:
            label = self.explanation.policy.label(BY_NAME[figure_name].axis, key)
            if label == key and figure_name == "pay_component":  # a line's own label names what it is given by
                lines = self.explanation.policy.components.values()
                label = next((one.label for one in lines if key in (one.input, one.name)), key)
        return f"[{coded(label, key)}]"

    def _total(self, one: Total, figure_name: str) -> str:
        key = self._key(figure_name, one.key) + " " if one.key else ""
        if one.value is None or figure_name in DAY_NUMBERS:  # a sum of days says nothing
            return key + say("of {n} rows", n=f"{one.rows:,}")
        return key + say("sum of {n} rows {value}", n=f"{one.rows:,}", value=one.value)

    def _origin(self, read: Operand) -> str:
        found = self.explanation.parameters.get(read.name)
        if found is None:
            table = BY_NAME[read.name].table
            return (
                say("input table {table}", table=word_of(table)) if table in BY_TABLE else say("of the period itself")
            )
        groups: dict[str, list[ParameterRead]] = {}  # values that rest on the same: this is told once
        for one in found:
            groups.setdefault(_facts(one), []).append(one)
        if len(groups) == 1 and all(key in AXIS_KEYS for one in found for key in one.where):
            return next(iter(groups))  # of every key, which stands before its value
        told = []
        for facts, reads in groups.items():
            values = joined([words for one in reads if (words := self._where(one))])
            told.append(say("{name}: {text}", name=values, text=facts) if values else facts)
        return say("; ").join(told) or say("no value of the policy")

    def _where(self, one: ParameterRead) -> str:
        """Write for what a value holds: keys of an axis by their labels."""
        words = []
        for key, text in one.where.items():
            if key not in AXIS_KEYS:
                words.append(selection_words(f"{key} = {text}"))
            else:
                words.append(text if language() == "en" else self.explanation.policy.label(key, text))
        return " ".join(words)


def _unit_text(unit: str) -> str:
    """Write a unit that says something beside a number."""
    return "" if unit in SILENT else unit_text(unit)


def _aside(text: str) -> str:
    return say("  ({text})", text=text)


def _grouped(text: str) -> str:
    """Group the digits of amounts, as tables do."""
    return re.sub(r"(?<![\d.\w-])(-?)(\d{4,})(?=[.]\d|$|[ ;])", lambda found: f"{found[1]}{int(found[2]):,}", text)


def _facts(one: ParameterRead) -> str:
    """Write where a value of the policy comes from."""
    term = say("from {start} to before {until}", start=one.start, until=one.until) if one.until else say(
        "since {start}", start=one.start)  # fmt: skip
    value = one.value if one.is_figure else ""
    source = "" if one.source == one.basis else one.source
    facts = [part for part in (value, term, source, basis_words(one.basis)) if part]
    return reduce(lambda told, more: say("{one}, {other}", one=told, other=more), facts)


def _items(explanation: Explanation) -> Sheet:
    rows = [
        [
            one.item, one.item_name, category_words(one.category), decimal_text(one.equivalents, 4, least=0),
            decimal_text(one.difficulty, 4, least=0), f"{one.rows:,}", f"{one.refunds:,}" if one.refunds else "",
            _grouped(fraction_text(one.amount, 6)), _grouped(fraction_text(one.points, POINTS_SCALE)),
        ]
        for one in explanation.items
    ]  # fmt: skip
    whole = sum((one.points for one in explanation.items), Fraction(0))
    services = sum(one.rows for one in explanation.items)
    refunds = sum(one.refunds for one in explanation.items)
    rows.append([say("Total"), "", "", "", "", f"{services:,}", f"{refunds:,}" if refunds else "", "",
                 _grouped(fraction_text(whole, POINTS_SCALE))])  # fmt: skip
    heads = [
        word(say("Item"), key=True), name(""), word(say("Category")), figure(say("Equivalents")),
        figure(say("Difficulty")), figure(say("Services")), figure(say("Refunds")), figure(say("Quantity x share")),
        figure(say("Points")),
    ]  # fmt: skip
    return Sheet(heads, rows, totals=1, indent=STEP).without_empty()


def _records(rows: Sequence[RecordRow], whose: bool = False) -> Sheet:
    table = [
        [
            row.record, *([row.institution, row.staff] if whose else []), "" if row.day is None else str(row.day),
            row.item, row.item_name, decimal_text(row.quantity or 0, 2, least=0),
            decimal_text(row.share or 0, 4, least=0), decimal_text(row.equivalents or 0, 4, least=0),
            decimal_text(row.difficulty or 0, 4, least=0), fraction_text(row.points, POINTS_SCALE), row.reverses,
        ]
        for row in rows
    ]  # fmt: skip
    heads = [
        word(say("Record"), key=True), *_whose(whose), word(say("Date")), word(say("Item")), name(""),
        figure(say("Quantity")), figure(say("Share")), figure(say("Equivalents")), figure(say("Difficulty")),
        figure(say("Points")), word(say("Refund of")),
    ]  # fmt: skip
    return Sheet(heads, table, indent=STEP).without_empty()


def _refused(rows: Sequence[RecordRow], whose: bool = False) -> Sheet:
    table = [
        [
            row.record, *([row.institution, row.staff] if whose else []), "" if row.day is None else str(row.day),
            row.item, row.item_name, row.reason, _why(row.reason), row.reverses,
        ]
        for row in rows
    ]  # fmt: skip
    heads = [
        word(say("Record"), key=True), *_whose(whose), word(say("Date")), word(say("Item")), name(""),
        word(say("Reason")), word(""), word(say("Reverses")),
    ]  # fmt: skip
    return Sheet(heads, table, indent=STEP).without_empty()


def _why(reason: str) -> str:
    """Say in words why a row is not paid by the run."""
    own = {
        HELD: say("the institution was held in this run"),
        COUNTS_ONLY: say("of an earlier month; it counts in the limits"),
    }
    return own.get(reason) or reason_text(reason)


def _whose(whose: bool) -> list[Head]:
    return [word(say("Institution")), word(say("Staff"))] if whose else []

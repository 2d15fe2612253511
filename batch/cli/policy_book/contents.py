"""Contents of a policy book: what is paid, every rule, every dated value, the documents.

Nothing is written here by hand about a policy: rules speak by their labels and sentences, values by the policy's files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from batch.cli.policy_book.blocks import Block, Document, Facts, Heading, Line, Paragraph, Span, Table, line
from batch.cli.policy_book.documents import clause_words, document_words, short_name
from batch.cli.views.code_words import (
    basis_words,
    coded,
    funding_words,
    layer_words,
    level_words,
    period_kind,
    selection_words,
    unit_text,
)
from batch.cli.views.policy_contents import calculation_key, key_text
from batch.cli.views.why_words import input_words
from batch.explain.explanation import calculation_of
from batch.inputs.catalogue import BY_NAME
from payengine.policy import policy_digest
from payengine.policy.bodies import body_words
from payengine.policy.description import figure_words, value_text, where_words
from payengine.texts import joined, language, say

if TYPE_CHECKING:
    from batch.cli.policy_book.example import Example
    from payengine.graph import Formula
    from payengine.periods import Period
    from payengine.policy import Policy
    from payengine.policy.model import DatedValue, Parameter

Examples = Mapping[str, "Example"]  # by kind of period
Used = Callable[["Period"], Sequence["Formula"]]  # the formulas of a period, each after those that it uses


def policy_book(policy: Policy, periods: Sequence[Period], used: Used, examples: Examples) -> Document:
    """Make the book of a policy for some periods of different kinds."""
    formulas = {period: list(used(period)) for period in periods}
    book = _Book(policy, formulas, examples)
    about = [
        say("Policy {code}, digest {digest}", code=policy.code, digest=policy_digest(policy)[:12]),
        say("Rules and values for {periods}", periods=joined(map(str, periods))),
    ]
    return Document(policy.title, about, list(book.blocks()), language())


class _Book:
    """The chapters of one book."""

    def __init__(self, policy: Policy, formulas: Mapping[Period, Sequence[Formula]], examples: Examples) -> None:
        self.policy, self.formulas, self.examples = policy, formulas, examples
        self.sources: dict[str, None] = {}  # short names of documents, in the order of their first use
        self.lacking: list[Line] = []  # what has no source

    def blocks(self) -> Iterator[Block]:
        """Give every chapter, one after another."""
        if self.policy.illustrative:
            yield Paragraph(
                [line(say("Illustrative values: invented for trying, in force nowhere, not for paying anyone."))],
                "note",
            )
        yield from self._layers()
        yield from self._paid()
        for period in self.formulas:
            yield from self._rules(period)
        yield from self._values()
        yield from self._unsourced()
        yield from self._documents()

    # --- the policy ---

    def _layers(self) -> Iterator[Block]:
        yield Heading(1, say("The policy and its layers"), "layers")
        rows = [[line(layer.title), line(layer.code), line(layer_words(layer.level))] for layer in self.policy.layers]
        yield Table([say("Title"), say("Policy"), say("Level")], rows)
        yield Paragraph([line(say("A later layer replaces values of those before it, or adds some."))])

    def _paid(self) -> Iterator[Block]:
        lines = {**self.policy.components, **self.policy.statements}
        paid = {name for outputs in self.policy.outputs.values() for name in outputs}
        if not any(name in paid for name in lines):
            return
        yield Heading(1, say("What is paid"), "paid")
        labels, rows = self.policy.names.get("funding", {}), []
        classes = {"fixed": say("fixed"), "variable": say("variable")}
        day = max(period.last_day for period in self.formulas)
        for name, one in lines.items():
            if name not in paid:
                continue
            term = one.on(day)
            funding = joined(funding_words(each.source, labels) for each in term.funding) if term else ""
            kind = say("statement of an institution") if one.kind == "statement" else say("pay of a person")
            pay_class = classes.get(term.pay_class, "") if term else ""
            rows.append([
                line(self._to(name, one.label)), line(joined(filter(None, (kind, pay_class)))), line(funding),
                line(self._clause(one.source, one.label)),
            ])  # fmt: skip
        yield Table([say("Line"), say("What"), say("Funded by"), say("Clause")], rows)

    # --- rules ---

    def _rules(self, period: Period) -> Iterator[Block]:
        formulas = self.formulas[period]
        if not formulas:
            return
        yield Heading(1, say("Rules of a {kind}", kind=period_kind(period.kind)), f"rules-{period.kind}")
        example = self.examples.get(period.kind)
        yield Paragraph([line(self._about_example(example))], "note" if example and example.is_illustrative else "")
        for formula in self._paid_first(formulas):
            yield Heading(2, formula.label, _anchor(period, formula.gives))
            yield Paragraph([line(formula.sentence)])
            yield Facts(list(self._facts(period, formula)))
            if example is not None and (figures := example.figures(formula)) is not None:
                yield from self._example(period, formula, *figures)

    def _paid_first(self, formulas: Sequence[Formula]) -> list[Formula]:
        """Order rules: what is paid, then what it is made of, each after what uses it."""
        paid = {**self.policy.components, **self.policy.statements}
        last_first = formulas[::-1]
        return [one for one in last_first if one.gives in paid] + [one for one in last_first if one.gives not in paid]

    def _about_example(self, example: Example | None) -> str:
        if example is None:
            return say("Without an example: there is no run of this kind of period.")
        where = {"period": example.period, "place": example.place}
        if example.is_demo:
            return say("Examples are of {period}, a person of median pay at {place}, and of that institution; from the "
                       "demo county, whose figures are invented.", **where)  # fmt: skip
        if example.is_illustrative:
            return say("Examples are of {period}, a person of median pay at {place}, and of that institution; by a "
                       "policy with illustrative values.", **where)  # fmt: skip
        return say("Examples are of {period}, a person of median pay at {place}, and of that institution.", **where)

    def _facts(self, period: Period, formula: Formula) -> Iterator[tuple[str, Sequence[Line]]]:
        yield say("Figure"), [line(formula.gives if formula.gives == formula.name else
                                   f"{formula.gives} = {formula.name}")]  # fmt: skip
        calculation = calculation_of(self.policy, formula.gives)
        if calculation is not None:
            keys = [(key, text) for key, text in dict(calculation.keys()).items() if key != "unit"]
            yield say("Calculation"), [line(f"{calculation_key(key)}: ", self._said(key, text)) for key, text in keys]
        operands: list[Span] = []
        for name in formula.arguments:
            operands += [*([Span(say("; "))] if operands else []), self._to(name, self._label(name), period)]
        if operands:
            yield say("Computed from"), [operands]
        unit = unit_text(formula.unit.name)
        yield say("For each"), [line(joined(filter(None, (level_words(formula.level.name.lower()), unit))))]
        yield say("Clause"), [line(self._clause(formula.source, formula.label))]

    def _example(
        self, period: Period, formula: Formula, result: str, read: Sequence[tuple[str, str]]
    ) -> Iterator[Block]:
        rows = [[line(self._to(name, self._label(name), period)), line(value)] for name, value in read]
        yield Table([say("Example"), ""], [*rows, [line(f"= {formula.label}"), line(result)]])

    def _said(self, key: str, text: str) -> str:
        """Write what a key of a calculation says, figures by their labels, other codes in words."""
        words = key_text(key, text)
        return words if words != text else joined(self._named(part) for part in text.split(", "))

    def _named(self, text: str) -> str:
        """Write a figure, an input or a parameter by its label; what is none of them as it stands."""
        words = figure_words(self.policy, text)
        if words != text:
            return words
        lines = {**self.policy.components, **self.policy.statements}
        if text in lines:
            return coded(lines[text].label, text)
        known = any(formula.gives == text for formulas in self.formulas.values() for formula in formulas)
        if known or text in self.policy.parameters:
            return coded(self._label(text), text)
        base, _, key = text.removesuffix("]").partition("[")
        if base in BY_NAME:
            label = self.policy.label(BY_NAME[base].axis, key) if key else ""
            return coded(" ".join(filter(None, (input_words(base), label))), text)
        return text

    def _label(self, name: str) -> str:
        for formulas in self.formulas.values():
            for formula in formulas:
                if formula.gives == name:
                    return formula.label
        if name in self.policy.parameters:
            return self.policy.parameters[name].label
        return input_words(name) or say("Component")

    def _to(self, name: str, label: str, period: Period | None = None) -> Span:
        """Lead to a rule (of this period first) or to a value."""
        chosen = [period] if period is not None else []
        for each in (*chosen, *self.formulas):
            if any(formula.gives == name for formula in self.formulas[each]):
                return Span(label, _anchor(each, name))
        return Span(label, f"value-{name}" if name in self.policy.parameters else "")

    # --- values ---

    def _values(self) -> Iterator[Block]:
        if not self.policy.parameters:
            return
        yield Heading(1, say("Values of the policy"), "values")
        read = {name for formulas in self.formulas.values() for one in formulas for name in one.arguments}
        days = sorted({period.last_day for period in self.formulas})
        unused = [one for one in self.policy.parameters.values() if not one.values and one.name not in read]
        for parameter in self.policy.parameters.values():
            if parameter in unused:
                continue
            yield Heading(2, parameter.label, f"value-{parameter.name}")
            unit = "" if parameter.unit in ("flag", "figure") else unit_text(parameter.unit)
            told = [parameter.name, unit]
            if parameter.name not in read:
                told.append(say("no rule of this book reads it"))
            yield Paragraph([line(joined(filter(None, told)))])
            if not parameter.values:
                what = say("No value is given: what reads it does not apply.")
                if parameter.required:
                    what = say("No document prints a value: the county supplies it.")
                yield Paragraph([line(what)])
                continue
            heads = [
                say("Value"),
                say("Holds for"),
                say("From"),
                say("Until"),
                say("In force"),
                say("Clause and grounds"),
            ]
            yield Table(heads, [self._value(parameter, value, days[-1]) for value in parameter.values])
        if unused:
            yield Heading(1, say("Known parameters without a value"), "unused")
            yield Paragraph([line(say("No rule of this book reads them, and no layer gives them a value."))])
            yield Table([say("Parameter"), say("Label"), say("Unit")], [
                [line(one.name), line(one.label), line(unit_text(one.unit))] for one in unused
            ])  # fmt: skip

    def _value(self, parameter: Parameter, value: DatedValue, day: object) -> list[Line]:
        from datetime import date

        assert isinstance(day, date)
        text = figure_words(self.policy, value.figure) or value_text(parameter, value)
        until = value.until.isoformat() if value.until else say("open")
        where = selection_words(where_words(self.policy, value.keyed)) or say("everybody")
        return [
            line(text), line(where), line(value.start.isoformat()), line(until),
            line(say("yes") if value.holds_on(day) else ""),
            line(say("; ").join(self._grounds(parameter, value, text))),
        ]  # fmt: skip

    def _grounds(self, parameter: Parameter, value: DatedValue, text: str) -> Iterator[str]:
        """Say what a value rests on: its clause, the words or the reading, the approvals."""
        yield self._clause(value.source, f"{parameter.label} {text}")
        if value.basis and value.source != value.basis:
            yield basis_words(value.basis)
        if value.quote:
            yield say("“{quote}”", quote=value.quote)
        if value.reading:
            yield say("read as: {reading}; or else: {alternative}",
                      reading=value.reading, alternative=value.alternative)  # fmt: skip
        for one in value.approvals:
            yield say(
                "approved by {body}, {document}, {day}", body=body_words(one.body), document=one.document, day=one.date
            )
        if value.continued is not None:
            yield say("goes on by {document}, {day}", document=value.continued.document, day=value.continued.date)
        if value.continues:
            yield value.continues
        if value.lapses:
            yield value.lapses
        yield say("layer {layer}", layer=value.layer)

    # --- sources ---

    def _clause(self, source: str, what: str) -> str:
        """Write a clause in words, and note its document, or that there is none."""
        if name := short_name(source):
            self.sources.setdefault(name)
        elif not source.strip():
            self.lacking.append(line(what))
        return clause_words(source)

    def _unsourced(self) -> Iterator[Block]:
        if self.lacking:
            yield Heading(1, say("No source given"), "unsourced")
            yield Paragraph(list(self.lacking), "note")

    def _documents(self) -> Iterator[Block]:
        if self.sources:
            yield Heading(1, say("Documents"), "documents")
            yield Table([say("Short name"), say("Document, issuer, date")],
                        [[line(name), line(document_words(name))] for name in self.sources])  # fmt: skip


def _anchor(period: Period, name: str) -> str:
    return f"{period.kind}-{name}"

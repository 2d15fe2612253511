"""Resolution of the formulas that a run needs: names, variants, order, cycles.

Nothing is computed here. Problems are collected; a formula that stands on a problem is left out of the order, so that
the rest can still be tried and all problems be told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from payengine.errors import Problem
from payengine.graph.inputs import ParameterView, figures_needed
from payengine.graph.rules import Formula, Rules
from payengine.suggest import hint
from payengine.texts import joined, say

FORMULAS = "formulas"  # the place under which problems of formulas are told


@dataclass
class Resolution:
    """The formulas that outputs need, in order, with the inputs and parameters they name."""

    order: list[Formula] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)  # name: the formula that asked first
    parameters: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def chosen(
    rules: Rules, choices: Mapping[str, str], place: str
) -> tuple[dict[str, Formula], dict[str, Problem], list[Problem]]:
    """Choose the formula that gives each name: (formulas, open names, wrong choices).

    An open name lacks a choice and has its problem.
    """
    formulas: dict[str, Formula] = {}
    open_names: dict[str, Problem] = {}
    wrong: list[Problem] = []
    for name in choices:
        if name not in rules.variants:
            wrong.append(
                Problem(say("no formula gives {name}", name=name) + hint(name, rules.variants), place, column=name)
            )
    for name, variants in rules.variants.items():
        choice = choices.get(name)
        if choice is None:
            default = [one for one in variants.values() if one.default or len(variants) == 1]
            if default:
                formulas[name] = default[0]
            else:
                open_names[name] = Problem(
                    say("several formulas give {name}: {variants}", name=name, variants=joined(sorted(variants))),
                    place,
                    column=name,
                    remedy=say(
                        "choose one under [formulas.month], [formulas.quarter], [formulas.half_year] or [formulas.year]"
                    ),
                )
        elif choice in variants:
            formulas[name] = variants[choice]
        else:
            wrong.append(
                Problem(
                    say("{choice} is no formula for {name}; there are: {variants}",
                        choice=choice, name=name, variants=joined(sorted(variants))) + hint(choice, variants),
                    place, column=name,
                )
            )  # fmt: skip
            open_names.setdefault(name, wrong[-1])
    return formulas, open_names, wrong


def resolve(
    rules: Rules,
    outputs: Iterable[str],
    choices: Mapping[str, str],
    inputs: Iterable[str],
    parameters: Mapping[str, ParameterView],
    place: str,
) -> Resolution:
    """Walk from the outputs to everything they need."""
    formulas, open_names, wrong = chosen(rules, choices, place)
    walk = _Walk(formulas, open_names, frozenset(inputs), parameters)
    walk.found.problems.extend(wrong)
    for name in dict.fromkeys(outputs):
        if name not in formulas and name not in open_names:
            walk.found.problems.append(
                Problem(
                    say("no formula gives the output {name}", name=name) + hint(name, rules.variants),
                    place,
                    column=name,
                )
            )
        else:
            walk.visit(name, ())
    walk.found.problems.extend(
        problem for name, problem in open_names.items() if name in walk.asked and problem not in wrong
    )
    return walk.found


class _Walk:
    """A depth-first walk; `done` is true of each visited formula that can be computed."""

    def __init__(
        self, formulas: Mapping[str, Formula], open_names: Mapping[str, Problem],
        inputs: frozenset[str], parameters: Mapping[str, ParameterView],
    ) -> None:  # fmt: skip
        self.formulas = formulas
        self.open_names = open_names
        self.inputs = inputs
        self.parameters = parameters
        self.found = Resolution()
        self.done: dict[str, bool] = {}
        self.asked: set[str] = set()

    def visit(self, name: str, path: tuple[str, ...]) -> bool:
        """Put a name's formula into the order, after what it needs; False where that cannot be."""
        self.asked.add(name)
        if name in self.done:
            return self.done[name]
        if name in path:
            circle = " -> ".join([*path[path.index(name) :], name])
            self.found.problems.append(
                Problem(
                    say("these formulas need each other: {circle}", circle=circle), FORMULAS, column=name,
                    remedy=say("choose another formula for one of them, or take one out of what it is calculated from"),
                )
            )  # fmt: skip
            return False
        if name not in self.formulas:
            return False
        formula = self.formulas[name]
        good = [self._argument(argument, formula, (*path, name)) for argument in formula.arguments]
        self.done[name] = all(good)
        if self.done[name]:
            self.found.order.append(formula)
        return self.done[name]

    def _argument(self, name: str, formula: Formula, path: tuple[str, ...]) -> bool:
        meanings = [
            kind
            for kind, names in (
                (say("a formula"), {*self.formulas, *self.open_names}),
                (say("an input"), self.inputs),
                (say("a parameter"), self.parameters),
            )
            if name in names
        ]
        if len(meanings) > 1:
            self._problem(formula, say("{name} is {meanings} at once", name=name, meanings=say(" and ").join(meanings)))
            return False
        if name in self.inputs:
            self.found.inputs.setdefault(name, formula.gives)
            return True
        if name in self.parameters:
            self.found.parameters.setdefault(name, formula.gives)
            return self._named_by(name, formula, path)
        if meanings:
            return self.visit(name, path)
        known = [*self.formulas, *self.open_names, *self.inputs, *self.parameters]
        self._problem(formula, say("{name} is no formula, input or parameter", name=name) + hint(name, known))
        return False

    def _named_by(self, name: str, formula: Formula, path: tuple[str, ...]) -> bool:
        """Visit the figures that a parameter names: they must be there before it is read."""
        bases = [base_of(figure) for figure in figures_needed(self.parameters[name])]
        for base in bases:
            if base in self.parameters:
                self._problem(
                    formula, say("{name} names {base}, which is a parameter, not a figure", name=name, base=base)
                )
        good = [self._argument(base, formula, path) for base in bases if base not in self.parameters]
        return len(good) == len(bases) and all(good)

    def _problem(self, formula: Formula, what: str) -> None:
        self.found.problems.append(Problem(what, FORMULAS, column=display_name(formula)))


def base_of(figure: str) -> str:
    """Return the formula or input of a figure's name: `finance` of `finance[medical_income]`."""
    return figure.partition("[")[0]


def display_name(formula: Formula) -> str:
    """Name a formula for messages: what it gives, and its variant where that differs."""
    return formula.gives if formula.name == formula.gives else f"{formula.gives} ({formula.name})"

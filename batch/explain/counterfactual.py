"""Counterfactual pay: lines with some causes as they are now and the others as they were.

It evaluates the formulas themselves, with every input and every value of the policy taken from the run that its cause
names. Formulas and rows come from one run each: the cause `FORMULAS` decides whose formulas, `ENGAGEMENT` whose rows.
What the other run does not have is taken from the one that has it: an input of a person who is new (`alignment`), an
input or a value of the policy that only one run's formulas read, a value that holds for a combination (a title, a kind
of institution) that the other policy does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import FunctionType
from typing import Any

import numpy as np

from batch.compute.compute import PreparedRun
from batch.explain.alignment import Alignment, same_input, zeros
from batch.explain.causes import CAUSE_OF_INPUT, FROM_RECORDS, Cause
from batch.explain.late_records import ChosenWork
from batch.inputs.catalogue import BY_NAME
from batch.inputs.provider import InputProvider
from batch.pricing.price_snapshot import PricedWork
from payengine.errors import Problem
from payengine.graph import Evaluation, Formula, Frame, Graph, Input, Keyed, KeyedInput, Rules
from payengine.graph.inputs import ROW_KEYS, ParameterView, figures_needed
from payengine.graph.resolve import base_of
from payengine.periods import Period
from payengine.policy import Policy

Causes = frozenset[Cause]  # those that are as they are now; all others are as they were
BEFORE, AFTER = 0, 1
MOST_KEPT = 5  # causes of a figure that is kept for other sets: 2**5 columns at the most


@dataclass(frozen=True)
class Side:
    """One of the two runs: prepared and priced, with its own figures.

    `evaluation` is that of the run itself. `chosen` is the work of the records that came late (in the later run), or
    that are no longer paid (in the earlier one); None where that is not told apart.
    """

    run: PreparedRun
    priced: PricedWork
    evaluation: Evaluation
    chosen: ChosenWork | None = None

    @property
    def policy(self) -> Policy:
        return self.run.policy

    @property
    def day(self) -> date:
        return self.run.period.last_day

    @property
    def frame(self) -> Frame:
        return self.run.roster.frame

    @cached_property
    def formulas(self) -> Mapping[str, Formula]:
        return {formula.gives: formula for formula in self.run.graph.order}

    def inputs(self, known: Mapping[str, Sequence[str]], work: ChosenWork | None = None) -> InputProvider:
        """Provide the run's inputs, or those of the chosen work.

        `known` are the names on each axis that either run knows.
        """
        run = self.run
        settled = run.history.work(run.categories) if run.settles else None
        given = work or settled or self.priced
        return InputProvider(run.tables, run.history, given, known, run.categories, self.priced.rejections)


class Counterfactual:
    """Two runs, and every mixture of them."""

    def __init__(self, before: Side, after: Side) -> None:
        self.sides = (before, after)
        self.known = _union(before.run.known, after.run.known)
        self._ways = (Alignment(after.frame, before.frame), Alignment(before.frame, after.frame))
        self._given = [side.inputs(self.known) for side in self.sides]
        self._chosen = [
            None if side.chosen is None else side.inputs(self.known, side.chosen) for side in self.sides
        ]  # fmt: skip
        self._brought: dict[tuple[str, int], Input] = {}
        self._same: dict[str, bool] = {}

    # What depends on which cause.

    def causes_of(self, line: str) -> frozenset[Cause]:
        """Collect the causes that can change a line: of everything it is computed from."""
        return frozenset().union(*(self._reaches[place].get(line, frozenset()) for place in (BEFORE, AFTER)))

    def read_by(self, lines: Iterable[str], place: int) -> set[str]:
        """Collect the formulas, inputs and parameters from which lines of a run are computed."""
        formulas, policy = self.sides[place].formulas, self.sides[place].policy
        found: set[str] = set()
        waiting = list(lines)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                if name in formulas:
                    waiting += formulas[name].arguments
                elif name in policy.parameters:
                    waiting += map(base_of, figures_needed(policy.parameters[name]))
        return found

    def formulas_changed(self, lines: Iterable[str]) -> list[tuple[Formula | None, Formula | None]]:
        """List the formulas of some lines that differ, as they were and as they are."""
        found: dict[str, None] = {}
        waiting = list(lines)
        while waiting:
            name = waiting.pop()
            known = [one for side in self.sides if (one := side.formulas.get(name)) is not None]
            if known and name not in found:
                found[name] = None
                waiting += [argument for one in known for argument in one.arguments]
        pairs = [tuple(side.formulas.get(name) for side in self.sides) for name in sorted(found)]
        return [(old, new) for old, new in pairs if old is None or new is None or not _same_formula(old, new)]

    @cached_property
    def _reaches(self) -> tuple[dict[str, frozenset[Cause]], dict[str, frozenset[Cause]]]:
        """Causes of every formula of either run."""
        rows = frozenset() if self._ways[AFTER].is_same and self._rows_agree() else frozenset({Cause.ENGAGEMENT})
        return self._reach(BEFORE, rows), self._reach(AFTER, rows)

    def _reach(self, place: int, rows: frozenset[Cause]) -> dict[str, frozenset[Cause]]:
        found: dict[str, frozenset[Cause]] = {}
        parameters = self.sides[place].policy.parameters
        others = self.sides[1 - place].formulas
        for name, formula in self.sides[place].formulas.items():
            causes = set(rows)
            if name not in others or not _same_formula(formula, others[name]):
                causes.add(Cause.FORMULAS)
            for argument in formula.arguments:
                if argument in found:
                    causes |= found[argument]
                elif argument in BY_NAME:
                    causes |= self._of_input(argument)
                elif argument in parameters:
                    causes |= self._of_parameter(argument)
                    for base in map(base_of, figures_needed(parameters[argument])):
                        causes |= found[base] if base in found else self._of_input(base)
            found[name] = frozenset(causes)
        return found

    def _of_input(self, name: str) -> set[Cause]:
        cause = CAUSE_OF_INPUT[name]
        if cause is Cause.ENGAGEMENT or self._only_reader(name) is not None or self._is_same(name):
            return set()  # that of the rows is looked at once for all
        if name in FROM_RECORDS and self._chosen[AFTER] is not None:
            return {cause, Cause.LATE}
        return {cause}

    def _of_parameter(self, name: str) -> set[Cause]:
        return set() if self._parameter_is_same(name) else {Cause.PRICE}

    def _parameter_is_same(self, name: str) -> bool:
        one, other = (side.policy.parameters.get(name) for side in self.sides)
        if one is None or other is None:
            return True  # the formulas that read it differ
        if one.in_force(self.sides[BEFORE].day) != other.in_force(self.sides[AFTER].day):
            return False
        return (one.unit, one.by, one.bands, one.optional) == (other.unit, other.by, other.bands, other.optional)

    def _rows_agree(self) -> bool:
        """Tell whether everything that comes with the rows, and is read, is equal."""
        read = {name for side in self.sides for name in side.run.graph.inputs_used}
        read |= {name for _, name in ROW_KEYS.values()}
        return all(self._is_same(name) for name in sorted(read) if CAUSE_OF_INPUT[name] is Cause.ENGAGEMENT)

    def _is_same(self, name: str) -> bool:
        """Tell whether an input is the same in both runs, for all who are in both."""
        if name not in self._same:
            if CAUSE_OF_INPUT[name] is Cause.ENGAGEMENT:
                self._same[name] = _equal_as_it_stands(*(given.value(name) for given in self._given))
            else:
                self._same[name] = all(
                    same_input(self._bring(name, place), self._given[place].value(name)) for place in (BEFORE, AFTER)
                )
        return self._same[name]

    # Mixtures.

    def line(self, line: str, causes: Causes, among: Causes) -> Input | None:
        """Compute a line with some of the causes `among` as they are now.

        None where the run whose formulas are taken has no such line. `PayengineError` for a mixture that cannot be
        computed.
        """
        if not causes & among or causes >= among:
            values = self.sides[AFTER if among and causes >= among else BEFORE].evaluation.values
            return values.get(line)
        if line not in self.sides[_side(Cause.FORMULAS, causes)].evaluation.values:
            return None
        policy = _MixedPolicy(self.sides, causes)
        rules = Rules([replace(one, function=self._kept(one, causes, among)) for one in self._needed(line, causes)])
        graph = Graph(rules, [line], {}, BY_NAME, policy, known=self.known, paid=[line])
        return graph.evaluate(_MixedInputs(self, causes), self.sides[AFTER].run.period).values[line]

    @cached_property
    def _formulas(self) -> tuple[dict[str, Formula], dict[str, Formula]]:
        """Formulas of each run, with those of the other, which values of the policy may name."""
        before, after = (dict(side.formulas) for side in self.sides)
        return {**after, **before}, {**before, **after}

    def _needed(self, line: str, causes: Causes) -> list[Formula]:
        """List the formulas of a line, and of the figures that values of either policy name."""
        formulas = self._formulas[_side(Cause.FORMULAS, causes)]
        found: dict[str, Formula] = {}
        waiting = [line]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            if name in formulas:
                found[name] = formulas[name]
                waiting += formulas[name].arguments
            for side in self.sides:
                if name in side.policy.parameters:
                    waiting += map(base_of, figures_needed(side.policy.parameters[name]))
        return list(found.values())

    def start_line(self) -> None:
        """Forget the figures that were kept for the sets of causes of another line."""
        self._figures: dict[tuple[str, Causes], Any] = {}

    def _kept(self, formula: Formula, causes: Causes, among: Causes) -> Callable[..., Any]:
        """Make a function that computes a figure once for all sets that agree in its causes."""
        reach = self._reaches[BEFORE].get(formula.gives, frozenset())
        reach |= self._reaches[AFTER].get(formula.gives, frozenset())
        if len(reach) > MOST_KEPT or reach >= among:
            return formula.function
        figures, key = self._figures, (formula.gives, causes & reach)

        def kept(**arguments: Input) -> Any:
            if key not in figures:
                figures[key] = formula.function(**arguments)
            return figures[key]

        return kept

    def input(self, name: str, causes: Causes) -> Input:
        """Provide an input for a set of causes, on the rows of the run that these name."""
        place, cause = _side(Cause.ENGAGEMENT, causes), CAUSE_OF_INPUT[name]
        if cause is Cause.ENGAGEMENT:
            return self._given[place].value(name)
        if (reader := self._only_reader(name)) is not None:
            return self._of_side(name, reader, place)
        if self._is_same(name):
            return self._given[place].value(name)
        if name in FROM_RECORDS and self._chosen[AFTER] is not None:
            return self._of_records(name, causes, place)
        return self._of_side(name, _side(cause, causes), place)

    def _only_reader(self, name: str) -> int | None:
        """Find the run whose formulas alone read an input, which then belongs to the formulas."""
        readers = [place for place in (BEFORE, AFTER) if name in self.sides[place].run.graph.inputs_used]
        return readers[0] if len(readers) == 1 else None

    def _of_side(self, name: str, side: int, place: int) -> Input:
        return self._given[place].value(name) if side == place else self._bring(name, place)

    def _of_records(self, name: str, causes: Causes, place: int) -> Input:
        """Provide work whose late records are told apart from what else changed."""
        if (Cause.WORK in causes) == (Cause.LATE in causes):
            return self._of_side(name, _side(Cause.WORK, causes), place)
        late = [self._late(name, side, place) for side in (BEFORE, AFTER)]
        if Cause.WORK in causes:  # as it is now, but for the records that came and went
            return _with_keys(lambda now, came, gone: now - came + gone,
                              self._of_side(name, AFTER, place), late[AFTER], late[BEFORE])  # fmt: skip
        return _with_keys(lambda old, came, gone: old + came - gone,
                          self._of_side(name, BEFORE, place), late[AFTER], late[BEFORE])  # fmt: skip

    def _late(self, name: str, side: int, place: int) -> Input:
        """Provide the work of the records of one side that came or went, on the rows of a run."""
        given, own = self._chosen[side], self._chosen[place]
        assert given is not None
        assert own is not None
        if side == place:
            return given.value(name)
        return self._ways[place].bring(given.value(name), _nothing(own.value(name)))

    def _bring(self, name: str, place: int) -> Input:
        if (name, place) not in self._brought:
            value, own = self._given[1 - place].value(name), self._given[place].value(name)
            self._brought[name, place] = self._ways[place].bring(value, own)
        return self._brought[name, place]


def _side(cause: Cause, causes: Causes) -> int:
    return AFTER if cause in causes else BEFORE


@dataclass(frozen=True)
class _MixedInputs:
    """Inputs of a mixture, as the graph asks for them."""

    mixed: Counterfactual
    causes: Causes

    @property
    def frame(self) -> Frame:
        return self.mixed.sides[_side(Cause.ENGAGEMENT, self.causes)].frame

    def value(self, name: str) -> Input:
        return self.mixed.input(name, self.causes)

    def keys(self, axis: str) -> Sequence[str]:
        if axis == "month":
            return self.mixed.sides[_side(Cause.ENGAGEMENT, self.causes)].run.known.get(axis, ())
        return self.mixed.known.get(axis, ())


class _MixedPolicy:
    """Policy of a mixture: every value from the run that its cause names, on that run's day."""

    def __init__(self, sides: tuple[Side, Side], causes: Causes) -> None:
        self.sides = sides
        price = _side(Cause.PRICE, causes)
        read = [set(side.run.graph.parameters_used) for side in sides]
        self._places = {
            name: price if name in read[price] or name not in read[1 - price] else 1 - price
            for side in sides
            for name in side.policy.parameters
        }
        self.parameters: Mapping[str, ParameterView] = {
            name: sides[place].policy.parameters[name]
            for name, place in self._places.items()
            if name in sides[place].policy.parameters
        }

    def value(self, name: str, on: date, **keys: str) -> int | None:
        """Look up a value on the day of its own run, else in the other run."""
        place = self._places[name]
        own, other = self.sides[place], self.sides[1 - place]
        found = own.policy.value(name, own.day, **keys)
        theirs = other.policy.parameters.get(name)
        if found is not None or self.parameters[name].optional or theirs is None:
            return found
        return other.policy.value(name, other.day, **keys) if theirs.figures == self.parameters[name].figures else None

    def coverage_problems(self, names: Iterable[str], period: Period) -> list[Problem]:
        return []  # each run was checked by itself

    def missing_value(self, name: str, day: date, where: Mapping[str, str]) -> Problem:
        return self.sides[self._places[name]].policy.missing_value(name, day, where)


def _union(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    axes = dict.fromkeys([*one, *other])
    return {axis: list(dict.fromkeys([*one.get(axis, ()), *other.get(axis, ())])) for axis in axes}


def _with_keys(operate: Callable[..., Any], *values: Input) -> Input:
    """Apply an operation to columns, or key by key; a key that is not there stands for 0."""
    if not isinstance(values[0], Keyed):
        return operate(*values)
    first = values[0]
    columns = {}
    for key, column in first.items():
        columns[key] = operate(column, *(one[key] if key in one else _nothing(column) for one in values[1:]))
    return Keyed(first.scope, first.axis, columns, first.pattern)


def _nothing(value: Input) -> Input:
    """Give the same columns with 0 everywhere: who is new has no records of the other run."""
    if isinstance(value, Keyed):
        return value.each(_nothing)
    return zeros(value, value.scope.frame)


def _equal_as_it_stands(one: Input, other: Input) -> bool:
    """Tell whether two inputs on equal rows are equal."""
    if isinstance(one, Keyed) and isinstance(other, Keyed):
        keys = dict.fromkeys([*one.keys(), *other.keys()])
        if not isinstance(one, KeyedInput) and set(one.keys()) != set(other.keys()):
            return False
        return all(_equal_as_it_stands(one[key], other[key]) for key in keys)
    if hasattr(one, "codes"):
        texts = [[value.labels[code] for code in value.codes.tolist()] for value in (one, other)]
        return texts[0] == texts[1]
    if hasattr(one, "rows"):
        return bool(np.array_equal(one.rows, other.rows))
    return same_input(one, other)


def _same_formula(one: Formula, other: Formula) -> bool:
    """Tell whether two formulas are one: of the same code, over the same values."""
    described = [
        (each.name, each.gives, each.level, each.unit, each.arguments, each.axis, each.component, each.statement)
        for each in (one, other)
    ]
    return described[0] == described[1] and _same_value(one.function, other.function)


def _same_value(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        if one.__code__ is not other.__code__ or one.__defaults__ != other.__defaults__:
            return False
        inner = zip(one.__closure__ or (), other.__closure__ or (), strict=True)  # of one code, so as many
        return all(_same_value(first.cell_contents, second.cell_contents) for first, second in inner)
    return type(one) is type(other) and not callable(one) and bool(one == other)

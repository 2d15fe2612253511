"""The formula graph of one run: checked as a whole, tried out without rows, then computed.

`check` finds every problem before anything is computed. It ends in a trial: the formulas are called on columns without
rows, which shows levels that do not meet, units that differ and names that the policy does not know, because levels,
units and names do not depend on the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from payengine.errors import PayengineError, Problem, Refused
from payengine.graph.approval import approval_problems
from payengine.graph.constant_parameters import steady_problems
from payengine.graph.inputs import EmptyProvider, Input, InputSpec, ParameterSource, Provider, figures_needed
from payengine.graph.missing_values import parameter_problems
from payengine.graph.parameters import PARAMETER, parameter_value
from payengine.graph.resolve import FORMULAS, base_of, display_name, resolve
from payengine.graph.result_checks import accept, missing_problems, not_given
from payengine.graph.rules import Formula, Rules
from payengine.graph.values.absence import Absence, Notes, Pools
from payengine.graph.values.factors import Factors
from payengine.graph.values.frame import Frame
from payengine.graph.values.keyed import Keyed, KeyedInput
from payengine.graph.values.scope import Scope, Value
from payengine.periods import Period
from payengine.texts import either, say

_MISUSE = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)  # what a wrongly written formula raises


class Recorder(Protocol):
    """Receiver of every formula and input of a computation, so that figures can be explained."""

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None: ...

    def input(self, name: str, value: Input) -> None:
        """Take an input or a parameter that formulas use."""


@dataclass(frozen=True)
class Evaluation:
    """Results of a computation: every output by name, and the pools that were divided.

    Each output stands on its formula's level.
    """

    frame: Frame
    values: Mapping[str, Input]
    formulas: Mapping[str, Formula]
    pools: Sequence[Pools]


@dataclass(frozen=True)
class Trial:
    """Outcome of a trial on sample rows.

    `missing` maps (table, name) to the rows of its level that pay lacks, `not_given` has those for want of which a
    figure is not given, `refusing` names what formulas refuse to give.
    """

    missing: Mapping[tuple[str, str], set[int]]
    not_given: set[tuple[str, str]]
    refusing: set[str]


class Graph:
    """The formulas that a policy's outputs need.

    `choices` names the formula for each name that several give; `known` are the names on each axis (finance lines,
    indicators ...) that formulas may ask for; `place` is how messages call the policy; `of_lines` finds what is wrong
    with the factors of the lines that are paid (a coefficient multiplied twice), which the trial has followed. `paid`
    are the outputs that are money: what they depend on stops the run where it is missing, any other figure is not given
    then. Without it every figure counts as paid.
    """

    def __init__(
        self,
        rules: Rules,
        outputs: Iterable[str],
        choices: Mapping[str, str],
        inputs: Mapping[str, InputSpec],
        parameters: ParameterSource,
        known: Mapping[str, Sequence[str]] | None = None,
        place: str = "policy",
        of_lines: Callable[[Mapping[str, Factors]], Iterable[Problem]] | None = None,
        paid: Iterable[str] | None = None,
    ) -> None:
        self.outputs = tuple(dict.fromkeys(outputs))
        self.inputs = inputs
        self.parameters = parameters
        self.known = known or {}
        self._of_lines = of_lines
        self._resolved = resolve(rules, self.outputs, choices, inputs, parameters.parameters, place)
        self._paid = None if paid is None else self._needed_by(paid)
        self._tried: dict[Period, Mapping[str, set[str]]] = {}

    def pays(self, name: str) -> bool:
        """Tell whether any pay depends on a figure."""
        return self._paid is None or name in self._paid

    def _needed_by(self, outputs: Iterable[str]) -> set[str]:
        """Collect some figures and all that they are computed from."""
        formulas = {formula.gives: formula for formula in self.order}
        found: set[str] = set()
        waiting = list(outputs)
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name in formulas:
                waiting += formulas[name].arguments
            elif (parameter := self.parameters.parameters.get(name)) is not None:
                waiting += map(base_of, figures_needed(parameter))
        return found

    @property
    def order(self) -> Sequence[Formula]:
        """The formulas, each after those that it uses."""
        return self._resolved.order

    @property
    def inputs_used(self) -> Sequence[str]:
        return tuple(self._resolved.inputs)

    @property
    def parameters_used(self) -> Sequence[str]:
        return tuple(self._resolved.parameters)

    def check(self, period: Period, doubts: list[Problem] | None = None) -> list[Problem]:
        """Find everything that stands in the way of computing this period.

        With `doubts`, what speaks against its rules and lines, though they can be computed, is added there instead.
        """
        lacking = self.parameters.coverage_problems(self.parameters_used, period)
        of_rules, (of_trial, of_lines) = self._of_rules(period), self._trial(period, lacking)
        if doubts is None:
            return [*self._resolved.problems, *of_rules, *lacking, *of_trial, *of_lines]
        doubts.extend([*of_rules, *of_lines])
        return [*self._resolved.problems, *lacking, *of_trial]

    def rule_problems(self, period: Period) -> list[Problem]:
        """Find what `check` finds, except values that the policy lacks in the period."""
        lacking = self.parameters.coverage_problems(self.parameters_used, period)
        of_trial, of_lines = self._trial(period, lacking)
        return [*self._resolved.problems, *self._of_rules(period), *of_trial, *of_lines]

    def keys_tried(self, period: Period) -> Mapping[str, set[str]]:
        """Map the inputs that are given by key to the keys that a trial of the formulas asks for.

        A formula that cannot be tried may ask for every name that the policy knows.
        """
        if period not in self._tried:
            self._tried[period] = self._try_keys(period)
        return self._tried[period]

    def _try_keys(self, period: Period) -> Mapping[str, set[str]]:
        lacking = self.parameters.coverage_problems(self.parameters_used, period)
        provider = EmptyProvider(self.inputs, self.known)
        trial = _EvaluationPass(self, provider, period)
        trial.failed.update(problem.parameter for problem in lacking)
        trial.run()
        for formula in self.order:
            if formula.gives in trial.failed:
                for name in formula.arguments:
                    if name in self.inputs and self.inputs[name].given:
                        provider.read.setdefault(name, set()).update(provider.keys(self.inputs[name].axis))
        return provider.read

    def keys_by_formula(self, period: Period) -> Mapping[str, Mapping[str, set[str]]]:
        """Map each formula to its inputs by key, and to the keys of which it asks them in a trial.

        Formulas whose parameters lack values are not tried; they are in no entry.
        """
        lacking = self.parameters.coverage_problems(self.parameters_used, period)
        reader = _KeyReader()
        trial = _EvaluationPass(self, EmptyProvider(self.inputs, self.known), period, reader)
        trial.failed.update(problem.parameter for problem in lacking)
        trial.run()
        return reader.found

    def trial_on(self, data: Provider, period: Period) -> Trial:
        """Try the formulas on sample rows that lack what a county must give.

        Tells what pay needs and the rows do not give, and which formulas refuse to compute. What else is wrong is not
        told.
        """
        marks = _MarkReader()
        trial = _EvaluationPass(self, data, period, marks)
        trial.misuse = _MISUSE
        trial.run()
        found: dict[tuple[str, str], set[int]] = {}
        for origin, rows in trial.notes.missing.items():
            if origin.table != PARAMETER:
                found.setdefault((origin.table, origin.key), set()).update(rows)
        told = {problem.column for problem in trial.problems}
        refusing = {formula.gives for formula in self.order if display_name(formula) in told}
        return Trial(found, marks.found, refusing)

    def _of_rules(self, period: Period) -> list[Problem]:
        """Find rules without approval, and values that change where they may not."""
        return [
            *approval_problems(self.order, self.parameters, period),
            *steady_problems(self.order, self.parameters, period),
        ]

    def _trial(self, period: Period, lacking: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
        """Try the formulas without rows, except those whose parameters lack values.

        Returns the problems of formulas, and those of lines as `of_lines` finds them.
        """
        trial = _EvaluationPass(self, EmptyProvider(self.inputs, self.known), period)
        trial.failed.update(problem.parameter for problem in lacking)
        trial.run()
        return list(trial.problems), list(self._of_lines(trial.lines) if self._of_lines else ())

    def evaluate(self, data: Provider, period: Period, recorder: Recorder | None = None) -> Evaluation:
        """Compute the outputs.

        `Refused` with every value that is missing, or every formula that cannot be computed.

        What `check` finds before is refused here too, so that a graph that was not checked computes nothing wrong.
        """
        if self._resolved.problems:
            raise Refused(say("{period} cannot be computed", period=period), self._resolved.problems)
        computed = _EvaluationPass(self, data, period, recorder)
        computed.run()
        # Figures computed beside missing values mean nothing, so only what is missing is told then.
        self._in_words(computed.notes)
        of_inputs = missing_problems(computed.notes, data.frame)
        missing = [*of_inputs, *parameter_problems(computed.notes, self.parameters, data, period.last_day)]
        problems = missing or computed.problems
        if problems:
            remedy = ""
            if of_inputs:
                remedy = say("Pay depends on these rows: add them to the input, and compute the period again.")
            raise Refused(say("{period} cannot be computed", period=period), problems, remedy)
        formulas = {formula.gives: formula for formula in self.order}
        values = {name: computed.values[name] for name in self.outputs}
        return Evaluation(data.frame, values, formulas, computed.notes.pools)

    def _in_words(self, notes: Notes) -> None:
        """Name the formulas that lack a value as messages do: in Chinese by their labels."""
        words = {
            display_name(one): either(display_name(one), one.label or f"规则 {display_name(one)}") for one in self.order
        }
        notes.needed_by = {origin: words.get(name, name) for origin, name in notes.needed_by.items()}


def _marks(value: Input) -> tuple[Absence, ...]:
    """List the marks of missing rows that a value carries.

    Of an input by key those of the columns that were read.
    """
    if isinstance(value, Keyed):
        return tuple(mark for part in value.read_columns() for mark in part.absent)
    return value.absent if isinstance(value, Value) else ()


class _KeyReader:
    """Recorder of the keys for which formulas ask their inputs."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, set[str]]] = {}

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        self.found[formula.gives] = {
            name: {key for key, _ in value.read_items()}
            for name, value in arguments.items()
            if isinstance(value, KeyedInput)
        }

    def input(self, name: str, value: Input) -> None:
        """Take an input, of which nothing has been asked yet."""


class _MarkReader:
    """Recorder of what is missing in figures that are not given."""

    def __init__(self) -> None:
        self.found: set[tuple[str, str]] = set()

    def formula(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        self.found |= {(mark.origin.table, mark.origin.key) for mark in _marks(result)}

    def input(self, name: str, value: Input) -> None:
        """Take an input, which is no figure yet."""


class _EvaluationPass:
    """One pass over the formulas in order.

    Figures are dropped after their last use, unless they are outputs.
    """

    def __init__(self, graph: Graph, data: Provider, period: Period, recorder: Recorder | None = None) -> None:
        self.graph = graph
        self.data = data
        self.day = period.last_day
        self.recorder = recorder
        # The trial has called every formula; what goes wrong after it is a fault of ours, and no problem of the rules.
        self.misuse: tuple[type[Exception], ...] = _MISUSE if isinstance(data, EmptyProvider) else ()
        self.notes = Notes()
        self.values: dict[str, Input] = {}
        self.failed: set[str] = set()
        self.problems: list[Problem] = []
        self.lines: dict[str, Factors] = {}  # in the trial: what is followed of each line that is paid
        self.uses: dict[str, int] = dict.fromkeys(graph.outputs, 1)
        for formula in graph.order:
            for name in self._needs(formula):
                self.uses[name] = self.uses.get(name, 0) + 1

    def run(self) -> None:
        for formula in self.graph.order:
            self._compute(formula)
            for name in self._needs(formula):
                self.uses[name] -= 1
                if not self.uses[name]:
                    self.values.pop(name, None)

    def _needs(self, formula: Formula) -> Iterator[str]:
        """Yield the arguments, and before each what it names where it is a parameter."""
        for name in formula.arguments:
            yield from self._bases(name)
            yield name

    def _bases(self, name: str) -> Iterator[str]:
        """Yield the formulas and inputs that a parameter names."""
        parameter = self.graph.parameters.parameters.get(name)
        if parameter is not None:
            yield from map(base_of, figures_needed(parameter))

    def _compute(self, formula: Formula) -> None:
        for name in self._needs(formula):
            if name not in self.values and name not in self.failed:
                self._fetch(name)
        if self.failed.intersection(formula.arguments):
            self.failed.add(formula.gives)
            return
        scope = Scope(self.data.frame, formula.level, formula.gives, self.notes, not self.graph.pays(formula.gives))
        arguments = {name: self.values[name].used_in(scope, name) for name in formula.arguments}
        try:
            result = accept(formula, formula.function(**arguments), scope)
        except PayengineError as error:
            marks = [mark for value in arguments.values() for mark in _marks(value)] if scope.reports else []
            if marks:  # what is not given cannot be computed with
                keys = self.data.keys(formula.axis) if formula.axis else ()
                self._give(formula, arguments, not_given(formula, marks, keys, scope))
                return
            self._problem(display_name(formula), error)
        except self.misuse as error:
            self._problem(display_name(formula), PayengineError(f"{type(error).__name__}: {error}"))
        else:
            self._give(formula, arguments, result)
            self._follow(formula, result)
            return
        self.failed.add(formula.gives)

    def _give(self, formula: Formula, arguments: Mapping[str, Input], result: Input) -> None:
        self.values[formula.gives] = result
        if self.recorder is not None:
            self.recorder.formula(formula, arguments, result)

    def _follow(self, formula: Formula, result: Input) -> None:
        """Keep what was followed of a line that is paid.

        Figures made of the line afterwards do not pay its events again.
        """
        is_paid = (formula.component or formula.statement) and formula.gives in self.graph.outputs
        if is_paid and result.factors is not None:
            self.lines[formula.gives] = result.factors
            result.factors = result.factors.paid()

    def _fetch(self, name: str) -> None:
        """Fetch an input or a parameter when the first formula needs it."""
        try:
            if name in self.graph.inputs:
                self.values[name] = self.data.value(name)
            elif self.failed.intersection(self._bases(name)):
                self.failed.add(name)
                return
            elif (parameter := self.graph.parameters.parameters[name]).values or parameter.optional:
                self.values[name] = parameter_value(name, self.graph.parameters, self.data, self.day, self.values)
            else:  # the policy tells that it has no value; what depends on it is not tried
                self.failed.add(name)
                return
        except PayengineError as error:
            self._problem(name, error)
            self.failed.add(name)
            return
        if self.recorder is not None:
            self.recorder.input(name, self.values[name])

    def _problem(self, name: str, error: PayengineError) -> None:
        self.problems.append(Problem(error.what, FORMULAS, column=name, remedy=error.remedy))
        self.problems.extend(error.problems)

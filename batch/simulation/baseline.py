"""A policy computed once with every figure kept, and computed again for other values of it.

Of the formulas only those are evaluated again that depend on what changed: a value of the policy, or the points of
records priced otherwise. Each figure that they take from a formula which does not depend on it is the one that was
kept. So the figures are those of a whole run by that policy; only the way to them is shorter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from batch.compute.compute import PreparedRun
from batch.compute.hand_split import split_problems
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import WorkColumn
from batch.inputs.provider import InputProvider
from batch.pricing.price_snapshot import PricedWork
from payengine.errors import Refused
from payengine.graph import Evaluation, Formula, Frame, Graph, Input, Rules
from payengine.graph.inputs import figures_needed
from payengine.graph.resolve import base_of
from payengine.kernels.arrays import Int64
from payengine.policy import Parameter, Policy
from payengine.texts import say

POINTS = frozenset(
    name for name, entry in BY_NAME.items() if isinstance(entry.source, WorkColumn) and entry.source.column == "points"
)


@dataclass
class _Kept:
    """Recorder of every figure of an evaluation."""

    figures: dict[str, Input] = field(default_factory=dict)

    def formula(self, formula: Formula, _arguments: Mapping[str, Input], result: Input) -> None:
        self.figures[formula.gives] = result

    def input(self, _name: str, _value: Input) -> None:
        """Leave inputs to the provider, which keeps them."""


class _KeptInputs:
    """Inputs of a run, each computed once; points may be those of other prices."""

    def __init__(self, own: InputProvider) -> None:
        self.own = own
        self.frame: Frame = own.frame
        self._values: dict[str, Input] = {}

    def keys(self, axis: str) -> Sequence[str]:
        return self.own.keys(axis)

    def value(self, name: str) -> Input:
        if name not in self._values:
            self._values[name] = self.own.value(name)
        return self._values[name]

    def priced_as(self, other: InputProvider) -> _KeptInputs:
        """Make the same inputs with the points of another provider."""
        made = _KeptInputs(other)
        made._values = {name: value for name, value in self._values.items() if name not in POINTS}
        return made


@dataclass(frozen=True)
class _Restated:
    """Priced work with other points."""

    services: Int64
    refunds: Int64
    points_micro: Int64


@dataclass(frozen=True)
class _Part:
    """Part of the graph that depends on some names, with constants for the rest."""

    formulas: Sequence[Formula]
    affected: frozenset[str]
    outputs: Sequence[str]
    paid: Sequence[str]


class Baseline:
    """A prepared run under one policy, computed with everything kept.

    Raises as a run does: `Refused` for what it cannot pay.
    """

    def __init__(self, run: PreparedRun, priced: PricedWork) -> None:
        self.run = run
        self.priced = priced
        work = run.history.work(run.categories) if run.settles else None
        data = run.inputs(priced, work)
        kept = _Kept()
        self.evaluation = run.evaluate(data, kept)
        self.data = data
        self._figures = kept.figures
        self._inputs = _KeptInputs(data)
        self._parts: dict[frozenset[str], _Part] = {}

    @property
    def policy(self) -> Policy:
        return self.run.policy

    def stands_for(self, policy: Policy) -> bool:
        """Tell if another policy differs in numbers only: this graph computes it too.

        Values of the same keys must be in force, and none may become 0 or cease to be: what a value of 0 lets count
        is a question that the trial of the graph answers.
        """
        return all(
            _shape(self.policy.parameters[name], self.run.period.last_day)
            == _shape(policy.parameters[name], self.run.period.last_day)
            for name in _differing(self.policy, policy)
        )

    def evaluate(self, policy: Policy, points_micro: Int64 | None = None) -> Evaluation:
        """Evaluate by a policy that this one stands for, and by these points; raises as a run does."""
        changed = set(_differing(self.policy, policy))
        inputs = self._inputs
        if points_micro is not None:
            changed |= POINTS
            restated = _Restated(self.priced.services, self.priced.refunds, points_micro)
            run = self.run
            rejections = self.priced.rejections
            own = InputProvider(run.tables, run.history, restated, run.known, run.categories, rejections)
            inputs = inputs.priced_as(own)
        part = self._part(frozenset(changed))
        if not part.formulas:
            return self.evaluation
        graph = Graph(
            Rules(part.formulas), part.outputs, {}, BY_NAME, policy, known=self.run.graph.known, paid=part.paid
        )
        found = graph.evaluate(inputs, self.run.period)
        whole = self.evaluation
        merged = Evaluation(
            whole.frame,
            {**whole.values, **{name: found.values[name] for name in part.outputs}},
            whole.formulas,
            [*(pools for pools in whole.pools if pools.formula not in part.affected), *found.pools],
        )
        run, touched = self.run, [name for name in self.run.outputs if name in part.affected]
        problems = [*run.unpayable(merged, policy), *split_problems(merged, policy, run.tables, touched)]
        if problems:
            raise Refused(
                say("run of {period} refused: {n} problem(s)", period=self.run.period, n=len(problems)), problems
            )
        return merged

    def depend_on(self, names: Iterable[str]) -> frozenset[str]:
        """Name the figures that are computed from some parameters or inputs."""
        return self._part(frozenset(names)).affected

    def _part(self, changed: frozenset[str]) -> _Part:
        if changed not in self._parts:
            self._parts[changed] = self._part_of(changed)
        return self._parts[changed]

    def _part_of(self, changed: frozenset[str]) -> _Part:
        """Find what depends on some names; formulas stand in their order."""
        graph = self.run.graph
        affected: dict[str, Formula] = {}
        needed: set[str] = set()
        for formula in graph.order:
            read = [*formula.arguments, *(base for name in formula.arguments for base in self._bases(name))]
            if any(name in changed or name in affected for name in read):
                affected[formula.gives] = formula
                needed.update(read)
        given = {formula.gives: formula for formula in graph.order}
        constants = [self._constant(given[name]) for name in sorted(needed) if name in given and name not in affected]
        return _Part(
            [*constants, *affected.values()],
            frozenset(affected),
            [name for name in graph.outputs if name in affected],
            [name for name in affected if name in graph.outputs and graph.pays(name)],
        )

    def _bases(self, name: str) -> list[str]:
        """List the figures and inputs that a parameter names."""
        parameter = self.policy.parameters.get(name)
        return [] if parameter is None else [base_of(figure) for figure in figures_needed(parameter)]

    def _constant(self, formula: Formula) -> Formula:
        """Make a formula that gives the figure that was kept."""
        figure = self._figures[formula.gives]

        def kept() -> Any:
            return figure

        return replace(formula, function=kept, arguments=(), approval="", steady=())


def _differing(one: Policy, other: Policy) -> list[str]:
    """List the parameters of a policy that are others in a second one of the same names."""
    return [name for name, value in one.parameters.items() if other.parameters[name] is not value]


def _shape(parameter: Parameter, day: Any) -> tuple[Any, ...]:
    """Describe what of a parameter the graph is built and tried by."""
    held = [(value.keyed, bool(value.number), value.figure) for value in parameter.in_force(day)]
    return bool(parameter.values), parameter.keys, parameter.figures, parameter.bands, held

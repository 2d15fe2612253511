"""Simulator of a period: one snapshot, priced once, computed by scenario after scenario.

The first scenario of a policy, or of values that the graph must be built for anew, is prepared and computed as a run
is; every other one computes again only what depends on it (`baseline`). What a run refuses, a scenario refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from batch.compute.below_zero import persons_below_zero, refusals
from batch.compute.compute import PreparedRun, prepare
from batch.compute.result_rows import pay_lines
from batch.pricing.item_work import ItemWork, price_items
from batch.results import Results
from batch.simulation.baseline import Baseline
from batch.simulation.effect import Effect
from batch.simulation.places import Places
from batch.simulation.scenario import Scenario
from batch.simulation.side import Side, published_places, published_side, side_of
from batch.snapshot.snapshot import Snapshot
from payengine.errors import ExactOverflow, PayengineError, Refused
from payengine.graph import Evaluation
from payengine.periods import Period
from payengine.policy import Policy
from payengine.policy.assumed_values import with_assumed
from payengine.policy.model import REFUSE
from payengine.texts import say

Accept = Callable[[PreparedRun], None]
MOST_KEPT = 6  # computed runs beside the period's own: each holds every figure of everybody


@dataclass(frozen=True)
class Computed:
    """Scenario as it was computed: by which policy, and every figure."""

    policy: Policy
    run: PreparedRun
    evaluation: Evaluation


@dataclass(frozen=True)
class Simulated:
    """Scenario with its effect, or the error with which a run would refuse it."""

    scenario: Scenario
    effect: Effect | None
    refused: PayengineError | None = None


class Simulator:
    """Period to be computed by other values: its snapshot, opened, and its own policy.

    `policies` loads a policy by name, '' being the period's own; `items` are those whose equivalents scenarios change;
    `accept` may refuse a prepared run, as in `compute`. The records are read once, in the constructor. Raises as
    `compute` does.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        policies: Callable[[str], Policy],
        *,
        items: Collection[str] = (),
        holds: Mapping[str, str] | None = None,
        threads: int | None = None,
        accept: Accept | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.policies = policies
        self.holds = dict(holds or {})
        self._accept = accept
        self.prepared = 0  # runs: each has read the snapshot's tables
        run = self._prepared(policies(""))
        self.work: ItemWork = price_items(snapshot, items, self.holds, threads)
        self.own = Baseline(run, self.work.priced)
        self._baselines: list[tuple[str, Baseline]] = [("", self.own)]
        self._checked_below(self.own.policy, run, self.own.evaluation)

    @property
    def period(self) -> Period:
        return self.snapshot.period

    def _prepared(self, policy: Policy) -> PreparedRun:
        run = prepare(self.snapshot, policy, self.holds)
        self.prepared += 1
        if self._accept is not None:
            self._accept(run)
        return run

    @cached_property
    def places(self) -> Places:
        return Places.of(self.own.data)

    def published(self, results: Results) -> tuple[Places, Side]:
        """Make the places and the side of what is published, to set scenarios beside it."""
        places = published_places(results, self.own.run.roster, self.places)
        return places, published_side(results, places)

    def own_side(self) -> Side:
        """Make the side of the period's own computation."""
        return self.side(Computed(self.own.policy, self.own.run, self.own.evaluation), self.places)

    def side(self, computed: Computed, places: Places) -> Side:
        """Make the side of a computed scenario on some places."""
        run = computed.run
        return side_of(computed.evaluation, computed.policy, run.outputs, self.period.kind, places)

    def compute(self, scenario: Scenario) -> Computed:
        """Compute a scenario; raises as a run by its policy does."""
        policy = with_assumed(self.policies(scenario.policy), scenario.values, self.period)
        base = self._baseline(scenario.policy, policy)
        points = self.work.points_micro(dict(scenario.items)) if scenario.items else None
        evaluation = base.evaluate(policy, points)
        self._checked_below(policy, base.run, evaluation)
        return Computed(policy, base.run, evaluation)

    def effect(self, scenario: Scenario, before: Side, places: Places) -> Simulated:
        """Compute a scenario and set it beside `before`; a refusal is told, not raised."""
        try:
            computed = self.compute(scenario)
        except (Refused, ExactOverflow) as refused:
            return Simulated(scenario, None, refused)
        return Simulated(scenario, Effect(places, before, self.side(computed, places)))

    def read_by(self, policy: str) -> set[str] | None:
        """Collect the parameters that the runs of a policy's scenarios have read.

        None where no run of it could be prepared.
        """
        runs = [base.run for known, base in self._baselines if known == policy]
        return {name for run in runs for name in run.graph.parameters_used} if runs else None

    def _baseline(self, name: str, policy: Policy) -> Baseline:
        """Find a computed run whose graph computes a policy too, or prepare one."""
        for known, base in self._baselines:
            if known == name and base.stands_for(policy):
                return base
        made = Baseline(self._prepared(policy), self.work.priced)
        self._baselines = [self._baselines[0], *self._baselines[1:][-MOST_KEPT:], (name, made)]
        return made

    def _checked_below(self, policy: Policy, run: PreparedRun, evaluation: Evaluation) -> None:
        """Refuse persons below zero where the policy does not publish them as receivables."""
        if policy.below_zero.get(self.period.kind, REFUSE) != REFUSE:
            return
        paid = [one for name, one in policy.components.items() if name in run.outputs]
        if not any((evaluation.values[one.name].data.values < 0).any() for one in paid):
            return
        below = persons_below_zero(pay_lines(evaluation, paid, run.roster, self.period.last_day))
        if below:
            problems = [*refusals(below, self.period)]
            raise Refused(say("run of {period} refused: {n} problem(s)", period=self.period, n=len(problems)), problems)

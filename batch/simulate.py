"""Simulation of a period before it is paid: scenarios, solutions, plans.

Nothing is written, neither to the ledger nor beside the snapshot. The room `simulation` computes; this opens what it
reads: the snapshot, whose values are compared with its digests meanwhile, and what is published.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch.ledger import Ledger, Publication
from batch.results import Results
from batch.run import Progress, acceptance, outdated, refuse_idle
from batch.simulation.places import Places
from batch.simulation.plan import Plan, later_values, make_plan
from batch.simulation.scenario import Scenario, ScenarioReader, Wishes
from batch.simulation.side import Side
from batch.simulation.simulation import Simulation
from batch.simulation.simulator import Simulator
from batch.simulation.solution import Solution, solve
from batch.snapshot.codes import DIRECTED
from batch.snapshot.snapshot import Snapshot, find_snapshot
from payengine.errors import UsageError
from payengine.periods import Period
from payengine.policy import Policy
from payengine.texts import joined, say


@dataclass(frozen=True)
class Ground:
    """Snapshots, ledger and policies (by name, '' the own one) that a simulation reads."""

    period: Period
    snapshots: Path
    ledger: Ledger
    policies: Callable[[str], Policy]
    allow_empty: Collection[str] = ()
    snapshot: str = ""
    holds: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None
    progress: Progress | None = None

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        if self.progress is not None:
            self.progress(stage, done, total)


def simulate_period(ground: Ground, wishes: Wishes, beside: bool = False) -> Simulation:
    """Compute scenarios beside the published figures or the period's own computation.

    Beside the published figures the snapshot is that of the published run, unless another is named, and the
    institutions held there are held. What a run would refuse in one scenario is told in its place; raises as a run
    does for the period's own policy.
    """
    published, results = _published(ground) if beside else (None, None)
    frozen, notes = _frozen(ground, results)
    holds = dict(ground.holds or (results.meta.holds if results is not None else {}))
    scenarios = _scenarios(ground, frozen, wishes)
    items = {code for scenario in scenarios for code, _ in scenario.items}
    with _simulator(ground, frozen, items, holds, notes) as simulator:
        prepared = PreparedSimulation(ground, frozen, simulator, *_before(simulator, results), published, notes)
        found = prepared.computed(scenarios)
        notes += [*_unread(ground, simulator, scenarios), *_later(ground, scenarios)]
    return replace(found, notes=notes)


def prepare_simulation(ground: Ground, beside: bool = False) -> PreparedSimulation:
    """Price a period's records once, to be simulated by values again and again.

    Raises as `simulate_period`.
    """
    published, results = _published(ground) if beside else (None, None)
    frozen, notes = _frozen(ground, results)
    holds = dict(ground.holds or (results.meta.holds if results is not None else {}))
    with _simulator(ground, frozen, (), holds, notes) as simulator:
        return PreparedSimulation(ground, frozen, simulator, *_before(simulator, results), published, notes)


@dataclass(frozen=True)
class PreparedSimulation:
    """Period whose records are priced and that is computed by its own policy.

    Of `ground` only policies and progress are used any more: the ledger may be closed.
    """

    ground: Ground
    snapshot: Snapshot
    simulator: Simulator
    places: Places
    before: Side
    published: Publication | None
    notes: list[str]

    def simulate(self, values: Sequence[str]) -> Simulation:
        """Compute the period by other values (`NAME=VALUE`), as `simulate_period` does."""
        scenarios = _scenarios(self.ground, self.snapshot, Wishes(values=tuple(values)))
        before = self.simulator.prepared
        found = self.computed(scenarios)
        if self.simulator.prepared != before:  # another graph read the snapshot's tables again
            self.snapshot.verify_content()
        return replace(found, notes=[*self.notes, *_unread(self.ground, self.simulator, scenarios)])

    def computed(self, scenarios: Sequence[Scenario]) -> Simulation:
        """Compute scenarios, each beside the same figures."""
        found = []
        for number, scenario in enumerate(scenarios):
            self.ground.tell(say("computing"), number, len(scenarios))
            found.append(self.simulator.effect(scenario, self.before, self.places))
        policies = {name: self.ground.policies(name) for name in ("", *(one.policy for one in scenarios))}
        published = self.published
        return Simulation(
            self.ground.period, self.snapshot.digest, policies, found, "" if published is None else published.run,
            None if published is None else published.revision, self.notes,
        )  # fmt: skip


def _before(simulator: Simulator, results: Results | None) -> tuple[Places, Side]:
    """Make the side beside which scenarios stand: the published or the own figures."""
    return (simulator.places, simulator.own_side()) if results is None else simulator.published(results)


def solve_period(
    ground: Ground, parameter: str, spend: str, *, target: str, institution: str, step: str, between: str, policy: str
) -> tuple[Solution, str]:
    """Find the value that a sum allows, and the snapshot's digest; raises as `solve`."""
    frozen, notes = _frozen(ground, None)
    with _simulator(ground, frozen, (), ground.holds, notes) as simulator:
        ground.tell(say("computing"))
        found = solve(
            simulator, parameter, spend, target=target, institution=institution, step=step, between=between,
            policy=policy,
        )  # fmt: skip
    return found, frozen.digest


def plan_period(ground: Ground, policy: str, budget: str) -> tuple[Plan, str]:
    """Set a new policy beside the workspace's own, and return the digest of the snapshot too."""
    frozen, notes = _frozen(ground, None)
    refuse_idle(ground.policies(policy), ground.period)
    with _simulator(ground, frozen, (), ground.holds, notes) as simulator:
        ground.tell(say("computing"))
        return make_plan(simulator, policy, budget), frozen.digest


@contextmanager
def _simulator(
    ground: Ground, frozen: Snapshot, items: Collection[str], holds: Mapping[str, str], notes: list[str]
) -> Iterator[Simulator]:
    """Open the snapshot, price its records once and compute the period by its own policy."""
    refuse_idle(ground.policies(""), ground.period)
    ground.ledger.require_whole()
    told: list[str] = []
    accept = acceptance(ground.snapshots, ground.ledger, ground.allow_empty, told)
    ground.tell(say("computing"))
    with frozen.verified():
        yield Simulator(frozen, ground.policies, items=items, holds=holds, threads=ground.threads, accept=accept)
    notes += [text for text in dict.fromkeys([*told, *outdated(frozen, ground.ledger)]) if text not in notes]


def _published(ground: Ground) -> tuple[Publication, Results]:
    """Read what is published of the period; `UsageError` where nothing is."""
    current = ground.ledger.current(ground.period)
    if current is None:
        raise UsageError(
            say("{period} is not published", period=ground.period),
            remedy=say("Leave --beside out: the scenarios then stand beside the period's own computation."),
        )
    return current, ground.ledger.results(current.run)


def _frozen(ground: Ground, results: Results | None) -> tuple[Snapshot, list[str]]:
    """Find the snapshot: the named one, else the published run's, else the newest."""
    if ground.snapshot or results is None:
        found = find_snapshot(ground.snapshots, ground.period, ground.snapshot)
    else:
        own = Snapshot.if_here(ground.snapshots, ground.period, results.meta.snapshot_digest)
        found = own or find_snapshot(ground.snapshots, ground.period)
    if results is None or found.digest == results.meta.snapshot_digest:
        return found, []
    note = say(
        "The published run was computed from another snapshot, {digest}: records that differ count in the differences.",
        digest=results.meta.snapshot_digest[:12],
    )
    return found, [note]


def _unread(ground: Ground, simulator: Simulator, scenarios: Sequence[Scenario]) -> list[str]:
    """Tell of parameters that no formula of the period reads, so that nothing changes."""
    found: dict[str, None] = {}
    for scenario in scenarios:
        read = simulator.read_by(scenario.policy)
        if read is None:  # every one of them is refused, which is told
            continue
        found |= dict.fromkeys(value.parameter for value in scenario.values if value.parameter not in read)
    return [say("no formula of {period} reads {name}: no value of it changes anything", period=ground.period, name=name)
            for name in found]  # fmt: skip


def _later(ground: Ground, scenarios: Sequence[Scenario]) -> list[str]:
    """Tell of values of other policies that begin after the period, so that nothing shows them."""
    own, found = ground.policies(""), []
    for name in dict.fromkeys(scenario.policy for scenario in scenarios if scenario.policy):
        later = later_values(own, ground.policies(name), ground.period)
        if later:
            found.append(
                say("policy {policy} has values that begin after {period}, and change nothing in it: {names}",
                    policy=name, period=ground.period, names=joined(dict.fromkeys(one.name for one in later)))
            )  # fmt: skip
    return found


def _scenarios(ground: Ground, frozen: Snapshot, wishes: Wishes) -> list[Scenario]:
    coding = frozen.coding
    codes, categories = (coding.item_rows[name].to_pylist() for name in ("code", "category"))
    priced = {code for code, category in zip(codes, categories, strict=True) if category != DIRECTED}
    known = coding.items.values.to_pylist()
    institutions = coding.institutions.values.to_pylist()
    unpriced = [code for code in known if code not in priced]
    reader = ScenarioReader(ground.period, ground.policies, known, institutions, unpriced)
    return reader.read(wishes)

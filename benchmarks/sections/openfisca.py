"""Section: the demo policy's graph beside OpenFisca-core on the same people's inputs."""

from __future__ import annotations

from typing import Any

from benchmarks import openfisca_peer, work
from benchmarks.bench import Bench
from benchmarks.figures import Goal
from benchmarks.graph import Formulas
from benchmarks.measure import Side, time_interleaved
from benchmarks.openfisca_peer import OpenFisca
from benchmarks.sections.formulas import MILLION, NEAR

FURTHEST = 0.001  # float32's sums over an institution are off by less than this part of them


def measure(bench: Bench) -> None:
    """Measure looking inputs up and evaluating; OpenFisca sets its inputs and computes."""
    figures = bench.figures
    why = openfisca_peer.missing()
    if why:
        figures.note(f"OpenFisca-core was not measured: {why}")
        return
    ours = Formulas(bench.snapshot, work.policy(), bench.engagements)
    figures.say("the same graph in OpenFisca-core")
    theirs = OpenFisca.of(ours)
    apart = theirs.furthest(theirs.compute(theirs.simulation()), ours.evaluate())
    if apart > FURTHEST:
        raise SystemExit(f"OpenFisca-core's figures are {apart:.4f} of the largest from ours: nothing is measured")
    made: list[Any] = []

    def build() -> None:
        made[:] = [theirs.simulation()]

    seconds = time_interleaved(
        [Side("ours", ours.evaluate), Side("theirs", lambda: theirs.compute(made[0]), build)], bench.rounds
    )
    what = (
        f"formula graph of the demo policy, exact, {len(ours.run.graph.order)} formulas / OpenFisca-core, float32 (off "
        f"by up to {apart:.0e} of the largest figure), {theirs.formulas} comparable formulas; {ours.engagements:,} rows"
    )
    goal = Goal(3, applies=ours.engagements >= NEAR * MILLION, condition=f"for {MILLION:,}")
    figures.over(what, seconds["ours"], seconds["theirs"], goal)

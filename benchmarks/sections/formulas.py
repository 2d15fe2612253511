"""Section: formula graphs of many people, with everything that a run does beside pricing.

A line covers coding and checking the tables, looking the inputs up, evaluating the graph, and listing pay lines,
statements and reports; the tables are in memory already, where a run would read its snapshot's files.
"""

from __future__ import annotations

from batch.workspace import Workspace
from benchmarks.bench import YEAR, Bench
from benchmarks.figures import Goal
from benchmarks.graph import Formulas, graph_of_period
from benchmarks.measure import Side, time_interleaved

MILLION = 1_000_000
NEAR = 0.98  # of a million engagements: copies of some people do not give round numbers
JANUARY, OCTOBER, DECEMBER = "2026-01", "2026-10", "2026-12"


def measure(bench: Bench) -> None:
    """Measure a month by three policies, and a year of fewer people with its history."""
    demo = _month(bench, "demo", OCTOBER, bench.demo("demo", OCTOBER))
    xining = _month(bench, "xining", JANUARY, bench.demo("xining", JANUARY), 1.5)
    township = graph_of_period(bench.demo("township-example", JANUARY), JANUARY, bench.engagements)
    bench.figures.say("formulas: three policies beside each other")
    sides = [Side("township", township.whole), Side("xining", xining.whole), Side("demo", demo.whole)]
    seconds = time_interleaved(sides, bench.few_rounds)
    what = f"a scheme of TOML alone (township-example) / the full xining policy, {township.engagements:,} engagements"
    bench.figures.over(what, seconds["township"], seconds["xining"])
    del demo, xining, township
    _settlement(bench)


def _month(bench: Bench, policy: str, period: str, county: Workspace, bound: float = 0) -> Formulas:
    figures = bench.figures
    figures.say(f"formulas of {period} by the policy {policy}")
    whole, half = (graph_of_period(county, period, people) for people in (bench.engagements, bench.engagements // 2))
    sides = [Side("whole", whole.whole), Side("half", half.whole), Side("evaluate", whole.evaluate)]
    seconds = time_interleaved(sides, bench.few_rounds)
    what = f"a month of {whole.engagements:,} engagements, {policy} policy: prepared, evaluated, listed"
    large = whole.engagements >= NEAR * MILLION
    goal = Goal(bound, "s", applies=large, condition=f"for {MILLION:,}") if bound else None
    figures.seconds(what, seconds["whole"], goal)
    figures.over("the same / for half of them (linear: 2)", seconds["whole"], seconds["half"])
    figures.seconds("of it, looking up inputs and evaluating the graph", seconds["evaluate"])
    return whole


def _settlement(bench: Bench) -> None:
    """Measure the year of a tenth of the people: what its months published is held in memory."""
    figures, county = bench.figures, bench.year
    figures.say("formulas of the year's settlement")
    for period, what in ((DECEMBER, "December, with its history"), (YEAR, "the year's settlement, with its months")):
        formulas = graph_of_period(county, period, bench.engagements // 10)
        sides = [Side("whole", formulas.whole), Side("history", formulas.add_up_history)]
        seconds = time_interleaved(sides, bench.few_rounds)
        figures.seconds(
            f"{what}, {formulas.engagements:,} engagements, xining policy: prepared, evaluated, listed",
            seconds["whole"],
        )
        figures.seconds(f"of it, adding up {formulas.lines:,} lines of its history", seconds["history"])

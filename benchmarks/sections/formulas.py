"""Section: formula graphs of many people, with everything that a run does beside pricing.

A line covers coding and checking the tables, looking the inputs up, evaluating the graph, and listing pay lines,
statements and reports; the tables are in memory already, where a run would read its snapshot's files.
"""

from __future__ import annotations

from benchmarks.bench import YEAR, Bench
from benchmarks.figures import Goal
from benchmarks.graph import graph_of_period
from benchmarks.measure import Seconds, Side, in_child, time_interleaved

MILLION = 1_000_000
NEAR = 0.98  # of a million engagements: copies of some people do not give round numbers
JANUARY, OCTOBER, DECEMBER = "2026-01", "2026-10", "2026-12"


def measure(bench: Bench) -> None:
    """Measure a month by three policies, and a year of fewer people with its history."""
    _month(bench, "demo", OCTOBER)
    xining = _month(bench, "xining", JANUARY, 1.5)
    township = _month(bench, "township-example", JANUARY)
    bench.figures.over("a scheme of TOML alone (township-example) / the full xining policy", township, xining)
    _settlement(bench)


def _month(bench: Bench, policy: str, period: str, bound: float = 0) -> Seconds:
    """Measure all engagements and half of them, each in a process of its own."""
    figures, county = bench.figures, bench.demo(policy, period)
    figures.say(f"formulas of {period} by the policy {policy}")
    told, half = (
        in_child("graph", county.folder, period, people, bench.few_rounds)
        for people in (bench.engagements, bench.engagements // 2)
    )
    whole, of_half = (Seconds(one["median"], one["seconds"]) for one in (told, half))
    count = int(told["engagements"])
    what = f"a month of {count:,} engagements, {policy} policy: prepared, evaluated, listed"
    goal = Goal(bound, "s", applies=count >= NEAR * MILLION, condition=f"for {MILLION:,}") if bound else None
    figures.seconds(what, whole, goal)
    figures.over("the same / for half of them (linear: 2)", whole, of_half)
    evaluated = Seconds(told["evaluate_median"], told["evaluate"])
    figures.seconds("of it, looking up inputs and evaluating the graph", evaluated)
    figures.megabytes("peak memory of it, with the copied people's tables", told["peak_mb"])
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

"""Section: a December that reads eleven months, beside a January that reads none."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.figures import Goal
from benchmarks.measure import Seconds, in_child

JANUARY, DECEMBER = "2026-01", "2026-12"
MILLION = 1_000_000


def measure(bench: Bench) -> None:
    """Freeze and compute both months again, each in a process of its own."""
    figures, county, people = bench.figures, bench.year, bench.people
    figures.say("freezing and computing January and December")
    told = {
        month: [in_child("month", county.folder, month) for _ in range(bench.few_rounds)]
        for month in (JANUARY, DECEMBER)
    }
    both = {month: Seconds.of([one["seconds"] for one in rounds]) for month, rounds in told.items()}
    last = told[DECEMBER][-1]
    goal = Goal(20, "s", applies=people >= MILLION, condition=f"for {MILLION:,}")
    what = f"December of {people:,} people with {last['history']:,} lines of history: freeze and run"
    figures.seconds(what, both[DECEMBER], goal)
    figures.over("the same / January, which reads none", both[DECEMBER], both[JANUARY])
    for part in ("freeze", "run"):
        figures.seconds(f"of it, {part}", Seconds.of([one[part] for one in told[DECEMBER]]))
    for month, rounds in told.items():
        peaks = [one["peak_mb"] for one in rounds]
        figures.megabytes(f"peak memory of freeze and run of {month}", None if None in peaks else max(peaks))

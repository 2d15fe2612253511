"""Section: what an auditor asks of a published month, each beside a whole run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks import county, desk
from benchmarks.bench import Bench
from benchmarks.figures import Goal
from benchmarks.measure import Side, time_interleaved


def measure(bench: Bench) -> None:
    """Measure explain, replay and verify."""
    made, figures = bench.month, bench.figures
    staff = desk.a_person(made)
    record = desk.a_record(made, staff)
    asked: dict[str, Callable[[], object]] = {
        "explain a person, down to the records": partial(made.explain, county.PERIOD, staff=staff),
        "explain a record": partial(made.explain_record, county.PERIOD, record),
        "replay: computed again, every row compared": partial(made.replay, str(county.PERIOD)),
        "verify the ledger and every snapshot": partial(made.verify, everything=True),
    }
    figures.say("explaining and verifying")
    whole = Side("whole", partial(made.run, county.PERIOD, dry_run=True))
    seconds = time_interleaved([whole, *(Side(what, ask) for what, ask in asked.items())], bench.few_rounds)
    figures.seconds("a dry run of the published month, its checks included", seconds["whole"])
    for what in asked:
        goal = Goal(2, "s") if what.startswith("explain") else None
        figures.seconds(what, seconds[what], goal)

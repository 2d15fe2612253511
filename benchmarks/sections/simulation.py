"""Section: prices and equivalents tried before they are paid; nothing is stored.

A line covers all that the command waits for once it has started: opening the snapshot and comparing it with its digest,
pricing it, computing the period by its own policy, then every scenario with who gains and who loses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks.bench import Bench
from benchmarks.county import PERIOD
from benchmarks.figures import Goal
from benchmarks.measure import Side, time_interleaved

STAFF = 20_000
PRICE = "staff_point_price"


def measure(bench: Bench) -> None:
    """Measure one price, a hundred prices, a hundred equivalents of an item, and a solution."""
    figures, made, people = bench.figures, bench.month, bench.size.staff
    figures.say("simulating and solving")
    item = bench.snapshot.coding.items.values[0].as_py()  # earns points: directed ones come later
    asked: dict[str, Callable[[], object]] = {
        "one price": partial(made.simulate, PERIOD, values=[f"{PRICE}=4.50"]),
        "prices": partial(made.simulate, PERIOD, sweeps=[f"{PRICE}=4.00:4.99:0.01"]),
        "items": partial(made.simulate, PERIOD, item_sweeps=[f"{item}=1.00:1.99:0.01"]),
        "solve": partial(made.solve, PERIOD, PRICE, _spend(bench)),
    }
    seconds = time_interleaved([Side(name, ask) for name, ask in asked.items()], bench.few_rounds)
    of = f"{bench.size.records:,} records, {people:,} staff"
    figures.seconds(f"simulate one price, {of}", seconds["one price"])
    goal = Goal(3, "s", applies=people == STAFF, condition=f"for {STAFF:,} staff")
    figures.seconds(f"simulate 100 prices, {of}", seconds["prices"], goal)
    figures.seconds("simulate 100 equivalents of an item, one pass over the records", seconds["items"])
    figures.seconds("solve: the price that a sum allows", seconds["solve"])


def _spend(bench: Bench) -> str:
    """Choose a sum a little above what the month pays now, in yuan."""
    paid = sum(bench.month.results(str(PERIOD)).pay_lines["amount_fen"].to_pylist())
    return f"{paid // 100 + paid // 5000}"

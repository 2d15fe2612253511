"""Section: the run beside DuckDB's plain sum, and the same exact work by the peers."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from functools import partial

from batch.pricing.price_snapshot import price_snapshot
from benchmarks import work
from benchmarks.bench import Bench
from benchmarks.figures import Goal
from benchmarks.held_snapshot import HeldSnapshot
from benchmarks.integer_rows import read_integer_rows
from benchmarks.measure import Side, time_interleaved
from benchmarks.peers import FROM_FILES, IN_MEMORY, PLAIN_SUMS, Cells, same

PLAIN_SUM_GOAL = "from zstd Parquet"
GOALS = {"DuckDB": 4, "Polars": 5, "pandas": 8, "NumPy": 7}  # data in memory


def measure(bench: Bench) -> None:
    """Measure all sides of the table's first lines together, so that ours is one figure.

    Beside peers whose data is in memory, ours is in memory too; beside files it reads its snapshot's.
    """
    figures, snapshot = bench.figures, bench.snapshot
    ours = Side("ours", partial(work.price, snapshot.path))
    held = HeldSnapshot(snapshot)
    ours_in_memory = Side("ours in memory", partial(price_snapshot, held))
    plain, in_memory, from_files = _peers(bench)
    figures.say("the run, plain sums, the same exact work by the peers")
    named = {**_named("plain", plain), **_named("memory", in_memory), **_named("files", from_files)}
    sides = [ours, ours_in_memory, *(Side(name, made) for name, made in named.items())]
    seconds = time_interleaved(sides, bench.rounds)
    for name in plain:
        goal = Goal(0.8) if name == PLAIN_SUM_GOAL else None
        what = f"run (read, limit, price, sum) / DuckDB's plain sum by owner, {name}"
        figures.over(what, seconds["ours"], seconds[f"plain {name}"], goal)
    for name in in_memory:
        what = f"the same exact work, data in memory: {name} / ours"
        figures.under(what, seconds["ours in memory"], seconds[f"memory {name}"], Goal(GOALS[name], at_least=True))
    for name in from_files:
        what = f"the same exact work, from narrow uncompressed Parquet: {name} / ours"
        figures.under(what, seconds["ours"], seconds[f"files {name}"])
    del named, plain, in_memory, from_files, held, ours_in_memory, sides
    gc.collect()
    figures.say("the whole run, the integrity check")
    whole = Side("whole", partial(work.run, snapshot.path))
    seconds = time_interleaved([Side("verify", snapshot.verify), whole], bench.few_rounds)
    figures.seconds("integrity check of the snapshot's files and columns, apart", seconds["verify"])
    figures.seconds("a whole run: formulas, pay lines and listings too", seconds["whole"])


Works = Mapping[str, Callable[[], object]]


def _peers(bench: Bench) -> tuple[Works, Works, Works]:
    """Prepare plain sums and peers; refuse to measure one that computes something else."""
    figures, folder = bench.figures, bench.folder / "integer_rows"
    figures.say("coding the same rows for the peers, comparing their results with ours")
    rows = read_integer_rows(bench.snapshot)
    rows.write(folder)
    priced = price_snapshot(bench.snapshot)
    in_memory = {name: prepare(rows) for name, prepare in IN_MEMORY.items()}
    from_files = {name: prepare(folder, rows.categories) for name, prepare in FROM_FILES.items()}

    def compare(name: str, cells: Cells) -> None:
        if not same(cells, priced.services, priced.points_micro):
            raise SystemExit(f"{name} computes something else than payengine: nothing is measured")

    for name, work_of in (*in_memory.items(), *from_files.items()):
        compare(name, work_of())
    figures.console.print(
        f"  all of {', '.join(in_memory)} give our {int(priced.services.sum()):,} services and the same points, cell "
        "for cell, from memory and from files"
    )
    plain = {name: prepare(rows, folder) for name, prepare in PLAIN_SUMS.items()}
    return plain, in_memory, from_files


def _named(kind: str, works: Works) -> Works:
    return {f"{kind} {name}": made for name, made in works.items()}

"""Section: commands in new processes, and a whole first demo beside a later one."""

from __future__ import annotations

import importlib.util
import shutil
from functools import partial

from benchmarks import county, work
from benchmarks.bench import Bench
from benchmarks.figures import Goal
from benchmarks.measure import (
    Seconds,
    Side,
    as_installed,
    command,
    first_kernels,
    first_record,
    start_seconds,
    time_interleaved,
)


def measure(bench: Bench) -> None:
    """Measure processes from start to end, as a user of the installed package waits."""
    figures, environment = bench.figures, as_installed(bench.folder / "bytecode")
    small = bench.folder / "small"
    if not (small / "parquet").exists():
        county.write_parquet(small / "parquet", county.Size.of(1000))
    snapshot = work.freeze(small / "parquet", small / "snapshots").path
    workspace = bench.month.folder
    if importlib.util.find_spec("numexpr") is not None:
        figures.note(
            "numexpr is installed, as OpenFisca-core wants it: where pandas is imported, a start takes longer."
        )
    figures.say("starts")
    codes = {
        "help": command("--help"),
        "runs": command("--workspace", workspace, "runs"),
        "record": first_record(snapshot),
        "kernels": first_kernels(snapshot),
    }
    seconds = time_interleaved(
        [Side(name, partial(start_seconds, code, environment)) for name, code in codes.items()], bench.rounds
    )
    figures.seconds("payengine --help", seconds["help"], Goal(0.2, "s"))
    figures.seconds("payengine runs", seconds["runs"], Goal(0.5, "s"))
    what = "a later start: interpreter, imports, kernels, first records"
    figures.seconds(what, seconds["kernels"], Goal(0.8, "s"))
    what = "a later start of a small county: interpreter, imports, first records, which need no kernel"
    figures.seconds(what, seconds["record"])
    _first_demo(bench, environment)


def _first_demo(bench: Bench, environment: dict[str, str]) -> None:
    """Make the demo county twice with one cache of kernels, which is empty at first."""
    bench.figures.say("a first demo and a second one")
    first: list[float] = []
    second: list[float] = []
    demo, cache = bench.folder / "demo", bench.folder / "cache"
    for _ in range(1 if bench.is_large else bench.few_rounds):
        for times in (first, second):
            shutil.rmtree(demo, ignore_errors=True)
            times.append(start_seconds(command("demo", demo), environment | {"PAYENGINE_CACHE_DIR": str(cache)}))
        shutil.rmtree(cache)
    shutil.rmtree(demo)
    cold, warm = Seconds.of(first), Seconds.of(second)
    bench.figures.seconds("payengine demo, a second one: every kernel is in the cache", warm)
    bench.figures.seconds("payengine demo, a whole first one from an empty cache", cold)
    bench.figures.seconds("what a first demo takes beyond a later one", cold - warm, Goal(4, "s"))

"""Section: peak memory of freezing and running, each in a process of its own."""

from __future__ import annotations

import shutil

from benchmarks import county
from benchmarks.bench import Bench
from benchmarks.county import Size
from benchmarks.figures import Goal
from benchmarks.measure import in_child

MANY = 2_000_000


def measure(bench: Bench) -> None:
    """Measure freeze from SQLite and Parquet, run, and run with many staff."""
    figures, again = bench.figures, bench.folder / "again"
    figures.say("peak memory")
    for name, place in (("SQLite", bench.sqlite), ("Parquet", bench.parquet)):
        told = in_child("freeze", place, again)
        figures.megabytes(f"freeze of {bench.size.records:,} records from {name}", told["peak_mb"], Goal(600, "MB"))
        shutil.rmtree(again, ignore_errors=True)
    told = in_child("run", bench.snapshot.path)
    figures.megabytes(f"run of {bench.size.records:,} records", told["peak_mb"], Goal(600, "MB"))
    many = bench.folder / f"staff-{bench.many}"
    if not many.exists():
        figures.say(f"writing a county of {bench.many:,} staff")
        county.write_parquet(many, Size(max(bench.size.records // 10, 1000)).with_staff(bench.many))
    frozen = in_child("freeze", many, again)
    told = in_child("run", frozen["snapshot"])
    shutil.rmtree(again, ignore_errors=True)
    figures.megabytes(f"freeze of {bench.many:,} staff", frozen["peak_mb"])
    goal = Goal(3000, "MB", applies=bench.many >= MANY, condition=f"for {MANY:,}")
    figures.megabytes(f"run of {bench.many:,} staff", told["peak_mb"], goal)

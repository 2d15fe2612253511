"""Simulated national month: many counties frozen, priced by workers, published.

`python -m benchmarks national` measures what a million records and a county cost here, multiplies by 10^9 records, and
says of each figure which of the two it is. With `--results` it writes its table into docs/scale.md and its translation.
"""

from __future__ import annotations

import pickle
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from batch.cluster.cluster import Cluster, local
from batch.cluster.part_cache import cache_in
from batch.pricing import part_sums
from batch.pricing.part_sums import price_part, tasks_of
from batch.pricing.price_parts import price_parts
from batch.pricing.price_snapshot import PricedWork, price_snapshot
from batch.snapshot.snapshot import find_snapshot
from batch.work_list import RUN, Entry, carry_out
from batch.workspace import Workspace
from benchmarks import county, desk, machine, national_page
from benchmarks.county import PERIOD
from payengine.kernels.compile import warm_up


@dataclass(frozen=True)
class Measured:
    """Cost of some counties of equal size.

    Seconds are of processors, and seconds, bytes and rows of all counties, unless said otherwise.
    """

    counties: int
    records: int  # of one county
    workers: int
    freeze: float
    command: float  # of run: verifying, uploading, merging, formulas, staging
    pricing: float  # of the workers, with fetching and hashing
    merging: float  # of one county, within `command`
    publish: float
    wall: float  # seconds of the clock from the first run to the last publication
    source_bytes: int
    snapshot_bytes: int
    store_bytes: int
    fetched_bytes: int
    returned_bytes: int  # of one county
    ledger_bytes: int
    ledger_rows: int
    largest_ledger_writes: float  # seconds of the clock of the slowest publication

    @property
    def all_records(self) -> int:
        """The records of all counties."""
        return self.counties * self.records


@click.command()
@click.option("--counties", default=10, show_default=True, help="How many counties.")
@click.option("--records", default=2_000_000, show_default=True, help="Service records of each.")
@click.option("--workers", default=2, show_default=True, help="Worker processes, and freezes at once.")
@click.option("--folder", type=click.Path(path_type=Path), help="Make the counties here, and keep them.")
@click.option("--results", is_flag=True, help="Write the tables into docs/scale.md and docs/scale.zh.md.")
def national(counties: int, records: int, workers: int, folder: Path | None, results: bool) -> None:
    """Measure many counties over one cluster; extrapolate to 10^9 records a month."""
    console, facts, begun = Console(), machine.facts(), time.monotonic()
    where = folder.absolute() if folder else Path(tempfile.mkdtemp(prefix="payengine-national-"))
    try:
        found = measured(where, counties, records, workers, lambda text: console.print(text, highlight=False))
    finally:
        if folder is None:
            shutil.rmtree(where, ignore_errors=True)
    facts["this benchmark itself"] = f"{time.monotonic() - begun:.0f} s"
    for language, page in national_page.PAGES.items():
        text = national_page.section(found, facts, language)
        if language == "en":
            console.print(text, highlight=False, markup=False, soft_wrap=True)
        if results:
            national_page.write_section(page, text)
            console.print(f"Written: {page}", highlight=False)


def measured(folder: Path, counties: int, records: int, workers: int, tell: Callable[[str], None]) -> Measured:
    """Make, freeze, run and publish the counties.

    What the workers priced is compared with the outcome of one process.
    """
    made = [_county(folder, number, records, tell) for number in range(counties)]
    warm_up("batch.freeze", "batch.pricing.price_snapshot")
    tell(f"freezing {counties} counties, {workers} at once")
    freeze = _frozen(made, workers)
    one = find_snapshot(made[0].snapshots, PERIOD)
    tell(f"running and publishing them over {workers} workers")
    store, publish, slowest = folder / "store", 0.0, 0.0
    other_cpu = other_wall = 0.0  # of looking for what an office would accept by hand
    with local(workers, str(store)) as cluster:
        cluster.price(one)  # the workers start and compile
        shutil.rmtree(store)
        cluster._client.run(_without_caches)
        before, own, begun = _worker_seconds(cluster), time.process_time(), time.perf_counter()
        for each in made:
            done = carry_out(Entry(each.folder, PERIOD, RUN), cluster)
            if done.error is not None:
                raise done.error
            started, cpu = time.perf_counter(), time.process_time()
            accepted = desk.acceptances(each)
            other_wall += time.perf_counter() - started
            other_cpu += time.process_time() - cpu
            started, cpu = time.perf_counter(), time.process_time()
            each.publish(done.run, accepted)
            publish += time.process_time() - cpu
            slowest = max(slowest, time.perf_counter() - started)
        wall, command = time.perf_counter() - begun - other_wall, time.process_time() - own - publish - other_cpu
        pricing, fetched = _worker_seconds(cluster) - before, _fetched(cluster)
        for each in made:
            snapshot = find_snapshot(each.snapshots, PERIOD)
            _same(cluster.price(snapshot), price_snapshot(snapshot))
    outcomes = [price_part(task) for task in tasks_of(one)]
    started_merging = time.process_time()
    _same(price_parts(one, (), lambda _tasks: outcomes), price_snapshot(one, threads=1))
    both = time.process_time() - started_merging
    started_alone = time.process_time()
    price_snapshot(one, threads=1)
    merging = max(0.0, both - (time.process_time() - started_alone))
    ledgers = [each.folder / "ledger.sqlite" for each in made]
    return Measured(
        counties, records, workers, freeze, command, pricing, merging, publish, wall,
        source_bytes=sum(_bytes(each.folder / "parquet") for each in made),
        snapshot_bytes=sum(_bytes(each.snapshots) for each in made),
        store_bytes=_bytes(store), fetched_bytes=fetched,
        returned_bytes=sum(len(pickle.dumps(outcome, 5)) for outcome in outcomes),
        ledger_bytes=sum(file.stat().st_size for file in ledgers), ledger_rows=sum(map(_rows, ledgers)),
        largest_ledger_writes=slowest,
    )  # fmt: skip


def _county(folder: Path, number: int, records: int, tell: Callable[[str], None]) -> Workspace:
    """Make a county of its own seed, without snapshot and ledger."""
    place = folder / f"county{number:03}"
    made = desk.workspace(place, "parquet")
    shutil.rmtree(made.snapshots, ignore_errors=True)
    for file in place.glob("ledger.sqlite*"):
        file.unlink()
    if not (place / "parquet").exists():
        tell(f"writing county {number + 1} of {records:,} records")
        county.write_parquet(place / "parquet", replace(county.Size.of(records), seed=100 + number))
    return made


def _frozen(made: list[Workspace], at_once: int) -> float:
    """Freeze each by a command of its own; returns the processor seconds of all."""

    def freeze(each: Workspace) -> None:
        words = [sys.executable, "-m", "batch", "--workspace", str(each.folder), "freeze", str(PERIOD)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            print(done.stdout, done.stderr, file=sys.stderr)
            done.check_returncode()

    before = _children_seconds()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(freeze, made))
    return _children_seconds() - before


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _worker_seconds(cluster: Cluster) -> float:
    return float(sum(cluster._client.run(time.process_time).values()))


def _fetched(cluster: Cluster) -> int:
    """Count the bytes in the workers' caches: all that they fetched, if those are large enough."""
    return int(sum(cluster._client.run(_cached_bytes).values()))


def _cached_bytes(dask_worker: Any) -> int:
    return _bytes(Path(dask_worker.local_directory, "payengine-parts"))


def _without_caches() -> None:
    """Have a worker fetch and read everything again."""
    cache_in.cache_clear()
    part_sums._content.cache_clear()
    part_sums._opened.cache_clear()


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _rows(ledger: Path) -> int:
    with closing(sqlite3.connect(ledger)) as database:
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return sum(int(database.execute(f'select count(*) from "{name}"').fetchone()[0]) for name in names)


def _same(one: PricedWork, other: PricedWork) -> None:
    """Compare two outcomes bit by bit; `RuntimeError` if they differ."""
    for name in ("services", "refunds", "points_micro"):
        if getattr(one, name).tobytes() != getattr(other, name).tobytes():
            raise RuntimeError(f"{name} of the workers are not those of one process")
    if one.counts != other.counts or not one.rejections.equals(other.rejections):
        raise RuntimeError("rejections of the workers are not those of one process")

"""The figures of the design as a table: each measured value beside its goal."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from batch.pricing.price_snapshot import price_snapshot
from batch.snapshot.snapshot import Snapshot
from benchmarks import county, desk, floors, peers, work
from benchmarks.graph import Formulas, demo_county, graph_of_period
from benchmarks.integer_rows import read_integer_rows
from benchmarks.measure import Side, first_record, peak_memory, start_seconds, time_interleaved
from payengine.kernels.compile import warm_up


@dataclass(frozen=True)
class Line:
    """A figure: both sides in seconds (or one in its own unit), their ratio, the goal."""

    what: str
    ours: str
    other: str
    ratio: str
    reach: str


class Figures:
    """Figures as they are collected; each is announced while it is being measured."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.lines: list[Line] = []

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{text} ...[/dim]", highlight=False)

    def ratio(self, what: str, ours: float, other: float, reach: str, *, ours_over: bool) -> None:
        """Add a ratio: ours / other with `ours_over` (small is good), else other / ours."""
        ratio = ours / other if ours_over else other / ours
        self.lines.append(Line(what, f"{ours:.3f} s", f"{other:.3f} s", f"{ratio:.2f}", reach))

    def single(self, what: str, value: str, reach: str) -> None:
        self.lines.append(Line(what, value, "", "", reach))

    def table(self, title: str) -> Table:
        table = Table(title=title, title_justify="left")
        for name in ("what", "ours", "the other side", "ratio", "to reach"):
            table.add_column(name, justify="left" if name == "what" else "right", overflow="fold")
        for line in self.lines:
            table.add_row(line.what, line.ours, line.other, line.ratio, line.reach)
        return table


@click.command()
@click.option("--records", default=10_000_000, show_default=True, help="Service records of the month.")
@click.option("--engagements", default=0, help="People of the graph's figure; 0: a tenth of the records.")
@click.option("--rounds", default=5, show_default=True, help="Rounds of each comparison; freezes take a third of them.")
@click.option("--keep", type=click.Path(path_type=Path), help="Make the county here and keep it for the next time.")
def main(records: int, engagements: int, rounds: int, keep: Path | None) -> None:
    """Measure everything and print the table."""
    folder = keep or Path(tempfile.mkdtemp(prefix="payengine-benchmark-"))
    figures = Figures(Console(width=None if os.isatty(1) else 150))
    try:
        _measure(figures, folder, county.Size.of(records), engagements or max(records // 10, 10_000), rounds)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    size = county.Size.of(records)
    figures.console.print(
        figures.table(
            f"{size.records:,} records, {size.staff:,} staff, {size.institutions} institutions, {size.items} items, "
            f"8 categories; {os.cpu_count()} processors, Python {platform.python_version()}; medians, interleaved"
        )
    )


def _measure(figures: Figures, folder: Path, size: county.Size, engagements: int, rounds: int) -> None:
    files, database, snapshots = folder / "parquet", folder / "county.sqlite", folder / "snapshots"
    figures.say(f"writing a county of {size.records:,} records")
    if not files.exists():
        county.write_parquet(files, size)
    if not database.exists():
        county.write_sqlite(database, size)
    warm_up("batch.freeze", "batch.pricing.price_snapshot")
    snapshot = work.freeze(files, snapshots)
    _running(figures, folder, snapshot.path, rounds)
    _auditing(figures, folder, max(1, rounds // 3))
    _graphs(figures, folder, snapshot, engagements, rounds)
    _freezing(figures, folder, files, database, max(1, rounds // 3))
    figures.say("peak memory, cold starts")
    for what, place in (("freeze", database), ("run", snapshot.path)):
        peak = peak_memory("benchmarks.work", what, str(place), str(folder / "again"))
        shutil.rmtree(folder / "again", ignore_errors=True)
        figures.single(f"peak memory of {what}", f"{peak} MB" if peak is not None else "not known here", "<= 700 MB")
    _starts(figures, folder, snapshot.path, rounds)


def _running(figures: Figures, folder: Path, path: Path, rounds: int) -> None:
    figures.say("coding the same rows for DuckDB, Polars and pandas")
    snapshot = Snapshot.open(path)
    rows = read_integer_rows(snapshot)
    rows.write(folder / "integer_rows")
    priced = price_snapshot(snapshot)
    in_memory = {
        "DuckDB": peers.duckdb_memory(rows), "Polars": peers.polars_memory(rows), "pandas": peers.pandas_memory(rows),
    }  # fmt: skip
    from_files = {
        "DuckDB": peers.duckdb_files(folder / "integer_rows"),
        "Polars": peers.polars_files(folder / "integer_rows"),
        "pandas": peers.pandas_files(folder / "integer_rows"),
    }
    for name, made in (*in_memory.items(), *from_files.items()):
        if not peers.same(made(), priced.services, priced.points_micro, len(snapshot.coding.categories)):
            raise SystemExit(f"{name} computes something else: nothing is measured")
    figures.console.print(
        f"  all three give our {int(priced.services.sum()):,} services and the same points, cell for cell"
    )
    ours = Side("ours", partial(work.price, path))
    plain = Side("plain", peers.duckdb_plain_sum(folder / "integer_rows"))
    figures.say("run beside DuckDB's plain sum")
    seconds = time_interleaved([ours, plain], rounds)
    figures.ratio(
        "run (read, limit, price, sum) / DuckDB's plain sum by owner",
        seconds["ours"],
        seconds["plain"],
        "<= 0.8",
        ours_over=True,
    )
    for title, sides, reach in (
        ("data in memory", in_memory, ("4", "8", "15")), ("from files", from_files, ("4", "4", "10")),
    ):  # fmt: skip
        figures.say(f"the same exact work, {title}")
        seconds = time_interleaved([ours, *(Side(name, made) for name, made in sides.items())], rounds)
        for name, least in zip(sides, reach, strict=True):
            figures.ratio(
                f"the same exact work, {title}: {name} / ours",
                seconds["ours"],
                seconds[name],
                f">= {least}",
                ours_over=False,
            )
    seconds = time_interleaved(
        [Side("verify", snapshot.verify), Side("whole", partial(work.run, path))], max(1, rounds // 3)
    )
    figures.single("integrity check of the snapshot's files and columns, apart", f"{seconds['verify']:.3f} s", "shown")
    figures.single("a whole run: formulas, pay lines and listings too", f"{seconds['whole']:.3f} s", "shown")


def _auditing(figures: Figures, folder: Path, rounds: int) -> None:
    """Measure what an auditor asks of a published month, each beside a whole run."""
    figures.say("running and publishing the month")
    made = desk.published_month(folder)
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
    seconds = time_interleaved([whole, *(Side(what, ask) for what, ask in asked.items())], rounds)
    for what in asked:
        reach = "<= 2 s" if what.startswith("explain") else "shown"
        figures.ratio(f"{what} / a run with its checks", seconds[what], seconds["whole"], reach, ours_over=True)


def _graphs(figures: Figures, folder: Path, snapshot: Snapshot, engagements: int, rounds: int) -> None:
    """Measure formula graphs with all look-ups; history, added up once a run, is shown apart."""
    staff, institutions = (3000, 300) if engagements >= 300_000 else (500, 50)
    figures.say("publishing a year of a region's county")
    county_of_a_year = demo_county(folder / f"xining-{staff}", "xining", staff, institutions)
    township = demo_county(folder / f"township-{staff}", "township-example", staff, institutions, "2026-12")
    for what, made in (
        ("a month, demo policy", partial(Formulas, snapshot, work.policy())),
        ("a month, full xining policy", partial(graph_of_period, county_of_a_year, "2026-12")),
        ("the year's settlement, full xining policy", partial(graph_of_period, county_of_a_year, "2026")),
    ):
        figures.say(f"formulas: {what}")
        whole, half = made(engagements), made(engagements // 2)
        whole.evaluate(), half.evaluate()  # the history is added up now
        seconds = time_interleaved([Side("whole", whole.evaluate), Side("half", half.evaluate)], rounds)
        reach = "<= 1.5 s for 1,000,000"
        graph = f"formula graph for {whole.engagements:,} engagements, {what}"
        figures.single(graph, f"{seconds['whole']:.3f} s", reach)
        figures.ratio(
            "the same / for half of them (linear: 2)", seconds["whole"], seconds["half"], "about 2", ours_over=True
        )
        if whole.lines:
            adding = time_interleaved([Side("history", whole.add_up_history)], max(1, rounds // 3))["history"]
            figures.single(f"once a run: adding up {whole.lines:,} lines of its history", f"{adding:.3f} s", "shown")
    figures.say("formulas: a scheme by TOML alone")
    month = graph_of_period(county_of_a_year, "2026-12", engagements)
    _schemes(figures, month, graph_of_period(township, "2026-12", engagements), rounds)


def _schemes(figures: Figures, xining: Formulas, township: Formulas, rounds: int) -> None:
    """Measure a scheme that is TOML alone beside the rules of a region's month."""
    xining.evaluate(), township.evaluate()
    seconds = time_interleaved([Side("township", township.evaluate), Side("xining", xining.evaluate)], rounds)
    figures.ratio(
        f"formula graph of township-example / of a xining month, {township.engagements:,} engagements",
        seconds["township"],
        seconds["xining"],
        "about 1",
        ours_over=True,
    )


def _freezing(figures: Figures, folder: Path, files: Path, database: Path, rounds: int) -> None:
    for name, place, floor in (
        ("SQLite", database, partial(floors.from_sqlite, database)),
        ("Parquet", files, partial(floors.from_parquet, files)),
    ):
        figures.say(f"freeze from {name}")
        out = folder / "again"
        clear = partial(shutil.rmtree, out, ignore_errors=True)
        seconds = time_interleaved(
            [Side("freeze", partial(work.freeze, place, out), clear), Side("floor", floor)], rounds
        )
        clear()
        figures.ratio(
            f"freeze / (fetch + sort by record_id), from {name}",
            seconds["freeze"],
            seconds["floor"],
            "<= 1.1",
            ours_over=True,
        )


def _starts(figures: Figures, folder: Path, snapshot: Path, rounds: int) -> None:
    environment = dict(os.environ)
    seconds = time_interleaved(
        [
            Side(
                "help",
                partial(
                    start_seconds,
                    "import sys; sys.argv = ['payengine', '--help']\nfrom batch.cli import main; main()",
                    environment,
                ),
            )
        ],
        rounds,
    )
    figures.single("payengine --help", f"{seconds['help']:.2f} s", "<= 0.2 s")
    small = folder / "small"
    if not (small / "parquet").exists():
        county.write_parquet(small / "parquet", county.Size.of(1000))
    path = work.freeze(small / "parquet", small / "snapshots").path
    code = first_record(path)
    cold = []
    for turn in range(max(1, rounds // 2)):
        cache = {**environment, "PAYENGINE_CACHE_DIR": str(folder / "caches" / str(turn))}
        cold.append(start_seconds(code, cache) - start_seconds(code, cache))
    figures.single("a first run's compilation", f"{sorted(cold)[len(cold) // 2]:.2f} s", "<= 3 s")
    seconds = time_interleaved([Side("warm", partial(start_seconds, code, environment))], rounds)
    figures.single(
        "a later start: interpreter, imports, kernels, first records", f"{seconds['warm']:.2f} s", "<= 0.7 s"
    )


if __name__ == "__main__":
    main()

"""Command `growth`: tables and a chart, as far as its options let it go."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console

from benchmarks import machine
from benchmarks.growth.axes import Axis, Point, axes
from benchmarks.growth.chart import Panel, svg
from benchmarks.results_page import markdown_table, write

TABLE, CHART = "GROWTH.md", "growth.svg"
HEAD = ("size", "work", "seconds", "microseconds for each", "peak memory, MB")
FOLDER = Path(__file__).parent.parent


@click.command()
@click.option("--records", default=10**7, show_default=True, help="Most service records; from 1,000,000 on.")
@click.option("--staff", default=200_000, show_default=True, help="Most staff; from 2,000 on.")
@click.option("--items", default=40_000, show_default=True, help="Most items; from 400 on.")
@click.option("--engagements", default=10**6, show_default=True, help="Most engagements of a graph; from 10,000 on.")
@click.option("--months", default=12, show_default=True, help="Last month of the year with its history; 0: none.")
@click.option("--people", default=2000, show_default=True, help="People of that year.")
@click.option("--rounds", default=1, show_default=True, help="Measure each point so often; the fastest counts.")
@click.option("--results", is_flag=True, help=f"Write benchmarks/{TABLE} and benchmarks/{CHART}.")
def growth(
    records: int, staff: int, items: int, engagements: int, months: int, people: int, rounds: int, results: bool
) -> None:
    """Measure how time and memory grow; an axis whose limit is below its first size is left out."""
    console = Console()
    limits = {"records": records, "staff": staff, "items": items, "engagements": engagements, "months": months}
    facts, begun = machine.facts(), time.monotonic()
    chosen, points = axes(limits, people), list[Point]()
    for axis in chosen:
        for point in _measured(axis, rounds):
            points.append(point)
            console.print(
                f"{axis.name} {point.size:,}: {point.work} {point.seconds:.3f} s, {point.micros_per_unit:.3f} us a "
                f"{axis.unit}, {point.peak_mb or '?'} MB",
                highlight=False,
            )
    facts["this benchmark itself"] = f"{time.monotonic() - begun:.0f} s"
    if results:
        write(FOLDER / TABLE, page(chosen, points, facts))
        write(FOLDER / CHART, svg(panels(chosen, points)))
        console.print(f"Written: {FOLDER / TABLE}, {FOLDER / CHART}", highlight=False)


def _measured(axis: Axis, rounds: int) -> Iterable[Point]:
    folder = Path(tempfile.mkdtemp(prefix="payengine-growth-"))
    try:
        for size in axis.sizes:
            yield from axis.measure(folder, size, rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def page(chosen: Sequence[Axis], points: Sequence[Point], facts: dict[str, str]) -> str:
    """Write the tables of all points, each under its axis."""
    parts = [
        "# Growth\n",
        f"Every point below was measured; none is computed from others.\n\n![time for each unit]({CHART})\n",
        "\n".join(f"- {name}: {value}" for name, value in facts.items()) + "\n",
    ]
    described = {axis.name: axis for axis in chosen}
    for name, found in groupby(points, key=lambda point: point.axis):
        axis = described[name]
        parts.append(f"## {axis.name}: {axis.setting}\n\nMicroseconds are for each {axis.unit}.\n")
        parts.append(markdown_table(HEAD, map(_cells, found)) + "\n")
    return "\n".join(parts)


def _cells(point: Point) -> Sequence[str]:
    memory = "not known here" if point.peak_mb is None else f"{point.peak_mb:,}"
    return (f"{point.size:,}", point.work, f"{point.seconds:.3f}", f"{point.micros_per_unit:.3f}", memory)


def panels(chosen: Sequence[Axis], points: Sequence[Point]) -> list[Panel]:
    """Make a panel of time per unit for each axis, and one of memory."""
    made = []
    for axis in chosen:
        lines: dict[str, list[tuple[float, float]]] = {}
        for point in points:
            if point.axis == axis.name:
                lines.setdefault(point.work, []).append((point.size, point.micros_per_unit))
        title = f"{axis.name}: microseconds a {axis.unit}"
        made.append(Panel(title, axis.name, axis.setting, lines))
    memory: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        if point.axis in ("records", "staff") and point.work in ("freeze", "run") and point.peak_mb is not None:
            memory.setdefault(f"{point.work}, by {point.axis}", []).append((point.size, point.peak_mb))
    if memory:
        made.append(Panel("peak memory, MB", "records, staff", "each work in a process of its own", memory))
    return made

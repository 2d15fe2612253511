"""Command `growth`: tables and a chart, as far as its options let it go."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks import machine
from benchmarks.growth.axes import Axis, Point, axes
from benchmarks.growth.bends import bends
from benchmarks.growth.chart import Panel, svg
from benchmarks.growth.store import MeasuredPoints
from benchmarks.results_page import markdown_table, write

TABLE, CHART = "GROWTH.md", "growth.svg"
HEAD = ("size", "work", "seconds", "microseconds for each", "peak memory, MB")
FOLDER = Path(__file__).parent.parent
Limit = int | Sequence[int]


class Sizes(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A largest size of an axis, or its sizes with commas between them."""

    name = "SIZE|SIZE,SIZE,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | Sequence[int]:
        if isinstance(value, int):
            return value
        try:
            sizes = [int(part) for part in value.split(",") if part]
        except ValueError:
            sizes = []
        if not sizes or min(sizes) < 0 or (len(sizes) > 1 and min(sizes) == 0):
            self.fail(f"{value!r} is no size, and no sizes with commas between them", param, ctx)
        return sizes if "," in value else sizes[0]


SIZES = Sizes()


@click.command()
@click.option("--records", type=SIZES, default=10**7, show_default=True, help="Most service records, from 1,000,000.")
@click.option("--staff", type=SIZES, default=200_000, show_default=True, help="Most staff, from 2,000.")
@click.option("--items", type=SIZES, default=40_000, show_default=True, help="Most items, from 400.")
@click.option("--engagements", type=SIZES, default=10**6, show_default=True, help="Most of a graph, from 10,000.")
@click.option("--months", type=SIZES, default=12, show_default=True, help="Last month of the year with its history.")
@click.option("--people", default=2000, show_default=True, help="People of that year.")
@click.option("--rounds", default=1, show_default=True, help="Measure each point so often; the fastest counts.")
@click.option("--resume", type=click.Path(path_type=Path), help="File of the points measured; go on from what it has.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work; a temporary folder otherwise.")
@click.option("--results", is_flag=True, help=f"Write benchmarks/{TABLE} and benchmarks/{CHART}.")
def growth(
    records: Limit, staff: Limit, items: Limit, engagements: Limit, months: Limit, people: int, rounds: int,
    resume: Path | None, folder: Path | None, results: bool,
) -> None:  # fmt: skip
    """Measure how time and memory grow.

    An option gives an axis's largest size, or its sizes themselves ("1000000,100000000", "400,"); an axis whose limit
    is below its first size is left out, as with 0. A size for which the disk has no room is left out, and said so.
    """
    console = Console()
    limits = {"records": records, "staff": staff, "items": items, "engagements": engagements, "months": months}
    facts, begun = machine.facts(), time.monotonic()
    chosen, points, notes = axes(limits, people), list[Point](), list[str]()
    measured = MeasuredPoints(resume)
    for axis in chosen:
        for point in _measured(axis, rounds, measured, folder):
            if isinstance(point, str):
                notes.append(point)
                console.print(point, highlight=False)
                continue
            points.append(point)
            console.print(
                f"{axis.name} {point.size:,}: {point.work} {point.seconds:.3f} s, {point.micros_per_unit:.3f} us for "
                f"each {axis.unit}, {point.peak_mb or '?'} MB",
                highlight=False,
            )
    facts["this benchmark itself"] = f"{time.monotonic() - begun:.0f} s"
    if results and points:
        write(FOLDER / TABLE, page(chosen, points, facts, notes))
        write(FOLDER / CHART, svg(panels(chosen, points)))
        console.print(f"Written: {FOLDER / TABLE}, {FOLDER / CHART}", highlight=False)


def _measured(axis: Axis, rounds: int, measured: MeasuredPoints, within: Path | None) -> Iterable[Point | str]:
    """Measure an axis size by size; a sentence for one that is left out."""
    if within is not None:
        within.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="payengine-growth-", dir=within))
    try:
        for size in axis.sizes:
            if known := measured.of(axis.name, size):
                yield from known
                continue
            if why := no_room(axis, size, shutil.disk_usage(folder).free):
                yield why
                continue
            found = list[Point]()
            for point in axis.measure(folder, size, rounds):
                yield point
                found.append(point)
            for point in found:
                measured.add(replace(point, is_last=point is found[-1]))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def no_room(axis: Axis, size: int, free: int) -> str:
    """Say that a size is left out, if the disk has no room for it."""
    needs = axis.needs(size)
    if needs <= free:
        return ""
    return (
        f"{axis.name} {size:,} is left out: it needs about {needs / 1e9:,.1f} GB of disk, and {free / 1e9:,.1f} GB are "
        f"free."
    )


def page(
    chosen: Sequence[Axis], points: Sequence[Point], facts: dict[str, str], notes: Sequence[str] = ()
) -> str:  # fmt: skip
    """Write the tables of all points, each under its axis, with bends and parts."""
    parts = [
        "# Growth\n",
        f"Every point below was measured; none is computed from others. Where the time for each unit changes by a "
        f"quarter or more from one size to the next, the part that changes most is named, and the seconds that do not "
        f"grow.\n\n"
        f"![time for each unit]({CHART})\n",
        "\n".join(f"- {name}: {value}" for name, value in facts.items()) + "\n",
    ]
    if notes:
        parts.append("\n".join(f"- **{note}**" for note in notes) + "\n")
    described = {axis.name: axis for axis in chosen}
    for name, group in groupby(points, key=lambda point: point.axis):
        axis, found = described[name], list(group)
        parts.append(f"## {axis.name}: {axis.setting}\n\nMicroseconds are for each {axis.unit}.\n")
        parts.append(markdown_table(HEAD, map(_cells, found)) + "\n")
        bent = [f"- {sentence}" for sentence in bends(axis, found)]
        if bent:
            parts.append("\n".join(bent) + "\n")
        for work in dict.fromkeys(point.work for point in found if point.parts):
            parts.append(_parts_table(axis, work, [point for point in found if point.work == work]) + "\n")
    return "\n".join(parts)


def _parts_table(axis: Axis, work: str, points: Sequence[Point]) -> str:
    """Write the microseconds of each part of a work, size by size."""
    names = list(dict.fromkeys(name for point in points for name in point.parts))
    rows = [[name, *(f"{point.parts.get(name, 0.0) / point.units * 1e6:,.3f}" for point in points)] for name in names]
    return markdown_table([f"part of {work}, us for each {axis.unit}", *(f"{point.size:,}" for point in points)], rows)


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
        title = f"{axis.name}: microseconds for each {axis.unit}"
        made.append(Panel(title, axis.name, axis.setting, lines))
    memory: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        of_month = point.axis in ("records", "staff") and point.work in ("freeze", "run", "store")
        if of_month and point.peak_mb is not None:
            memory.setdefault(f"{point.work}, by {point.axis}", []).append((point.size, point.peak_mb))
    if memory:
        made.append(Panel("peak memory, MB", "records, staff", "each work in a process of its own", memory))
    return made

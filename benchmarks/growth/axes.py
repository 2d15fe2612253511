"""Axes along which a month grows: records, staff, items, engagements, months.

At each point every piece of work has a process of its own.
A point is measured once, or several times, of which the fastest counts. Times are those of the work itself: without the
start of the process, its imports and its kernels.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import county
from benchmarks.county import Size
from benchmarks.graph import demo_county
from benchmarks.measure import in_child

RECORDS, STAFF = 1_000_000, 20_000  # of a county that grows along another axis
YEAR = "2026"
RECORD_BYTES = 180  # of the disk: a record in Parquet (13), in the spools of the freeze (130) and in the snapshot (24)
PERSON_BYTES = 3_000  # a person in Parquet, in the snapshot and in the ledger


@dataclass(frozen=True)
class Point:
    """One piece of work at one size: seconds, and the peak memory of its process.

    The peak is in MB; None where it is not known.
    """

    axis: str
    size: int
    units: int  # what the time per unit is divided by
    work: str
    seconds: float
    peak_mb: int | None
    parts: Mapping[str, float] = field(default_factory=dict)  # seconds of its parts, where they are measured
    is_last: bool = False  # of its size

    @property
    def micros_per_unit(self) -> float:
        """Microseconds for each unit."""
        return self.seconds / self.units * 1e6


@dataclass(frozen=True)
class Axis:
    """Axis: its name, the unit of its times, its sizes, how one of them is measured."""

    name: str
    unit: str
    sizes: Sequence[int]
    measure: Callable[[Path, int, int], Iterator[Point]]  # a folder to work in, the size, the rounds
    setting: str  # what does not grow
    bytes_each: int = 0  # of the disk, for each unit of size
    bytes_besides: int = 0

    def needs(self, size: int) -> int:
        """Estimate the bytes of disk that a size needs while it is measured."""
        return size * self.bytes_each + self.bytes_besides


def axes(limits: Mapping[str, int | Sequence[int]], people: int) -> list[Axis]:
    """List the axes, each with the sizes up to its limit, or with the sizes given."""
    besides = RECORDS * RECORD_BYTES
    described = (
        Axis("records", "record", _steps(10**6, 10**8), partial(_county, "records"), f"{STAFF:,} staff", RECORD_BYTES),
        Axis(
            "staff", "person", [2_000, 20_000, 200_000, 2_000_000], partial(_county, "staff"), f"{RECORDS:,} records",
            PERSON_BYTES, besides,
        ),
        Axis(
            "items", "record", [400, 4_000, 40_000], partial(_county, "items"), f"{RECORDS:,} records, {STAFF:,} staff",
            bytes_besides=besides,
        ),
        Axis("engagements", "engagement", _steps(10**4, 10**6), _graph, "one month, full xining policy, no records"),
        Axis("months", "person", range(1, 13), partial(_month, people), f"{people:,} people, full xining policy"),
    )  # fmt: skip
    chosen = [replace(axis, sizes=_chosen(axis.sizes, limits[axis.name])) for axis in described]
    return [axis for axis in chosen if axis.sizes]


def _chosen(sizes: Sequence[int], limit: int | Sequence[int]) -> Sequence[int]:
    return [size for size in sizes if size <= limit] if isinstance(limit, int) else sorted(limit)


def _steps(first: int, last: int) -> list[int]:
    """List the sizes 1, 3, 10, 30 ... times the first, up to the last."""
    sizes = [first]
    while sizes[-1] < last:
        sizes.append(sizes[-1] * 3 if str(sizes[-1])[0] == "1" else sizes[-1] // 3 * 10)
    return sizes


def _county(axis: str, folder: Path, size: int, rounds: int) -> Iterator[Point]:
    """Freeze, price, compute and store a county of a size."""
    made = {
        "records": Size(size),
        "staff": Size(RECORDS).with_staff(size),
        "items": Size(RECORDS, STAFF, items=size),
    }[axis]
    units = size if axis != "items" else RECORDS
    files, snapshots, ledger = folder / "parquet", folder / "snapshots", folder / "ledger.sqlite"
    county.write_parquet(files, made)
    point = partial(_point, axis, size, units, rounds)
    frozen, freeze = point("freeze", files, snapshots)
    yield freeze
    yield point("price", frozen["snapshot"])[1]
    yield point("run", frozen["snapshot"])[1]
    if axis == "staff":
        yield _point(axis, size, units, 1, "store", frozen["snapshot"], f"sqlite:///{ledger}")[1]
    for place in (files, snapshots):
        shutil.rmtree(place)
    for file in folder.glob("ledger.sqlite*"):
        file.unlink()


def _graph(folder: Path, size: int, rounds: int) -> Iterator[Point]:
    """Prepare, evaluate and list a month of many engagements."""
    made = demo_county(folder / "xining", "xining", 500, 50, f"{YEAR}-01")
    yield _point("engagements", size, size, rounds, "graph", made.folder, f"{YEAR}-01", size)[1]


def _month(people: int, folder: Path, size: int, rounds: int) -> Iterator[Point]:
    """Freeze and compute the month of that number, which reads those before it in its year."""
    made = demo_county(folder / "year", "xining", people, max(people // 10, 30), YEAR)
    told, point = _point("months", size, people, rounds, "month", made.folder, f"{YEAR}-{size:02}")
    for part in ("freeze", "run"):
        yield Point("months", size, people, f"{part} with history", told[part], point.peak_mb)


def _point(
    axis: str, size: int, units: int, rounds: int, work: str, *arguments: object
) -> tuple[dict[str, Any], Point]:  # fmt: skip
    """Do a piece of work some times; what the fastest told of itself, and the point."""
    told = [in_child(work, *arguments) for _ in range(rounds)]
    best = min(told, key=lambda one: float(one["seconds"]))
    peaks = [one["peak_mb"] for one in told]
    peak = None if None in peaks else max(peaks)
    return best, Point(axis, size, units, work, float(best["seconds"]), peak, best.get("parts", {}))

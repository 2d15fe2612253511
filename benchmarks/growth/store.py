"""File of measured points: a measurement goes on where it was broken off."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.growth.axes import Point


class MeasuredPoints:
    """Points of a file, to which new ones are added; without a file none are kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._points: list[Point] = []
        if path is not None and path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            self._points = [Point(**json.loads(line)) for line in lines]

    def of(self, axis: str, size: int) -> list[Point]:
        """Give the points of a size; empty where it has not been measured to its end."""
        found = [point for point in self._points if (point.axis, point.size) == (axis, size)]
        return found if found and found[-1].is_last else []

    def add(self, point: Point) -> None:
        """Keep a point."""
        if self._path is not None:
            with self._path.open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(asdict(point), ensure_ascii=False) + "\n")

"""Totals of rows, column by column."""

from __future__ import annotations

from collections.abc import Sequence

from batch.reports.sheets.sheet import TEXT, Cell, Row, SheetColumn
from payengine.texts import say


class Totals:
    """Exact sums of the columns that have one; nothing is a sum of nothing."""

    def __init__(self, columns: Sequence[SheetColumn]) -> None:
        self._places = [place for place, column in enumerate(columns) if column.has_total and column.kind != TEXT]
        self._sums: dict[int, int] = {}
        self._lacking: set[int] = set()
        self.rows = 0

    def add(self, row: Row) -> None:
        """Add a row: an empty cell adds nothing, a text for a number leaves the sum incomplete."""
        self.rows += 1
        for place in self._places:
            value = row[place]
            if isinstance(value, int):
                self._sums[place] = self._sums.get(place, 0) + value
            elif value is not None:
                self._lacking.add(place)

    def row(self, name: str, columns: int) -> list[Cell]:
        """Make the row of the sums, its name in the first column."""
        cells: list[Cell] = [None] * columns
        for place in self._places:
            cells[place] = self._sums.get(place)
            if place in self._lacking:
                cells[place] = say("incomplete") if place in self._sums else say("not given")
        cells[0] = name if cells[0] is None else cells[0]
        return cells

    def __bool__(self) -> bool:
        return bool(self._places)

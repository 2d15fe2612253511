"""Widths of a sheet's columns, from the values that stand in them."""

from __future__ import annotations

from collections.abc import Sequence

from batch.reports.sheets.sheet import TEXT, Row, SheetColumn
from batch.reports.workbooks.cell_values import shown
from batch.reports.workbooks.layout import heading_width, value_width


class Widths:
    """Widths that grow with the values seen; a column with a width of its own keeps it.

    Of numbers the largest and the smallest are kept and measured at the end.
    """

    def __init__(self, columns: Sequence[SheetColumn]) -> None:
        self._columns = columns
        self._widths = [heading_width(column) for column in columns]
        self._open = [(place, column) for place, column in enumerate(columns) if column.width is None]
        self._least, self._most = [0] * len(columns), [0] * len(columns)
        self._totals = [0] * len(columns)  # of absolute values: no total is wider

    def see(self, row: Row) -> None:
        """Take the values of a row into account."""
        least, most = self._least, self._most
        for place, column in self._open:
            value = row[place]
            if value is None:
                continue
            if isinstance(value, str) or column.kind == TEXT:
                self._widths[place] = max(self._widths[place], value_width(shown(value, column.kind), column))
            elif value < least[place]:
                least[place] = value
            elif value > most[place]:
                most[place] = value

    def see_in_totals(self, row: Row) -> None:
        """Take into account that the values of a row are added up, in whatever totals."""
        for place, column in self._open:
            value = row[place]
            if column.has_total and isinstance(value, int):
                self._totals[place] += abs(value)

    def all(self) -> list[float]:
        """Give the widths for what was seen."""
        made = list(self._widths)
        for place, column in self._open:
            total = self._totals[place]
            for number in (self._least[place], self._most[place], total, -total if self._least[place] else 0):
                if number:
                    made[place] = max(made[place], value_width(shown(number, column.kind), column))
        return made

"""Tables for the terminal: figures are never cut, wide characters take two cells.

On a terminal too narrow for all columns a table is printed in parts, each beginning with the columns that name the
row; where stdout is not a terminal it is printed whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from batch.cli.views.text_width import cells, cut, pad, wrap
from payengine.characters import escaped

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

GAP = "  "  # between columns
LEAST_WORDS = 20  # cells in which words are broken into lines
NARROWEST_NAME = 12  # cells that a name keeps when the terminal is narrow


@dataclass(frozen=True)
class Head:
    """A column of a table.

    A `figure` is right-aligned; a `key` begins every part; a `name` may be cut with an ellipsis.
    """

    title: str
    figure: bool = True
    key: bool = False
    name: bool = False


def figure(title: str, key: bool = False) -> Head:
    return Head(title, key=key)


def word(title: str, key: bool = False) -> Head:
    return Head(title, figure=False, key=key)


def name(title: str, key: bool = False) -> Head:
    return Head(title, figure=False, key=key, name=True)


@dataclass
class Sheet:
    """Rows of text under heads; the last `totals` rows stand apart."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    totals: int = 0
    indent: str = ""

    def __post_init__(self) -> None:
        """Escape what a terminal would not show, or would obey, before widths are measured."""
        self.rows = [[escaped(cell) for cell in row] for row in self.rows]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.text import Text

        for line, style in self.lines(options.max_width):
            yield Text(line, style, no_wrap=True, overflow="ignore")

    def lines(self, width: int) -> Iterator[tuple[str, str]]:
        """Write the lines for so many cells, each with its style, "bold" or none."""
        available = width - len(self.indent)
        widths = self._widths(available)
        for number, part in enumerate(self._parts(widths, available)):
            if number:
                yield "", ""
            yield from self._lines(part, widths, available)

    def without_empty(self) -> Sheet:
        """Leave out the columns in which nothing stands, except keys."""
        kept = [index for index, head in enumerate(self.heads) if head.key or any(row[index] for row in self.rows)]
        rows = [[row[index] for index in kept] for row in self.rows]
        return Sheet([self.heads[index] for index in kept], rows, self.totals, self.indent)

    def _lines(self, part: Sequence[int], widths: Sequence[int], available: int) -> Iterator[tuple[str, str]]:
        first_total = len(self.rows) - self.totals
        yield from self._row([head.title for head in self.heads], part, widths, available, "bold")
        for number, row in enumerate(self.rows):
            if number > first_total and not any(row[index] for index in part if not self.heads[index].key):
                continue  # it says something in another part
            if number == first_total:
                yield from self._row(["-" * width for width in widths], part, widths, available)
            yield from self._row(row, part, widths, available, "bold" if number >= first_total else "")

    def _row(
        self, row: Sequence[str], part: Sequence[int], widths: Sequence[int], available: int, style: str = ""
    ) -> Iterator[tuple[str, str]]:
        """Print one row; words at its end that do not fit go on in lines of their own."""
        *front, last = part
        left = available - sum(widths[index] + len(GAP) for index in front)
        wide = {index: widths[index] for index in part}
        if self._wraps(last) and LEAST_WORDS <= left < wide[last]:
            wide[last] = left
        texts = [self._folded(row[index], index, wide[index]) for index in part]
        for number in range(max(map(len, texts))):
            shown = GAP.join(
                text[number] if number < len(text) else " " * wide[index]
                for index, text in zip(part, texts, strict=True)
            )
            yield self.indent + shown.rstrip(), style

    def _wraps(self, index: int) -> bool:
        """Tell if a column is of words, which go on in the next line where there is no room."""
        return not self.heads[index].figure and not self.heads[index].name

    def _folded(self, text: str, index: int, width: int) -> list[str]:
        """Write a cell in its width: words in several lines, a line of dashes cut."""
        if not self._wraps(index) or cells(text) <= width:
            return [self._aligned(text, index, width)]
        return ["-" * width] if set(text) == {"-"} else [pad(line, width) for line in wrap(text, width)]

    def _aligned(self, text: str, index: int, width: int) -> str:
        if self.heads[index].figure:
            return " " * (width - cells(text)) + text
        return pad(cut(text, width), width)

    def _widths(self, available: int) -> list[int]:
        """Choose a width per column; names give way as far as that saves a part."""
        full = [
            max([cells(head.title), *(cells(row[index]) for row in self.rows)]) for index, head in enumerate(self.heads)
        ]
        longest = max([width for head, width in zip(self.heads, full, strict=True) if head.name], default=0)
        fewest = None
        best = full
        for limit in range(longest, NARROWEST_NAME - 1, -1):
            widths = [min(width, limit) if head.name else width for head, width in zip(self.heads, full, strict=True)]
            parts = sum(1 for _ in self._parts(widths, available))
            if fewest is None or parts < fewest:
                fewest, best = parts, widths
        return self._with_room(best, available) if fewest != 1 else best

    def _with_room(self, widths: list[int], available: int) -> list[int]:
        """Narrow the widest key of words for the other columns, else for the widest of them."""
        keys = [index for index, head in enumerate(self.heads) if head.key]
        wordy = [index for index in keys if self._wraps(index)]
        others = [widths[index] + len(GAP) for index in range(len(widths)) if index not in keys]
        if not wordy or not others:
            return widths
        widest = max(wordy, key=lambda index: widths[index])
        left = available - sum(widths[index] + len(GAP) for index in keys if index != widest)
        room = left - sum(others)
        if room < LEAST_WORDS:
            room = left - max(others)
        if not LEAST_WORDS <= room < widths[widest]:
            return widths
        return [room if index == widest else width for index, width in enumerate(widths)]

    def _parts(self, widths: Sequence[int], available: int) -> Iterator[list[int]]:
        """Split the columns into parts: the keys, then as many others as fit."""
        keys = [index for index, head in enumerate(self.heads) if head.key]
        others = [index for index in range(len(self.heads)) if index not in keys]
        begun = sum(widths[index] + len(GAP) for index in keys)
        part: list[int] = []
        used = begun
        for index in others:
            if part and used + widths[index] > available:
                yield [*keys, *part]
                part, used = [], begun
            part.append(index)
            used += widths[index] + len(GAP)
        yield [*keys, *part]

"""Blocks of labelled lines for the terminal, of which nothing is cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from batch.cli.views.tables import GAP, LEAST_WORDS
from batch.cli.views.text_width import cells, pad, wrap


@dataclass(frozen=True)
class Line:
    """A text beside its label; `depth` is the indentation in steps of two cells."""

    text: str
    label: str = ""
    depth: int = 0
    bold: bool = False


@dataclass
class Blocks:
    """Lines one under another; neighbours of one depth have their texts in one column."""

    lines: Sequence[Line]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for number, line in enumerate(self.lines):
            begin = GAP * line.depth
            if line.label:
                begin += pad(line.label, self._label_width(number)) + GAP
            left = max(options.max_width - cells(begin), LEAST_WORDS)
            for place, text in enumerate(wrap(line.text, left)):
                shown = (begin if place == 0 else " " * cells(begin)) + text
                yield Text(shown.rstrip(), "bold" if line.bold else "", no_wrap=True, overflow="ignore")

    def _label_width(self, number: int) -> int:
        """Find the width of the labels of the lines around one that stand as far to the right."""
        depth, width = self.lines[number].depth, 0
        for lines in (self.lines[number:], self.lines[number::-1]):
            for line in lines:
                if line.depth != depth:
                    break
                width = max(width, cells(line.label))
        return width

"""Paragraphs for the terminal: words that do not fit go on under their beginning.

Wide characters take two cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from batch.cli.views.text_width import cells, wrap
from payengine.characters import escaped


@dataclass(frozen=True)
class Paragraphs:
    """Texts, each behind what stands before its first line."""

    rows: Sequence[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for before, text in self.rows:
            for number, line in enumerate(wrap(escaped(text), max(20, options.max_width - cells(before)))):
                begin = before if number == 0 else " " * cells(before)
                yield Text((begin + line).rstrip(), no_wrap=True, overflow="ignore")

"""Page of measured figures as Markdown: what was measured, on what, by which command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.figures import Figures, Line

HEAD = ("what", "ours", "the other side", "ratio", "minima: ours / other / ratio", "goal", "reached")
INTRODUCTION = """\
Written by the command below, not by hand. Both sides of a line are measured in one process, interleaved; figures are
medians of wall seconds, and the fastest rounds stand beside them. Peers must give our result cell for cell before
anything is timed. Seconds are this machine's; ratios carry over.
"""


def page(title: str, facts: Mapping[str, str], figures: Figures) -> str:
    """Write the page of a table."""
    parts = [f"# {title}\n", INTRODUCTION, _list(facts)]
    if figures.notes:
        parts.append("\n".join(f"- **{note}**" for note in figures.notes) + "\n")
    for section, lines in groupby(figures.lines, key=lambda line: line.section):
        parts.append(f"## {section}\n\n{markdown_table(HEAD, map(_cells, lines))}\n")
    return "\n".join(parts)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def write(path: Path, text: str) -> None:
    """Write a page, with the line ends of the repository on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _list(facts: Mapping[str, str]) -> str:
    told = {name: f"`{value}`" if name == "command" else value for name, value in facts.items()}
    return "".join(f"- {name}: {value}\n" for name, value in told.items())


def _cells(line: Line) -> Sequence[str]:
    return (line.what, line.ours, line.other, line.ratio, line.least, line.goal, line.reached)

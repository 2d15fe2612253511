"""Measured figures beside their goals, as they are collected and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from operator import ge, le

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Seconds

SHOWN = "shown"
REACHED, MISSED = "yes", "no"


@dataclass(frozen=True)
class Goal:
    """Bound that a figure is to keep: at most `bound`, or at least, with `at_least`.

    `unit` is printed behind it ("" for a ratio). A goal that holds for one size only `applies` there; elsewhere it is
    printed with `condition` and not judged.
    """

    bound: float
    unit: str = ""
    at_least: bool = False
    applies: bool = True
    condition: str = ""

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        unit = f" {self.unit}" if self.unit else ""
        return f"{sign} {self.bound:g}{unit}{f' {self.condition}' if self.condition else ''}"

    def judge(self, value: float | None) -> str:
        """Tell whether a value reaches the goal: "yes", "no", or "" where it is not judged."""
        if value is None or not self.applies:
            return ""
        return REACHED if (ge if self.at_least else le)(value, self.bound) else MISSED


@dataclass(frozen=True)
class Line:
    """One figure: both sides or one, the ratio, the same of the minima, the goal."""

    section: str
    what: str
    ours: str
    other: str = ""
    ratio: str = ""
    least: str = ""  # ours, other and ratio once more, of the fastest rounds
    goal: str = SHOWN
    reached: str = ""


class Figures:
    """Figures as they are collected; each is announced while it is being measured."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.lines: list[Line] = []
        self.notes: list[str] = []
        self.section = ""

    def begin(self, section: str) -> None:
        """Begin a section, under which the next lines stand."""
        self.section = section

    def say(self, text: str) -> None:
        """Tell what is being done now."""
        self.console.print(f"[dim]{text} ...[/dim]", highlight=False)

    def note(self, text: str) -> None:
        """Tell what a reader of the table must know: what was left out, and why."""
        self.notes.append(text)
        self.console.print(f"[bold]{text}[/bold]", highlight=False)

    def over(self, what: str, ours: Seconds, other: Seconds, goal: Goal | None = None) -> None:
        """Add the ratio ours / other; small is good."""
        self._ratio(what, ours, other, ours.median / other.median, ours.least / other.least, goal)

    def under(self, what: str, ours: Seconds, other: Seconds, goal: Goal | None = None) -> None:
        """Add the ratio other / ours: how many times as long the other side takes."""
        self._ratio(what, ours, other, other.median / ours.median, other.least / ours.least, goal)

    def _ratio(self, what: str, ours: Seconds, other: Seconds, ratio: float, least: float, goal: Goal | None) -> None:
        minima = f"{_seconds(ours.least)} / {_seconds(other.least)} / {least:.2f}"
        self._add(what, _seconds(ours.median), _seconds(other.median), f"{ratio:.2f}", minima, goal, ratio)

    def seconds(self, what: str, ours: Seconds, goal: Goal | None = None) -> None:
        """Add wall seconds of our side alone."""
        self._add(what, _seconds(ours.median), "", "", _seconds(ours.least), goal, ours.median)

    def megabytes(self, what: str, peak: int | None, goal: Goal | None = None) -> None:
        """Add a peak of resident memory in MB; None where it is not known."""
        self._add(what, "not known here" if peak is None else f"{peak:,} MB", "", "", "", goal, peak)

    def _add(
        self, what: str, ours: str, other: str, ratio: str, least: str, goal: Goal | None, value: float | None
    ) -> None:
        told = (SHOWN, "") if goal is None else (str(goal), goal.judge(value))
        self.lines.append(Line(self.section, what, ours, other, ratio, least, *told))

    def table(self, title: str) -> Table:
        """Build the table for the console."""
        table = Table(title=title, title_justify="left")
        for name in ("what", "ours", "the other side", "ratio", "goal", "reached"):
            table.add_column(name, justify="left" if name == "what" else "right", overflow="fold")
        section = ""
        for line in self.lines:
            if section and line.section != section:
                table.add_section()
            section = line.section
            table.add_row(line.what, line.ours, line.other, line.ratio, line.goal, line.reached)
        return table


def _seconds(value: float) -> str:
    return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"

"""Figures beside their goals, and the page that keeps them."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from benchmarks.figures import Figures, Goal
from benchmarks.measure import Seconds, Side, time_interleaved
from benchmarks.results_page import page


@pytest.fixture
def figures() -> Figures:
    made = Figures(Console(file=StringIO(), width=160))
    made.begin("Runs")
    return made


@pytest.mark.parametrize(
    ("goal", "value", "told"),
    [
        (Goal(0.8), 0.8, "yes"),
        (Goal(0.8), 0.81, "no"),
        (Goal(4, at_least=True), 4.0, "yes"),
        (Goal(4, at_least=True), 3.99, "no"),
        (Goal(4, applies=False), 1.0, ""),
        (Goal(600, "MB"), None, ""),
    ],
)
def test_a_goal_judges(goal: Goal, value: float | None, told: str) -> None:
    assert goal.judge(value) == told


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (Goal(0.8), "<= 0.8"),
        (Goal(4, at_least=True), ">= 4"),
        (Goal(1.5, "s", condition="for 1,000,000"), "<= 1.5 s for 1,000,000"),
    ],
)
def test_a_goal_is_printed(goal: Goal, text: str) -> None:
    assert str(goal) == text


def test_ratios_of_medians_are_judged_and_minima_kept(figures: Figures) -> None:
    figures.over("ours / theirs", Seconds(2, 1), Seconds(1, 0.8), Goal(1.5))
    figures.under("theirs / ours", Seconds(2, 1), Seconds(8, 7), Goal(4, at_least=True))
    over, under = figures.lines
    assert (over.ratio, over.reached, over.least) == ("2.00", "no", "1.000 s / 0.800 s / 1.25")
    assert (under.ratio, under.reached, under.least) == ("4.00", "yes", "1.000 s / 7.000 s / 7.00")


def test_the_page_has_every_line_under_its_section(figures: Figures) -> None:
    figures.seconds("a run", Seconds(2, 1), Goal(3, "s"))
    figures.begin("Memory")
    figures.megabytes("of a run", 1234, Goal(600, "MB"))
    figures.note("No server here.")
    text = page("Measured", {"commit": "abc", "command": "python -m benchmarks"}, figures)
    runs, memory = text[text.index("## Runs") :].split("## Memory")
    assert "| a run | 2.000 s |  |  | 1.000 s | <= 3 s | yes |" in runs
    assert "| of a run | 1,234 MB |  |  |  | <= 600 MB | no |" in memory
    assert "- **No server here.**" in text
    assert "- command: `python -m benchmarks`" in text


def test_sides_are_interleaved_after_a_round_that_does_not_count() -> None:
    done: list[str] = []
    sides = [Side("a", lambda: done.append("a"), lambda: done.append("before a")), Side("b", lambda: done.append("b"))]
    seconds = time_interleaved(sides, 2)
    assert done == ["before a", "a", "b"] * 3
    assert seconds.keys() == {"a", "b"}

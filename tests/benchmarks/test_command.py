"""Command of the benchmarks: its sections can be chosen."""

from __future__ import annotations

import sys

import pytest
from click.testing import CliRunner

from benchmarks import __main__ as command
from benchmarks import machine
from benchmarks.bench import Bench
from benchmarks.measure import Seconds
from benchmarks.sections import SECTIONS, Section


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sections that measure nothing, and note that they were asked."""
    asked: list[str] = []

    def section(name: str) -> Section:
        def measure(bench: Bench) -> None:
            asked.append(name)
            bench.figures.seconds(f"line of {name}", Seconds(1, 1))

        return Section(name, measure)

    monkeypatch.setattr(command, "SECTIONS", {name: section(name) for name in SECTIONS})
    return asked


def test_all_sections_are_measured_in_order(measured: list[str]) -> None:
    done = CliRunner().invoke(command.main, ["--records", "1000"])
    assert done.exit_code == 0, done.output
    assert measured == list(SECTIONS)


def test_some_sections_can_be_chosen(measured: list[str]) -> None:
    done = CliRunner().invoke(command.main, ["--only", "starts, pricing"])
    assert measured == ["pricing", "starts"]
    assert "line of pricing" in done.output
    assert "line of graph" not in done.output


def test_an_unknown_section_is_told_with_those_that_there_are(measured: list[str]) -> None:
    done = CliRunner().invoke(command.main, ["--only", "pricing,prizing"])
    assert done.exit_code == 2
    assert "prizing" in done.output
    assert "openfisca" in done.output
    assert not measured


def test_a_page_of_figures_names_no_place_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["x", "growth", "--resume", "/tmp/a.json", "--rounds", "3", "--folder=/tmp/b", "--keep", "c", "--results"]
    monkeypatch.setattr(sys, "argv", words)
    assert machine.facts()["command"] == "python -m benchmarks growth --rounds 3 --results"

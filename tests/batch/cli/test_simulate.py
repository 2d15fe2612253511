"""The commands `simulate`, `solve` and `plan`."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from batch.cli.views.simulation import plan_parts, simulation_parts, solution_parts
from batch.cli.views.text_width import cells
from batch.workspace import Workspace
from payengine import texts
from tests.support.command_line import call
from tests.support.simulated_county import OCTOBER, demo


def ask(*words: object, code: int = 0) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(call("--json", *words, code=code).stdout)
    return told


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo(tmp_path_factory.mktemp("simulate") / "county").folder


def test_json_is_exact_and_bears_its_schema(county: Path) -> None:
    told = ask("--workspace", county, "simulate", OCTOBER, "--set", "staff_point_price=4.5", "--sweep-item",
               "P002=1:1.2:0.1", "--beside")  # fmt: skip
    assert told["schema"] == "payengine.simulation/1"
    assert told["beside"]["revision"] == 1
    assert [one["items"] for one in told["scenarios"]] == [
        [{"item": "P002", "equivalents": number}] for number in ("1", "1.10", "1.20")
    ]
    effect = told["scenarios"][0]["effect"]
    for sums in (effect["institutions"], [{"pay": one} for one in effect["components"]],
                 [{"pay": one} for one in effect["deciles"]],
                 [{"pay": one} for one in effect["groups"] if one["by"] == "kind"]):  # fmt: skip
        assert sum(one["pay"]["change_fen"] for one in sums) == effect["pay"]["change_fen"] > 0
    assert sum(one["people"] for one in effect["deciles"]) == effect["people"]["people"] == 40
    assert all(one["name"] for one in effect["institutions"])


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_views_fit_eighty_columns_and_speak_the_language(county: Path, language: str) -> None:
    texts.use(language)
    try:
        office = Workspace(county)
        found = office.simulate(OCTOBER, values=["staff_point_price=4.50"], items=["P002=0.5"])
        names = office.names(OCTOBER, found.snapshot)
        solution, _ = office.solve(OCTOBER, "staff_point_price", "210000")
        plan, _ = office.plan(OCTOBER, "demo", budget="200000")
        parts = [*simulation_parts(found, names), *solution_parts(solution, OCTOBER, ""), *plan_parts(plan, names)]
        console = Console(width=80, force_terminal=True, color_system=None, legacy_windows=False)
        with console.capture() as printed:
            for part in parts:
                console.print(part, crop=False)
    finally:
        texts.use(None)
    lines = [line for line in printed.get().splitlines() if "plan = " not in line]
    assert [line for line in lines if cells(line) > 80] == []
    assert ("lacking" in printed.get()) == (language == "en")
    assert ("缺口" in printed.get()) == (language == "zh")


def test_the_text_tells_each_scenario_or_the_whole_of_a_few(county: Path) -> None:
    line = ("--workspace", county, "simulate", OCTOBER, "--sweep")
    many = call(*line, "staff_point_price=4.00:5.00:0.25").stdout
    assert many.count("staff_point_price=") == 5
    assert "one scenario alone" in many
    few = call(*line, "staff_point_price=4.00:4.50:0.50").stdout
    assert few.count("Scenario: ") == 2
    assert "情景" in call("--lang", "zh", *line, "staff_point_price=4.00:4.50:0.50").stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("simulate", OCTOBER), 2, "nothing is assumed"),
        (("simulate", OCTOBER, "--set", "staf_point_price=4"), 2, "staff_point_price"),
        (("simulate", "2026-11", "--set", "staff_point_price=4"), 2, "has not been frozen"),
        (("simulate", OCTOBER, "--policy", "dmo"), 3, "demo"),
        (("simulate", OCTOBER, "--scenario", "nowhere.toml"), 6, "nowhere.toml"),
        (("simulate", OCTOBER, "--set", "staff_point_price=4", "--hold", "I9999", "x"), 2, "I9999"),
        (("solve", OCTOBER, "--spend", "1"), 2, "--parameter"),
        (("solve", OCTOBER, "--parameter", "purchase_unit_price", "--spend", "300000"), 3, "has no effect"),
        (("plan", OCTOBER), 2, "--policy"),
    ],
)
def test_errors_have_their_exit_codes(county: Path, words: tuple[str, ...], code: int, told: str) -> None:
    result = call("--workspace", county, *words, code=code)
    assert told in result.stderr
    assert "Traceback" not in result.stderr


def test_a_read_only_copy_is_enough(county: Path) -> None:
    def changed(write: bool) -> None:
        for place in [county, *county.rglob("*")]:
            mode = place.stat().st_mode
            place.chmod(mode | stat.S_IWUSR if write else mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))

    files = {str(file): file.stat().st_mtime_ns for file in county.rglob("*")}
    changed(write=False)
    try:
        for words in (
            ("simulate", OCTOBER, "--set", "staff_point_price=4.5", "--beside"),
            ("solve", OCTOBER, "--parameter", "staff_point_price", "--spend", "210000"),
            ("plan", OCTOBER, "--policy", "demo"),
        ):
            call("--workspace", county, *words)
    finally:
        changed(write=True)
    assert {str(file): file.stat().st_mtime_ns for file in county.rglob("*")} == files

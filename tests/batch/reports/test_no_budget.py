"""Figures on what nobody gave (budget, pooled money, pay) are not given, never 0."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from batch.workspace import Workspace
from payengine.texts import use
from tests.support.small_county import OCTOBER, Row, call, county, tables

FIGURES = (
    "purchase_year_budget", "purchase_budget_left", "purchase_budget_used", "purchase_forecast_over",
    "insurance_pooled", "public_health_pooled",
)  # fmt: skip
OTHERS = ("purchase_to_date", "purchase_of_all", "purchase_total_of_all", "purchase_forecast")
LAYER = f"[formulas.month]\noutputs = {[*OTHERS, *FIGURES]}\n".replace("'", '"')
BUDGET = """
[parameters.purchase_year_budget_amount]
values = [{ from = 2026-01-01, continues = "至下次调整", value = "5000", source = "illustrative" }]
"""


def ran(folder: Path, layer: str = LAYER, **rows: list[Row]) -> tuple[Workspace, str]:
    use("en")
    office = county(folder, tables(**rows), layer=layer)
    office.freeze(OCTOBER)
    return office, office.run(OCTOBER).run


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")


def values(folder: Path, run: str) -> dict[str, str]:
    """Read the figures of the whole run from the exported CSV."""
    assert call(folder, "export", run, "-o", str(folder / "out") + "/", "--format", "csv").exit_code == 0
    with (folder / "out" / "reports.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "consortium"]
    return {row["name"].split(".not_given")[0]: row["value_text"] for row in rows}


def test_without_a_budget_nothing_is_left_used_or_over(tmp_path: Path) -> None:
    _, run = ran(tmp_path / "c")
    told = values(tmp_path / "c", run)
    assert {name: told[name] for name in FIGURES} == dict.fromkeys(FIGURES, "not given")
    assert told["purchase_forecast"] == "114.00"
    for words in (["show", run], ["--json", "show", run]):
        output = call(tmp_path / "c", *words).output
        for name in FIGURES:
            [line] = [text for text in output.splitlines() if name in text and "not_given" in text][:1]
            assert "0.00" not in line
    reports = json.loads(call(tmp_path / "c", "--json", "show", run).output)["register"]["reports"]
    assert {row["unit"] for row in reports if row["name"].split(".")[0] in FIGURES} == {"not_given"}


def test_with_a_budget_all_are_given(tmp_path: Path) -> None:
    pool = {"institution": "I1", "line": "insurance_pool", "amount": "70", "period": OCTOBER}
    _, run = ran(tmp_path / "c", LAYER + BUDGET, finance=[pool])
    told = values(tmp_path / "c", run)
    assert told["purchase_year_budget"] == "5000.00"
    assert told["purchase_budget_left"] == "4905.00"
    assert told["purchase_budget_used"] == "0.0190"
    assert told["insurance_pooled"] == "70.00"
    assert told["public_health_pooled"] == "not given"


def test_of_no_pay_there_is_no_fixed_share(tmp_path: Path) -> None:
    office, run = ran(tmp_path / "c", service_record=[])
    assert [line.fixed_share for line in office.register(run).lines] == [None]
    assert "0.00 %" not in call(tmp_path / "c", "show", run).output

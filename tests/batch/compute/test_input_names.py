"""A name unknown to the policy is reported by freeze and refused by run, unless ignored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from batch.demo.county import write_county
from batch.workspace import Workspace
from payengine.errors import Refused
from payengine.periods import Period

OCTOBER = Period.parse("2026-10")


@pytest.fixture
def county(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path, "demo", source='url = "sqlite:///source.sqlite"', patient="as given")
    write_county(tmp_path / "source.sqlite", records=200, staff=40, institutions=8, period=OCTOBER, seed=1)
    with closing(sqlite3.connect(tmp_path / "source.sqlite")) as database, database:
        database.execute("insert into finance values ('I0001', 'workload_pol', '5.00', '2026-10')")
        database.execute("insert into measure values ('I0001', 'bedrooms', '5', '2026-10')")
        database.execute("update service_item set category = 'dental' where code = 'M009'")
    return made


def test_freeze_tells_and_run_refuses(county: Workspace) -> None:
    snapshot = county.freeze(OCTOBER)
    told = [(problem.where, problem.what) for problem in county.unknown_names(snapshot)]
    assert [where for where, _ in told] == ["finance", "measure", "service_item"]
    assert "workload_pool" in told[0][1], "the nearest name"
    with pytest.raises(Refused) as refused:
        county.run(OCTOBER)
    assert [(problem.where, problem.what) for problem in refused.value.problems] == told


def test_what_the_policy_ignores_is_passed_over(county: Workspace) -> None:
    layer = next((county.folder / "policy").glob("*.toml"))
    text = layer.read_text(encoding="utf-8")
    ignored = '\n[ignored]\nfinance = ["workload_pol"]\nmeasure = ["bedrooms"]\ncategory = ["dental"]\n'
    layer.write_text(text + ignored, encoding="utf-8")
    snapshot = county.freeze(OCTOBER)
    assert county.unknown_names(snapshot) == []
    assert county.run(OCTOBER).results.pay_lines.num_rows


def test_a_category_called_like_a_word_for_another_is_refused(county: Workspace) -> None:
    """Files read the word as the other one, a database as it is."""
    layer = next((county.folder / "policy").glob("*.toml"))
    text = layer.read_text(encoding="utf-8")
    layer.write_text(f'{text}\n[names.category]\n"基本医疗" = "本县的基本医疗"\n', encoding="utf-8")
    county.freeze(OCTOBER)
    with pytest.raises(Refused) as refused:
        county.run(OCTOBER)
    assert "category 基本医疗 is read in files as basic_medical" in [one.what for one in refused.value.problems]

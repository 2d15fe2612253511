"""Minutes of items: days of a person with more than a day has, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch.findings.finding import Finding
from batch.findings.item_minutes import minutes_of_days
from batch.workspace import Workspace
from tests.support.small_county import OCTOBER, call, county, engagement, record, tables

ITEM = {"code": "A", "category": "basic_medical", "equivalents": "1", "from": "2020-01-01"}
LIMITED = {**ITEM, "code": "L", "limit_count": "1", "limit_period": "month", "minutes": "2"}
OTHER = {**ITEM, "code": "B"}
INSTITUTIONS = [
    {"code": code, "kind": "township_center", "public_class": "1", "from": "2020-01-01"} for code in ("I1", "I2")
]
ENGAGED = [engagement("S1"), engagement("S1", "I2", fte="0.1"), engagement("S2")]


def office(folder: Path, *records: dict[str, str], minutes: str = "15", layer: str = "") -> Workspace:
    """Freeze October of two centres, at both of which S1 works."""
    rows = tables(
        institution=INSTITUTIONS, engagement=ENGAGED, service_item=[{**ITEM, "minutes": minutes}, LIMITED, OTHER],
        service_record=list(records),
    )  # fmt: skip
    workspace = county(folder / "county", rows, layer)
    workspace.freeze(OCTOBER)
    return workspace


def minutes_found(workspace: Workspace) -> list[Finding]:
    return [one for one in workspace.check(OCTOBER).findings if one.kind == "minutes_of_a_day"]


def test_a_day_of_a_person_with_more_than_24_hours_is_found_over_all_institutions(tmp_path: Path) -> None:
    workspace = office(
        tmp_path,
        record("R1", quantity="90"), record("R2", institution="I2", quantity="6.01"),  # 1,440.15 minutes
        record("R3", "S2", quantity="96"),  # 1,440 minutes: not more than a day
        record("R4", "S2", "2026-10-06", item="B", quantity="5000"),  # minutes unknown, not zero and not counted
        record("R5", "S2", "2026-10-07", quantity="200", patient="P7"),
    )  # fmt: skip
    (found,) = minutes_found(workspace)
    assert (found.count, found.severity) == (2, "warning")
    assert "2 day(s) of 2 person(s) take more than 1440 minutes" in found.what
    assert found.first == ("S2 on 2026-10-07: 3,000 minutes", "S1 on 2026-10-05: 1,441 minutes")
    assert "another person or another day" in found.remedy
    assert "P7" not in found.line
    told = call(workspace.folder, "--lang", "zh", "check", OCTOBER).output
    assert "minutes_of_a_day" in told
    assert "S1 在 2026-10-05：1,441 分钟" in told


def test_shares_refunds_and_limited_items_count_as_they_are_paid(tmp_path: Path) -> None:
    workspace = office(
        tmp_path,
        record("R1", quantity="100", share="0.6"), record("R1", "S2", quantity="100", share="0.4"),
        record("R2", quantity="40"), record("R3", quantity="-3", reverses="R2"),
        record("R4", item="L", quantity="1", patient="P1"), record("R5", "", quantity="3000"),
    )  # fmt: skip
    snapshot = workspace._frozen()[0]
    found = minutes_of_days(snapshot, snapshot.coding.item_rows["minutes"].to_numpy().clip(0))
    assert found[:, 4].tolist() == [(60 * 15 + 40 * 15 - 3 * 15 + 2) * 10**6, 40 * 15 * 10**6]
    assert found.sum() == found[:, 4].sum()
    assert [one.count for one in minutes_found(workspace)] == [1]


def test_a_policy_sets_another_limit(tmp_path: Path) -> None:
    layer = '[findings.minutes_of_a_day]\nthreshold = "600"\nsource = "县卫健〔2026〕1 号（虚构）"\n'
    (found,) = minutes_found(office(tmp_path, record("R1", quantity="41"), layer=layer))
    assert found.first == ("S1 on 2026-10-05: 615 minutes",)
    assert "more than 600 minutes" in found.what


def test_minutes_change_no_figure_and_without_them_no_digest(tmp_path: Path) -> None:
    made = {}
    for name, minutes in (("with", "15"), ("empty", "")):
        rows = tables(service_item=[{**ITEM, "minutes": minutes}], service_record=[record("R1", quantity="200")])
        made[name] = county(tmp_path / name, rows)
    rows = tables(service_record=[record("R1", quantity="200")])
    made["without"] = county(tmp_path / "without", rows)
    file = made["without"].folder / "input" / "service_item.csv"
    lines = [line.rpartition(",")[0] for line in file.read_text(encoding="utf-8").splitlines()]
    assert "minutes" not in lines[0]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    digests = {name: one.freeze(OCTOBER).digest for name, one in made.items()}
    assert digests["without"] == digests["empty"] != digests["with"]
    results = {name: one.results(one.run(OCTOBER).run).tables() for name, one in made.items()}
    for name, table in results["without"].items():
        assert results["with"][name].equals(table), name
    assert [len(minutes_found(one)) for one in made.values()] == [1, 0, 0]


@pytest.mark.parametrize("minutes", ["0", "-1", "1.5", "100001"])
def test_minutes_are_whole_and_never_zero(minutes: str, tmp_path: Path) -> None:
    rows = tables(service_item=[{**ITEM, "minutes": minutes}])
    workspace = county(tmp_path / "county", rows)
    result = call(workspace.folder, "freeze", OCTOBER)
    assert result.exit_code == 3
    assert "minutes" in result.stderr

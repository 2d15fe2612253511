"""Thresholds of the whole run: by kind they hold once, by institution they add up."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.schemes import reports
from tests.support.small_county import OCTOBER, county, tables

POLICY = """
[policy]
code = "county"
title = "试点县（虚构）"
level = "county"
extends = ["national"]
illustrative = true
[formulas.month]
outputs = ["person_months_worked"]
[names.measure]
events = "事件"
[checks.events]
label = "事件数"
figure = "measure[events]"
at_most = "limit"
unit = "count"
level = "consortium"
periods = ["month"]
{kinds}
[parameters.limit]
label = "上限"
unit = "count"
values = [{values}]
"""
VALUE = '{{ from = 2026-01-01, continues = "至下次调整", {where}value = "{value}", source = "illustrative" }}'
CENTRES, HOSPITAL = 'where = { kind = "township_center" }, ', 'where = { kind = "county_hospital" }, '


def run(folder: Path, *values: tuple[str, str], kinds: str = "") -> dict[str, str]:
    """Run two centres with 2 events each and a hospital with 1."""
    kind = {"I1": "township_center", "I2": "township_center", "I3": "county_hospital"}
    institutions = [
        {"code": code, "kind": one, "public_class": "1", "from": "2020-01-01"} for code, one in kind.items()
    ]
    events = [
        {"institution": code, "name": "events", "value": value, "period": OCTOBER}
        for code, value in zip(kind, ("2", "2", "1"), strict=True)
    ]
    office = county(folder, tables(institution=institutions, measure=events, appraisal=[]), layer=" ")
    text = POLICY.format(
        kinds=kinds, values=", ".join(VALUE.format(where=where, value=value) for where, value in values)
    )
    (folder / "policy" / "county.toml").write_text(text, encoding="utf-8")
    office.freeze(OCTOBER)
    return reports(office.run(OCTOBER).results)


@pytest.mark.parametrize(
    ("values", "figure", "threshold", "result"),
    [
        ([("", "3")], "5", "3", "0"),
        ([(CENTRES, "3")], "4", "3", "0"),  # not 6, for two centres
        ([(CENTRES, "5"), (HOSPITAL, "5")], "5", "5", "1"),
        ([('where = { institution = "I1" }, ', "2"), ('where = { institution = "I2" }, ', "1")], "4", "3", "0"),
    ],
)
def test_a_threshold_holds_once_and_amounts_of_institutions_add_up(
    tmp_path: Path, values: list[tuple[str, str]], figure: str, threshold: str, result: str
) -> None:
    told = run(tmp_path / "c", *values)
    found = [told[f"check.events.{name}"] for name in ("figure", "at_most[0]", "result")]
    assert [float(one) for one in found] == [float(one) for one in (figure, threshold, result)]


def test_several_values_of_one_threshold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        run(tmp_path / "c", (CENTRES, "3"), (HOSPITAL, "5"))
    assert "checks.events.at_most  limit has several values on 2026-01-01" in refused.value.report()
    told = run(tmp_path / "d", (CENTRES, "3"), (HOSPITAL, "5"), kinds='kinds = ["county_hospital"]')
    assert float(told["check.events.at_most[0]"]) == 5

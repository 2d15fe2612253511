"""Basis of the shipped policies' values: a document's words, a reading of them, or nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

import formulas
from batch.cli.root import root
from payengine import texts
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import Policy, describe, list_policies, load_policy, to_supply
from tests.support.policy_files import check_policy

FILES = {file.code: file for file in list_policies([formulas.POLICIES])}
REGIONS = [code for code, file in FILES.items() if file.level == "region"]
INVENTED = [code for code, file in FILES.items() if file.illustrative]
MONTH = Period.parse("2026-10")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYENGINE_LANG", "en")
    monkeypatch.delenv("PAYENGINE_WORKSPACE", raising=False)
    texts._from_environment.cache_clear()


def shipped(code: str) -> Policy:
    return load_policy(code, [formulas.POLICIES])


def call(folder: Path, *words: object) -> str:
    result = CliRunner().invoke(root, ["--workspace", str(folder), *map(str, words)], prog_name="payengine")
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("code", REGIONS)
def test_a_region_s_value_is_quoted_or_read(code: str) -> None:
    """Every value of a region has the document's words, or a reading of them.

    A reading says how else the words can be read.
    """
    for parameter in shipped(code).parameters.values():
        for value in parameter.values:
            told = f"{code} {parameter.name} {value.source}"
            assert bool(value.quote) != bool(value.reading), told
            assert bool(value.reading) == bool(value.alternative), told
            assert value.basis == ("text" if value.quote else "reading"), told


@pytest.mark.parametrize("code", REGIONS)
def test_only_the_founding_documents_are_quoted(code: str) -> None:
    """Only documents that were seen are quoted.

    What is recorded of the others is a reading; no quotation is made up.
    """
    seen = {"shengzhou-2022", "xining-2024", "guangan-14th", "yangzhou-14th", "shangyi"}
    for parameter in shipped(code).parameters.values():
        for value in parameter.values:
            document = value.source.split()[0]
            assert not value.quote or document in seen, f"{code} {parameter.name}"
            assert document in seen or value.reading.startswith("未见原文"), f"{code} {parameter.name}"


@pytest.mark.parametrize("code", INVENTED)
def test_an_invented_value_quotes_nothing(code: str) -> None:
    """A layer of invented values has neither quotations nor readings of its own.

    A region's value that it continues keeps the region's words, and is illustrative from then on.
    """
    for parameter in shipped(code).parameters.values():
        for value in parameter.values:
            if value.illustrative:
                assert value.basis == "illustrative"
                assert value.continued is not None or not (value.quote or value.reading), f"{code} {parameter.name}"


def test_show_prints_which_it_is(tmp_path: Path) -> None:
    """`policy show` says text, reading or illustrative of each value.

    It does in both languages, and as JSON.
    """
    answer = json.loads(call(tmp_path, "--json", "policy", "show", "xining", "--on", "2025-03"))
    found = {each["parameter"]: each for each in answer["values"]}
    assert found["fixed_share_target"]["basis"] == "text"
    assert found["fixed_share_target"]["quote"] == "人员薪酬中固定部分占比持续保持在70%左右"
    assert (found["surplus_costs"]["basis"], found["surplus_costs"]["quote"]) == ("reading", "")
    assert all(found["surplus_costs"][key] for key in ("reading", "alternative"))
    printed = call(tmp_path, "policy", "show", "xining", "--on", "2025-03")
    assert all(
        words in printed for words in ("; text", "; reading", "The documents' words:", "Read into the documents:")
    )
    chinese = call(tmp_path, "--lang", "zh", "policy", "show", "xining", "--on", "2025-03")
    assert all(words in chinese for words in ("；原文", "；解读", "文件原文：", "对文件的解读："))
    example = json.loads(call(tmp_path, "--json", "policy", "show", "shengzhou-example", "--on", "2026-03"))
    bases = {each["parameter"]: each["basis"] for each in example["values"]}
    assert bases["bought_apart"] == "illustrative"
    assert bases["public_health_standard_rising"] == "text", "the document names no end, so nothing is continued"


def test_the_pension_level_of_xining_s_second_year_is_read() -> None:
    """The 2,000 yuan stand in the column of 2024 alone: that they hold in 2025 is read."""
    bases = {
        year: [one.basis for one in describe(shipped("xining"), date(year, 3, 1)) if one.parameter == name]
        for name in ("village_pension_level",)
        for year in (2024, 2025)
    }
    assert bases == {2024: ["text"], 2025: ["reading"]}


COUNTY = """
[policy]
code = "haiyan"
title = "县"
extends = ["shengzhou"]
"""


def test_which_money_buys_public_health_is_asked_of_the_county(tmp_path: Path) -> None:
    """Shengzhou's text does not say which money buys public-health work.

    No county gets one of the two unasked.
    """
    assert not shipped("shengzhou").parameters["bought_apart"].values
    (tmp_path / "haiyan.toml").write_text(COUNTY, encoding="utf-8")
    policy = load_policy("haiyan", [tmp_path, formulas.POLICIES])
    [asked] = [one for one in to_supply(policy, MONTH) if one.parameter == "bought_apart"]
    assert "按标准当量单价购买的写 false" in asked.text
    with pytest.raises(Refused, match="bought_apart"):
        check_policy(policy, MONTH)

"""Nearest names: swapped letters, likeness, case; one module finds them for all messages."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from payengine import texts
from payengine.suggest import did_you_mean, hint, listed, nearest, question
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    texts.use("en")
    yield
    texts.use(None)


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("N0417", ["N0917", "N0147"], "N0147"),  # as much alike, but two letters are swapped
        ("ba", ["xyz", "ab"], "ab"),  # too short for likeness
        ("workload_pol", ["workload_pool", "staff"], "workload_pool"),
        ("STAFF", ["engagement", "staff"], "staff"),
        ("Staf", ["engagement", "STAFF"], "STAFF"),
        ("工作当里", ["工作当量", "绩效"], "工作当量"),
        ("7", ["17", "007", "70"], "007"),  # a spreadsheet takes leading zeros away
        ("0101", ["0110", "101"], "101"),
        ("zzz", ["staff", "engagement"], ""),
        ("", ["staff"], ""),
        ("staff", [], ""),
        ("", ["", "staff"], ""),
    ],
)
def test_the_nearest_name(name: str, known: list[str], found: str) -> None:
    assert nearest(name, known) == found
    assert nearest(name, iter(known)) == found, "any iterable is read once"


def test_of_names_that_differ_in_case_only_the_first_is_nearest() -> None:
    assert nearest("ENGAGEMENTS", ["Engagement", "engagement"]) == "Engagement"


def test_hints_stand_inside_a_sentence_or_alone() -> None:
    assert did_you_mean("staff") == hint("staf", ["staff"]) == " (did you mean staff?)"
    assert question("staf", ["staff"]) == "Did you mean staff?"
    assert did_you_mean("") == hint("zzz", ["staff"]) == question("zzz", ["staff"]) == ""
    texts.use("zh")
    assert hint("staf", ["staff"]) == "（是否指 staff？）"
    assert question("staf", ["staff"]) == "是否指 staff？"


def test_long_lists_end_with_the_number_of_the_rest() -> None:
    assert listed([]) == "nothing"
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c"], most=3) == "a, b, c"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"


def test_one_module_looks_for_names_that_are_alike() -> None:
    importing = [
        file.relative_to(ROOT).as_posix()
        for package in ("payengine", "formulas", "batch")
        for file in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name == "difflib" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module == "difflib")
    ]
    assert importing == ["payengine/suggest.py"]

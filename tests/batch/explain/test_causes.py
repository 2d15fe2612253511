"""Causes: every input belongs to one of them, and to the right one."""

from __future__ import annotations

import ast
from collections import Counter

from batch.explain.causes import FLOOR_RULES, FROM_RECORDS, INPUTS, ORDER, Cause
from batch.inputs.catalogue import BY_NAME
from batch.inputs.entry import MonthFigure, WorkColumn
from payengine.graph import ENGAGEMENT
from payengine.graph.inputs import CODES, FLAG
from tests.support.paths import ROOT


def test_every_input_of_the_catalogue_belongs_to_exactly_one_cause() -> None:
    named = Counter(name for names in INPUTS.values() for name in names)
    assert set(named) == set(BY_NAME), "put a new input under its cause in batch/explain/causes.py, and no other there"
    assert set(named.values()) == {1}


def test_what_comes_with_the_rows_is_engagement() -> None:
    """Nothing of engagements but work can be brought to the rows of another run."""
    for name, entry in BY_NAME.items():
        comes_with_rows = entry.level is ENGAGEMENT and not isinstance(entry.source, WorkColumn)
        if comes_with_rows or isinstance(entry.source, MonthFigure) or entry.kind in (CODES, FLAG):
            assert name in INPUTS[Cause.ENGAGEMENT], name


def test_work_of_the_records_is_what_may_be_told_apart_as_late() -> None:
    assert {name for name, entry in BY_NAME.items() if isinstance(entry.source, WorkColumn)} == FROM_RECORDS


def test_the_rules_of_floors_are_those_that_use_the_steps_of_floors() -> None:
    using = {
        f"formulas.{file.stem}"
        for file in (ROOT / "formulas").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "formulas.floors"
    }
    assert using | {"formulas.agreement"} == set(FLOOR_RULES)


def test_causes_have_an_order() -> None:
    assert sorted(ORDER.values()) == list(range(len(Cause)))

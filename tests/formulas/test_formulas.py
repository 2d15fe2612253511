"""Formulas: each has worked cases, is readable without Python, and names its source."""

from __future__ import annotations

import re
from typing import Any

import pytest

import formulas
from payengine.errors import Refused
from payengine.periods import Period
from payengine.policy import list_policies, load_policy
from tests.support import cases_runner
from tests.support.policy_files import check_policy
from tests.support.sources_page import documents

FAMILIES = ("appraisal", "consortium", "distribution", "incentive_share", "purchase", "shared_money", "totals")
SHIPPED = [file.code for file in list_policies([formulas.POLICIES])]


@pytest.mark.parametrize("case", cases_runner.cases(*FAMILIES), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)


def test_every_case_shows_its_arithmetic() -> None:
    assert all(case["working"].strip() and case["source"].strip() for case in cases_runner.cases())


def test_every_formula_has_a_case() -> None:
    """Every formula is covered by a worked case.

    A case covers what it asks for, and everything that this needs under the choices of the case.
    """
    covered: set[str] = set()
    for case in (case for case in cases_runner.cases() if "error" not in case):
        covered |= {formula.name for formula in cases_runner.graph_of(case).order}
    assert {formula.name for formula in cases_runner.RULES} <= covered


def test_every_formula_has_label_unit_source_and_words() -> None:
    for formula in cases_runner.RULES:
        assert re.search("[一-鿿]", formula.label), formula.name
        assert formula.note, formula.name
        assert str(formula.unit), formula.name


def test_sources_of_formulas_are_listed() -> None:
    unlisted = {formula.source for formula in cases_runner.RULES if formula.source.split()[0] not in documents()}
    assert not unlisted


@pytest.mark.parametrize("code", SHIPPED)
def test_sources_of_shipped_policies_are_listed(code: str) -> None:
    policy = load_policy(code, [formulas.POLICIES])
    sources = {value.source for parameter in policy.parameters.values() for value in parameter.values}
    sources |= {part.source for part in (*policy.components.values(), *policy.statements.values()) if part.source}
    assert not {source for source in sources if source.split()[0] not in documents()}


@pytest.mark.parametrize("code", [code for code in SHIPPED if code.startswith("demo")])
@pytest.mark.parametrize("month", ["2020-01", "2026-10"])
def test_the_graph_of_a_shipped_policy_holds(code: str, month: str) -> None:
    """The graph of a shipped policy is sound.

    No unknown name, no cycle, levels and units that meet, a value for every parameter, somebody who pays.
    """
    policy = load_policy(code, [formulas.POLICIES])
    check_policy(policy, Period.parse(month))
    outputs = set(policy.formulas()[0])
    own = [
        part.name
        for part in (*policy.components.values(), *policy.statements.values())
        if not part.layer.startswith("national")
    ]
    assert {*own} <= outputs, "declared and never paid"


def test_before_its_first_value_a_policy_cannot_be_used() -> None:
    with pytest.raises(Refused) as refused:
        check_policy(load_policy("demo", [formulas.POLICIES]), Period.parse("2019-12"))
    lacking = {problem.parameter for problem in refused.value.problems}
    assert {"purchase_unit_price", "staff_point_price", "appraisal_weight"} <= lacking

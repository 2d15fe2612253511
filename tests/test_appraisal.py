"""Appraisal: the worked cases of every shape, and what must hold of any scores."""

from __future__ import annotations

from typing import Any

import cases_runner
import pytest

FILES = ("appraisal", "unscored", "veto", "bands", "targets", "category_gate", "tariff", "true_up")


@pytest.mark.parametrize("case", cases_runner.cases(*FILES), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)

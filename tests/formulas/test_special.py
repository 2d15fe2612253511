"""Worked cases of agreement pay, subsidies, incentives, contracts and adjustments.

Secondment and deemed performance are among them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import cases_runner

FILES = ("cases_of_adjustment", "agreement", "subsidies", "contracts", "secondment", "deemed")


@pytest.mark.parametrize("case", cases_runner.cases(*FILES), ids=lambda case: f"{case['file']}: {case['name']}")
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)

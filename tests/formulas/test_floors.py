"""Worked cases of floors: every gap is reported, and money is conserved.

Nobody is left below a floor in silence, and nobody is pushed below one of his own.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import cases_runner


@pytest.mark.parametrize(
    "case",
    cases_runner.cases("floors", "floors_of_practitioners", "floors_of_villages"),
    ids=lambda case: f"{case['file']}: {case['name']}",
)
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)

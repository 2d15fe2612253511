"""Golden cases, computed by the formulas that ship."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support import cases_runner


@pytest.mark.parametrize("case", cases_runner.cases("golden"), ids=lambda case: case["name"])
def test_golden(case: dict[str, Any]) -> None:
    cases_runner.check(case)

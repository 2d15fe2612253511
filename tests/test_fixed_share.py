"""The fixed part of pay: reported as it is, and changed only where an approval is recorded, without changing a total."""

from __future__ import annotations

from typing import Any

import cases_runner
import pytest


@pytest.mark.parametrize("case", cases_runner.cases("fixed_share"), ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    cases_runner.check(case)

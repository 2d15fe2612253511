"""Periods for which the demo county's departments report."""

from __future__ import annotations

import pytest

from batch.demo.department_reports import reported_periods
from payengine.periods import HALF_YEAR, MONTH, QUARTER, YEAR, Period


@pytest.mark.parametrize(
    ("period", "kinds", "settlements"),
    [
        ("2026-10", (MONTH,), []),
        ("2026-Q4", (MONTH, QUARTER), ["2026-Q4"]),
        ("2026-H2", (MONTH, HALF_YEAR), ["2026-Q3", "2026-Q4", "2026-H2"]),
        ("2026", (MONTH, YEAR), ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026"]),
        (
            "2026",
            (MONTH, HALF_YEAR, YEAR),
            ["2026-Q1", "2026-Q2", "2026-H1", "2026-Q3", "2026-Q4", "2026-H2", "2026"],
        ),
    ],
)
def test_half_years_are_reported_where_the_policy_computes_them(
    period: str, kinds: tuple[str, ...], settlements: list[str]
) -> None:
    """A county whose policy has no half-years is drawn as it was before there were any."""
    told = reported_periods(Period.parse(period), kinds)
    assert [str(each) for each in told if each.kind != MONTH] == settlements

"""Schemes that offices use, by TOML alone: each pays what was worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.schemes import departments, pay, read, reports, schemes, statements, workspace


@pytest.mark.parametrize("name", schemes())
def test_a_scheme_pays_what_was_worked_out_by_hand(name: str, tmp_path: Path) -> None:
    county = workspace(name, tmp_path / "county")
    periods = read(name, "expected.toml")["period"]
    assert periods
    for expected in periods:
        county.freeze(expected["period"])
        outcome = county.run(expected["period"])
        assert pay(outcome.results) == expected["pay"], expected["period"]
        for key, found in (("statements", statements), ("reports", reports), ("departments", departments)):
            wanted = expected.get(key, {})
            told = found(outcome.results)
            assert {name: told.get(name) for name in wanted} == wanted, expected["period"]
        county.publish(outcome.run)


def test_a_year_of_which_the_calendar_names_no_day_is_not_given(tmp_path: Path) -> None:
    county = workspace("working-days-and-deductions", tmp_path / "county")
    file = tmp_path / "county" / "input" / "calendar.csv"
    file.write_text(file.read_text("utf-8").replace("2026-", "2025-"), "utf-8")
    county.freeze("2026-10")
    with pytest.raises(Refused) as refused:
        county.run("2026-10")
    assert "calendar" in refused.value.report()
    assert "there is no value" in refused.value.report()

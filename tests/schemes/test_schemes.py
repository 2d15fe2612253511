"""Schemes that offices use, by TOML alone: each pays what was worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

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

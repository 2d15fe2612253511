"""Settlements refuse lines that are paid month by month."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from payengine.errors import Refused
from tests.support.schemes import workspace


@pytest.mark.parametrize(
    ("scheme", "line", "told"),
    [
        ("tiers-of-the-year", "tier_pay", "what remembers the year is paid month by month"),
        ("limits-in-a-pool", "extra_bonus", "a pool is carried from month to month"),
    ],
)
def test_a_settlement_refuses_what_months_remember(scheme: str, line: str, told: str, tmp_path: Path) -> None:
    county = workspace(scheme, tmp_path / "county")
    (file,) = (tmp_path / "county" / "policy").glob("*.toml")
    for month in ("2026-01", "2026-02", "2026-03"):
        county.freeze(month)
        county.publish(county.run(month).run)
    text = re.sub(rf',? ?"{line}"', "", file.read_text("utf-8"), count=1).replace("[, ", "[")
    file.write_text(
        text.replace("[formulas.month]", f'[formulas.quarter]\noutputs = ["{line}"]\n\n[formulas.month]'), "utf-8"
    )
    county.freeze("2026-Q1")
    with pytest.raises(Refused) as refused:
        county.run("2026-Q1")
    assert told in refused.value.report()

"""Warning of guaranteed minimums that a pool could not give.

The county is that of the scheme `limits-in-a-pool`: 800 for each of four persons.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from batch.cli.root import root
from tests.support.schemes import workspace

TOLD = {
    "en": "绩效: 4 person(s) have less than their minimum, 3200.00 yuan together, at L",
    "zh": "绩效：4 人未达到保底，合计差 3200.00 元（L）",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_tells_how_many_persons_lack_how_much(tmp_path: Path, language: str) -> None:
    """In January all have the minimum; in March the pool is empty: 4 x 800 are lacking."""
    made = workspace("limits-in-a-pool", tmp_path / "county")
    for month, told in (("2026-01", 0), ("2026-02", 0), ("2026-03", 1)):
        made.freeze(month)
        command = ["--workspace", str(made.folder), "--lang", language, "run", month]
        answer = CliRunner().invoke(root, command, prog_name="payengine")
        assert answer.exit_code == 0, answer.output
        assert answer.output.replace("\n", "").count(TOLD[language]) == told, answer.output
        made.publish(next(one.id for one in made.runs() if str(one.period) == month))

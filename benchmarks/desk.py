"""Workspace around the measured snapshot, its month run and published."""

from __future__ import annotations

import shutil
from pathlib import Path

from batch.workspace import Workspace
from benchmarks import work
from benchmarks.county import PERIOD

SETTINGS = """policy = "benchmark"
ledger = "sqlite:///ledger.sqlite"
[source]
folder = "parquet"
[privacy]
patient = "as given"
"""


def published_month(folder: Path) -> Workspace:
    """Make the folder of a county and its snapshots a workspace whose month is published."""
    (folder / "payengine.toml").write_text(SETTINGS, encoding="utf-8")
    shutil.copytree(Path(work.__file__).parent / "policies", folder / "policy", dirs_exist_ok=True)
    made = Workspace(folder)
    outcome = made.run(PERIOD)
    if outcome.published is None:
        accepted = [(finding.kind, "drawn at random") for finding in made.check(PERIOD).findings]
        made.publish(outcome.run, accepted)
    return made


def a_person(made: Workspace) -> str:
    """Choose the person in the middle of the pay lines."""
    lines = made.results(str(PERIOD)).pay_lines
    return str(lines["staff"][len(lines) // 2])


def a_record(made: Workspace, staff: str) -> str:
    """Choose a paid record of a person."""
    [explained, *_] = made.explain(PERIOD, staff=staff)
    return next(row.record for row in explained.rows if not row.reason)

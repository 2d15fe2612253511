"""Workspaces of the measured county, and what an office does with them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from batch.workspace import Workspace
from benchmarks import work
from benchmarks.county import PERIOD

Acceptances = list[tuple[str, str]]


def workspace(folder: Path, source: str, ledger: str = "sqlite:///ledger.sqlite") -> Workspace:
    """Make a workspace of the county.

    `source` is a database's URL, or the folder of its files from the workspace's.
    """
    kind = "url" if "://" in source else "folder"
    folder.mkdir(parents=True, exist_ok=True)
    settings = (
        f'policy = "benchmark"\nledger = {json.dumps(ledger)}\n'
        f'[source]\n{kind} = {json.dumps(source)}\n[privacy]\npatient = "as given"\n'
    )
    (folder / "payengine.toml").write_text(settings, encoding="utf-8")
    shutil.copytree(Path(work.__file__).parent / "policies", folder / "policy", dirs_exist_ok=True)
    return Workspace(folder)


def acceptances(made: Workspace) -> Acceptances:
    """Accept every finding of the frozen month: its work is drawn at random."""
    return [(finding.kind, "drawn at random") for finding in made.check(PERIOD).findings]


def published_month(folder: Path) -> Workspace:
    """Make the folder of a county and its snapshots a workspace whose month is published."""
    made = workspace(folder, "parquet")
    outcome = made.run(PERIOD)
    if outcome.published is None:
        made.publish(outcome.run, acceptances(made))
    return made


def a_person(made: Workspace) -> str:
    """Choose the person in the middle of the pay lines."""
    lines = made.results(str(PERIOD)).pay_lines
    return str(lines["staff"][len(lines) // 2])


def a_record(made: Workspace, staff: str) -> str:
    """Choose a paid record of a person."""
    [explained, *_] = made.explain(PERIOD, staff=staff)
    return next(row.record for row in explained.rows if not row.reason)

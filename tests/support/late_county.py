"""A small county of three published months, in which a record of January comes late.

An item is limited to two services of a patient a year. January's late record is the second one, so March's, which was
paid, is over the limit then; February is not touched by it but for its history.

    python -m tests.support.late_county FOLDER --die POINT [--time N]

revises the year there and dies, as a process does that the system kills, when it reaches a point of
`batch.failpoints` for the Nth time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from batch import failpoints
from batch.revise import RevisedPeriod
from batch.workspace import Workspace
from tests.support.ledger_child import die
from tests.support.paths import ROOT
from tests.support.small_county import Row, county, record, tables, write

JANUARY, FEBRUARY, MARCH, APRIL = "2026-01", "2026-02", "2026-03", "2026-04"
MONTHS = (JANUARY, FEBRUARY, MARCH)
LIMITED = {
    "code": "A", "category": "basic_medical", "equivalents": "1", "limit_count": "2", "limit_period": "year",
    "from": "2020-01-01",
}  # fmt: skip
ON_TIME = (
    record("R1", day="2026-01-05", patient="P1"),
    record("R2", "S2", day="2026-02-05", patient="P2"),
    record("R3", day="2026-03-05", patient="P1"),
)
LATE = record("R4", day="2026-01-20", patient="P1")
REASON = "a record came late"


def late_county(folder: Path, layer: str = "", settings: str = "", months: Iterable[str] = MONTHS) -> Workspace:
    """Make the county and publish its months; then the late record stands in its source."""
    given = tables(*MONTHS, APRIL, service_item=[LIMITED], service_record=list(ON_TIME))
    office = county(folder, given, layer, settings)
    for month in months:
        publish(office, month)
    source(office, *ON_TIME, LATE)
    return office


def publish(office: Workspace, month: str) -> None:
    office.freeze(month)
    office.publish(office.run(month).run)


def source(office: Workspace, *rows: Row) -> None:
    write(office.folder / "input", {"service_record": list(rows)})


def states(periods: Iterable[RevisedPeriod]) -> dict[str, str]:
    return {str(one.period): one.state for one in periods}


def killed(folder: Path, point: str, time: int = 1) -> int:
    """Revise the year in another process that dies at a point; returns its exit code."""
    command = [sys.executable, "-m", "tests.support.late_county", str(folder), "--die", point, "--time", str(time)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=300, check=False).returncode


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--die", required=True)
    parser.add_argument("--time", type=int, default=1)
    given = parser.parse_args()
    reached = 0

    def at(point: str) -> None:
        nonlocal reached
        reached += point == given.die
        if point == given.die and reached == given.time:
            die()

    failpoints.on = at
    Workspace(given.folder).revise("2026", publish=REASON)


if __name__ == "__main__":
    main()

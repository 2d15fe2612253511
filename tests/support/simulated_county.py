"""Small demo counties for tests of simulations."""

from __future__ import annotations

from pathlib import Path

from batch.cli.demo_county import DemoCounty
from batch.cli.session import Progress
from batch.workspace import Workspace
from payengine.periods import Period

OCTOBER = "2026-10"
SIZE = {"records": 900, "staff": 40, "institutions": 8}


def demo(folder: Path, policy: str = "demo") -> Workspace:
    """Make a county with its October, frozen and published."""
    period, progress = Period.parse(OCTOBER), Progress()
    made = DemoCounty(folder, policy)
    made.write(progress, period=period, seed=1, **SIZE)
    made.price(period, progress)
    return made.workspace

"""A demo county in the making: its source database, then its periods up to publication."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.cli.session import Progress
from payengine.errors import Unavailable
from payengine.texts import say

if TYPE_CHECKING:
    from batch.ledger import Published
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot
    from batch.workspace import Workspace
    from payengine.periods import Period

SOURCE_FILE = "source.sqlite"


@dataclass
class DemoCounty:
    """A demo county in the making; `seconds` holds how long each step took."""

    path: Path
    policy: str
    seconds: dict[str, float] = field(default_factory=dict)
    read: int = 0
    workspace: Workspace = field(init=False)
    snapshot: Snapshot = field(init=False)
    outcome: Outcome = field(init=False)
    published: Published = field(init=False)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - begun

    def write(self, progress: Progress, *, records: int, **size: Any) -> None:
        """Make the workspace and write the source database."""
        import sqlite3

        import adbc_driver_manager

        from batch.demo.county import write_county
        from batch.run import refuse_idle
        from batch.settings import AS_GIVEN
        from batch.workspace import Workspace

        url = f'url = "sqlite:///{SOURCE_FILE}"'
        with self._timed("county"):
            self.workspace = Workspace.create(self.path, self.policy, source=url, patient=AS_GIVEN, own_layer=False)
            stage = say("writing the county's records")
            file = self.path / SOURCE_FILE
            try:
                rules = self.workspace.policy()
                refuse_idle(rules, size["period"])
                total = records * len(size["period"].months())
                write_county(
                    file, records=records, policy=rules, progress=lambda done: progress(stage, done, total), **size
                )
            except (sqlite3.Error, adbc_driver_manager.Error) as error:
                raise Unavailable(
                    say("{file} cannot be written: {why}", file=file, why=error),
                    remedy=say("Make room on the disk, or name a folder on another one."),
                ) from error

    def due(self, whole: Period) -> list[Period]:
        """List the periods to run, in the order in which they end; the whole period is the last."""
        policy = self.workspace.policy()
        shorter = [each for each in whole.settled() if policy.formulas(each.kind)[0]]
        return [*sorted(shorter, key=lambda each: (each.next_first_day, len(each.months()))), whole]

    def price(self, period: Period, progress: Progress) -> None:
        """Freeze, run and publish a period."""
        with self._timed("freeze"):
            self.snapshot = self.workspace.freeze(period, progress=progress)
        with self._timed("run"):
            self.outcome = self.workspace.run(period, progress=progress)
            self.published = self.workspace.publish(self.outcome.run)
        self.read += self.snapshot.counts["read"]

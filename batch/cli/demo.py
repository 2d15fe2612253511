"""The command `demo`: a county to try, from an empty folder to a published month."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch.cli.bilingual_click import WholeNumber, argument
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import Unavailable, UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from batch.ledger import Published
    from batch.run import Outcome
    from batch.snapshot.snapshot import Snapshot
    from batch.workspace import Workspace
    from payengine.periods import Period

SOURCE_FILE = "source.sqlite"


@command("demo")
@argument("folder", "The folder to make; demo unless said.", required=False, default="demo", metavar="[DIR]")
@click.option(
    "--records", type=WholeNumber(1), default=200_000, metavar="N", help="Service records a month: 200,000 unless said."
)
@click.option("--staff", type=WholeNumber(1), default=600, metavar="N", help="People: 600 unless said.")
@click.option("--institutions", type=WholeNumber(1), default=30, metavar="N", help="Institutions: 30 unless said.")
@click.option(
    "--period", default="2026-10", metavar="P", help="A month, or a quarter or year to be settled: 2026-10 unless said."
)
@click.option("--policy", default="demo", metavar="P", help="The policy: demo unless said.")
@click.option("--seed", type=WholeNumber(0), default=1, metavar="S", help="The same seed makes the same county.")
def demo(
    session: Session, folder: str, records: int, staff: int, institutions: int, period: str, policy: str, seed: int
) -> None:
    """Make a county to try: freeze, run and publish a month of it.

    Writes a source database of invented institutions, people and services into DIR, then does what a finance office
    does with its own, and says what to try next. A quarter or a year is its months and then the settlement. For a
    region's policy the values that its documents leave open are those of its illustrative county.
    """
    from batch.workspace import as_period

    whole = as_period(period)
    path = Path(folder).absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(
            say("{folder} is there already and not empty", folder=path),
            remedy=say("Name another folder: payengine demo DIR"),
        )
    with Progress() as progress, _all_or_nothing(path):
        county = DemoCounty(path, _example_of(policy))
        county.write(progress, records=records, staff=staff, institutions=institutions, period=whole, seed=seed)
        for each in county.due(whole):
            county.price(each, progress)
    from batch.cli.views.demo import demo_json, demo_parts

    session.answer(demo_json(county) if session.json else {}, *([] if session.json else demo_parts(county, folder)))


def _example_of(policy: str) -> str:
    """Name the illustrative county that fills in a region's open values; else the policy."""
    from formulas import POLICIES

    example = f"{policy}-example"
    return example if POLICIES.joinpath(f"{example}.toml").is_file() else policy


@contextmanager
def _all_or_nothing(path: Path) -> Iterator[None]:
    """Remove everything again if the county is not finished; the folder was empty before."""
    existed = path.exists()
    try:
        yield
    except BaseException:
        if not os.environ.get("PAYENGINE_DEBUG") and path.exists():
            for made in [*path.iterdir()] if existed else [path]:
                shutil.rmtree(made, ignore_errors=True) if made.is_dir() else made.unlink(missing_ok=True)
        raise


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
        return [*sorted(shorter, key=lambda each: (each.next_first_day, each.kind)), whole]

    def price(self, period: Period, progress: Progress) -> None:
        """Freeze, run and publish a period."""
        with self._timed("freeze"):
            self.snapshot = self.workspace.freeze(period, progress=progress)
        with self._timed("run"):
            self.outcome = self.workspace.run(period, progress=progress)
            self.published = self.workspace.publish(self.outcome.run)
        self.read += self.snapshot.counts["read"]

"""The command `demo`: a county to try, from an empty folder to a published month."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batch.cli.bilingual_click import WholeNumber, argument
from batch.cli.demo_county import DemoCounty
from batch.cli.root import command
from batch.cli.session import Progress, Session
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    pass


@command("demo")
@argument("folder", "The folder to make; demo unless said.", required=False, default="demo", metavar="[DIR]")
@click.option(
    "--records", type=WholeNumber(1), default=200_000, metavar="N", help="Service records a month: 200,000 unless said."
)
@click.option("--staff", type=WholeNumber(1), default=600, metavar="N", help="People: 600 unless said.")
@click.option("--institutions", type=WholeNumber(1), default=30, metavar="N", help="Institutions: 30 unless said.")
@click.option(
    "--period",
    default="2026-10",
    metavar="P",
    help="A month, or a quarter, half-year or year to be settled: 2026-10 unless said.",
)
@click.option("--policy", default="demo", metavar="P", help="The policy: demo unless said.")
@click.option("--seed", type=WholeNumber(0), default=1, metavar="S", help="The same seed makes the same county.")
def demo(
    session: Session, folder: str, records: int, staff: int, institutions: int, period: str, policy: str, seed: int
) -> None:
    """Make a county to try: freeze, run and publish a month of it.

    Writes a source database of invented institutions, people and services into DIR, then does what a finance office
    does with its own, and says what to try next. A quarter, a half-year or a year is its months and then the
    settlement. For a region's policy the values that its documents leave open are those of its illustrative county.
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
        county = DemoCounty(path, example_of(policy))
        county.write(progress, records=records, staff=staff, institutions=institutions, period=whole, seed=seed)
        for each in county.due(whole):
            county.price(each, progress)
    from batch.cli.views.demo import demo_json, demo_parts

    session.answer(demo_json(county) if session.json else {}, *([] if session.json else demo_parts(county, folder)))


def example_of(policy: str) -> str:
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

"""demo, init, warmup: the beginnings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batch.cli.commands import Whole, argument
from batch.cli.console import SHORT, Progress, Session
from batch.cli.root import command
from payengine.errors import UsageError
from payengine.texts import say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.run import Outcome

DEMO_SOURCE = "source.sqlite"


@command("init")
@argument("folder", "The folder to make.", metavar="DIR")
@click.option(
    "--policy",
    required=True,
    metavar="P",
    help="The policy that the county's own layer extends; payengine policy list names them.",
)
def init(session: Session, folder: str, policy: str) -> None:
    """Make a workspace.

    Writes payengine.toml, and the county's own policy layer with the values that no document prints and the county
    must fill in.
    """
    from batch.workspace import Workspace, policy_folders
    from payengine.policy import load_policy, to_supply

    lacking = to_supply(load_policy(policy, policy_folders(Path(folder).absolute())))
    workspace = Workspace.create(folder, policy)
    layer = workspace.folder / "policy" / f"{workspace.settings.policy}.toml"
    missing = [{"parameter": each.parameter, "text": each.text} for each in lacking]
    session.answer(
        {
            "workspace": str(workspace.folder),
            "policy": workspace.settings.policy,
            "layer": str(layer),
            "to_supply": missing,
        },
        *_init_parts(workspace.folder, layer, missing),
    )


def _init_parts(folder: Path, layer: Path, missing: list[dict[str, Any]]) -> list[str]:
    parts = [say("Made the workspace {folder}", folder=folder), "", say("What to do next:")]
    steps = [
        say(
            "put the input tables into {folder}, or name a database in payengine.toml (docs/input.md)",
            folder=folder / "input",
        )
    ]
    if missing:
        steps.append(say("fill in {n} value(s) in {file}:", n=len(missing), file=layer))
    numbered = [f"  {number}. {step}" for number, step in enumerate(steps, 1)]
    numbered += [f"       {value['parameter']}  {value['text']}" for value in missing]
    last = len(steps) + 1
    numbered.append(
        f"  {last}. " + say("give a patient key (variable PAYENGINE_PATIENT_KEY), if patients are to be hashed")
    )
    numbered.append(f"  {last + 1}. payengine --workspace {folder} freeze PERIOD")
    return parts + numbered


@command("demo")
@argument("folder", "The folder to make; demo unless said.", required=False, default="demo", metavar="[DIR]")
@click.option(
    "--records", type=Whole(1), default=200_000, metavar="N", help="Service records in the period: 200,000 unless said."
)
@click.option("--staff", type=Whole(1), default=600, metavar="N", help="People: 600 unless said.")
@click.option("--institutions", type=Whole(1), default=30, metavar="N", help="Institutions: 30 unless said.")
@click.option("--period", default="2026-10", metavar="P", help="The month: 2026-10 unless said.")
@click.option("--policy", default="demo", metavar="P", help="The policy: demo unless said.")
@click.option("--seed", type=Whole(0), default=1, metavar="S", help="The same seed makes the same county.")
def demo(
    session: Session, folder: str, records: int, staff: int, institutions: int, period: str, policy: str, seed: int
) -> None:
    """Make a county to try: freeze, run and publish a month of it.

    Writes a source database of invented institutions, people and services into DIR, then does what a finance office
    does with its own, and says what to try next. All values are illustrative.
    """
    from batch.cli.work import (
        outcome_json,
        outcome_parts,
        published_json,
        published_parts,
        snapshot_json,
        snapshot_parts,
    )
    from batch.demo.county import write_county
    from batch.settings import AS_GIVEN
    from batch.workspace import Workspace, as_month

    month = as_month(period)
    path = Path(folder).absolute()
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(
            say("{folder} is there already and not empty", folder=path),
            remedy=say("Name another folder: payengine demo DIR"),
        )
    begun = time.monotonic()
    times: dict[str, float] = {}
    with Progress() as progress:
        stage = say("writing the county's records")
        path.mkdir(parents=True, exist_ok=True)
        write_county(
            path / DEMO_SOURCE, records=records, staff=staff, institutions=institutions, period=month, seed=seed,
            progress=lambda done: progress(stage, done, records),
        )  # fmt: skip
        workspace = Workspace.create(
            path, policy, source=f'url = "sqlite:///{DEMO_SOURCE}"', patient=AS_GIVEN, own_layer=False
        )
        times["county"] = time.monotonic() - begun
        snapshot = workspace.freeze(month, progress=progress)
        times["freeze"] = time.monotonic() - begun - sum(times.values())
        outcome = workspace.run(month, progress=progress)
        published = workspace.publish(outcome.run)
        times["run"] = time.monotonic() - begun - sum(times.values())
    if session.json:
        session.answer(
            {
                **outcome_json(workspace, outcome),
                "state": "published",
                "workspace": str(path),
                "frozen": snapshot_json(snapshot),
                "publication": published_json(published),
                "milliseconds": {name: round(1000 * seconds) for name, seconds in times.items()},
            }
        )
        return
    state = say("published, revision {revision}", revision=published.publication.revision)
    parts: list[RenderableType] = [*snapshot_parts(snapshot, brief=True), "", *outcome_parts(workspace, outcome, state)]
    told = _demo_next(folder, outcome, times, snapshot.counts["read"])
    session.answer({}, *parts, "", *published_parts(published), "", *told)


@command("warmup")
def warmup(session: Session) -> None:
    """Compile the kernels now, so that the first run need not.

    Once for each installation and user; a new version compiles again.
    """
    from payengine.kernels import cache, warm_up

    begun = time.monotonic()
    with Progress() as progress:
        progress(say("compiling"))
        warm_up()
    took = time.monotonic() - begun
    place = cache.cache_folder()
    session.answer(
        {"cache": place and str(place), "milliseconds": round(1000 * took)},
        say("The kernels are ready after {seconds} s.", seconds=f"{took:.1f}"),
        say("They are kept in {folder}", folder=place)
        if place
        else say("No folder to keep them in is writable: each start compiles again."),
    )


def _demo_next(folder: str, outcome: Outcome, times: dict[str, float], read: int) -> list[str]:
    """What to try in the demo county, with codes that are in it, and how long it all took."""
    run = outcome.run[:SHORT]
    largest = max(outcome.results.pay_lines.to_pylist(), key=lambda line: line["amount_fen"], default=None)
    here = f"payengine --workspace {_quoted(folder)}"
    commands = [f"{here} runs", f"{here} show {run}"]
    if largest is not None:
        commands.append(f"{here} show {run} --institution {_quoted(largest['institution'])}")
        commands.append(f"{here} show {run} --staff {_quoted(largest['staff'])}")
        hold = f'--hold {_quoted(largest["institution"])} "{say("scores missing")}"'
        commands.append(f"{here} run {outcome.results.meta.period} --dry-run {hold}")
    commands += [f"{here} policy show", f"{here} export {run} -o {_quoted(str(Path(folder) / 'pay.csv'))}"]
    stages = {"county": say("writing the county"), "freeze": say("freezing"), "run": say("running and publishing")}
    seconds = ", ".join(f"{stages[name]} {took:.1f} s" for name, took in times.items())
    return [
        say("{n} records: {seconds}", n=f"{read:,}", seconds=seconds),
        "",
        say("What to try next:"),
        *(f"  {each}" for each in commands),
    ]


def _quoted(text: str) -> str:
    return f'"{text}"' if any(char.isspace() for char in text) else text

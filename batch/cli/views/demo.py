"""A demo county as it is printed: its month, and commands to try in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch.cli.session import SHORT, quoted
from batch.cli.views.outcome import outcome_json, outcome_parts
from batch.cli.views.publication import published_json, published_parts
from batch.cli.views.snapshot import snapshot_json, snapshot_parts
from payengine.texts import joined, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from batch.cli.demo_county import DemoCounty


def demo_json(county: DemoCounty) -> dict[str, Any]:
    """Describe a demo county as JSON: the run as `run` does, its snapshot and publication."""
    return {
        **outcome_json(county.workspace, county.outcome),
        "state": "published",
        "workspace": str(county.path),
        "frozen": snapshot_json(county.snapshot),
        "publication": published_json(county.published),
        "milliseconds": {name: round(1000 * seconds) for name, seconds in county.seconds.items()},
    }


def demo_parts(county: DemoCounty, folder: str) -> list[RenderableType]:
    """Print a demo county: snapshot, register, publication, next commands."""
    state = say("published, revision {revision}", revision=county.published.publication.revision)
    return [
        *snapshot_parts(county.snapshot, brief=True),
        "",
        *outcome_parts(county.workspace, county.outcome, state),
        "",
        *published_parts(county.published),
        "",
        *_next(folder, county),
    ]


def _next(folder: str, county: DemoCounty) -> list[str]:
    """Print commands to try, with codes of this county, and how long each step took."""
    run = county.outcome.run[:SHORT]
    work = [line for line in county.outcome.results.workload.to_pylist() if line["staff"]]
    busiest = max(work, key=lambda line: line["services"], default=None)
    here = f"payengine --workspace {quoted(folder)}"
    commands = [f"{here} runs", f"{here} show {run}"]
    if busiest is not None:
        commands.append(f"{here} show {run} --institution {quoted(busiest['institution'])}")
        commands.append(f"{here} show {run} --staff {quoted(busiest['staff'])}")
        hold = f'--hold {quoted(busiest["institution"])} "{say("scores missing")}"'
        commands.append(f"{here} run {county.outcome.results.meta.period} --dry-run {hold}")
    commands += [f"{here} policy show", f"{here} export {run} -o {quoted(str(Path(folder) / 'pay.csv'))}"]
    stages = {"county": say("writing the county"), "freeze": say("freezing"), "run": say("running and publishing")}
    seconds = joined(f"{stages[name]} {took:.1f} s" for name, took in county.seconds.items())
    return [
        say("{n} records: {seconds}", n=f"{county.read:,}", seconds=seconds),
        "",
        say("What to try next:"),
        *(f"  {each}" for each in commands),
    ]
